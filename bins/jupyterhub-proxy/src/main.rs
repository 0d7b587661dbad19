//! A JupyterHub's proxy: the API of configurable-http-proxy in front of Traefik's file provider.

mod activity;
mod api;
mod certificate;
mod cli;
mod client;
mod completions;
mod fallback;
mod files;
mod hub;
mod listen;
mod lock;
mod marker;
mod metrics;
mod options;
mod orphan;
mod publish;
mod run;
mod serve;
mod state;
mod supervise;
mod tls;
mod usable;

use std::process::ExitCode;

use clap::Parser;
use portolan_program::report;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os();
    let result = if arguments.nth(1).is_some_and(|first| first == orphan::WORD) {
        orphan::become_traefik(arguments)
    } else {
        let cli = cli::Cli::parse();
        match cli.command {
            Some(cli::Command::Completions { shell }) => completions::print(shell),
            None => options::Options::new(cli).and_then(run::run),
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::error(&error);
            ExitCode::from(2)
        }
    }
}
