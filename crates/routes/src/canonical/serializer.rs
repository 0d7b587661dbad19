use std::collections::BTreeMap;
use std::fmt;

use portolan_labels::{POINTER, STRUCTS};
use serde::ser::{
    Error as _, Impossible, Serialize, SerializeMap, SerializeSeq, SerializeStruct, Serializer,
};

use super::Canonical;
use super::defaults::defaults;

/// A value that no model holds.
#[derive(Debug)]
pub(super) struct Unsupported;

impl fmt::Display for Unsupported {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not a value of the model")
    }
}

impl std::error::Error for Unsupported {}

impl serde::ser::Error for Unsupported {
    fn custom<T: fmt::Display>(_: T) -> Self {
        Self
    }
}

pub(super) struct ToCanonical;

/// Declares the numbers that a model does not hold.
macro_rules! unsupported {
    ($($method:ident($type:ty))*) => {$(
        fn $method(self, _: $type) -> Result<Canonical, Unsupported> {
            Err(Unsupported)
        }
    )*};
}

impl Serializer for ToCanonical {
    type Ok = Canonical;
    type Error = Unsupported;
    type SerializeSeq = Sequence;
    type SerializeMap = Entries;
    type SerializeStruct = Fields;
    type SerializeTuple = Impossible<Canonical, Unsupported>;
    type SerializeTupleStruct = Impossible<Canonical, Unsupported>;
    type SerializeTupleVariant = Impossible<Canonical, Unsupported>;
    type SerializeStructVariant = Impossible<Canonical, Unsupported>;

    fn serialize_bool(self, value: bool) -> Result<Canonical, Unsupported> {
        Ok(Canonical::Bool(value))
    }

    fn serialize_i64(self, value: i64) -> Result<Canonical, Unsupported> {
        Ok(Canonical::Integer(value))
    }

    /// Durations come as texts, zero as `0s`: nothing else in the model is written so where it matters.
    fn serialize_str(self, text: &str) -> Result<Canonical, Unsupported> {
        Ok(Canonical::Text(text.to_owned()))
    }

    fn collect_str<T: fmt::Display + ?Sized>(self, value: &T) -> Result<Canonical, Unsupported> {
        // A duration of nothing is Go's zero.
        let text = value.to_string();
        Ok(if text == "0s" { Canonical::Integer(0) } else { Canonical::Text(text) })
    }

    fn serialize_none(self) -> Result<Canonical, Unsupported> {
        Ok(Canonical::Null)
    }

    fn serialize_unit(self) -> Result<Canonical, Unsupported> {
        Ok(Canonical::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Canonical, Unsupported> {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        marker: &'static str,
        value: &T,
    ) -> Result<Canonical, Unsupported> {
        let value = value.serialize(self)?;
        Ok(match (marker, value) {
            (POINTER, value) => Canonical::Pointer(Box::new(value)),
            (STRUCTS, Canonical::List(list)) => Canonical::Structs(list),
            (_, value) => value,
        })
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Sequence, Unsupported> {
        Ok(Sequence(Vec::new()))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries, Unsupported> {
        Ok(Entries { map: BTreeMap::new(), key: None })
    }

    fn serialize_struct(self, go_type: &'static str, _: usize) -> Result<Fields, Unsupported> {
        Ok(Fields { go_type, map: BTreeMap::new() })
    }

    unsupported! {
        serialize_i8(i8) serialize_i16(i16) serialize_i32(i32) serialize_u8(u8) serialize_u16(u16) serialize_u32(u32)
        serialize_u64(u64) serialize_f32(f32) serialize_f64(f64) serialize_char(char) serialize_bytes(&[u8])
        serialize_unit_struct(&'static str)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
    ) -> Result<Canonical, Unsupported> {
        Err(Unsupported)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: &T,
    ) -> Result<Canonical, Unsupported> {
        Err(Unsupported)
    }

    fn serialize_tuple(self, _: usize) -> Result<Self::SerializeTuple, Unsupported> {
        Err(Unsupported)
    }

    fn serialize_tuple_struct(
        self,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleStruct, Unsupported> {
        Err(Unsupported)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeTupleVariant, Unsupported> {
        Err(Unsupported)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        _: &'static str,
        _: usize,
    ) -> Result<Self::SerializeStructVariant, Unsupported> {
        Err(Unsupported)
    }
}

pub(super) struct Sequence(Vec<Canonical>);

impl SerializeSeq for Sequence {
    type Ok = Canonical;
    type Error = Unsupported;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unsupported> {
        self.0.push(value.serialize(ToCanonical)?);
        Ok(())
    }

    fn end(self) -> Result<Canonical, Unsupported> {
        Ok(Canonical::List(self.0))
    }
}

pub(super) struct Entries {
    map: BTreeMap<String, Canonical>,
    key: Option<String>,
}

impl SerializeMap for Entries {
    type Ok = Canonical;
    type Error = Unsupported;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Unsupported> {
        let Canonical::Text(key) = key.serialize(ToCanonical)? else { return Err(Unsupported) };
        self.key = Some(key);
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Unsupported> {
        let key = self.key.take().ok_or_else(|| Unsupported::custom("a value without a key"))?;
        self.map.insert(key, value.serialize(ToCanonical)?);
        Ok(())
    }

    fn end(self) -> Result<Canonical, Unsupported> {
        Ok(Canonical::Map(self.map))
    }
}

pub(super) struct Fields {
    go_type: &'static str,
    map: BTreeMap<String, Canonical>,
}

impl SerializeStruct for Fields {
    type Ok = Canonical;
    type Error = Unsupported;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        field: &'static str,
        value: &T,
    ) -> Result<(), Unsupported> {
        self.map.insert(field.to_owned(), value.serialize(ToCanonical)?);
        Ok(())
    }

    fn end(mut self) -> Result<Canonical, Unsupported> {
        // A list that was said to be empty is none to Traefik.
        self.map.retain(|_, value| !matches!(value, Canonical::List(list) if list.is_empty()));
        // A zero that was said keeps the default out, and is dropped only then.
        for (field, default) in defaults(self.go_type) {
            self.map.entry(field.to_owned()).or_insert(default);
        }
        self.map.retain(|_, value| !value.is_zero());
        Ok(Canonical::Map(self.map))
    }
}
