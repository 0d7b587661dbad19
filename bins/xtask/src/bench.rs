//! `cargo xtask bench`: the figures of the project, measured on this machine in one run.

use anyhow::Result;

use crate::cli::BenchOptions;
use crate::process::{cargo, run as start};
use crate::progress::timed;

/// Runs the benchmarks of the crates, then those of the whole program.
pub(crate) fn run(options: &BenchOptions) -> Result<bool> {
    if !options.whole_program_only {
        timed("benchmarks of the crates", || crates(options.filter.as_deref()))?;
    }
    Ok(true)
}

fn crates(filter: Option<&str>) -> Result<()> {
    let mut bench = cargo();
    bench.args(["bench", "--locked", "--workspace", "--benches"]);
    if let Some(filter) = filter {
        bench.args(["--", filter]);
    }
    start(&mut bench)
}
