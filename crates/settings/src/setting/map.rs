use std::collections::BTreeMap;

use super::list::split;
use super::{Fault, Setting, text};
use crate::Error;
use crate::node::{Node, Value, printable};

/// A map of names to texts, or a list of `NAME=TEXT`, or one such text: the forms that Compose has for variables.
impl Setting for BTreeMap<String, String> {
    fn expected(&self) -> String {
        "a map of names to texts".to_owned()
    }

    fn read(&mut self, node: &Node) -> Result<(), Vec<Fault>> {
        let pairs = match &node.value {
            Value::Section(entries) => entries.iter().map(|(name, value)| entry(name, value)).collect(),
            Value::List(items) => items.iter().map(item).collect(),
            Value::Text(_) => vec![item(node)],
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Tagged => {
                return Err(Fault::wrong_type(node, self.expected(), None));
            }
        };
        let (mut map, mut faults) = (Self::new(), Vec::new());
        for pair in pairs {
            match pair {
                Ok((ordinal, name, _)) if map.contains_key(name) => {
                    let message = format!("the variable `{}` is given twice", printable(name));
                    faults.push(invalid(ordinal, message, "remove one of them"));
                }
                Ok((_, name, value)) => {
                    map.insert(name.to_owned(), value.to_owned());
                }
                Err(found) => faults.extend(found),
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        *self = map;
        Ok(())
    }

    fn spelled(&self, text: &str) -> Value {
        split(text, |item| Value::Text(item.to_owned()))
    }

    fn show(&self) -> String {
        let entries: Vec<String> = self.iter().map(|(name, value)| format!("{name}: {value}")).collect();
        format!("{{{}}}", entries.join(", "))
    }
}

/// A name with its text, and the node that names it.
type Pair<'a> = (usize, &'a str, &'a str);

fn entry<'a>(name: &'a Node, value: &'a Node) -> Result<Pair<'a>, Vec<Fault>> {
    let known = match &name.value {
        Value::Text(text) => named(name, text).map(|()| text.as_str()),
        other => Err(vec![bad_name(name, &other.describe())]),
    };
    match (known, text(value, || "text".to_owned())) {
        (Ok(known), Ok(text)) => Ok((name.ordinal, known, text)),
        (Ok(_), Err(faults)) | (Err(faults), Ok(_)) => Err(faults),
        (Err(faults), Err(more)) => Err(faults.into_iter().chain(more).collect()),
    }
}

fn item(node: &Node) -> Result<Pair<'_>, Vec<Fault>> {
    let expected = || "`NAME=TEXT`".to_owned();
    let item = text(node, expected)?;
    let Some((name, value)) = item.split_once('=') else {
        return Err(Fault::wrong_type(node, expected(), None));
    };
    named(node, name)?;
    Ok((node.ordinal, name, value))
}

fn named(node: &Node, name: &str) -> Result<(), Vec<Fault>> {
    let is_name = name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
        && !name.is_empty()
        && !name.starts_with(|c: char| c.is_ascii_digit());
    if is_name { Ok(()) } else { Err(vec![bad_name(node, &format!("`{}`", printable(name)))]) }
}

fn bad_name(node: &Node, found: &str) -> Fault {
    let help = "a name has letters, digits and `_`, and does not begin with a digit";
    invalid(node.ordinal, format!("{found} is no name of a variable"), help)
}

fn invalid(ordinal: usize, message: String, help: &str) -> Fault {
    Fault { ordinal, error: Error::Invalid(message), help: Some(help.to_owned()) }
}
