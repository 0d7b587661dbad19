use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::value::{Content, Value, folded};
use super::{Label, no_mapping};
use crate::diagnostics::LabelError;

/// What the labels of one selector say, the more specific put into the more general.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Layer<'a>(pub(super) Option<Value<'a>>);

impl<'a> Layer<'a> {
    /// Puts a label in its place. Labels come with the more general ones first.
    pub(super) fn insert(&mut self, label: &Label<'a>) -> Result<(), LabelError> {
        let named = |bytes, content| Value { content, key: label.key, text: label.value, name: Some(bytes) };
        let Some((last, way)) = label.path.split_last() else {
            self.0 = Some(named(label.selector.clone(), Content::Label(label.value)));
            return Ok(());
        };
        let empty = || named(label.selector.clone(), Content::Map(BTreeMap::new()));
        let mut node = self.0.get_or_insert_with(empty);
        let given = named(last.clone(), Content::Label(label.value));
        for bytes in way {
            let map = open(node, &given)?;
            let name = label.key.get(bytes.clone()).unwrap_or_default();
            let new = || named(bytes.clone(), Content::Map(BTreeMap::new()));
            node = map.entry(name.to_owned()).or_insert_with(new);
        }
        let map = open(node, &given)?;
        match map.entry(label.key.get(last.clone()).unwrap_or_default().to_owned()) {
            Entry::Vacant(entry) => drop(entry.insert(given)),
            Entry::Occupied(mut entry) => match &mut entry.get_mut().content {
                Content::Map(existing) => {
                    let more = given.mapping().map_err(|_| expect_mapping(&given))?.into_owned();
                    merge(existing, more)?;
                }
                _ => drop(entry.insert(given)),
            },
        }
        Ok(())
    }
}

/// The names below a value, read where it is a text. It stays as it was where that fails.
fn open<'v, 'a>(
    node: &'v mut Value<'a>,
    given: &Value<'a>,
) -> Result<&'v mut BTreeMap<String, Value<'a>>, LabelError> {
    if matches!(node.content, Content::Label(_) | Content::Text(_)) {
        match node.mapping() {
            Ok(map) => node.content = Content::Map(map.into_owned()),
            Err(_) => return Err(above(given, "string")),
        }
    }
    let kind = node.go_kind();
    match &mut node.content {
        Content::Map(map) => Ok(map),
        _ => Err(above(given, kind)),
    }
}

/// Puts `more` into `existing`: what is there already is the more specific, and stays. All or nothing.
pub(super) fn merge<'a>(
    existing: &mut BTreeMap<String, Value<'a>>,
    more: BTreeMap<String, Value<'a>>,
) -> Result<(), LabelError> {
    let mut merged = existing.clone();
    for (name, value) in more {
        match merged.entry(name) {
            Entry::Vacant(entry) => drop(entry.insert(value)),
            Entry::Occupied(mut entry) => match (&mut entry.get_mut().content, value.content.clone()) {
                (Content::Map(existing), Content::Map(more)) => merge(existing, more)?,
                (Content::Map(_), _) => return Err(expect_mapping(&value)),
                (_, Content::Map(_)) => {
                    let message = "cannot merge mapping into existing scalar".to_owned();
                    return Err(no_mapping(message, &value));
                }
                _ => {}
            },
        }
    }
    *existing = merged;
    Ok(())
}

/// Puts the more general `below` under the more specific `above`: what both say, `above` says. Names are compared as fields are.
pub(super) fn lay_over<'a>(above: &mut Value<'a>, below: &Value<'a>, errors: &mut Vec<LabelError>) {
    let (over, under) = match (above.mapping(), below.mapping()) {
        (Ok(over), Ok(under)) if above.is_map() || below.is_map() => (over.into_owned(), under.into_owned()),
        (_, Err(_)) if above.is_map() => return errors.push(expect_mapping(below)),
        (Err(_), _) if below.is_map() => return errors.push(expect_mapping(above)),
        _ => return,
    };
    let mut merged = over;
    for (name, value) in under {
        let same = merged.iter_mut().find(|(key, _)| folded(key) == folded(&name));
        match same {
            Some((_, specific)) => lay_over(specific, &value, errors),
            None => drop(merged.insert(name, value)),
        }
    }
    above.content = Content::Map(merged);
}

impl Value<'_> {
    const fn is_map(&self) -> bool {
        matches!(self.content, Content::Map(_))
    }
}

fn expect_mapping(value: &Value<'_>) -> LabelError {
    let error = no_mapping(format!("expect mapping, got {}", value.go_kind()), value);
    error.with_help("other labels say what stands below it: write `NAME: VALUE`, or leave it out")
}

/// A label whose fields have no place: what is above them is no mapping.
fn above(given: &Value<'_>, kind: &str) -> LabelError {
    let mut error = no_mapping(format!("expect mapping, got {kind}"), given);
    error.place = given.name_place("");
    error.with_help("a more general label says what is above it, and that is no `NAME: VALUE`")
}
