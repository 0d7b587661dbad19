use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;

use crate::cli::{CompletionsArguments, Shell};

/// What `cargo xtask docs` has made of the command line: the program need not bring what makes it.
pub(crate) fn run(arguments: &CompletionsArguments) -> anyhow::Result<ExitCode> {
    let text = match arguments.shell {
        Shell::Bash => include_str!("../../../../docs/completions/podman-hook.bash"),
        Shell::Zsh => include_str!("../../../../docs/completions/_podman-hook"),
        Shell::Fish => include_str!("../../../../docs/completions/podman-hook.fish"),
    };
    std::io::stdout().write_all(text.as_bytes()).context("standard output")?;
    Ok(ExitCode::SUCCESS)
}
