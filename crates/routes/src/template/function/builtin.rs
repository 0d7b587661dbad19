//! Go's own functions where ours differ from the engine's or need a guard, and those that rewritten trees call.

use std::collections::BTreeMap;
use std::sync::Arc;

use gotmpl::Value;

use super::super::tree::{FIELD, PRINT, RANGE, STEP};
use super::{Arguments, Function, Outcome, at_least, exactly, go, ok};

pub(super) const TABLE: &[Function] = &[
    at_least(FIELD, 1, field),
    exactly(PRINT, 1, |a| match a.value(0) {
        Value::Nil => Ok(Value::Nil),
        value => ok(go::print(value)),
    }),
    exactly(RANGE, 1, |a| match a.value(0) {
        Value::Map(entries) if Arc::ptr_eq(entries, &a.context.root) => {
            Err("can't iterate over the template's data".into())
        }
        value => Ok(value.clone()),
    }),
    exactly(STEP, 1, |a| {
        a.budget().spend(a.count(0)?)?;
        Ok(Value::Nil)
    }),
    at_least("index", 1, index),
    at_least("html", 0, |a| ok(gotmpl::html_escape(&escapable(a)))),
    at_least("js", 0, |a| ok(gotmpl::js_escape(&escapable(a)))),
    at_least("urlquery", 0, |a| ok(gotmpl::url_encode(&escapable(a)))),
    at_least("print", 0, |a| ok(sprint(a.from(0)))),
    at_least("println", 0, |a| {
        let words: Vec<String> = a.from(0).iter().map(go::print).collect();
        ok(words.join(" ") + "\n")
    }),
    at_least("printf", 1, printf),
];

fn field(a: &Arguments<'_>) -> Outcome {
    let mut value = a.value(0).clone();
    for name in a.from(1) {
        let name = name.as_str().unwrap_or_default();
        value = match &value {
            Value::Map(entries) => match entries.get(name) {
                Some(found) => found.clone(),
                None if Arc::ptr_eq(entries, &a.context.root) => {
                    return Err(format!("can't evaluate field `{name}` of the template's data").into());
                }
                None => Value::Nil,
            },
            Value::Nil => Value::Nil,
            other => {
                return Err(format!("can't evaluate field `{name}` in type {}", go::type_name(other)).into());
            }
        };
    }
    Ok(value)
}

fn index(a: &Arguments<'_>) -> Outcome {
    let mut value = a.value(0).clone();
    for key in a.from(1) {
        if matches!(&value, Value::Map(entries) if Arc::ptr_eq(entries, &a.context.root)) {
            return Err("can't index the template's data".into());
        }
        let missing = match (&value, key) {
            (Value::Map(entries), Value::String(key)) if !entries.contains_key(key) => {
                // In Go a map of texts gives the empty text; the labels are one, and so is what `split` makes.
                let texts = || !entries.is_empty() && entries.values().all(|value| value.as_str().is_some());
                Arc::ptr_eq(entries, &a.context.labels) || texts()
            }
            _ => false,
        };
        value = if missing { Value::from("") } else { value.index(key).map_err(|error| message(&error))? };
    }
    Ok(value)
}

/// `fmt.Sprint`: a space between two operands of which neither is a text.
fn sprint(values: &[Value]) -> String {
    let mut out = String::new();
    let mut after_text = true;
    for value in values {
        let text = value.as_str().is_some();
        if !after_text && !text {
            out.push(' ');
        }
        out.push_str(&go::print(value));
        after_text = text;
    }
    out
}

/// What the escaping functions escape: a missing value alone reads as it is printed.
fn escapable(a: &Arguments<'_>) -> String {
    match a.from(0) {
        [Value::Nil] => "<no value>".to_owned(),
        values => sprint(values),
    }
}

/// The engine's, behind a look at what its format could make large.
fn printf(a: &Arguments<'_>) -> Outcome {
    let format = a.text(0)?;
    let largest = a.from(1).iter().map(|value| go::print(value).len()).max().unwrap_or_default();
    let verbs = format.matches('%').count();
    // `%q` and `%x` make several bytes of one.
    a.budget().admit(format.len().saturating_add(verbs.saturating_mul(largest).saturating_mul(2)))?;
    if format.contains('*')
        && a.from(1).iter().any(|value| value.as_int().is_some_and(|n| n.abs() > MAX_WIDTH))
    {
        return Err("a width is too large".into());
    }
    let number = |digits: &str| digits.parse::<i64>().is_ok_and(|width| width <= MAX_WIDTH);
    let mut digits = format.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
    if format.contains('%') && !digits.all(number) {
        return Err("a width is too large".into());
    }
    a.budget().admit(verbs.saturating_mul(usize::try_from(MAX_WIDTH).unwrap_or_default() / 16))?;
    let names: Vec<String> = (0..a.values.len()).map(|n| format!("a{n}")).collect();
    let call: String = names.iter().map(|name| format!(" .{name}")).collect();
    let mut values = a.values.to_vec();
    shown(format, values.get_mut(1..).unwrap_or_default());
    let data = names.iter().zip(&values).map(|(name, value)| (name.clone(), value.clone()));
    let data = Value::from(data.collect::<BTreeMap<String, Value>>());
    gotmpl::execute(&format!("{{{{printf{call}}}}}"), &data)
        .map(Value::from)
        .map_err(|error| message(&error).into())
}

/// Replaces what `%v` and `%s` show by its text, where the engine would show it otherwise than Go: floats, lists, dicts.
fn shown(format: &str, operands: &mut [Value]) {
    let mut operands = operands.iter_mut();
    let mut chars = format.chars();
    while chars.by_ref().any(|c| c == '%') {
        let mut padded = false;
        let verb = chars.by_ref().find(|&c| {
            padded |= c.is_ascii_digit();
            !matches!(c, '-' | ' ' | '0'..='9')
        });
        match verb {
            Some('%') => {}
            Some('v' | 's') => {
                let Some(operand) = operands.next() else { return };
                let texts = |items: &[Value]| items.iter().all(|item| item.as_str().is_some());
                let as_text = match operand {
                    Value::Float(_) => verb == Some('v'),
                    // Go pads each element.
                    Value::Map(_) => verb == Some('v') && !padded,
                    Value::List(items) => (verb == Some('v') || texts(items)) && !padded,
                    _ => false,
                };
                if as_text {
                    *operand = Value::from(go::print(operand));
                }
            }
            Some(c) if c.is_ascii_alphabetic() => {
                operands.next();
            }
            // An index, a width from an operand or a precision: left to the engine from here on.
            _ => return,
        }
    }
}

/// The largest width and precision, and also the largest number that stands in a format.
const MAX_WIDTH: i64 = 4096;

/// What an engine's error says, without its prefix.
fn message(error: &gotmpl::TemplateError) -> String {
    match error {
        gotmpl::TemplateError::Exec(message) => message.clone(),
        other => other.to_string(),
    }
}
