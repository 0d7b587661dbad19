use super::{Fault, Setting, choice, is_number, one_of, text};
use crate::choice::Choice;
use crate::node::{Node, Value, printable};

/// A list, or its one item.
impl Setting for Vec<String> {
    fn expected(&self) -> String {
        "a list of texts".to_owned()
    }

    fn read(&mut self, node: &Node) -> Result<(), Vec<Fault>> {
        *self = items(node, || self.expected(), |item| text(item, || "text".to_owned()).map(str::to_owned))?;
        Ok(())
    }

    fn spelled(&self, text: &str) -> Value {
        split(text, |item| Value::Text(item.to_owned()))
    }

    fn show(&self) -> String {
        format!("[{}]", self.join(", "))
    }
}

/// A list of ports, or one port.
impl Setting for Vec<u16> {
    fn expected(&self) -> String {
        "a list of ports".to_owned()
    }

    fn read(&mut self, node: &Node) -> Result<(), Vec<Fault>> {
        *self = items(node, || self.expected(), port)?;
        Ok(())
    }

    fn spelled(&self, text: &str) -> Value {
        let item = |item: &str| match is_number(item) {
            true => Value::Number(item.to_owned()),
            false => Value::Text(item.to_owned()),
        };
        split(text, item)
    }

    fn show(&self) -> String {
        let ports: Vec<String> = self.iter().map(u16::to_string).collect();
        format!("[{}]", ports.join(", "))
    }
}

/// A list of choices, or one of them.
impl<T: Choice + std::fmt::Display> Setting for Vec<T> {
    fn expected(&self) -> String {
        format!("a list, each {}", one_of::<T>())
    }

    fn read(&mut self, node: &Node) -> Result<(), Vec<Fault>> {
        *self = items(node, || self.expected(), choice)?;
        Ok(())
    }

    fn spelled(&self, text: &str) -> Value {
        split(text, |item| Value::Text(item.to_owned()))
    }

    fn show(&self) -> String {
        let words: Vec<String> = self.iter().map(T::to_string).collect();
        format!("[{}]", words.join(", "))
    }
}

pub(super) fn port(node: &Node) -> Result<u16, Vec<Fault>> {
    let help = match &node.value {
        Value::Number(digits) => match digits.parse() {
            Ok(port) if port > 0 => return Ok(port),
            _ => None,
        },
        Value::Text(text) if is_number(text) => Some(format!("write `{}` without quotes", printable(text))),
        _ => None,
    };
    Err(Fault::wrong_type(node, "a port from 1 to 65535".to_owned(), help))
}

fn items<T>(
    node: &Node,
    expected: impl Fn() -> String,
    read: impl Fn(&Node) -> Result<T, Vec<Fault>>,
) -> Result<Vec<T>, Vec<Fault>> {
    let nodes = match &node.value {
        Value::List(items) => items.as_slice(),
        Value::Null | Value::Section(_) | Value::Tagged => {
            return Err(Fault::wrong_type(node, expected(), None));
        }
        Value::Bool(_) | Value::Number(_) | Value::Text(_) => std::slice::from_ref(node),
    };
    let (mut items, mut faults) = (Vec::new(), Vec::new());
    for node in nodes {
        match read(node) {
            Ok(item) => items.push(item),
            Err(found) => faults.extend(found),
        }
    }
    if faults.is_empty() { Ok(items) } else { Err(faults) }
}

/// The items between commas, without the blanks around them and without empty ones.
pub(super) fn split(text: &str, item: impl Fn(&str) -> Value) -> Value {
    let items = text.split(',').map(str::trim).filter(|item| !item.is_empty());
    Value::List(items.map(|text| Node { ordinal: 0, value: item(text) }).collect())
}
