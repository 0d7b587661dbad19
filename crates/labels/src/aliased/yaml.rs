use std::collections::BTreeMap;

use super::value::{Content, Value};

/// A label's value is a few lines; what is longer than any sensible one is not read.
const MAX_BYTES: usize = 1 << 20;

/// Reads a text as YAML whose values stand in the label of `at`. Tabs are taken as blanks, as GoDoxy does.
pub(super) fn read<'a>(text: &str, at: &Value<'a>) -> Result<Value<'a>, String> {
    if text.len() > MAX_BYTES {
        return Err("it is too long".to_owned());
    }
    let text = text.replace('\t', "  ");
    let mut value: serde_yaml::Value = serde_yaml::from_str(&text).map_err(|error| error.to_string())?;
    value.apply_merge().map_err(|error| error.to_string())?;
    Ok(convert(value, at, &text))
}

/// The same for a text that must be names and values. Nothing but blanks and comments is no names.
pub(super) fn read_object<'a>(text: &str, at: &Value<'a>) -> Result<BTreeMap<String, Value<'a>>, String> {
    let value = read(text, at)?;
    match value.content {
        Content::Map(map) => Ok(map),
        Content::Null if text.lines().all(is_blank) => Ok(BTreeMap::new()),
        _ => Err(format!("expect mapping, got {}", value.go_kind())),
    }
}

fn is_blank(line: &str) -> bool {
    let line = line.trim();
    line.is_empty() || line.starts_with('#')
}

fn convert<'a>(value: serde_yaml::Value, at: &Value<'a>, text: &str) -> Value<'a> {
    use serde_yaml::Value as Yaml;

    let content = match value {
        Yaml::Null => Content::Null,
        Yaml::Bool(value) => Content::Bool(value),
        Yaml::Number(number) if number.is_f64() => Content::Float(number.to_string()),
        Yaml::Number(number) => Content::Integer(number.to_string()),
        Yaml::String(string) => match old_integer(&string, text) {
            Some(integer) => Content::Integer(integer.to_string()),
            None => Content::Text(string),
        },
        Yaml::Sequence(items) => {
            Content::List(items.into_iter().map(|item| convert(item, at, text)).collect())
        }
        Yaml::Mapping(map) => {
            let entry = |(key, value)| Some((name(&key)?, convert(value, at, text)));
            Content::Map(map.into_iter().filter_map(entry).collect())
        }
        Yaml::Tagged(tagged) => return convert(tagged.value, at, text),
    };
    at.with(content)
}

/// A name that is no text stands as it is written.
fn name(key: &serde_yaml::Value) -> Option<String> {
    match key {
        serde_yaml::Value::String(text) => Some(text.clone()),
        serde_yaml::Value::Bool(value) => Some(value.to_string()),
        serde_yaml::Value::Number(number) => Some(number.to_string()),
        serde_yaml::Value::Null => Some("null".to_owned()),
        _ => None,
    }
}

/// An integer as YAML 1.1 and GoDoxy's reader know it, and ours does not: `017`, `1_000`. In quotes it is a text.
fn old_integer(text: &str, document: &str) -> Option<i64> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.starts_with(|c: char| c.is_ascii_digit())
        || !digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
        || document.contains(&format!("'{text}'"))
        || document.contains(&format!("\"{text}\""))
    {
        return None;
    }
    let plain = digits.replace('_', "");
    let radix = if plain.len() > 1 && plain.starts_with('0') { 8 } else { 10 };
    let value = i64::from_str_radix(&plain, radix).ok()?;
    Some(if text.starts_with('-') { -value } else { value })
}
