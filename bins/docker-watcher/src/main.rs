//! Follows container engines and keeps Traefik's files in step with labels.

mod cli;
mod commands;
mod configure;
mod page;
mod status_socket;
mod supervise;
mod systemd;
mod unit;

use std::process::ExitCode;

use clap::Parser;
use portolan_program::report;

use cli::{Cli, Command};

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Run(arguments) => commands::run::run(&arguments),
        Command::Render(arguments) => commands::render::run(&arguments),
        Command::Check(arguments) => commands::check::run(&arguments),
        Command::Explain(arguments) => commands::explain::run(&arguments),
        Command::Status(arguments) => commands::status::run(&arguments),
        Command::Net(arguments) => commands::net::run(&arguments),
        Command::Agent(arguments) => commands::agent::run(&arguments),
        Command::Install(arguments) => commands::install::run(&arguments),
        Command::Uninstall(arguments) => commands::uninstall::run(&arguments),
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
