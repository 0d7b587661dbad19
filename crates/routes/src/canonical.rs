//! What Traefik makes of an element: the form in which it compares those of two containers.
//!
//! Two containers agree on a middleware where Traefik's structs are deeply equal, so `compress=true` agrees with
//! `compress.minresponsebodybytes=0`, and `passhostheader=true` with nothing said. Here defaults are filled in, and a
//! zero is the same as nothing where Traefik does not tell them apart.

mod defaults;
mod serializer;

use std::collections::BTreeMap;

use serde::Serialize;

/// A value in canonical form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Canonical {
    Null,
    Bool(bool),
    Integer(i64),
    Text(String),
    List(Vec<Self>),
    /// A list of structs: Traefik tells an empty one from none.
    Structs(Vec<Self>),
    Map(BTreeMap<String, Self>),
    /// A pointer to a scalar: Traefik tells zero from none.
    Pointer(Box<Self>),
}

/// The canonical form of a value; `None` for one that a model cannot hold.
pub(crate) fn canonical<T: Serialize + ?Sized>(value: &T) -> Option<Canonical> {
    value.serialize(serializer::ToCanonical).ok()
}

impl Canonical {
    /// Whether Traefik does not tell it from nothing.
    fn is_zero(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Bool(value) => !value,
            Self::Integer(value) => *value == 0,
            Self::Text(text) => text.is_empty(),
            Self::List(list) => list.is_empty(),
            Self::Structs(_) | Self::Map(_) | Self::Pointer(_) => false,
        }
    }
}

#[cfg(test)]
mod tests;
