//! What is wrong with labels, before or while containers run.

pub(super) mod findings;
mod mend;
pub(super) mod print;
mod sources;
mod surroundings;

use std::process::ExitCode;

use anyhow::Context as _;
use portolan_container::{Container, Diagnostic, Severity};
use portolan_engine::files::Location;
use portolan_program::engines::engines;

use crate::cli::{CheckArguments, CheckFormat};
use crate::{configure, report};

/// A finding, the container that it is about, and where it is in a file.
#[derive(Debug)]
struct Told {
    diagnostic: Diagnostic,
    container: Option<Container>,
    location: Option<Location>,
    /// Whether the location is that of the label, not of the container as a whole.
    is_label: bool,
    /// The source, by its place among those given.
    source: usize,
}

pub(crate) fn run(arguments: &CheckArguments) -> anyhow::Result<ExitCode> {
    let settings = configure::settings(&arguments.common, Vec::new())?;
    // Files are read as if their containers were here.
    let engines = if arguments.sources.is_empty() { engines(&settings)? } else { Vec::new() };
    let policy = configure::policy_for(&settings, &engines)?;
    let surroundings = surroundings::gather(arguments, &policy)?;
    let look = || -> anyhow::Result<Vec<Told>> {
        let sources = sources::gather(&arguments.sources, &engines, &settings)?;
        Ok(findings::gather(sources, &settings, policy.clone(), &surroundings))
    };
    let mut told = look()?;
    if arguments.fix {
        let mended = mend::mend(&told)?;
        if mended > 0 {
            report::plain(&format!("{} mended", count(mended, "finding")));
            told = look()?;
        }
    }
    let text = match arguments.format {
        CheckFormat::Text => print::text(&told),
        CheckFormat::Json => print::json(&told)?,
        CheckFormat::Github => print::github(&told),
        CheckFormat::Sarif => print::sarif(&told)?,
    };
    super::render::print(&text).context("standard output")?;
    let of = |severity| told.iter().filter(|it| it.diagnostic.severity == severity).count();
    let (errors, warnings) = (of(Severity::Error), of(Severity::Warning));
    if arguments.format == CheckFormat::Text && errors + warnings > 0 {
        report::plain(&format!("{}, {}", count(errors, "error"), count(warnings, "warning")));
    }
    let wrong = errors > 0 || (arguments.deny_warnings && warnings > 0);
    Ok(if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn count(number: usize, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{number} {what}s") }
}
