//! What Traefik's field tags say, as names that go through serde.
//!
//! Traefik's schema carries facts that a Rust type does not: a struct may stand empty, labels cannot set a field, a
//! scalar is a pointer. A model says them with `#[serde(with = "portolan_labels::allow_empty")]` and the like. Each is a
//! newtype struct of a known name to serde: formats that do not know the name see the value alone.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The name under which a struct that may stand empty goes through serde (Traefik's tag `allowEmpty`).
///
/// ```
/// #[derive(serde::Serialize)]
/// struct Router {
///     #[serde(with = "portolan_labels::allow_empty")]
///     tls: Option<Tls>,
/// }
///
/// #[derive(serde::Serialize)]
/// struct Tls {}
///
/// // A writer that knows no such name sees the value alone.
/// assert_eq!(serde_json::to_string(&Router { tls: Some(Tls {}) })?, r#"{"tls":{}}"#);
/// assert_eq!(portolan_labels::ALLOW_EMPTY, "allowEmpty");
/// # Ok::<(), serde_json::Error>(())
/// ```
pub const ALLOW_EMPTY: &str = "allowEmpty";
/// The name under which a scalar that tells null from zero goes through serde (a pointer in Traefik).
///
/// ```
/// assert_eq!(portolan_labels::POINTER, "pointer");
/// ```
pub const POINTER: &str = "pointer";
/// The name under which a list of structs goes through serde.
///
/// ```
/// assert_eq!(portolan_labels::STRUCTS, "structs");
/// ```
pub const STRUCTS: &str = "structs";
/// A map of texts, whose keys may have dots.
pub(crate) const TEXTS: &str = "texts";
/// A list of structs that labels address as one struct, named `server` (Traefik's `label-slice-as-struct`).
pub(crate) const SERVER: &str = "server";
/// A field that labels may name but not set (Traefik's tag `-`).
pub(crate) const UNLABELLED: &str = "unlabelled";
/// Go's `int64`, where plain numbers are Go's `int`: only error texts tell them apart.
pub(crate) const INT64: &str = "int64";
/// A [`crate::Duration`].
pub(crate) const DURATION: &str = "duration";
/// A [`crate::Raw`].
pub(crate) const RAW: &str = "raw";

/// A struct that may stand empty: `tls=true` makes one, `tls=false` makes none whatever stands below it.
///
/// ```
/// #[derive(Default, serde::Deserialize)]
/// #[serde(default)]
/// struct Root { http: Option<Http> }
///
/// #[derive(Default, serde::Deserialize)]
/// #[serde(default)]
/// struct Http {
///     #[serde(with = "portolan_labels::allow_empty")]
///     tls: Option<Tls>,
/// }
///
/// #[derive(Debug, Default, PartialEq, serde::Deserialize)]
/// #[serde(default)]
/// struct Tls { options: Option<String> }
///
/// let labels = [("traefik.http.tls".to_owned(), "true".to_owned())].into();
/// let http = portolan_labels::decode::<Root>(&labels, &["traefik"]).value.and_then(|root| root.http);
/// assert_eq!(http.and_then(|http| http.tls), Some(Tls::default()));
/// ```
pub mod allow_empty {
    use super::*;

    /// For `#[serde(with)]`.
    pub fn serialize<S: Serializer, T: Serialize>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        match value {
            Some(value) => serializer.serialize_newtype_struct(ALLOW_EMPTY, value),
            None => serializer.serialize_none(),
        }
    }

    /// For `#[serde(with)]`.
    pub fn deserialize<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_newtype_struct(ALLOW_EMPTY, Switch(PhantomData))
    }
}

/// A field that labels may name but not set: what stands there is checked and dropped. Files carry it.
///
/// ```
/// #[derive(Default, serde::Deserialize)]
/// #[serde(default)]
/// struct Root { http: Option<Http> }
///
/// #[derive(Default, serde::Deserialize)]
/// #[serde(default)]
/// struct Http {
///     #[serde(with = "portolan_labels::unlabelled")]
///     parent: Option<String>,
/// }
///
/// let labels = [("traefik.http.parent".to_owned(), "a".to_owned())].into();
/// let http = portolan_labels::decode::<Root>(&labels, &["traefik"]).value.and_then(|root| root.http);
/// assert_eq!(http.and_then(|http| http.parent), None);
/// ```
pub mod unlabelled {
    use super::*;

    /// For `#[serde(with)]`.
    pub fn serialize<S: Serializer, T: Serialize>(
        value: &Option<T>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }

    /// For `#[serde(with)]`.
    pub fn deserialize<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
        deserializer: D,
    ) -> Result<Option<T>, D::Error> {
        deserializer.deserialize_newtype_struct(UNLABELLED, Switch(PhantomData))
    }
}

/// Declares a marker that changes nothing but the name under which the value goes by.
macro_rules! transparent {
    ($(#[$meta:meta])* $module:ident, $name:ident) => {
        $(#[$meta])*
        pub mod $module {
            use super::*;

            /// For `#[serde(with)]`.
            pub fn serialize<S: Serializer, T: Serialize>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
                match value {
                    Some(value) => serializer.serialize_newtype_struct($name, value),
                    None => serializer.serialize_none(),
                }
            }

            /// For `#[serde(with)]`.
            pub fn deserialize<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
                deserializer: D,
            ) -> Result<Option<T>, D::Error> {
                deserializer.deserialize_newtype_struct($name, Switch(PhantomData))
            }
        }
    };
}

transparent!(
    /// A scalar that tells null from zero.
    ///
    /// ```
    /// #[derive(Default, serde::Deserialize)]
    /// #[serde(default)]
    /// struct Root { http: Option<Http> }
    ///
    /// #[derive(Default, serde::Deserialize)]
    /// #[serde(default)]
    /// struct Http {
    ///     #[serde(with = "portolan_labels::pointer")]
    ///     retries: Option<i64>,
    /// }
    ///
    /// let labels = [("traefik.http.retries".to_owned(), "0".to_owned())].into();
    /// let http = portolan_labels::decode::<Root>(&labels, &["traefik"]).value.and_then(|root| root.http);
    /// assert_eq!(http.and_then(|http| http.retries), Some(0));
    /// ```
    pointer, POINTER
);
transparent!(
    /// A list of structs.
    ///
    /// ```
    /// #[derive(Default, serde::Deserialize)]
    /// #[serde(default)]
    /// struct Root { http: Option<Http> }
    ///
    /// #[derive(Default, serde::Deserialize)]
    /// #[serde(default)]
    /// struct Http {
    ///     #[serde(with = "portolan_labels::structs")]
    ///     domains: Option<Vec<Domain>>,
    /// }
    ///
    /// #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    /// #[serde(default)]
    /// struct Domain { main: Option<String> }
    ///
    /// let labels = [("traefik.http.domains[0].main".to_owned(), "a.example".to_owned())].into();
    /// let http = portolan_labels::decode::<Root>(&labels, &["traefik"]).value.and_then(|root| root.http);
    /// assert_eq!(http.and_then(|http| http.domains), Some(vec![Domain { main: Some("a.example".into()) }]));
    /// ```
    structs, STRUCTS
);
transparent!(
    /// A map of texts: a key may have dots, as the name of a header may.
    ///
    /// ```
    /// #[derive(Default, serde::Deserialize)]
    /// #[serde(default)]
    /// struct Root { http: Option<Http> }
    ///
    /// #[derive(Default, serde::Deserialize)]
    /// #[serde(default)]
    /// struct Http {
    ///     #[serde(with = "portolan_labels::texts")]
    ///     headers: Option<std::collections::BTreeMap<String, String>>,
    /// }
    ///
    /// let labels = [("traefik.http.headers.X-A.B".to_owned(), "c".to_owned())].into();
    /// let http = portolan_labels::decode::<Root>(&labels, &["traefik"]).value.and_then(|root| root.http);
    /// assert_eq!(http.and_then(|http| http.headers), Some([("X-A.B".to_owned(), "c".to_owned())].into()));
    /// ```
    texts, TEXTS
);
transparent!(
    /// The list of servers, which labels address as one struct named `server`.
    ///
    /// ```
    /// #[derive(Default, serde::Deserialize)]
    /// #[serde(default)]
    /// struct Root { http: Option<Http> }
    ///
    /// #[derive(Default, serde::Deserialize)]
    /// #[serde(default)]
    /// struct Http {
    ///     #[serde(with = "portolan_labels::server")]
    ///     servers: Option<Vec<Server>>,
    /// }
    ///
    /// #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    /// #[serde(default)]
    /// struct Server { url: Option<String> }
    ///
    /// let labels = [("traefik.http.server.url".to_owned(), "http://a".to_owned())].into();
    /// let http = portolan_labels::decode::<Root>(&labels, &["traefik"]).value.and_then(|root| root.http);
    /// assert_eq!(http.and_then(|http| http.servers), Some(vec![Server { url: Some("http://a".into()) }]));
    /// ```
    server, SERVER
);
transparent!(
    /// A number that is an `int64` in Go.
    ///
    /// ```
    /// #[derive(Default, serde::Deserialize)]
    /// #[serde(default)]
    /// struct Root { http: Option<Http> }
    ///
    /// #[derive(Default, serde::Deserialize)]
    /// #[serde(default)]
    /// struct Http {
    ///     #[serde(with = "portolan_labels::int64")]
    ///     size: Option<i64>,
    /// }
    ///
    /// let labels = [("traefik.http.size".to_owned(), "7".to_owned())].into();
    /// let http = portolan_labels::decode::<Root>(&labels, &["traefik"]).value.and_then(|root| root.http);
    /// assert_eq!(http.and_then(|http| http.size), Some(7));
    /// ```
    int64, INT64
);

/// Reads `T` from any format; from labels also a pair "is it on?" and `T`, since only the decoder knows the former.
struct Switch<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Switch<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        Option::deserialize(deserializer)
    }

    fn visit_none<E: serde::de::Error>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let on: Option<bool> = map.next_key()?;
        let value: T = map.next_value()?;
        Ok((on == Some(true)).then_some(value))
    }
}
