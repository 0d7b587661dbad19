use std::path::PathBuf;

use clap::builder::RangedU64ValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// What a person or CI runs on this workspace.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", disable_help_subcommand = true)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) task: Task,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Task {
    /// Run every check and test, installing what they need; under CI=true a skipped test is a failure
    Test(TestOptions),
    /// Show the project at work: an engine, Traefik, docker-watcher and three services
    Demo(DemoOptions),
    /// Write the generated pages under docs/ anew
    Docs(DocsOptions),
    /// Measure docker-watcher beside Traefik's own Docker provider and beside a shell, podman-hook beside a hook in Python,
    /// jupyterhub-proxy beside jupyterhub-traefik-proxy, then run the benchmarks of the crates
    Bench(BenchOptions),
    /// Build docker-watcher without need of any library, and the container image that holds it
    Image(ImageOptions),
    /// Build the Python package that holds jupyterhub-proxy and tells a JupyterHub how to start it
    Wheel,
    /// Serve an engine of made-up containers on loopback, for tests: it prints its address, and for each number that it then reads
    /// the new rule of that container's router, once those who follow the engine are told
    #[command(hide = true)]
    MadeUp(MadeUpOptions),
}

#[derive(Debug, Args)]
pub(crate) struct MadeUpOptions {
    /// How many containers it has
    #[arg(long, value_name = "N", value_parser = at_least_one())]
    pub(crate) containers: usize,
}

#[derive(Debug, Args)]
pub(crate) struct TestOptions {
    /// Run these steps alone, in the order in which they always run
    #[arg(long, value_name = "STEP", value_delimiter = ',')]
    pub(crate) only: Vec<crate::test::Step>,
}

#[derive(Debug, Args)]
pub(crate) struct DemoOptions {
    /// Leave everything running at the end, until Ctrl-C
    #[arg(long)]
    pub(crate) keep: bool,

    /// Do not use an engine that answers: start one for the demo
    #[arg(long)]
    pub(crate) own_engine: bool,

    /// The directory of a demo that another process prepared: this one runs inside its namespaces
    #[arg(long, value_name = "DIRECTORY", hide = true)]
    pub(crate) inside: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct DocsOptions {
    /// Write nothing; fail if a page is not what would be written
    #[arg(long)]
    pub(crate) check: bool,
}

#[derive(Debug, Args)]
pub(crate) struct ImageOptions {
    /// The engine that builds the image [default: the one that is installed, Docker before Podman]
    #[arg(long, value_name = "ENGINE")]
    pub(crate) engine: Option<Engine>,

    /// The target that the program is built for, such as x86_64-unknown-linux-musl [default: this machine's]
    #[arg(long, value_name = "TRIPLE", conflicts_with = "program")]
    pub(crate) target: Option<String>,

    /// Build no program, take this one
    #[arg(long, value_name = "FILE")]
    pub(crate) program: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum Engine {
    Docker,
    Podman,
}

#[derive(Debug, Args)]
pub(crate) struct BenchOptions {
    /// Measure these parts alone, in the order in which they always are
    #[arg(long, value_name = "PART", value_delimiter = ',')]
    pub(crate) only: Vec<crate::bench::Part>,

    /// Measure routes at engines with this many containers
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "10,1000", value_parser = at_least_one())]
    pub(crate) sizes: Vec<usize>,

    /// Measure the routes of a JupyterHub in tables of these sizes
    #[arg(long, value_name = "N", value_delimiter = ',', default_value = "100,1000", value_parser = at_least_one())]
    pub(crate) routes: Vec<usize>,

    /// Tell of what would take longer than this many seconds how long it would take, at the pace that it had
    #[arg(long, value_name = "SECONDS", default_value = "240", value_parser = at_least_one())]
    pub(crate) limit: usize,

    /// Measure each program over this many events
    #[arg(long, value_name = "N", default_value = "20", value_parser = at_least_one())]
    pub(crate) events: usize,

    /// Run only the benchmarks of the crates whose name contains this
    #[arg(value_name = "FILTER")]
    pub(crate) filter: Option<String>,

    /// The directory of a benchmark that another process prepared: this one runs inside its namespaces
    #[arg(long, value_name = "DIRECTORY", hide = true)]
    pub(crate) inside: Option<PathBuf>,
}

fn at_least_one() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=65_536)
}
