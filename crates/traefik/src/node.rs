use serde::ser::{Serialize, SerializeMap, Serializer};

/// What an element is made of, between serde and a format: the values that Traefik's files know, in declaration order.
///
/// The serializer that makes it has already left out what was not said and what Traefik refuses to read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Bool(bool),
    Integer(i64),
    /// Finite.
    Float(f64),
    Text(String),
    List(Vec<Self>),
    Map(Vec<(String, Self)>),
}

impl Node {
    /// Calls `see` on every text in it, keys included, and says whether it held for any.
    pub(crate) fn any_text(&self, see: &mut impl FnMut(&str) -> bool) -> bool {
        match self {
            Self::Bool(_) | Self::Integer(_) | Self::Float(_) => false,
            Self::Text(text) => see(text),
            Self::List(items) => items.iter().any(|item| item.any_text(see)),
            Self::Map(entries) => entries.iter().any(|(key, value)| see(key) || value.any_text(see)),
        }
    }
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Float(value) => serializer.serialize_f64(*value),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Map(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, value)?;
                }
                map.end()
            }
        }
    }
}
