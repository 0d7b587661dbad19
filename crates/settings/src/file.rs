use std::collections::BTreeMap;

use crate::Key;
use crate::keys::SECTIONS;
use crate::load::{Found, Layers, Places, Source};
use crate::node::{Node, Value};
use crate::{Error, Place};

impl Layers {
    /// Takes what the settings file says. A key without a value, or with `null`, is as good as absent, so that a section
    /// whose keys are all commented out is no mistake.
    pub(crate) fn file(&mut self, text: &str) {
        let node = match Node::parse(text) {
            Ok(node) => node,
            Err(error) => return self.problems.push(syntax(text, &error)),
        };
        let mut places = Places::new(text);
        match &node.value {
            Value::Null => {}
            Value::Section(entries) => self.section("", entries, &mut places),
            other => self.problems.push(wants_section(&node, None, other)),
        }
    }

    fn section(&mut self, section: &str, entries: &[(Node, Node)], places: &mut Places<'_>) {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (name_node, value) in entries {
            let name = match &name_node.value {
                Value::Text(text) | Value::Number(text) => text.clone(),
                Value::Bool(value) => value.to_string(),
                other => other.describe(),
            };
            let path = if section.is_empty() { name.clone() } else { format!("{section}.{name}") };
            if let Some(first) = seen.get(&name) {
                self.problems.push(duplicate(name_node, &path, places.of(*first)));
                continue;
            }
            seen.insert(name.clone(), name_node.ordinal);

            // A dot in a name would find the key of a section; in the file a section is written as one.
            let key = Key::find(&path).filter(|_| !name.contains('.'));
            let inner = SECTIONS.iter().find(|inner| inner.name == path);
            match (key, inner, &value.value) {
                (Some(_), _, Value::Null) | (None, Some(_), Value::Null) => {}
                (Some(key), _, _) => self.set(key, value, &Source::Node(value.ordinal)),
                (None, Some(inner), Value::Section(entries)) => self.section(inner.name, entries, places),
                (None, Some(inner), other) => match inner.short_key() {
                    Some(key) => self.set(key, value, &Source::Node(value.ordinal)),
                    None => self.problems.push(wants_section(value, Some(path), other)),
                },
                (None, None, _) => self.unknown(Source::Node(name_node.ordinal), section, &name),
            }
        }
    }
}

fn wants_section(node: &Node, key: Option<String>, value: &Value) -> Found {
    Found {
        source: Source::Node(node.ordinal),
        key,
        error: Error::WrongType { expected: "a section with keys".to_owned(), found: value.describe() },
        help: Some("write one `key: value` a line".to_owned()),
    }
}

fn duplicate(name: &Node, path: &str, first: Option<Place>) -> Found {
    let first = first.map_or_else(|| "an earlier line".to_owned(), |place| format!("line {}", place.line));
    Found {
        source: Source::Node(name.ordinal),
        key: Some(path.to_owned()),
        error: Error::Duplicate(first),
        help: Some("remove one of them".to_owned()),
    }
}

fn syntax(text: &str, error: &serde_yaml::Error) -> Found {
    let place = Place::of(error);
    let message = error.to_string();
    // The place is in the parser's words too; ours stands before the message.
    let message = message.split(" at line ").next().unwrap_or_default().to_owned();
    let line = place.and_then(|place| text.lines().nth(place.line.saturating_sub(1)));
    let has_tab = line.is_some_and(|line| line.trim_start_matches(' ').starts_with('\t'));
    Found {
        source: Source::Text(place),
        key: None,
        error: Error::Syntax(message),
        help: has_tab.then(|| "indent with spaces, not with tabs".to_owned()),
    }
}
