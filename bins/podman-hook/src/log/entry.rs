use std::fmt::{Debug, Write as _};
use std::time::SystemTime;

use portolan_container::printable;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level};

/// The field that names a container.
const CONTAINER: &str = "container";
/// The field that `tracing` keeps the message in.
const MESSAGE: &str = "message";

/// What happened, once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) level: Level,
    /// The name of the container that it is about.
    pub(super) container: Option<String>,
    pub(super) message: String,
    /// What else was said, by name.
    pub(super) fields: Vec<(&'static str, String)>,
}

impl Entry {
    pub(super) fn of(event: &Event<'_>) -> Self {
        let level = *event.metadata().level();
        let mut entry = Self { level, container: None, message: String::new(), fields: Vec::new() };
        event.record(&mut entry);
        entry
    }

    /// The message with the container's name before it and all else behind.
    pub(super) fn sentence(&self) -> String {
        let mut text = String::new();
        if let Some(container) = &self.container {
            text.push_str(&format!("{}: ", printable(container)));
        }
        text.push_str(&printable(&self.message));
        for (name, value) in &self.fields {
            // A text in memory takes all.
            let _ = write!(text, " ({name}: {})", printable(value));
        }
        text
    }

    /// A line for people.
    pub(super) fn text(&self, now: SystemTime) -> String {
        let time = humantime::format_rfc3339_millis(now);
        format!("{time} {:>5} {}\n", self.level.as_str(), self.sentence())
    }

    /// A line for tools, with the names that `docker-watcher` has in its own.
    pub(super) fn json(&self, now: SystemTime) -> String {
        let mut map = Map::new();
        let time = humantime::format_rfc3339_millis(now).to_string();
        let always = [("timestamp", time.as_str()), ("level", self.level.as_str()), (MESSAGE, &self.message)];
        let container = self.container.iter().map(|name| (CONTAINER, name.as_str()));
        let fields = self.fields.iter().map(|(name, value)| (*name, value.as_str()));
        for (name, value) in always.into_iter().chain(container).chain(fields) {
            map.insert(name.to_owned(), Value::from(value));
        }
        format!("{}\n", Value::Object(map))
    }

    fn put(&mut self, field: &Field, value: String) {
        match field.name() {
            MESSAGE => self.message = value,
            CONTAINER => self.container = Some(value),
            name => self.fields.push((name, value)),
        }
    }
}

impl Visit for Entry {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.put(field, value.to_owned());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.put(field, format!("{value:?}"));
    }
}

#[cfg(test)]
pub(super) fn entry(container: Option<&str>, message: &str) -> Entry {
    let fields = vec![("help", "do this".to_owned())];
    Entry { level: Level::WARN, container: container.map(str::to_owned), message: message.to_owned(), fields }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_one_line_whatever_is_said() {
        let now = SystemTime::UNIX_EPOCH;
        let text = entry(Some("web"), "bad\n\u{1b}[31mthing").text(now);
        assert_eq!(text, "1970-01-01T00:00:00.000Z  WARN web: bad\\n\\u{1b}[31mthing (help: do this)\n");
        assert_eq!(entry(None, "x").text(now), "1970-01-01T00:00:00.000Z  WARN x (help: do this)\n");
        let json: Value = serde_json::from_str(&entry(Some("web"), "bad\nthing").json(now)).unwrap();
        assert_eq!((&json["container"], &json["message"]), (&"web".into(), &"bad\nthing".into()));
        assert_eq!((&json["level"], &json["help"]), (&"WARN".into(), &"do this".into()));
    }
}
