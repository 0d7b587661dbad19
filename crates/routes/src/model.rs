//! Traefik's dynamic configuration as plain data.
//!
//! Every field is an `Option`: said or not said. Nothing is given a default here, so that a file carries what its author
//! said and no more; what Traefik makes of an unsaid field matters only where containers are merged. Names, nesting and types are those of Traefik 3.7, whose reference documents what each field does. Fields that
//! Traefik keeps for itself are [`Internal`]: labels may name them, nothing is carried.
//!
//! What labels can set is documented as `MEANING. For example VALUE.`: the table of labels in the reference is made from that.
//!
//! ```
//! use portolan_routes::model::{ForwardAuth, Middleware};
//!
//! let auth = ForwardAuth { address: Some("http://login/verify".into()), ..ForwardAuth::default() };
//! let middleware = Middleware { forward_auth: Some(Box::new(auth)), ..Middleware::default() };
//! assert_eq!(serde_json::to_string(&middleware)?, r#"{"forwardAuth":{"address":"http://login/verify"}}"#);
//! # Ok::<(), serde_json::Error>(())
//! ```

#![expect(
    missing_docs,
    reason = "what is not documented are sections, and fields that labels cannot set: Traefik's reference has them"
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
///
/// ```
/// use portolan_routes::model::{Map, Router};
///
/// let routers: Map<Router> = [("web".to_owned(), Router::default())].into();
/// assert!(routers.contains_key("web"));
/// ```
pub type Map<T> = BTreeMap<String, T>;

/// A list of texts.
///
/// ```
/// use portolan_routes::model::{List, Router};
///
/// let entry_points: List = vec!["web".to_owned()];
/// assert!(Router { entry_points: Some(entry_points), ..Router::default() }.entry_points.is_some());
/// ```
pub type List = Vec<String>;

model! {
    /// The whole dynamic configuration: what one file carries, or what one container's labels say.
    ///
    /// ```
    /// use portolan_routes::Configuration;
    /// use portolan_routes::model::{Http, Router};
    ///
    /// let router = Router { rule: Some("Path(`/`)".into()), service: Some("web".into()), ..Router::default() };
    /// let http = Http { routers: Some([("web".to_owned(), router)].into()), ..Http::default() };
    /// let configuration = Configuration { http: Some(http), ..Configuration::default() };
    /// let json = r#"{"http":{"routers":{"web":{"service":"web","rule":"Path(`/`)"}}}}"#;
    /// assert_eq!(serde_json::to_string(&configuration)?, json);
    /// # Ok::<(), serde_json::Error>(())
    /// ```
    Configuration "*dynamic.Configuration" {
        http: Http,
        tcp: Tcp,
        udp: Udp,
        tls: Tls,
    }
}

/// A field that Traefik keeps for itself: accepted wherever it stands, whatever it holds, and never carried.
///
/// ```
/// use portolan_routes::model::Internal;
///
/// assert_eq!(serde_json::to_string(&Internal)?, "null");
/// # Ok::<(), serde_json::Error>(())
/// ```
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
///
/// ```
/// use portolan_routes::model::Empty;
///
/// assert_eq!(serde_json::to_string(&Empty)?, "{}");
/// # Ok::<(), serde_json::Error>(())
/// ```
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
