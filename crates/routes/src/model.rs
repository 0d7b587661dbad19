//! Traefik's dynamic configuration as plain data.
//!
//! Every field is an `Option`: said or not said. Nothing is given a default here, so that a file carries what its author
//! said and no more; what Traefik makes of an unsaid field matters only where containers are merged. Names, nesting and types are those of Traefik 3.7, whose reference documents what each field does. Fields that
//! Traefik keeps for itself are [`Internal`]: labels may name them, nothing is carried.

#![expect(
    missing_docs,
    reason = "the fields are Traefik's, under its own names, and documented in its reference"
)]

mod http;
mod middleware;
mod service;
mod stream;
mod tls;

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub use http::{ForwardingTimeouts, Http, Model, Observability, Router, RouterTls, ServersTransport};
pub use middleware::*;
pub use service::*;
pub use stream::*;
pub use tls::*;

/// Declares structs whose fields are all optional. The text after the name is what Traefik calls the type in errors.
macro_rules! model {
    ($($(#[$meta:meta])* $name:ident $go_type:literal { $($(#[$field_meta:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
        #[serde(rename = $go_type, rename_all = "camelCase", deny_unknown_fields, default)]
        pub struct $name {$(
            $(#[$field_meta])*
            #[serde(skip_serializing_if = "Option::is_none")]
            pub $field: Option<$type>,
        )*}
    )*};
}
use model;

/// A map from names, in order.
pub type Map<T> = BTreeMap<String, T>;

/// A list of texts.
pub type List = Vec<String>;

model! {
    /// The whole dynamic configuration: what one file carries, or what one container's labels say.
    Configuration "*dynamic.Configuration" {
        http: Http,
        tcp: Tcp,
        udp: Udp,
        tls: Tls,
    }
}

/// A field that Traefik keeps for itself: accepted wherever it stands, whatever it holds, and never carried.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Internal;

impl Serialize for Internal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

impl<'de> Deserialize<'de> for Internal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_ignored_any(IgnoredAny).map(|_| Self)
    }
}

/// A struct without fields: that it stands there says everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Empty;

impl Serialize for Empty {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct;

        serializer.serialize_struct("*dynamic.HealthCheck", 0)?.end()
    }
}

impl<'de> Deserialize<'de> for Empty {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EmptyVisitor;

        impl<'de> Visitor<'de> for EmptyVisitor {
            type Value = Empty;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a map without entries")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Empty, A::Error> {
                match map.next_key::<String>()? {
                    Some(key) => Err(serde::de::Error::unknown_field(&key, &[])),
                    None => Ok(Empty),
                }
            }
        }

        deserializer.deserialize_struct("*dynamic.HealthCheck", &[], EmptyVisitor)
    }
}
