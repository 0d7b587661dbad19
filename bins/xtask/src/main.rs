#![doc = include_str!("../README.md")]
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that a person reads")]

mod aside;
mod background;
mod bench;
mod cli;
mod demo;
mod docs;
mod image;
mod interrupt;
mod process;
mod progress;
mod test;
mod tools;
mod wheel;
mod workspace;

use std::process::ExitCode;

use clap::Parser as _;

use cli::{Cli, Task};

fn main() -> ExitCode {
    let done = match Cli::parse().task {
        Task::Test(options) => test::run(&options),
        Task::Demo(options) => demo::run(&options),
        Task::Docs(options) => docs::run(&options),
        Task::Bench(options) => bench::run(&options),
        Task::Image(options) => image::run(&options),
        Task::Wheel => wheel::run(),
        Task::MadeUp(options) => bench::made_up(options.containers),
    };
    match done {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::from(2)
        }
    }
}
