use std::collections::BTreeMap;
use std::fmt;

use portolan_container::{Container, Diagnostic};
use serde::de::{DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::codes::{INSPECT_ENTRY, INSPECT_SYNTAX};

/// Entries of one text: those that are a few characters each would be thousands of times larger as containers.
const MOST_ENTRIES: usize = 100_000;

/// Reads what `docker inspect` or `podman inspect` printed: a list, one container, or several behind each other.
///
/// Entries are read one at a time, so that a megabyte of text is not held a second time as a tree.
pub(super) fn parse(text: &str) -> (Vec<Container>, Vec<Diagnostic>) {
    let mut entries = Entries::default();
    let mut rest = serde_json::Deserializer::from_str(text);
    while rest.end().is_err() {
        if let Err(error) = (Document(&mut entries)).deserialize(&mut rest) {
            let kept = match entries.containers.len() {
                0 => String::new(),
                1 => "; the container before it is kept".to_owned(),
                count => format!("; the {count} containers before it are kept"),
            };
            let finding =
                Diagnostic::error(INSPECT_SYNTAX, format!("the JSON cannot be read: {error}{kept}"));
            entries
                .findings
                .push(finding.with_help("give the whole output of `docker inspect` as it was printed"));
            break;
        }
    }
    (entries.containers, entries.findings)
}

/// Whether a JSON object is a Compose file, as `docker compose config --format json` prints it.
pub(super) fn is_compose(text: &str) -> bool {
    #[derive(Deserialize)]
    struct Probe {
        services: Option<serde::de::IgnoredAny>,
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Probe>();
    matches!(values.next(), Some(Ok(Probe { services: Some(_) })))
}

#[derive(Default)]
struct Entries {
    containers: Vec<Container>,
    findings: Vec<Diagnostic>,
    /// Where a container of this identifier stands.
    known: BTreeMap<String, usize>,
    count: usize,
}

impl Entries {
    fn has_room<E: serde::de::Error>(&self) -> Result<(), E> {
        if self.count < MOST_ENTRIES {
            Ok(())
        } else {
            Err(E::custom(format!("more than {MOST_ENTRIES} entries")))
        }
    }

    fn add(&mut self, value: &Value) {
        let index = self.count;
        self.count += 1;
        let reason = match (other_object(value), Container::from_inspect(value)) {
            (Some(other), _) => format!("this is {other}"),
            (None, Err(error)) => error.to_string(),
            (None, Ok(container)) => {
                let known = self.known.get(&container.id).and_then(|at| self.containers.get(*at));
                // `docker inspect web web` prints it twice.
                if known != Some(&container) {
                    self.known.insert(container.id.clone(), self.containers.len());
                    self.containers.push(container);
                }
                return;
            }
        };
        self.findings.push(
            Diagnostic::error(INSPECT_ENTRY, format!("entry {index} is no container: {reason}"))
                .with_help("inspect containers alone: `docker inspect --type container NAME...`"),
        );
    }
}

/// What else has an `Id` or a `Name`, known by the keys that a container never has.
fn other_object(value: &Value) -> Option<&'static str> {
    let object = value.as_object()?;
    let has = |key: &str| object.contains_key(key);
    if has("State") || has("HostConfig") || has("NetworkSettings") {
        return None;
    }
    if has("RepoTags") || has("RootFS") {
        Some("an image")
    } else if has("IPAM") || has("subnets") {
        Some("a network")
    } else if has("Mountpoint") {
        Some("a volume")
    } else {
        None
    }
}

/// A list of entries, or an entry.
struct Document<'a>(&'a mut Entries);

impl<'de> DeserializeSeed<'de> for Document<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Document<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a container or a list of containers")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(value) = items.next_element::<Value>()? {
            self.0.has_room()?;
            self.0.add(&value);
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, entries: A) -> Result<(), A::Error> {
        self.0.has_room()?;
        let value = Value::deserialize(serde::de::value::MapAccessDeserializer::new(entries))?;
        self.0.add(&value);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names of the containers, and the findings in one line each.
    fn check(text: &str, names: &[&str], findings: &[&str]) {
        let (containers, found) = parse(text);
        assert_eq!(containers.iter().map(|container| &*container.name).collect::<Vec<_>>(), names, "{text}");
        assert_eq!(found.iter().map(ToString::to_string).collect::<Vec<_>>(), findings, "{text}");
    }

    #[test]
    fn every_shape_of_the_output_is_read() {
        check(r#"[{"Id": "1", "Name": "/a"}, {"Id": "2", "Name": "/b"}]"#, &["a", "b"], &[]);
        check(r#"{"Id": "1", "Name": "/a"}"#, &["a"], &[]);
        check("{\"Id\": \"1\"}\n{\"Id\": \"2\"}\r\n\n[{\"Id\": \"3\"}]\n", &["1", "2", "3"], &[]);
        check("[]\n", &[], &[]);
    }

    #[test]
    fn other_entries_are_named_and_the_rest_is_kept() {
        check(
            r#"[{"Id": "1"}, {"Id": "sha256:0", "RepoTags": [], "Config": {}}, 7, {}, {"Name": "n", "IPAM": {}}, {"Name": "v", "Mountpoint": "/"}, {"Id": "2"}]"#,
            &["1", "2"],
            &[
                "error[inspect-entry]: entry 1 is no container: this is an image",
                "error[inspect-entry]: entry 2 is no container: a container must be an object, this is a number",
                "error[inspect-entry]: entry 3 is no container: a container needs an `Id` or a `Name`",
                "error[inspect-entry]: entry 4 is no container: this is a network",
                "error[inspect-entry]: entry 5 is no container: this is a volume",
            ],
        );
    }

    #[test]
    fn what_stands_before_a_mistake_is_kept() {
        check(
            "[{\"Id\": \"1\"}, {\"Id\": ",
            &["1"],
            &[
                "error[inspect-syntax]: the JSON cannot be read: EOF while parsing a value at line 1 column 21; the container before it is kept",
            ],
        );
        check(
            "{\"Id\": \"1\"} x",
            &["1"],
            &[
                "error[inspect-syntax]: the JSON cannot be read: expected value at line 1 column 13; the container before it is kept",
            ],
        );
    }

    #[test]
    fn the_same_entry_twice_is_one() {
        check(r#"[{"Id": "1"}, {"Id": "1"}, {"Id": "1", "Name": "b"}]"#, &["1", "b"], &[]);
    }

    #[test]
    fn a_list_has_an_end() {
        let (containers, findings) = parse(&format!("[{}7]", "7,".repeat(MOST_ENTRIES)));
        assert_eq!((containers.len(), findings.len()), (0, MOST_ENTRIES + 1));
        assert!(
            findings[MOST_ENTRIES].message.contains("more than 100000 entries"),
            "{}",
            findings[MOST_ENTRIES]
        );
    }
}
