//! `cargo xtask bench`: the figures of the project, measured on this machine in one run.

mod check;
mod engine;
mod figures;
mod fleet;
mod hook;
mod hub;
mod network;
mod page;
mod subject;
mod traefik;
mod watcher;

use anyhow::{Context as _, Result};
use clap::ValueEnum;

use crate::cli::BenchOptions;
use crate::interrupt::Interrupt;
use crate::process::{cargo, run as start};
use crate::progress::timed;
use crate::{tools, workspace};

use engine::Engine;
use figures::Comparison;
use subject::measure;
use traefik::Traefik;
use watcher::Watcher;

/// A part of the benchmarks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    /// The routes of containers, beside Traefik's own Docker provider
    Routes,
    /// The network labels of a container, beside a shell script with nsenter and ip
    Network,
    /// Containers started with podman-hook, beside a hook in Python
    Hook,
    /// The check of a Compose file of 1,000 services
    Check,
    /// The status page with 1,000 containers, in a browser
    Page,
    /// The routes of a JupyterHub, beside jupyterhub-traefik-proxy and beside what Traefik's reloads take
    Hub,
    /// The benchmarks of the crates
    Crates,
}

/// Measures docker-watcher beside Traefik's own Docker provider and beside a shell, podman-hook beside a hook in Python,
/// jupyterhub-proxy beside jupyterhub-traefik-proxy, then runs the benchmarks of the crates.
pub(crate) fn run(options: &BenchOptions) -> Result<bool> {
    let interrupt = Interrupt::listen()?;
    if let Some(directory) = &options.inside {
        return match options.only[..] {
            [Part::Hook] => hook::inside(directory, options.events, &interrupt),
            [Part::Hub] => hub::inside(directory, options, &interrupt),
            _ => network::inside(directory, options.events, &interrupt),
        };
    }
    let wants = |part| match &options.filter {
        // A filter names benchmarks of the crates.
        Some(_) => part == Part::Crates,
        None => options.only.is_empty() || options.only.contains(&part),
    };
    if wants(Part::Routes) || wants(Part::Network) || wants(Part::Check) || wants(Part::Page) {
        timed("docker-watcher, built as it is released", || {
            start(cargo().args(["build", "--locked", "--release", "--package", "docker-watcher"]))
        })?;
    }
    if wants(Part::Hook) {
        timed("podman-hook, built as it is released", || {
            start(cargo().args(["build", "--locked", "--release", "--package", "podman-hook"]))
        })?;
    }
    if wants(Part::Routes) {
        let comparisons = routes(options, &interrupt)?;
        println!("{}", figures::table(&comparisons));
        if let Some(growth) = figures::growth(&comparisons) {
            println!("{growth}");
        }
    }
    if wants(Part::Network) {
        network::outside(options.events, &interrupt)?;
    }
    if wants(Part::Hook) {
        hook::outside(options.events, &interrupt)?;
    }
    if wants(Part::Check) {
        check::run(options.events, &interrupt)?;
    }
    if wants(Part::Page) {
        timed("the status page", page::run)?;
    }
    if wants(Part::Hub) {
        hub::outside(options, &interrupt)?;
    }
    if wants(Part::Crates) {
        timed("benchmarks of the crates", || crates(options.filter.as_deref()))?;
    }
    Ok(true)
}

/// Serves an engine of made-up containers until its standard input ends: each line of that is the number of one to change.
pub(crate) fn made_up(containers: usize) -> Result<bool> {
    let engine = Engine::start(containers)?;
    println!("{}", engine.url());
    for line in std::io::stdin().lines() {
        let line = line.context("cannot read which container to change")?;
        let number = line.trim().parse().with_context(|| format!("`{line}` is no number"))?;
        println!("{}", engine.change(number));
    }
    Ok(true)
}

/// Both programs, one after the other, on the same engine; an engine for each size.
fn routes(options: &BenchOptions, interrupt: &Interrupt) -> Result<Vec<Comparison>> {
    let traefik = timed("Traefik", tools::traefik)?;
    let mut comparisons = Vec::new();
    for &containers in &options.sizes {
        let engine = Engine::start(containers)?;
        let step = |program: &str| format!("{program}: {containers} containers, {} events", options.events);
        let theirs = timed(&step("Traefik"), || {
            measure(&engine, &mut Traefik::start(&traefik, &engine)?, options.events, interrupt)
        })?;
        let ours = timed(&step("docker-watcher"), || {
            let program = workspace::released("docker-watcher");
            measure(&engine, &mut Watcher::start(&program, &engine)?, options.events, interrupt)
        })?;
        comparisons.push(Comparison { containers, theirs, ours });
    }
    Ok(comparisons)
}

fn crates(filter: Option<&str>) -> Result<()> {
    let mut bench = cargo();
    // Not `--benches`: that would build and start every library's tests too.
    bench.args(["bench", "--locked", "--workspace", "--bench", "*"]);
    if let Some(filter) = filter {
        bench.args(["--", filter]);
    }
    start(&mut bench)
}
