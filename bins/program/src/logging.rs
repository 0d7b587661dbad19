//! The log of a program that runs on.

use std::io::{self, IsTerminal};
use std::sync::atomic::{AtomicBool, Ordering};

use portolan_settings::{Log, LogFormat, LogLevel};
use tracing::level_filters::LevelFilter;

static JSON: AtomicBool = AtomicBool::new(false);

/// Whether each line on standard error is to be an object of JSON.
pub(crate) fn is_json() -> bool {
    JSON.load(Ordering::Relaxed)
}

/// Sends the log to standard error, as the settings want it. Where that is as JSON, what is reported to people goes there too.
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
        LogFormat::Json => {
            builder.json().flatten_event(true).init();
            JSON.store(true, Ordering::Relaxed);
        }
        LogFormat::Text => builder.with_ansi(io::stderr().is_terminal()).init(),
    }
}
