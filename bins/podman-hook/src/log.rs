//! The log of a process that has no terminal.

mod entry;
mod file;
mod journal;

use std::fmt;
use std::path::{Path, PathBuf};

use portolan_program::report::Line;
use portolan_settings::{LogFormat, LogLevel, Settings};
use tracing::level_filters::LevelFilter;
use tracing::{Event, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use self::entry::Entry;
use self::file::LogFile;
use self::journal::Journal;
use crate::location;

/// The name of the file, where there is no journal. The one before it has `.old` at the end.
const FILE: &str = "podman-hook.log";

/// Where the log is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// In the system's journal.
    Journal,
    /// In a file.
    File(PathBuf),
}

impl Place {
    /// Where the log of these settings is on this machine.
    pub(crate) fn of(settings: &Settings) -> Self {
        match Journal::connect(Path::new(journal::SOCKET)) {
            Ok(_) => Self::Journal,
            Err(_) => Self::File(location::directory(settings).join(FILE)),
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Journal => write!(f, "journalctl -t {}", journal::IDENTIFIER),
            Self::File(path) => write!(f, "{}", path.display()),
        }
    }
}

/// Starts the log: to the journal where there is one, else to a file beside the records. Panics go there too.
pub(crate) fn start(settings: &Settings) {
    let level = match settings.log.level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let sink = Sink {
        journal: Journal::connect(Path::new(journal::SOCKET)).ok(),
        file: LogFile::new(location::directory(settings).join(FILE)),
        format: settings.log.format,
    };
    // It fails where a log was started before, which then goes on.
    if tracing_subscriber::registry().with(sink.with_filter(level)).try_init().is_ok() {
        std::panic::set_hook(Box::new(|panic| {
            let place = panic.location().map(|place| format!(" at {place}")).unwrap_or_default();
            let payload = panic.payload();
            let text = payload.downcast_ref::<&str>().copied();
            let reason = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
            let reason = reason.unwrap_or("without a reason");
            tracing::error!("panicked{place}: {reason}");
        }));
    }
}

/// Logs what was said to people, where there are none.
pub(crate) fn told(lines: &[Line]) {
    for line in lines {
        let (message, help) = (line.message.as_str(), line.help.as_deref());
        match line.level.as_str() {
            "error" => tracing::error!(help, "{message}"),
            "warning" => tracing::warn!(help, "{message}"),
            _ => tracing::info!(help, "{message}"),
        }
    }
}

/// Takes what happens in this process.
#[derive(Debug)]
struct Sink {
    journal: Option<Journal>,
    file: LogFile,
    format: LogFormat,
}

impl<S: Subscriber> Layer<S> for Sink {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let entry = Entry::of(event);
        if self.journal.as_ref().is_some_and(|journal| journal.send(&entry).is_ok()) {
            return;
        }
        let now = std::time::SystemTime::now();
        let line = match self.format {
            LogFormat::Text => entry.text(now),
            LogFormat::Json => entry.json(now),
        };
        // There is nobody else to tell.
        let _ = self.file.append(&line);
    }
}
