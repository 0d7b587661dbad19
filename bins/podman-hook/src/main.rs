//! An OCI hook that keeps Traefik's files in step with Podman's containers.

mod annotated;
mod cli;
mod commands;
mod drawing;
mod engine;
mod fault;
mod hook;
mod install;
mod location;
mod log;
mod networks;
mod probe;
mod publish;
mod settings;
mod worker;

use std::process::ExitCode;

use clap::Parser;
use portolan_program::report;

use cli::{Cli, Command};

fn main() -> ExitCode {
    // A container waits: nothing is read that a hook has no use for.
    if std::env::args_os().len() == 1 {
        return hook::run();
    }
    let result = match Cli::parse().command {
        Command::Worker(arguments) => Ok(worker::run(&arguments)),
        Command::Install(arguments) => commands::install::run(&arguments),
        Command::Uninstall(arguments) => commands::uninstall::run(&arguments),
        Command::Sync => commands::sync::run(),
        Command::Status(arguments) => commands::status::run(&arguments),
        Command::Completions(arguments) => commands::completions::run(&arguments),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            report::error(&error);
            ExitCode::from(2)
        }
    }
}
