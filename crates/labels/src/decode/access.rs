use serde::de::value::{BoolDeserializer, StrDeserializer};
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, SeqAccess, Visitor};

use super::empty::Zero;
use super::{Cursor, DecodeError, Position};
use crate::eq_fold;

/// The name of a field in labels: a list that labels address as one struct has its name in the singular.
pub(super) fn label_name(field: &'static str) -> &'static str {
    if field == "servers" { "server" } else { field }
}

/// The fields of a struct, in the order in which labels name them.
pub(super) struct Fields<'t, 'a> {
    cursor: Cursor<'t, 'a>,
    fields: &'static [&'static str],
    next: usize,
    /// Whether anything was said, and which fields were named.
    said: bool,
    named: Vec<&'static str>,
    value: FieldValue,
}

/// What the next call for a value is about.
enum FieldValue {
    Child(usize),
    Zero,
}

impl<'t, 'a> Fields<'t, 'a> {
    pub(super) fn new(cursor: Cursor<'t, 'a>, fields: &'static [&'static str]) -> Self {
        Self { cursor, fields, next: 0, said: false, named: Vec::new(), value: FieldValue::Zero }
    }

    /// Whether a file could not carry this struct, since nothing in it is said.
    fn is_mute(&self) -> bool {
        let cursor = self.cursor;
        !self.said
            && cursor.position == Position::Field
            && !cursor.may_be_empty
            && !cursor.off
            && !self.named.is_empty()
    }
}

impl<'de> MapAccess<'de> for Fields<'_, '_> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        while let Some(child) = self.cursor.node.children.get(self.next) {
            let field = self.fields.iter().find(|field| eq_fold(label_name(field), child.name));
            self.next += 1;
            match field {
                None => self.cursor.unknown(child, self.fields),
                Some(field) => {
                    self.value = FieldValue::Child(self.next - 1);
                    self.named.push(field);
                    return key(seed, field);
                }
            }
        }
        let unnamed = self.fields.iter().find(|field| !self.named.contains(field));
        match unnamed {
            Some(field) if self.is_mute() => {
                self.said = true;
                self.value = FieldValue::Zero;
                key(seed, field)
            }
            _ => Ok(None),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        let child = match self.value {
            FieldValue::Child(index) => self.cursor.node.children.get(index),
            FieldValue::Zero => None,
        };
        let Some(child) = child else { return seed.deserialize(Zero) };
        let value = seed.deserialize(self.cursor.below(child, Position::Field))?;
        if self.cursor.findings.muted.get() != Some(std::ptr::from_ref(child)) {
            self.said = true;
        }
        Ok(value)
    }
}

fn key<'de, K: DeserializeSeed<'de>>(seed: K, name: &str) -> Result<Option<K::Value>, DecodeError> {
    let name: StrDeserializer<'_, DecodeError> = name.into_deserializer();
    seed.deserialize(name).map(Some)
}

/// The entries of a map, under the names that labels give them.
pub(super) struct Entries<'t, 'a> {
    cursor: Cursor<'t, 'a>,
    next: usize,
}

impl<'t, 'a> Entries<'t, 'a> {
    pub(super) fn new(cursor: Cursor<'t, 'a>) -> Self {
        Self { cursor, next: 0 }
    }
}

impl<'de> MapAccess<'de> for Entries<'_, '_> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        let Some(child) = self.cursor.node.children.get(self.next) else { return Ok(None) };
        self.next += 1;
        key(seed, child.name)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        match self.next.checked_sub(1).and_then(|index| self.cursor.node.children.get(index)) {
            Some(child) => seed.deserialize(self.cursor.below(child, Position::Entry)),
            None => seed.deserialize(Zero),
        }
    }
}

/// The elements of a list of structs: every node below, whatever its name.
pub(super) struct Elements<'t, 'a> {
    cursor: Cursor<'t, 'a>,
    next: usize,
}

impl<'t, 'a> Elements<'t, 'a> {
    pub(super) fn new(cursor: Cursor<'t, 'a>) -> Self {
        Self { cursor, next: 0 }
    }
}

impl<'de> SeqAccess<'de> for Elements<'_, '_> {
    type Error = DecodeError;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, DecodeError> {
        let Some(child) = self.cursor.node.children.get(self.next) else { return Ok(None) };
        self.next += 1;
        seed.deserialize(self.cursor.below(child, Position::Element)).map(Some)
    }
}

/// A node read as a list of one struct.
pub(super) struct One<'t, 'a>(pub(super) Cursor<'t, 'a>);

impl<'de> Deserializer<'de> for One<'_, '_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_seq(OneElement(Some(self.0)))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_some(self)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

struct OneElement<'t, 'a>(Option<Cursor<'t, 'a>>);

impl<'de> SeqAccess<'de> for OneElement<'_, '_> {
    type Error = DecodeError;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, DecodeError> {
        let Some(cursor) = self.0.take() else { return Ok(None) };
        seed.deserialize(cursor.below(cursor.node, Position::Element)).map(Some)
    }
}

/// The elements of a list of scalars: split at commas, blanks around each cut off, empty ones kept.
pub(super) struct Items<'t> {
    rest: Option<&'t str>,
}

impl<'t> Items<'t> {
    pub(super) fn new(value: &'t str) -> Self {
        Self { rest: (!value.is_empty()).then_some(value) }
    }
}

impl<'de> SeqAccess<'de> for Items<'_> {
    type Error = DecodeError;

    fn next_element_seed<S: DeserializeSeed<'de>>(
        &mut self,
        seed: S,
    ) -> Result<Option<S::Value>, DecodeError> {
        let Some(rest) = self.rest else { return Ok(None) };
        let (item, rest) = match rest.split_once(',') {
            Some((item, rest)) => (item, Some(rest)),
            None => (rest, None),
        };
        self.rest = rest;
        let item: StrDeserializer<'_, DecodeError> = item.trim().into_deserializer();
        seed.deserialize(item).map(Some)
    }
}

/// A struct with nothing said in it.
pub(super) struct Nothing;

impl<'de> MapAccess<'de> for Nothing {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, _: K) -> Result<Option<K::Value>, DecodeError> {
        Ok(None)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        seed.deserialize(Zero)
    }
}

/// A value with the word whether it is on, as the markers' visitor takes it: the word first, then the value.
pub(super) struct On<'t, 'a> {
    cursor: Cursor<'t, 'a>,
    on: bool,
    told: bool,
}

impl<'t, 'a> On<'t, 'a> {
    pub(super) fn new(cursor: Cursor<'t, 'a>, on: bool) -> Self {
        Self { cursor, on, told: false }
    }
}

impl<'de> MapAccess<'de> for On<'_, '_> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        if std::mem::replace(&mut self.told, true) {
            return Ok(None);
        }
        let on: BoolDeserializer<DecodeError> = self.on.into_deserializer();
        seed.deserialize(on).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        let value = seed.deserialize(self.cursor);
        if !self.on {
            // What stands below may have been met since: it is this node that says nothing.
            self.cursor.findings.muted.set(Some(self.cursor.node));
        }
        value
    }
}
