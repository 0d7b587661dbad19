use std::cell::Cell;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, EnumAccess, Error as _, MapAccess, SeqAccess, VariantAccess, Visitor};
use serde::{Deserialize, Deserializer};

use super::nesting::is_too_nested;

/// A YAML document with its aliases and merge keys (`<<`) expanded.
///
/// A mistake within it is a [`Node::Refused`] in its place, so that it harms the service that it stands in and no other.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Node {
    Null,
    Bool(bool),
    /// A number in the spelling that Compose gives it where a text is asked for: Go's `%v`.
    Number(String),
    Text(String),
    List(Vec<Self>),
    Map(BTreeMap<String, Self>),
    /// `!reset`: where two files are merged, the key goes.
    Reset,
    /// `!override`: where two files are merged, this replaces what was there.
    Override(Box<Self>),
    /// What Compose refuses, and why.
    Refused(String),
}

impl Node {
    /// The scalar as Compose reads it where a text is asked for; `None` for lists and mappings.
    pub(super) fn scalar(&self) -> Option<String> {
        match self {
            Self::Null => Some(String::new()),
            Self::Bool(value) => Some(value.to_string()),
            Self::Number(text) | Self::Text(text) => Some(text.clone()),
            Self::List(_) | Self::Map(_) | Self::Reset | Self::Override(_) | Self::Refused(_) => None,
        }
    }

    /// What it is, for a message.
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null | Self::Reset => "null",
            Self::Bool(_) => "a boolean",
            Self::Number(_) => "a number",
            Self::Text(_) => "a text",
            Self::List(_) => "a list",
            Self::Map(_) => "a mapping",
            Self::Override(inner) => inner.kind(),
            Self::Refused(_) => "a mistake",
        }
    }

    /// What a copy of it costs.
    pub(super) fn size(&self) -> usize {
        NODE_COST
            + match self {
                Self::Number(text) | Self::Text(text) | Self::Refused(text) => text.len(),
                Self::List(items) => items.iter().map(Self::size).sum(),
                Self::Map(entries) => entries.iter().map(|(key, value)| key.len() + value.size()).sum(),
                Self::Override(inner) => inner.size(),
                Self::Null | Self::Bool(_) | Self::Reset => 0,
            }
    }
}

/// What a node costs beside its text, in bytes.
const NODE_COST: usize = 32;

/// How much a project may still grow, in bytes.
///
/// Aliases, `extends`, variables and replicas copy; a file of a kilobyte can ask for terabytes.
#[derive(Debug)]
pub(super) struct Budget {
    left: Cell<usize>,
}

impl Budget {
    pub(super) fn new(bytes: usize) -> Self {
        Self { left: Cell::new(bytes) }
    }

    /// Takes this much. False, from then on for ever, if less is left.
    pub(super) fn spend(&self, bytes: usize) -> bool {
        let left = self.left.get().checked_sub(bytes);
        self.left.set(left.unwrap_or(0));
        left.is_some_and(|left| left > 0)
    }

    pub(super) fn is_spent(&self) -> bool {
        self.left.get() == 0
    }
}

/// Reads all documents of a YAML text, or of JSON, which is YAML; empty ones are left out.
///
/// # Errors
/// What is wrong, and where.
pub(super) fn parse(text: &str, budget: &Budget) -> Result<Vec<Node>, String> {
    if text.trim_start().starts_with('{')
        && let Ok(document) = json(text, budget)
    {
        return Ok(vec![document]);
    }
    if is_too_nested(text) {
        return Err("too many brackets or braces are open at once".to_owned());
    }
    let mut documents = Vec::new();
    for document in serde_yaml::Deserializer::from_str(text) {
        let node = NodeSeed(budget).deserialize(document).map_err(|error| error.to_string())?;
        if node != Node::Null {
            documents.push(node);
        }
    }
    Ok(documents)
}

/// What `docker compose config --format json` prints has more braces than [`is_too_nested`] lets through.
fn json(text: &str, budget: &Budget) -> Result<Node, serde_json::Error> {
    let mut deserializer = serde_json::Deserializer::from_str(text);
    let document = NodeSeed(budget).deserialize(&mut deserializer)?;
    deserializer.end().map(|()| document)
}

#[derive(Clone, Copy)]
struct NodeSeed<'a>(&'a Budget);

impl<'de> DeserializeSeed<'de> for NodeSeed<'_> {
    type Value = Node;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        if !self.0.spend(NODE_COST) {
            return Err(D::Error::custom("too many nodes after aliases are expanded"));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NodeSeed<'_> {
    type Value = Node;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any YAML value")
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Number(value.to_string()))
    }

    // Go has no integer of this size: it reads a float.
    fn visit_i128<E>(self, value: i128) -> Result<Node, E> {
        Ok(Node::Number(go_float(value as f64)))
    }

    fn visit_u128<E>(self, value: u128) -> Result<Node, E> {
        Ok(Node::Number(go_float(value as f64)))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        Ok(Node::Number(go_float(value)))
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Node, E> {
        if !self.0.spend(text.len()) {
            return Err(E::custom("too much text after aliases are expanded"));
        }
        Ok(Node::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Node, A::Error> {
        let mut map = BTreeMap::new();
        let mut merged = Vec::new();
        let mut refused = None;
        while let Some(key) = entries.next_key_seed(self)? {
            let value = entries.next_value_seed(self)?;
            match key {
                Node::Text(key) if key == "<<" => merged.push(value),
                Node::Text(key) if map.contains_key(&key) => {
                    refused.get_or_insert(format!("key `{}` is given twice", excerpt(&key)));
                }
                Node::Text(key) => {
                    map.insert(key, value);
                }
                other => {
                    let text = other.scalar().unwrap_or_else(|| other.kind().to_owned());
                    refused.get_or_insert(format!("key `{text}` is not a text, put it in quotes"));
                }
            }
        }
        for source in merged {
            if let Err(reason) = merge_key(&mut map, source) {
                refused.get_or_insert(reason);
            }
        }
        Ok(refused.map_or(Node::Map(map), Node::Refused))
    }

    fn visit_enum<A: EnumAccess<'de>>(self, data: A) -> Result<Node, A::Error> {
        let (Tag(tag), content) = data.variant()?;
        let node = content.newtype_variant_seed(self)?;
        Ok(match tag.trim_start_matches('!') {
            "reset" => Node::Reset,
            "override" => Node::Override(Box::new(node)),
            // Other tags mean nothing to Compose.
            _ => node,
        })
    }
}

/// The name of a tag: an identifier to serde, which is why it is not asked for as a text.
struct Tag(String);

impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

/// Adds what `<<` names and the mapping does not say itself; the first of several sources wins.
fn merge_key(map: &mut BTreeMap<String, Node>, source: Node) -> Result<(), String> {
    match source {
        Node::Map(entries) => {
            for (key, value) in entries {
                map.entry(key).or_insert(value);
            }
            Ok(())
        }
        Node::List(sources) => sources.into_iter().try_for_each(|source| match source {
            Node::Map(_) => merge_key(map, source),
            other => Err(format!("`<<` must name mappings, this is {}", other.kind())),
        }),
        Node::Refused(reason) => Err(reason),
        other => Err(format!("`<<` must name a mapping, this is {}", other.kind())),
    }
}

/// A float as Go's `%v` writes it: the shortest digits, an exponent below 1e-4 and from 1e6.
fn go_float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let magnitude = value.abs();
    if magnitude != 0.0 && !(1e-4..1e6).contains(&magnitude) {
        let text = format!("{value:e}");
        let (digits, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        let (sign, exponent) = exponent.strip_prefix('-').map_or(('+', exponent), |rest| ('-', rest));
        return format!("{digits}e{sign}{exponent:0>2}");
    }
    value.to_string()
}

/// The start of a text, short enough for a message.
pub(super) fn excerpt(text: &str) -> String {
    const LONGEST: usize = 60;
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None if line.len() < text.trim_end().len() => format!("{line}..."),
        None => line.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ROOMY: usize = 1 << 20;

    fn scalars(yaml: &str) -> Vec<Option<String>> {
        match parse(yaml, &Budget::new(ROOMY)).unwrap().remove(0) {
            Node::List(items) => items.iter().map(Node::scalar).collect(),
            other => panic!("no list: {other:?}"),
        }
    }

    #[test]
    fn scalars_are_spelled_as_compose_spells_them() {
        let got = scalars(
            "[true, True, yes, ~, 1, 1.0, 1.50, 1e3, 0x10, 0o17, .inf, 1e20, 1e-5, 123456.0, 123456789.0, -0.0, -9223372036854775809, 12345678901234567890, '010', [], {}]",
        );
        let expected = [
            "true",
            "true",
            "yes",
            "",
            "1",
            "1",
            "1.5",
            "1000",
            "16",
            "15",
            "+Inf",
            "1e+20",
            "1e-05",
            "123456",
            "1.23456789e+08",
            "-0",
            "-9.223372036854776e+18",
            "12345678901234567890",
            "010",
        ];
        assert_eq!(got.iter().flatten().collect::<Vec<_>>(), expected);
        assert_eq!(&got[expected.len()..], [None, None]);
    }

    #[test]
    fn merge_keys_are_shallow_and_the_first_wins() {
        let merged = parse("{<<: [{a: 1, b: {x: 1}}, {a: 3, c: 4}], b: 9}", &Budget::new(ROOMY)).unwrap();
        let plain = parse("{a: 1, b: 9, c: 4}", &Budget::new(ROOMY)).unwrap();
        assert_eq!(merged, plain);
    }

    #[test]
    fn mistakes_stay_in_their_mapping() {
        let text = "{a: {x: 1, x: 2}, b: {1: 2}, c: {<<: 3}, d: 4}";
        let Node::Map(map) = parse(text, &Budget::new(ROOMY)).unwrap().remove(0) else {
            panic!("no mapping")
        };
        assert_eq!(map["a"], Node::Refused("key `x` is given twice".into()));
        assert_eq!(map["b"], Node::Refused("key `1` is not a text, put it in quotes".into()));
        assert_eq!(map["c"], Node::Refused("`<<` must name a mapping, this is a number".into()));
        assert_eq!(map["d"], Node::Number("4".into()));
    }

    #[test]
    fn tags_of_compose_are_kept_and_others_mean_nothing() {
        let text = "[!reset null, !override [1], !foo x, !!str 1]";
        let Node::List(items) = parse(text, &Budget::new(ROOMY)).unwrap().remove(0) else {
            panic!("no list")
        };
        let one = Node::List(vec![Node::Number("1".into())]);
        assert_eq!(
            items,
            [Node::Reset, Node::Override(Box::new(one)), Node::Text("x".into()), Node::Text("1".into())]
        );
    }

    #[test]
    fn aliases_cannot_grow_a_file_without_end() {
        let mut text = "a: &a [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
        for (name, base) in
            ["b", "c", "d", "e", "f", "g", "h"].iter().zip(["a", "b", "c", "d", "e", "f", "g"])
        {
            let aliases = vec![format!("*{base}"); 10].join(", ");
            text.push_str(&format!("{name}: &{name} [{aliases}]\n"));
        }
        let budget = Budget::new(ROOMY);
        assert!(parse(&text, &budget).is_err());
        assert!(parse("a: &a [*a]", &Budget::new(ROOMY)).is_err(), "an alias within itself");
    }

    #[test]
    fn deep_nesting_is_an_error() {
        assert!(parse(&"[".repeat(100_000), &Budget::new(ROOMY)).is_err());
        assert!(parse(&"- ".repeat(100_000), &Budget::new(ROOMY)).is_err());
        assert!(parse(&"{a: ".repeat(1_000), &Budget::new(ROOMY)).is_err());
    }
}
