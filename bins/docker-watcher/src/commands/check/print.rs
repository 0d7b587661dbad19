use std::collections::BTreeSet;
use std::io::{self, IsTerminal as _};

use portolan_container::{Diagnostic, Severity};
use serde_json::{Map, Value, json};

use super::Told;
use crate::report;

/// For people, in the manner of rustc.
pub(super) fn text(told: &[Told]) -> String {
    let colour = io::stdout().is_terminal();
    let one =
        |it: &Told| report::in_place(&it.diagnostic, it.container.as_ref(), it.location.as_ref(), colour);
    told.iter().map(|it| one(it) + "\n").collect::<Vec<_>>().join("\n")
}

/// A list of objects, with those fields alone that have a value.
pub(super) fn json(told: &[Told]) -> serde_json::Result<String> {
    let list: Vec<Value> = told.iter().map(|it| Value::Object(object(it))).collect();
    Ok(serde_json::to_string_pretty(&list)? + "\n")
}

fn object(told: &Told) -> Map<String, Value> {
    finding(&told.diagnostic, position(told).as_ref())
}

/// A finding for tools.
fn finding(diagnostic: &Diagnostic, position: Option<&Position>) -> Map<String, Value> {
    let mut object = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            object.insert(name.to_owned(), value);
        }
    };
    put("code", Some(diagnostic.code.0.into()));
    put("severity", Some(severity(diagnostic.severity).into()));
    put("file", position.map(|it| it.file.clone().into()));
    put("line", position.map(|it| it.start.0.into()));
    put("column", position.map(|it| it.start.1.into()));
    put("engine", diagnostic.engine.clone().map(Value::from));
    put("container", diagnostic.container.clone().map(Value::from));
    put("label", diagnostic.label.as_ref().map(|place| place.key.clone().into()));
    put("message", Some(diagnostic.message.clone().into()));
    put("help", diagnostic.help.clone().map(Value::from));
    object
}

/// Findings where there are no files, as `--format json` has them.
pub(in crate::commands) fn findings<'d>(list: impl IntoIterator<Item = &'d Diagnostic>) -> Value {
    list.into_iter().map(|it| Value::Object(finding(it, None))).collect()
}

/// The words of the formats for tools.
fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// A place as tools take it: lines and characters from one, the end behind the last character.
struct Position {
    file: String,
    start: (usize, usize),
    end: (usize, usize),
}

/// `None` where there is no file: engines, and standard input.
fn position(told: &Told) -> Option<Position> {
    let location = told.location.as_ref()?;
    let file = location.path.as_ref()?.to_string_lossy().into_owned();
    let end = portolan_engine::files::Location {
        bytes: location.bytes.end..location.bytes.end,
        ..location.clone()
    };
    Some(Position { file, start: location.line_and_column(), end: end.line_and_column() })
}

/// A workflow command a line: <https://docs.github.com/actions/reference/workflow-commands-for-github-actions>.
pub(super) fn github(told: &[Told]) -> String {
    let mut text = String::new();
    for it in told {
        let diagnostic = &it.diagnostic;
        let command = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "notice",
        };
        let mut properties = Vec::new();
        if let Some(Position { file, start, end }) = position(it) {
            properties.push(format!("file={}", property(&file)));
            properties.push(format!("line={},col={}", start.0, start.1));
            properties.push(format!("endLine={},endColumn={}", end.0, end.1));
        }
        properties.push(format!("title={}", property(diagnostic.code.0)));
        let message = sentence(it);
        text.push_str(&format!("::{command} {}::{}\n", properties.join(","), data(&message)));
    }
    text
}

/// The container and its engine, the message and the next step.
fn sentence(told: &Told) -> String {
    let diagnostic = &told.diagnostic;
    let container = diagnostic.subject().map(|name| format!("{name}: ")).unwrap_or_default();
    let help = diagnostic.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    format!("{container}{}{help}", diagnostic.message)
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

/// A run of SARIF 2.1.0: <https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html>.
pub(super) fn sarif(told: &[Told]) -> serde_json::Result<String> {
    let codes: BTreeSet<&str> = told.iter().map(|it| it.diagnostic.code.0).collect();
    let rules: Vec<Value> = codes.iter().map(|code| json!({ "id": code })).collect();
    let results: Vec<Value> = told
        .iter()
        .map(|it| {
            let mut result = json!({
                "ruleId": it.diagnostic.code.0,
                "ruleIndex": codes.range(..it.diagnostic.code.0).count(),
                "level": severity(it.diagnostic.severity),
                "message": { "text": sentence(it) },
            });
            if let (Some(Position { file, start, end }), Some(result)) =
                (position(it), result.as_object_mut())
            {
                let region = json!({
                    "startLine": start.0, "startColumn": start.1, "endLine": end.0, "endColumn": end.1,
                });
                let place = json!({ "artifactLocation": { "uri": uri(&file) }, "region": region });
                result.insert("locations".to_owned(), json!([{ "physicalLocation": place }]));
            }
            result
        })
        .collect();
    let log = json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "docker-watcher", "version": env!("CARGO_PKG_VERSION"), "rules": rules } },
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    });
    Ok(serde_json::to_string_pretty(&log)? + "\n")
}

/// A path as a relative reference, or as a `file` URI where it is absolute.
fn uri(path: &str) -> String {
    let mut uri = String::new();
    if path.starts_with('/') {
        uri.push_str("file://");
    }
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte))
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}
