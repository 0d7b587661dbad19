//! JSON as Go writes it: keys in order, `<`, `>` and `&` escaped unless asked not to.

use std::fmt::Write;
use std::sync::Arc;

use gotmpl::Value;

use super::{Arguments, Failure, Function, Outcome, exactly, go, ok};

pub(super) const TABLE: &[Function] = &[
    exactly("toJson", 1, |a| written(a, Style { html: true, pretty: false })),
    exactly("mustToJson", 1, |a| written(a, Style { html: true, pretty: false })),
    exactly("toRawJson", 1, |a| written(a, Style { html: false, pretty: false })),
    exactly("mustToRawJson", 1, |a| written(a, Style { html: false, pretty: false })),
    exactly("toPrettyJson", 1, |a| written(a, Style { html: true, pretty: true })),
    exactly("mustToPrettyJson", 1, |a| written(a, Style { html: true, pretty: true })),
    exactly("fromJson", 1, |a| Ok(serde_json::from_str(a.text(0)?).map_or(Value::Nil, read))),
    exactly("mustFromJson", 1, |a| {
        serde_json::from_str(a.text(0)?).map(read).map_err(|error| Failure::from(error.to_string()))
    }),
];

#[derive(Clone, Copy)]
struct Style {
    html: bool,
    pretty: bool,
}

fn written(a: &Arguments<'_>, style: Style) -> Outcome {
    let mut out = String::new();
    write(&mut out, a.value(0), style, 0);
    ok(out)
}

fn write(out: &mut String, value: &Value, style: Style, depth: usize) {
    match value {
        Value::Nil | Value::Function(_) => out.push_str("null"),
        Value::Bool(_) | Value::Int(_) | Value::Uint(_) => out.push_str(&go::print(value)),
        Value::Float(number) => out.push_str(&float(*number)),
        Value::String(text) => string(out, text, style),
        Value::List(items) => {
            elements(out, ('[', ']'), items.iter(), style, depth, |out, item, depth| {
                write(out, item, style, depth);
            });
        }
        Value::Map(entries) => {
            elements(out, ('{', '}'), entries.iter(), style, depth, |out, (key, item), depth| {
                string(out, key, style);
                out.push_str(if style.pretty { ": " } else { ":" });
                write(out, item, style, depth);
            });
        }
    }
}

fn elements<T>(
    out: &mut String,
    (open, close): (char, char),
    items: impl ExactSizeIterator<Item = T>,
    style: Style,
    depth: usize,
    mut element: impl FnMut(&mut String, T, usize),
) {
    let line = |out: &mut String, depth: usize| {
        if style.pretty {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        }
    };
    let empty = items.len() == 0;
    out.push(open);
    for (n, item) in items.enumerate() {
        if n > 0 {
            out.push(',');
        }
        line(out, depth + 1);
        element(out, item, depth + 1);
    }
    if !empty {
        line(out, depth);
    }
    out.push(close);
}

/// The shortest digits, with an exponent below 1e-6 and from 1e21.
fn float(number: f64) -> String {
    let (mantissa, exponent) = go::scientific(number);
    if number == 0.0 || (-6..21).contains(&exponent) {
        return format!("{number}");
    }
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{mantissa}e{sign}{}", exponent.abs())
}

fn string(out: &mut String, text: &str, style: Style) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\0'..=' ' if c != ' ' => escape(out, c),
            '<' | '>' | '&' if style.html => escape(out, c),
            '\u{2028}' | '\u{2029}' => escape(out, c),
            _ => out.push(c),
        }
    }
    out.push('"');
}

fn escape(out: &mut String, c: char) {
    // Writing to a string does not fail.
    let _ = write!(out, "\\u{:04x}", u32::from(c));
}

/// Numbers are floats, as Go reads them where it knows no type.
fn read(value: serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Nil,
        serde_json::Value::Bool(value) => Value::Bool(value),
        serde_json::Value::Number(number) => Value::Float(number.as_f64().unwrap_or_default()),
        serde_json::Value::String(text) => Value::from(text),
        serde_json::Value::Array(items) => Value::List(items.into_iter().map(read).collect()),
        serde_json::Value::Object(entries) => Value::Map(Arc::new(
            entries.into_iter().map(|(key, item)| (Arc::from(key), read(item))).collect(),
        )),
    }
}
