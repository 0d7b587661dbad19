use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;

use saphyr_parser::{Event, Parser};

/// YAML with the bytes at which each node stands; aliases share the node that they name.
#[derive(Debug)]
pub(super) struct Marked {
    /// A scalar with its quotes; of a list or mapping, its first byte.
    pub(super) bytes: Range<usize>,
    pub(super) value: Value,
}

#[derive(Debug)]
pub(super) enum Value {
    Text(String),
    List(Vec<Rc<Marked>>),
    Map(Entries),
}

/// A mapping's entries in their order.
#[derive(Debug)]
pub(super) struct Entries {
    list: Vec<(Rc<Marked>, Rc<Marked>)>,
    /// The first entry of each key, where there are so many that looking through them takes long: services, say.
    first: Option<BTreeMap<String, usize>>,
}

/// Lists and mappings within each other: beyond that the reader of Compose files has refused the text.
const DEEPEST: usize = 128;

/// Merge keys that name mappings with merge keys, in a row.
const MOST_MERGES: usize = 16;

/// The documents of a YAML text, or of JSON, which is YAML; as far as they can be read.
pub(super) fn parse(text: &str) -> Vec<Rc<Marked>> {
    let offsets = Offsets::new(text);
    let mut builder = Builder::default();
    for event in Parser::new_from_str(text) {
        let Ok((event, span)) = event else { break };
        let bytes = offsets.byte(span.start.index())..offsets.byte(span.end.index());
        if builder.take(event, bytes).is_none() {
            break;
        }
    }
    builder.documents
}

/// The bytes at which characters begin.
struct Offsets {
    length: usize,
    /// None where each character is one byte.
    starts: Option<Vec<usize>>,
}

impl Offsets {
    fn new(text: &str) -> Self {
        let starts = (!text.is_ascii()).then(|| text.char_indices().map(|(byte, _)| byte).collect());
        Self { length: text.len(), starts }
    }

    fn byte(&self, character: usize) -> usize {
        let byte = match &self.starts {
            None => character,
            Some(starts) => starts.get(character).copied().unwrap_or(self.length),
        };
        byte.min(self.length)
    }
}

/// Nodes that are open, and what is done.
#[derive(Default)]
struct Builder {
    open: Vec<Open>,
    anchors: Vec<(usize, Rc<Marked>)>,
    documents: Vec<Rc<Marked>>,
}

struct Open {
    start: usize,
    anchor: usize,
    is_map: bool,
    items: Vec<Rc<Marked>>,
}

impl Builder {
    /// None where the text is no YAML that can be looked into.
    fn take(&mut self, event: Event<'_>, bytes: Range<usize>) -> Option<()> {
        let open = |anchor, is_map| Open { start: bytes.start, anchor, is_map, items: Vec::new() };
        match event {
            Event::Scalar(text, _, anchor, _) => {
                self.add(Marked { bytes, value: Value::Text(text.into_owned()) }, anchor);
            }
            Event::Alias(anchor) => {
                let (_, node) = self.anchors.iter().rev().find(|(known, _)| *known == anchor)?;
                let node = Rc::clone(node);
                self.put(node);
            }
            Event::SequenceStart(anchor, _) => self.open.push(open(anchor, false)),
            Event::MappingStart(anchor, _) => self.open.push(open(anchor, true)),
            Event::SequenceEnd | Event::MappingEnd => {
                let Open { start, anchor, is_map, items } = self.open.pop()?;
                let value = if is_map {
                    let mut items = items.into_iter();
                    let pairs = std::iter::from_fn(|| Some((items.next()?, items.next()?)));
                    Value::Map(Entries::new(pairs.collect()))
                } else {
                    Value::List(items)
                };
                self.add(Marked { bytes: start..start, value }, anchor);
            }
            _ => {}
        }
        (self.open.len() <= DEEPEST).then_some(())
    }

    fn add(&mut self, node: Marked, anchor: usize) {
        let node = Rc::new(node);
        if anchor > 0 {
            self.anchors.push((anchor, Rc::clone(&node)));
        }
        self.put(node);
    }

    fn put(&mut self, node: Rc<Marked>) {
        match self.open.last_mut() {
            Some(open) => open.items.push(node),
            None => self.documents.push(node),
        }
    }
}

impl Entries {
    /// More than this have an index.
    const FEW: usize = 16;

    fn new(list: Vec<(Rc<Marked>, Rc<Marked>)>) -> Self {
        let index = || {
            let keys = list.iter().enumerate().rev();
            keys.filter_map(|(at, (key, _))| Some((key.text()?.to_owned(), at))).collect()
        };
        let first = (list.len() > Self::FEW).then(index);
        Self { list, first }
    }

    fn iter(&self) -> std::slice::Iter<'_, (Rc<Marked>, Rc<Marked>)> {
        self.list.iter()
    }

    /// The first entry of a key.
    fn get(&self, key: &str) -> Option<&(Rc<Marked>, Rc<Marked>)> {
        match &self.first {
            Some(first) => self.list.get(*first.get(key)?),
            None => self.iter().find(|(name, _)| name.text() == Some(key)),
        }
    }
}

impl Marked {
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            Value::List(_) | Value::Map(_) => None,
        }
    }

    /// What a mapping has under this key, also by way of `<<`: the key's node and the value's.
    pub(super) fn entry(&self, key: &str) -> Option<(&Rc<Self>, &Rc<Self>)> {
        self.entry_within(key, MOST_MERGES)
    }

    pub(super) fn get(&self, key: &str) -> Option<&Rc<Self>> {
        self.entry(key).map(|(_, value)| value)
    }

    fn entry_within(&self, key: &str, merges: usize) -> Option<(&Rc<Self>, &Rc<Self>)> {
        let Value::Map(entries) = &self.value else { return None };
        if let Some((name, value)) = entries.get(key) {
            return Some((name, value));
        }
        let left = merges.checked_sub(1)?;
        let merged = entries.iter().filter(|(name, _)| name.text() == Some("<<"));
        merged.map(|(_, source)| source).find_map(|source| match &source.value {
            Value::List(sources) => sources.iter().find_map(|source| source.entry_within(key, left)),
            _ => source.entry_within(key, left),
        })
    }

    /// A text, or the texts of a list.
    pub(super) fn texts(&self) -> Vec<&str> {
        match &self.value {
            Value::Text(text) => vec![text],
            Value::List(items) => items.iter().filter_map(|item| item.text()).collect(),
            Value::Map(_) => Vec::new(),
        }
    }

    /// The node that a finding's path names, such as `services.web.ports.[0]`, or the last one on the way that is there; and how much of
    /// the path leads to it.
    pub(super) fn descend(&self, path: &str) -> Option<(Range<usize>, usize)> {
        let (mut node, mut rest) = (self, path);
        let mut found = None;
        while !rest.is_empty() {
            let step = match &node.value {
                Value::Text(_) => None,
                Value::List(items) => {
                    let step = rest.split('.').next().unwrap_or(rest);
                    let index = step.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
                    let item = index.and_then(|index| items.get(index.parse::<usize>().ok()?));
                    item.map(|item| (step.len(), item.bytes.clone(), item))
                }
                Value::Map(entries) => {
                    // Keys have dots in them: the longest that fits.
                    let fits = |key: &str| {
                        rest.strip_prefix(key).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
                    };
                    let keys = entries.iter().filter_map(|(key, value)| Some((key.text()?, key, value)));
                    let longest = keys.filter(|(text, ..)| fits(text)).max_by_key(|(text, ..)| text.len());
                    longest.map(|(text, key, value)| (text.len(), key.bytes.clone(), value))
                }
            };
            let Some((length, bytes, below)) = step else { break };
            node = below;
            rest = rest.get(length..).unwrap_or_default().trim_start_matches('.');
            found = Some((bytes, path.len() - rest.len()));
        }
        found
    }
}

/// Where bytes of a scalar's value stand in its source, quotes and escapes and all; `None` where that cannot be told.
///
/// Compose has put variables in their places by then, so that `$$` stands for one dollar sign, and of a variable's value
/// nothing is known.
pub(super) fn align(source: &str, value: &str, part: &Range<usize>) -> Option<Range<usize>> {
    let quote = source.chars().next().filter(|c| matches!(c, '"' | '\''));
    let mut at = quote.map_or(0, char::len_utf8);
    let mut start = None;
    let mut value_at = 0;
    for c in value.chars() {
        if value_at >= part.end {
            break;
        }
        let rest = source.get(at..)?;
        let length = step(rest, c, quote)?;
        if value_at == part.start {
            start = Some(at);
        }
        at += length;
        value_at += c.len_utf8();
    }
    // An empty part stands where the walk has come to.
    let start = start.or((part.start >= value_at).then_some(at))?;
    Some(start..at)
}

/// How many bytes of the source stand for this character.
fn step(source: &str, c: char, quote: Option<char>) -> Option<usize> {
    let doubled = |text: &str| source.starts_with(text).then_some(text.len());
    match c {
        '$' if source.starts_with("$$") => Some(2),
        '\'' if quote == Some('\'') => doubled("''"),
        '"' if quote == Some('"') => doubled("\\\""),
        '\\' if quote == Some('"') => doubled("\\\\"),
        '\n' | ' ' if source.starts_with(['\n', '\r']) => Some(source.len() - source.trim_start().len()),
        '\n' if quote == Some('"') => doubled("\\n"),
        other => source.starts_with(other).then(|| other.len_utf8()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slice<'t>(text: &'t str, bytes: &Range<usize>) -> &'t str {
        &text[bytes.clone()]
    }

    #[test]
    fn nodes_tell_where_they_stand() {
        let text = "é: 1\nbase: &b {x: 'it''s', y: \"a\"}\nservices:\n  web:\n    <<: *b\n    y: z\n";
        let documents = parse(text);
        let web = documents[0].get("services").unwrap().get("web").unwrap();
        assert_eq!(slice(text, &web.get("x").unwrap().bytes), "'it''s'");
        assert_eq!(slice(text, &web.get("y").unwrap().bytes), "z");
        assert_eq!(slice(text, &web.entry("y").unwrap().0.bytes), "y");
    }

    #[test]
    fn paths_of_findings_are_followed() {
        let text = "services:\n  a.b:\n    ports: [80, x]\n  a: {}\n";
        let check = |path: &str, expected: &str| {
            let found = parse(text)[0].descend(path);
            assert_eq!(
                found.map(|(bytes, _)| slice(text, &bytes).to_owned()).as_deref(),
                Some(expected),
                "{path}"
            );
        };
        check("services.a.b.ports.[1]", "x");
        check("services.a.b.ports", "ports");
        check("services.a.image", "a");
        assert_eq!(parse(text)[0].descend("networks.x"), None);
        let length = |path: &str| parse(text)[0].descend(path).map(|(_, length)| length);
        assert!(length("services.a.image") < length("services.a.b.ports"));
    }

    #[test]
    fn parts_of_values_are_found_in_their_source() {
        let check = |source: &str, value: &str, part: &str, expected: Option<&str>| {
            let start = value.find(part).unwrap();
            let found = align(source, value, &(start..start + part.len()));
            assert_eq!(found.map(|bytes| &source[bytes]), expected, "{source}");
        };
        check("Host(`a`)", "Host(`a`)", "`a`", Some("`a`"));
        check("'it''s b'", "it's b", "b", Some("b"));
        check("\"a \\\"q\\\" b\"", "a \"q\" b", "q", Some("q"));
        check("u:$$apr1$$x", "u:$apr1$x", "apr1$", Some("apr1$$"));
        check("u:${A}x", "u:valuex", "x", None);
        check("one\n      two", "one two", "two", Some("two"));
    }

    #[test]
    fn deep_nesting_ends_the_reading() {
        assert!(parse(&"[".repeat(10_000)).is_empty());
        assert!(parse(&"- ".repeat(10_000)).is_empty());
        assert!(parse("a: *b").is_empty());
    }
}
