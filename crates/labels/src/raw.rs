use std::collections::BTreeMap;
use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

use crate::Node;
use crate::marker::RAW;

/// Configuration without a schema: what a plugin's labels say.
///
/// Every scalar is a text, also from files (Traefik 3.7).
///
/// ```
/// use portolan_labels::Raw;
///
/// let options = Raw::Map([("enabled".to_owned(), Raw::Text("true".to_owned()))].into());
/// assert_eq!(serde_json::to_string(&options)?, r#"{"enabled":"true"}"#);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Raw {
    /// A scalar.
    Text(String),
    /// A list.
    List(Vec<Self>),
    /// Names and what they hold.
    Map(BTreeMap<String, Self>),
}

impl Default for Raw {
    fn default() -> Self {
        Self::Map(BTreeMap::new())
    }
}

impl Raw {
    /// What the labels below a plugin's name say. A value at the name itself is lost.
    pub(crate) fn of_plugin(node: &Node<'_>) -> Self {
        let mut map = BTreeMap::new();
        for child in &node.children {
            match Self::of(child) {
                // Traefik lifts a map that has its own name among its keys into the one that holds it, here alone.
                Self::Map(below) if below.contains_key(child.name) => map.extend(below),
                value => drop(map.insert(child.name.to_owned(), value)),
            }
        }
        Self::Map(map)
    }

    fn of(node: &Node<'_>) -> Self {
        if node.is_leaf() {
            Self::Text(node.value.to_owned())
        } else if is_list(node) {
            Self::List(node.children.iter().map(Self::of).collect())
        } else {
            Self::Map(node.children.iter().map(|child| (child.name.to_owned(), Self::of(child))).collect())
        }
    }
}

/// A list has indices below it and nothing else.
fn is_list(node: &Node<'_>) -> bool {
    node.children.iter().all(|child| child.name.starts_with('['))
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_newtype_struct(RAW, RawVisitor)
    }
}

pub(crate) struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a list or a map")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_string()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Raw, E> {
        Ok(Raw::Text(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Raw, E> {
        Ok(Raw::Text(format!("{value:.6}")))
    }

    fn visit_unit<E>(self) -> Result<Raw, E> {
        Ok(Raw::Text(String::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = seq.next_element()? {
            list.push(element);
        }
        Ok(Raw::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut entries = BTreeMap::new();
        while let Some((key, value)) = map.next_entry()? {
            entries.insert(key, value);
        }
        Ok(Raw::Map(entries))
    }
}
