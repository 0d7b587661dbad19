use portolan_labels::aliased::{Fields, Value};

use super::super::unsupported::Unsupported;
use super::{Made, Notes};
use crate::model::{AddPrefix, Headers, Map, Middleware};

const VARIABLE: &str = "Traefik sets a header to the same text for all requests";
const ADD: &str = "what a client sends under that name is replaced, not kept beside it";

/// `request`: changes to the headers and the path of what is asked.
pub(super) fn request(fields: &mut Fields<'_>, notes: &mut Notes) -> Made {
    let changed = changes(fields, notes);
    let headers = Headers { custom_request_headers: Some(changed), ..Headers::default() };
    made(fields, headers)
}

/// `response`: changes to the headers of answers.
pub(super) fn response(fields: &mut Fields<'_>, notes: &mut Notes) -> Made {
    let changed = changes(fields, notes);
    let headers = Headers { custom_response_headers: Some(changed), ..Headers::default() };
    made(fields, headers)
}

fn made(fields: &mut Fields<'_>, headers: Headers) -> Made {
    let mut made = Vec::new();
    let prefix = fields.read("add_prefix", |value| {
        let prefix = value.text()?;
        if prefix.starts_with('/') { Ok(prefix) } else { Err("it must begin with `/`".to_owned()) }
    });
    if let Some(prefix) = prefix {
        let prefix = AddPrefix { prefix: Some(prefix) };
        made.push(("prefix", Middleware { add_prefix: Some(Box::new(prefix)), ..Middleware::default() }));
    }
    let is_empty = |map: &Option<Map<String>>| map.as_ref().is_none_or(Map::is_empty);
    if !is_empty(&headers.custom_request_headers) || !is_empty(&headers.custom_response_headers) {
        made.push(("", Middleware { headers: Some(Box::new(headers)), ..Middleware::default() }));
    }
    match made.is_empty() {
        true => Made::Nothing("it says nothing"),
        false => Made::These(made),
    }
}

/// The headers in GoDoxy's order: set, add, hide. What is hidden is set to nothing, which Traefik takes for removing.
fn changes(fields: &mut Fields<'_>, notes: &mut Notes) -> Map<String> {
    let mut changed = Map::new();
    for (name, is_added) in [("set_headers", false), ("add_headers", true)] {
        let Some(value) = fields.take(&[name]) else { continue };
        let headers = match value.mapping() {
            Ok(headers) => headers,
            Err(message) => {
                fields.refuse(&value, format!("{name}: {message}"));
                continue;
            }
        };
        for (header, value) in headers.iter() {
            match text(header, value) {
                Ok(text) if text.contains('$') => {
                    notes.push(Unsupported::new(&format!("{name}.{header}"), VARIABLE, value));
                }
                Ok(text) => {
                    if is_added {
                        notes.push(Unsupported::approximation(&format!("{name}.{header}"), ADD, value));
                    }
                    changed.insert(header.clone(), text);
                }
                Err(message) => fields.refuse(value, format!("{name}: {message}")),
            }
        }
    }
    let hidden = fields.read("hide_headers", Value::texts).unwrap_or_default();
    changed.extend(hidden.into_iter().map(|header| (header, String::new())));
    changed
}

fn text(header: &str, value: &Value<'_>) -> Result<String, String> {
    let is_token = |c: char| c.is_ascii_alphanumeric() || "!#$%&'*+-.^_`|~".contains(c);
    if header.is_empty() || !header.chars().all(is_token) {
        return Err(format!("`{header}` is no name of a header"));
    }
    let text = value.text().map_err(|message| format!("`{header}`: {message}"))?;
    if text.contains(['\n', '\r', '\0']) {
        return Err(format!("`{header}`: a header is one line"));
    }
    Ok(text)
}
