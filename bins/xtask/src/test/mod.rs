//! `cargo xtask test`: all that must hold, in one command.

mod steps;
mod tally;

use std::time::Instant;

use anyhow::Result;
use clap::ValueEnum;

use crate::cli::TestOptions;
use crate::progress::{seconds, timed};
use tally::Tally;

/// The steps of `cargo xtask test`, in the order in which they run: what is quick and often wrong comes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Step {
    /// Install the programs that the tests need
    Tools,
    /// The sources are formatted
    Format,
    /// Licences, duplicate versions and sources of dependencies
    Deny,
    /// No lint has anything to say
    Clippy,
    /// Programs and tests build
    Build,
    /// The documentation builds, and its generated pages are up to date
    Docs,
    /// Each library can be packaged
    Package,
    /// The example crates build against the libraries and run
    Examples,
    /// The laws that are fuzzed hold for the seeds
    Fuzz,
    /// Unit, property, documentation and end-to-end tests
    Tests,
}

/// Runs the steps, all of them even if one fails; whether everything holds.
pub(crate) fn run(options: &TestOptions) -> Result<bool> {
    let started = Instant::now();
    let strict = std::env::var("CI").is_ok_and(|ci| ci == "true");
    let mut tally = Tally::default();
    let mut failed = Vec::new();
    for step in Step::value_variants() {
        if !options.only.is_empty() && !options.only.contains(step) {
            continue;
        }
        match timed(step.name(), || step.run()) {
            Ok(found) => tally.add(found),
            Err(_) => failed.push(step.name()),
        }
    }

    println!();
    for skip in &tally.skips {
        println!("skipped: {skip}");
    }
    for failure in &tally.failures {
        println!("failed: {failure}");
    }
    for name in &tally.unsteady {
        println!("failed beside the others, passed by itself: {name}");
    }
    for step in &failed {
        println!("failed step: {step}");
    }
    let incomplete = strict && !tally.skips.is_empty();
    if incomplete {
        println!("under CI=true a skip is a failure");
    }
    println!("took {}", seconds(started.elapsed()));
    println!("{}", tally.line());
    Ok(failed.is_empty() && tally.failed == 0 && !incomplete)
}

impl Step {
    fn name(self) -> &'static str {
        match self {
            Self::Tools => "tools",
            Self::Format => "format",
            Self::Deny => "deny",
            Self::Clippy => "clippy",
            Self::Docs => "docs",
            Self::Build => "build",
            Self::Package => "package",
            Self::Examples => "examples",
            Self::Fuzz => "fuzz",
            Self::Tests => "tests",
        }
    }

    fn run(self) -> Result<Tally> {
        match self {
            Self::Tools => steps::tools(),
            Self::Format => steps::format(),
            Self::Deny => steps::deny(),
            Self::Clippy => steps::clippy(),
            Self::Docs => steps::docs(),
            Self::Build => steps::build(),
            Self::Package => steps::package(),
            Self::Examples => steps::examples(),
            Self::Fuzz => steps::fuzz(),
            Self::Tests => steps::tests(),
        }
    }
}
