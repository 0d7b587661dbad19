mod list;
mod listen;
mod map;
mod provider;

use std::path::PathBuf;
use std::time::Duration;

use crate::Error;
use crate::choice::Choice;
use crate::node::{Node, Value};

/// A field of the settings that a key sets: how its values are called, read and shown.
pub(crate) trait Setting {
    /// What it takes, for messages and the reference.
    fn expected(&self) -> String;

    /// Takes the value, or says what is wrong with it; then it stays as it was.
    fn read(&mut self, node: &Node) -> Result<(), Vec<Fault>>;

    /// What the text of a variable or a flag is in the file.
    fn spelled(&self, text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    /// The value as the file would have it; empty where there is none.
    fn show(&self) -> String;
}

/// Something wrong with a value, at the node of this ordinal.
#[derive(Debug)]
pub(crate) struct Fault {
    pub(crate) ordinal: usize,
    pub(crate) error: Error,
    pub(crate) help: Option<String>,
}

impl Fault {
    fn wrong_type(node: &Node, expected: String, help: Option<String>) -> Vec<Self> {
        let error = Error::WrongType { expected, found: node.value.describe() };
        vec![Self { ordinal: node.ordinal, error, help }]
    }
}

impl Setting for String {
    fn expected(&self) -> String {
        "text".to_owned()
    }

    fn read(&mut self, node: &Node) -> Result<(), Vec<Fault>> {
        *self = text(node, || self.expected())?.to_owned();
        Ok(())
    }

    fn show(&self) -> String {
        self.clone()
    }
}

/// An empty text is none.
impl Setting for Option<String> {
    fn expected(&self) -> String {
        "text".to_owned()
    }

    fn read(&mut self, node: &Node) -> Result<(), Vec<Fault>> {
        let text = text(node, || self.expected())?;
        *self = Some(text).filter(|text| !text.is_empty()).map(str::to_owned);
        Ok(())
    }

    fn show(&self) -> String {
        self.clone().unwrap_or_default()
    }
}

impl Setting for PathBuf {
    fn expected(&self) -> String {
        "a path".to_owned()
    }

    fn read(&mut self, node: &Node) -> Result<(), Vec<Fault>> {
        *self = Self::from(text(node, || self.expected())?);
        Ok(())
    }

    fn show(&self) -> String {
        self.display().to_string()
    }
}

/// An empty text is none.
impl Setting for Option<PathBuf> {
    fn expected(&self) -> String {
        "a path".to_owned()
    }

    fn read(&mut self, node: &Node) -> Result<(), Vec<Fault>> {
        let text = text(node, || self.expected())?;
        *self = Some(text).filter(|text| !text.is_empty()).map(PathBuf::from);
        Ok(())
    }

    fn show(&self) -> String {
        self.as_ref().map(|path| path.display().to_string()).unwrap_or_default()
    }
}

impl Setting for bool {
    fn expected(&self) -> String {
        "`true` or `false`".to_owned()
    }

    fn read(&mut self, node: &Node) -> Result<(), Vec<Fault>> {
        let Value::Bool(value) = node.value else {
            let meant = match &node.value {
                Value::Text(text) => meant_bool(text),
                _ => None,
            };
            let help = meant.map(|meant| format!("write `{meant}`, without quotes"));
            return Err(Fault::wrong_type(node, self.expected(), help));
        };
        *self = value;
        Ok(())
    }

    /// In variables and flags also what Go reads as booleans, as in labels.
    fn spelled(&self, text: &str) -> Value {
        match text {
            "1" | "t" | "T" | "TRUE" | "true" | "True" => Value::Bool(true),
            "0" | "f" | "F" | "FALSE" | "false" | "False" => Value::Bool(false),
            other => Value::Text(other.to_owned()),
        }
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

fn meant_bool(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "t" | "yes" | "y" | "on" | "1" => Some(true),
        "false" | "f" | "no" | "n" | "off" | "0" => Some(false),
        _ => None,
    }
}

impl Setting for Duration {
    fn expected(&self) -> String {
        "a duration with a unit".to_owned()
    }

    fn read(&mut self, node: &Node) -> Result<(), Vec<Fault>> {
        let help = match &node.value {
            Value::Text(text) => match humantime::parse_duration(text) {
                Ok(duration) => {
                    *self = duration;
                    return Ok(());
                }
                Err(_) if is_number(text) => format!("write `{text}ms` or `{text}s`"),
                Err(_) => "write it as in `100ms`, `2s` or `1m 30s`".to_owned(),
            },
            // As in a text: the one number that needs no unit.
            Value::Number(digits) if digits == "0" => {
                *self = Self::ZERO;
                return Ok(());
            }
            Value::Number(digits) => format!("write `{digits}ms` or `{digits}s`"),
            _ => "write it as in `100ms`, `2s` or `1m 30s`".to_owned(),
        };
        Err(Fault::wrong_type(node, self.expected(), Some(help)))
    }

    fn show(&self) -> String {
        humantime::format_duration(*self).to_string()
    }
}

impl<T: Choice> Setting for T {
    fn expected(&self) -> String {
        one_of::<T>()
    }

    fn read(&mut self, node: &Node) -> Result<(), Vec<Fault>> {
        *self = choice(node)?;
        Ok(())
    }

    fn show(&self) -> String {
        let known = T::WORDS.iter().find(|(_, choice)| choice == self);
        known.map(|(word, _)| (*word).to_owned()).unwrap_or_default()
    }
}

fn one_of<T: Choice>() -> String {
    let words: Vec<String> = T::WORDS.iter().map(|(word, _)| format!("`{word}`")).collect();
    format!("one of {}", words.join(", "))
}

fn choice<T: Choice>(node: &Node) -> Result<T, Vec<Fault>> {
    let word = match &node.value {
        Value::Text(text) => text.as_str(),
        _ => "",
    };
    if let Some((_, choice)) = T::WORDS.iter().find(|entry| entry.0 == word) {
        return Ok(*choice);
    }
    let lower = word.to_lowercase();
    let near = T::WORDS.iter().map(|entry| entry.0).min_by_key(|known| strsim::osa_distance(known, &lower));
    let near = near.filter(|known| strsim::osa_distance(known, &lower) <= 2 || lower.starts_with(known));
    Err(Fault::wrong_type(node, one_of::<T>(), near.map(|near| format!("did you mean `{near}`?"))))
}

fn text(node: &Node, expected: impl Fn() -> String) -> Result<&str, Vec<Fault>> {
    let help = match &node.value {
        Value::Text(text) => return Ok(text),
        Value::Bool(value) => Some(format!("put it in quotes: `\"{value}\"`")),
        Value::Number(digits) => Some(format!("put it in quotes: `\"{digits}\"`")),
        _ => None,
    };
    Err(Fault::wrong_type(node, expected(), help))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}
