//! The canonical form of what labels come to is what Traefik has in memory.
//!
//! `tests/data/grammar.jsonl` holds what Traefik 3.7 made of one container, `web`, with one set of labels a line: the corners of
//! the grammar, of every type and of every default. Recorded from its Docker provider.

use portolan_container::{Attachment, Container, Port, Protocol};
use serde_json::{Map, Value};

use super::*;
use crate::{Options, Table, share};

fn json(value: Canonical) -> Value {
    match value {
        Canonical::Null => Value::Null,
        Canonical::Bool(value) => value.into(),
        Canonical::Integer(value) => value.into(),
        Canonical::Text(text) => text.into(),
        Canonical::List(list) | Canonical::Structs(list) => list.into_iter().map(json).collect(),
        Canonical::Map(map) => map.into_iter().map(|(key, value)| (key, json(value))).collect(),
        Canonical::Pointer(value) => json(*value),
    }
}

/// Without what Traefik's log does not tell apart: an empty list from none, a duration of nothing from zero.
fn comparable(value: Value) -> Value {
    match value {
        Value::Object(map) => {
            let is_silent = |(key, value): &(String, Value)| {
                value.as_array().is_some_and(Vec::is_empty) || (key == "passthrough" && value == false)
            };
            let entries = map.into_iter().filter(|entry| !is_silent(entry));
            Value::Object(entries.map(|(key, value)| (key, comparable(value))).collect())
        }
        Value::Array(list) => list.into_iter().map(comparable).collect(),
        Value::String(text) if text == "0s" => 0.into(),
        value => value,
    }
}

/// Sections without elements, which Traefik does not log.
fn without_empty_sections(mut configuration: Value) -> Value {
    let is_empty = |value: &Value| value.as_object().is_some_and(Map::is_empty);
    if let Value::Object(protocols) = &mut configuration {
        for sections in protocols.values_mut().filter_map(Value::as_object_mut) {
            sections.retain(|_, elements| !is_empty(elements));
        }
        protocols.retain(|_, sections| !is_empty(sections));
    }
    configuration
}

/// Where we differ, and why: nobody writes these labels, and they harm none but their container.
const DIFFERENT: [&str; 6] = [
    // Below what Traefik keeps for itself, it knows names, and refuses others. Here any name is dropped.
    "traefik.http.routers.r.observability.metadata.x",
    "traefik.http.middlewares.m.errors.nginxheaders.x",
    "traefik.tcp.models.t.x",
    // A model's `observability` is always there, and is given no defaults. Traefik applies no model but its own.
    "traefik.http.models.t.observability",
    "traefik.http.models.t.observability.metrics",
    "traefik.http.models.t.tls",
];

#[test]
fn labels_come_to_what_traefik_has() {
    let mut wrong = Vec::new();
    let mut checked = 0;
    for line in include_str!("../../tests/data/grammar.jsonl").lines() {
        let case: Value = serde_json::from_str(line).expect("is JSON");
        let labels = case["labels"].as_object().expect("has labels");
        if DIFFERENT.iter().any(|key| labels.contains_key(*key)) {
            continue;
        }
        let text = |value: &Value| value.as_str().expect("is a text").to_owned();
        let bridge = Attachment { ipv4: "172.17.0.2".parse().ok(), ..Attachment::default() };
        let container = Container {
            id: "1f".into(),
            name: "web".into(),
            labels: labels.iter().map(|(key, value)| (key.clone(), text(value))).collect(),
            attachments: [("bridge".into(), bridge)].into(),
            ports: vec![Port { number: 80, protocol: Protocol::Tcp, bindings: vec![] }],
            ..Container::default()
        };
        let made = share(&container, &Options::default(), &[][..]);
        for error in case["errors"].as_array().into_iter().flatten().map(text) {
            if !made.diagnostics.iter().any(|finding| finding.message.starts_with(&error)) {
                wrong.push(format!("{labels:?}\n  Traefik: {error}\n  ours: {:?}", made.diagnostics));
            }
        }
        let mut table = Table::default();
        table.replace(made);
        let ours = canonical(&table.configuration().0).expect("has a canonical form");
        let ours = without_empty_sections(comparable(json(ours)));
        let theirs = without_empty_sections(comparable(case["config"].clone()));
        if ours != theirs {
            wrong.push(format!("{labels:?}\n  Traefik: {theirs}\n  ours:    {ours}"));
        }
        checked += 1;
    }
    assert!(wrong.is_empty(), "{} of {checked}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(checked > 200, "{checked}");
}
