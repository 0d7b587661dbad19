//! One module a command, and their log.

pub(crate) mod status;
pub(crate) mod sync;

use portolan_settings::{LogLevel, Settings};
use tracing::level_filters::LevelFilter;

/// Sends the log to standard error, for now.
pub(crate) fn log(settings: &Settings) {
    let level = match settings.log.level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    tracing_subscriber::fmt().with_max_level(level).with_target(false).with_writer(std::io::stderr).init();
}
