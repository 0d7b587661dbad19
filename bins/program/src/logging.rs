//! The log of a program that runs on.

use std::io::{self, IsTerminal};

use portolan_settings::{Log, LogFormat, LogLevel};
use tracing::level_filters::LevelFilter;

/// Sends the log to standard error, as the settings want it.
pub fn start(log: &Log) {
    let level = match log.level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let builder = tracing_subscriber::fmt().with_max_level(level).with_target(false).with_writer(io::stderr);
    match log.format {
        LogFormat::Json => builder.json().flatten_event(true).init(),
        LogFormat::Text => builder.with_ansi(io::stderr().is_terminal()).init(),
    }
}
