use std::cell::Cell;

use serde::de::value::StrDeserializer;
use serde::de::{DeserializeSeed, Deserializer, IntoDeserializer, MapAccess, Visitor};

use super::DecodeError;
use super::access::{Items, Nothing};
use crate::marker::{ALLOW_EMPTY, DURATION, POINTER, RAW, SERVER, UNLABELLED};

/// Whatever is asked for, its zero as Go has it.
pub(super) struct Zero;

impl<'de> Deserializer<'de> for Zero {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_map(Nothing)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_bool(false)
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_i64(0)
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_str("")
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_str("")
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_seq(Items::new(""))
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        marker: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match marker {
            POINTER | ALLOW_EMPTY | UNLABELLED | SERVER => visitor.visit_none(),
            DURATION => visitor.visit_str("0s"),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct map struct
        enum identifier ignored_any
    }
}

/// A map of one entry that notes what Go calls the type of its values: error texts name it.
pub(super) struct Probe<'p> {
    element: &'p Cell<&'static str>,
    asked: bool,
}

impl<'p> Probe<'p> {
    pub(super) fn new(element: &'p Cell<&'static str>) -> Self {
        Self { element, asked: false }
    }
}

impl<'de> MapAccess<'de> for Probe<'_> {
    type Error = DecodeError;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, DecodeError> {
        if std::mem::replace(&mut self.asked, true) {
            return Ok(None);
        }
        let key: StrDeserializer<'_, DecodeError> = "".into_deserializer();
        seed.deserialize(key).map(Some)
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, DecodeError> {
        seed.deserialize(TypeName(self.element))
    }
}

struct TypeName<'p>(&'p Cell<&'static str>);

impl<'de> Deserializer<'de> for TypeName<'_> {
    type Error = DecodeError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        Zero.deserialize_any(visitor)
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        go_type: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        self.0.set(go_type);
        visitor.visit_map(Nothing)
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.0.set("string");
        visitor.visit_str("")
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.0.set("int");
        visitor.visit_i64(0)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        marker: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if marker == RAW {
            self.0.set("dynamic.PluginConf");
        }
        Zero.deserialize_newtype_struct(marker, visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 f64 char str bytes byte_buf option unit unit_struct seq tuple
        tuple_struct map enum identifier ignored_any
    }
}
