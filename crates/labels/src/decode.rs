//! A serde deserializer over a tree of labels.
//!
//! Traefik reads a tree in two passes over its schema: structure, then values. Here one pass does both and goes on after
//! an error, so that all are told; whoever asks for the first error in Traefik's sense sorts by [`Phase`]. The schema is
//! the type that is asked for: its fields' names, and what [`crate::marker`] says of them.

mod access;
mod empty;
mod scalar;
mod texts;

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::{Deserializer, Visitor};

use crate::diagnostics::{LabelError, Phase};
use crate::marker::{ALLOW_EMPTY, DURATION, INT64, POINTER, RAW, SERVER, STRUCTS, TEXTS, UNLABELLED};
use crate::raw::Raw;
use crate::{BAD_VALUE, Duration, MISPLACED_VALUE, Node, UNKNOWN_FIELD, eq_fold, parse};

use access::{Elements, Entries, Fields, Items, Nothing, On};
use empty::Probe;
use scalar::{DecodeError, RawValue};
use texts::texts;

/// What a container's labels say, and what is wrong with them.
///
/// ```
/// #[derive(Default, serde::Deserialize)]
/// #[serde(default)]
/// struct Root { http: Option<Http> }
///
/// #[derive(Default, serde::Deserialize)]
/// #[serde(default)]
/// struct Http { priority: Option<i64> }
///
/// let labels = [("traefik.http.priority".to_owned(), "high".to_owned())].into();
/// let decoded = portolan_labels::decode::<Root>(&labels, &["traefik.http"]);
/// assert!(decoded.value.is_none(), "one error, and Traefik takes none of the labels");
/// assert_eq!(decoded.errors.len(), 1);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded<T> {
    /// The configuration; `None` where a label is in error, since Traefik then takes none of them.
    pub value: Option<T>,
    /// Every error, in the order in which Traefik would come upon them.
    pub errors: Vec<LabelError>,
}

/// Decodes those labels whose keys begin with one of `prefixes` (see [`crate::parse`]) into `T`.
///
/// Names are compared without regard to case, scalars read as Go does, lists split at commas. An `Option` is what was
/// said: nothing is given a default. A struct that labels make but say nothing in is given the zero of its first field, so
/// that it can be written to a file, where it may not stand empty.
///
/// ```
/// use std::collections::BTreeMap;
///
/// #[derive(Debug, Default, PartialEq, serde::Deserialize)]
/// #[serde(rename_all = "camelCase", default)]
/// struct Root { http: Option<Http> }
///
/// #[derive(Debug, Default, PartialEq, serde::Deserialize)]
/// #[serde(rename_all = "camelCase", default)]
/// struct Http { entry_points: Option<Vec<String>>, priority: Option<i64> }
///
/// let label = |value: &str| BTreeMap::from([("traefik.http.entrypoints".to_owned(), value.to_owned())]);
/// let labels = label("web, websecure");
/// let decoded = portolan_labels::decode::<Root>(&labels, &["traefik.http"]);
/// let http = decoded.value.and_then(|root| root.http).unwrap_or_default();
/// assert_eq!(http.entry_points.as_deref(), Some(&["web".to_owned(), "websecure".to_owned()][..]));
///
/// let labels = BTreeMap::from([("traefik.http.entrypoint".to_owned(), "web".to_owned())]);
/// let decoded = portolan_labels::decode::<Root>(&labels, &["traefik.http"]);
/// assert_eq!(decoded.errors[0].message, "field not found, node: entrypoint");
/// assert_eq!(decoded.errors[0].help.as_deref(), Some("did you mean `entryPoints`?"));
/// ```
pub fn decode<T>(labels: &BTreeMap<String, String>, prefixes: &[&str]) -> Decoded<T>
where
    T: for<'de> Deserialize<'de> + Default,
{
    let tree = parse(labels, prefixes);
    let findings = Findings { errors: RefCell::new(tree.errors), muted: Cell::new(None) };
    let value = match &tree.root {
        None => Some(T::default()),
        Some(root) => match T::deserialize(Cursor::new(root, Position::Root, &findings)) {
            Ok(value) => Some(value),
            Err(DecodeError(message)) => {
                let error = LabelError::key(BAD_VALUE, Phase::Value, message, root.key, root.bytes.clone());
                findings.errors.borrow_mut().push(error);
                None
            }
        },
    };
    let mut errors = findings.errors.into_inner();
    errors.sort_by_key(|error| error.phase);
    Decoded { value: value.filter(|_| errors.is_empty()), errors }
}

/// What has been found so far.
#[derive(Debug)]
struct Findings<'a> {
    errors: RefCell<Vec<LabelError>>,
    /// The node last met that says nothing: switched off, or not to be set by labels.
    muted: Cell<Option<*const Node<'a>>>,
}

/// Where in its parent a node stands, which decides what it may look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Position {
    /// The node `traefik`.
    Root,
    /// A field of a struct: a struct or map there must have something below it.
    Field,
    /// An entry of a map: a struct may stand empty, and what stands below a scalar is dropped.
    Entry,
    /// An element of a list of structs: may stand empty.
    Element,
}

/// A node about to be read as a value.
#[derive(Clone, Copy, Debug)]
struct Cursor<'t, 'a> {
    node: &'t Node<'a>,
    position: Position,
    findings: &'t Findings<'a>,
    /// Whether it may stand empty.
    may_be_empty: bool,
    /// Whether names are looked up, but values are not read.
    off: bool,
    /// Whether a list's elements are structs.
    structs: bool,
    /// Whether a map's keys may have dots.
    texts: bool,
    /// Go's kind of a number here.
    kind: &'static str,
}

impl<'t, 'a> Cursor<'t, 'a> {
    fn new(node: &'t Node<'a>, position: Position, findings: &'t Findings<'a>) -> Self {
        Self {
            node,
            position,
            findings,
            may_be_empty: false,
            off: false,
            structs: false,
            texts: false,
            kind: "",
        }
    }

    /// A node below this one.
    fn below(self, node: &'t Node<'a>, position: Position) -> Self {
        Self { off: self.off, ..Self::new(node, position, self.findings) }
    }

    fn name_error(self, code: portolan_container::Code, message: String) -> LabelError {
        LabelError { code, phase: Phase::Structure, message, place: self.node.name_place(), help: None }
    }

    fn push(self, error: LabelError) {
        self.findings.errors.borrow_mut().push(error);
    }

    /// Tells that a value stands where names must follow.
    fn standalone(self, go_type: &str) {
        let name = self.node.name;
        let message = format!("{name} cannot be a standalone element (type {go_type})");
        self.push(
            self.name_error(MISPLACED_VALUE, message).with_help(format!("set a field below it: `{name}.…`")),
        );
    }

    /// Whether this is a field that has a value where names must follow.
    fn stands_alone(self) -> bool {
        self.position == Position::Field && self.node.is_leaf() && !self.may_be_empty
    }

    /// The text of a scalar, `None` where there is none to read; tells of names below it.
    fn scalar(self, kind: &'static str) -> Option<&'t str> {
        if !self.node.is_leaf() && self.position == Position::Field {
            let kind = if self.kind.is_empty() { kind } else { self.kind };
            let message = format!("invalid node {}: {kind}", self.node.name);
            let help = "this field takes a value, nothing can stand below it";
            self.push(self.name_error(MISPLACED_VALUE, message).with_help(help));
            return None;
        }
        (!self.off).then_some(self.node.value)
    }

    /// Reads a scalar, and tells where it is none of its type.
    fn read<T: Default>(self, kind: &'static str, read: impl Fn(&str) -> Result<T, String>) -> T {
        let Some(text) = self.scalar(kind) else { return T::default() };
        read(text).unwrap_or_else(|message| {
            let place = self.node.value_place();
            let help = accepted(&message).map(str::to_owned);
            self.push(LabelError { code: BAD_VALUE, phase: Phase::Value, message, place, help });
            T::default()
        })
    }

    /// Tells that a node below has a name that is no field's.
    fn unknown(self, child: &'t Node<'a>, fields: &[&'static str]) {
        let error = self.below(child, Position::Field);
        let error = error.name_error(UNKNOWN_FIELD, format!("field not found, node: {}", child.name));
        self.push(match self.meant(child, fields) {
            Some(help) => error.with_help(help),
            None => error,
        });
    }

    /// What a name that is no field's was probably meant to be.
    fn meant(self, child: &Node<'_>, fields: &[&'static str]) -> Option<String> {
        if child.name.contains(':') && child.value.is_empty() {
            return Some("write `=` between a label and its value".to_owned());
        }
        let is_server = ["port", "url", "scheme"].iter().any(|name| eq_fold(name, child.name));
        if is_server && eq_fold(self.node.name, "loadBalancer") {
            return Some(format!("did you mean `server.{}`?", child.name));
        }
        let known = || fields.iter().map(|field| access::label_name(field));
        if let Some(near) = crate::suggest(child.name, known()) {
            return Some(format!("did you mean `{near}`?"));
        }
        let goes_on = |below: &Node<'_>| known().any(|field| eq_fold(field, below.name));
        child.children.iter().any(goes_on).then(|| {
            let (name, rest) = (self.node.name, child.name);
            format!("dots part names: if `{name}.{rest}` is one, write `{name}-{rest}`")
        })
    }
}

/// What may stand where a value could not be converted, by what Go says of it.
fn accepted(message: &str) -> Option<&'static str> {
    if message.starts_with("strconv.ParseBool") {
        Some("write `true` or `false`")
    } else if message.starts_with("time:") {
        Some("write a number of seconds, or numbers with units, such as `500ms`, `1m30s` or `24h`")
    } else if message.starts_with("strconv.ParseInt") && !message.ends_with("out of range") {
        Some("write a whole number, such as `10`")
    } else {
        None
    }
}

impl<'de, 't, 'a> Deserializer<'de> for Cursor<'t, 'a> {
    type Error = DecodeError;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        go_type: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        if self.stands_alone() {
            self.standalone(go_type);
            return visitor.visit_map(Nothing);
        }
        visitor.visit_map(Fields::new(self, fields))
    }

    fn deserialize_map<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.stands_alone() {
            let element = Cell::new("");
            let value = visitor.visit_map(Probe::new(&element))?;
            self.standalone(&format!("map[string]{}", element.get()));
            return Ok(value);
        }
        if self.texts {
            return visitor.visit_map(texts(self.node));
        }
        visitor.visit_map(Entries::new(self))
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.structs {
            return visitor.visit_seq(Elements::new(self));
        }
        for child in self.node.children.iter().flat_map(|child| &child.children) {
            self.unknown(child, &[]);
        }
        visitor.visit_seq(Items::new(if self.off { "" } else { self.node.value }))
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        mut self,
        marker: &'static str,
        visitor: V,
    ) -> Result<V::Value, DecodeError> {
        match marker {
            ALLOW_EMPTY => {
                self.may_be_empty = true;
                let value = self.node.value;
                let off = !value.is_empty() && !value.eq_ignore_ascii_case("true");
                if off {
                    self.off = true;
                    self.findings.muted.set(Some(self.node));
                }
                visitor.visit_map(On::new(self, !off))
            }
            UNLABELLED => {
                self.may_be_empty = true;
                self.off = true;
                self.findings.muted.set(Some(self.node));
                visitor.visit_map(On::new(self, false))
            }
            SERVER if self.node.is_leaf() => {
                let message = format!("invalid slice: node {}", self.node.name);
                let help = format!("set a field below it: `{}.port`", self.node.name);
                let error = self.name_error(MISPLACED_VALUE, message).with_help(help);
                self.push(LabelError { phase: Phase::Value, ..error });
                visitor.visit_none()
            }
            SERVER => visitor.visit_newtype_struct(access::One(self)),
            STRUCTS => visitor.visit_newtype_struct(Self { structs: true, ..self }),
            TEXTS => visitor.visit_newtype_struct(Self { texts: true, ..self }),
            POINTER => visitor.visit_newtype_struct(Self { kind: "ptr", ..self }),
            INT64 => visitor.visit_newtype_struct(Self { kind: "int64", ..self }),
            DURATION => {
                let read = |text: &str| text.parse::<Duration>().map_err(|error| error.to_string());
                visitor.visit_string(self.read("int64", read).to_string())
            }
            RAW => visitor.visit_newtype_struct(RawValue(Raw::of_plugin(self.node))),
            _ => visitor.visit_newtype_struct(self),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_some(self)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_bool(self.read("bool", crate::parse_bool))
    }

    fn deserialize_i64<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_i64(self.read("int", crate::parse_int))
    }

    fn deserialize_str<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_str(self.scalar("string").unwrap_or_default())
    }

    fn deserialize_string<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_str(self.node.name)
    }

    fn deserialize_ignored_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        visitor.visit_unit()
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, DecodeError> {
        if self.node.is_leaf() { self.deserialize_str(visitor) } else { self.deserialize_map(visitor) }
    }

    serde::forward_to_deserialize_any! {
        i8 i16 i32 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple tuple_struct enum
    }
}
