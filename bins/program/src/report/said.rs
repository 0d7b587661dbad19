use std::cell::RefCell;
use std::io::{self, Write};

use tracing::{error, info, warn};

use crate::logging;

/// What was said, and not printed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// `error`, `warning` or `info`.
    pub level: String,
    /// What is so.
    pub message: String,
    /// The next step, where one is known.
    pub help: Option<String>,
    /// The key of the setting that it is about, where it is about one.
    pub key: Option<String>,
}

thread_local! {
    /// What was said since somebody listens.
    static HEARD: RefCell<Option<Vec<Line>>> = const { RefCell::new(None) };
}

/// Does a work, and gives what it has to say to whoever asked for it: a process without a terminal has a log instead.
///
/// It listens to this thread alone.
pub fn captured<T>(work: impl FnOnce() -> T) -> (T, Vec<Line>) {
    let outer = HEARD.replace(Some(Vec::new()));
    let done = work();
    let heard = HEARD.replace(outer).unwrap_or_default();
    (done, heard)
}

/// Says what was kept.
pub fn repeat(lines: &[Line]) {
    for said in lines {
        say(&said.level, &said.message, said.help.as_deref(), said.key.as_deref());
    }
}

/// Keeps what is said for whoever listens, or gives it to a log that has no line of any other form; tells whether there is either.
pub(super) fn heard(level: &str, message: &str, help: Option<&str>, key: Option<&str>) -> bool {
    let is_kept = HEARD.with_borrow_mut(|lines| {
        let line = || Line {
            level: level.to_owned(),
            message: message.to_owned(),
            help: help.map(str::to_owned),
            key: key.map(str::to_owned),
        };
        lines.as_mut().map(|lines| lines.push(line())).is_some()
    });
    if !is_kept && logging::is_json() {
        log(level, message, help, key);
        return true;
    }
    is_kept
}

fn log(level: &str, message: &str, help: Option<&str>, key: Option<&str>) {
    match level {
        "error" => error!(key, help, "{message}"),
        "warning" => warn!(key, help, "{message}"),
        _ => info!(key, help, "{message}"),
    }
}

/// Says what is so, with the next step below it.
pub(super) fn say(level: &str, message: &str, help: Option<&str>, key: Option<&str>) {
    if heard(level, message, help, key) {
        return;
    }
    let mut text = format!("{level}: {message}\n");
    if let Some(help) = help {
        text.push_str(&format!("  help: {help}\n"));
    }
    write(&text);
}

/// Nobody may be reading standard error any more: that is no reason to fail.
pub(super) fn write(text: &str) {
    let _ = io::stderr().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;
    use crate::report::{line, plain};

    #[test]
    fn what_is_said_is_heard_by_whoever_asked_for_it() {
        let (done, lines) = captured(|| {
            line("warning", "outer", Some("do this"));
            let (_, inner) = captured(|| plain("inner"));
            inner
        });
        let outer = Line {
            level: "warning".to_owned(),
            message: "outer".to_owned(),
            help: Some("do this".to_owned()),
            key: None,
        };
        assert_eq!(lines, [outer]);
        let inner = Line { level: "info".to_owned(), message: "inner".to_owned(), help: None, key: None };
        assert_eq!(done, [inner]);
    }

    /// What a log of JSON has.
    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn what_is_said_to_a_log_of_json_is_an_object_with_key_and_help() {
        let written = Written::default();
        let writer = written.clone();
        let log_of = tracing_subscriber::fmt().json().flatten_event(true).with_target(false);
        let log_of = log_of.with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(log_of, || {
            log("error", "unknown key", Some("did you mean `output`?"), Some("ouput"));
            log("warning", "two\nlines", None, None);
        });
        let written = String::from_utf8(written.0.lock().unwrap().clone()).unwrap();
        let mut lines = written.lines().map(|line| {
            let line: serde_json::Value = serde_json::from_str(line).unwrap();
            ["level", "message", "help", "key"]
                .map(|name| line.get(name).and_then(|it| it.as_str()).map(str::to_owned))
        });
        let check = |line: Option<[Option<String>; 4]>, expected: [Option<&str>; 4]| {
            assert_eq!(line.unwrap(), expected.map(|it| it.map(str::to_owned)));
        };
        check(
            lines.next(),
            [Some("ERROR"), Some("unknown key"), Some("did you mean `output`?"), Some("ouput")],
        );
        check(lines.next(), [Some("WARN"), Some("two\nlines"), None, None]);
    }
}
