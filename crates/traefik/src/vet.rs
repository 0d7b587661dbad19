use std::collections::BTreeSet;

use portolan_routes::Section;

use crate::error::{Failure, Refusal};
use crate::node::Node;

/// By which Traefik's file decoder joins the items of a list before it reads them.
const LIST_SEPARATOR: char = '║';

/// Refuses what Traefik's file decoder would read as something else, or for which it would refuse the file and with it all
/// other routes; puts into the form that is read as meant what has one.
pub(crate) fn vet(section: Option<Section>, element: &mut Node) -> Result<(), Failure> {
    let Node::Map(fields) = element else { return vet_node(element) };
    vet_keys(fields)?;
    for (field, value) in fields {
        match value {
            Node::Map(plugins) if section == Some(Section::HttpMiddlewares) && field == "plugin" => {
                vet_keys(plugins).map_err(|failure| failure.under(field))?;
                for (name, settings) in plugins {
                    vet_plugin(settings).map_err(|failure| failure.under(name).under(field))?;
                }
            }
            value => vet_node(value).map_err(|failure| failure.under(field))?,
        }
    }
    Ok(())
}

fn vet_keys(entries: &[(String, Node)]) -> Result<(), Failure> {
    let mut keys = BTreeSet::new();
    match entries.iter().find(|(key, _)| !keys.insert(key)) {
        Some((key, _)) => Err(Refusal::DuplicateKey { key: key.clone() }.into()),
        None => Ok(()),
    }
}

fn vet_node(node: &Node) -> Result<(), Failure> {
    match node {
        Node::Bool(_) | Node::Integer(_) | Node::Float(_) | Node::Text(_) => Ok(()),
        Node::Map(entries) => {
            vet_keys(entries)?;
            let mut each = entries.iter();
            each.try_for_each(|(key, value)| vet_node(value).map_err(|failure| failure.under(key)))
        }
        Node::List(items) => {
            let maps = items.iter().filter(|item| matches!(item, Node::Map(_))).count();
            if maps != 0 && maps != items.len() {
                return Err(Refusal::MixedList.into());
            }
            for (index, item) in items.iter().enumerate() {
                match item {
                    Node::List(_) => return Err(Failure::from(Refusal::NestedList).at(index)),
                    Node::Text(text) if text.contains(LIST_SEPARATOR) => {
                        return Err(Failure::from(Refusal::ListSeparator { item: text.clone() }).at(index));
                    }
                    item => vet_node(item).map_err(|failure| failure.at(index))?,
                }
            }
            Ok(())
        }
    }
}

/// A plugin's settings are free, so that Traefik's decoder guesses their types from their texts and keys.
fn vet_plugin(settings: &mut Node) -> Result<(), Failure> {
    let Node::Map(entries) = settings else { return vet_setting(settings) };
    vet_keys(entries)?;
    for (key, value) in entries {
        vet_setting(value).map_err(|failure| failure.under(key))?;
        // Of `geo: {geo: 1, lists: 2}` Traefik drops the outer map and keeps the inner: that one goes inside another.
        if let Node::Map(inner) = value
            && inner.iter().any(|(name, _)| name == key)
        {
            let inner = std::mem::take(inner);
            *value = Node::Map(vec![(key.clone(), Node::Map(inner))]);
        }
    }
    Ok(())
}

fn vet_setting(setting: &mut Node) -> Result<(), Failure> {
    match setting {
        Node::Bool(_) | Node::Integer(_) | Node::Float(_) => Ok(()),
        Node::Text(text) if text.starts_with(LIST_SEPARATOR) => {
            Err(Refusal::PluginText { text: text.clone() }.into())
        }
        Node::Text(_) => Ok(()),
        Node::Map(entries) => {
            vet_keys(entries)?;
            // Its first key in byte order decides whether Traefik takes it for a list.
            let first = entries.iter().map(|(key, _)| key).min();
            if let Some(key) = first.filter(|key| key.starts_with('[') && key.ends_with(']')) {
                return Err(Refusal::PluginKey { key: key.clone() }.into());
            }
            let mut each = entries.iter_mut();
            each.try_for_each(|(key, value)| vet_setting(value).map_err(|failure| failure.under(key)))
        }
        Node::List(items) => {
            for (index, item) in items.iter_mut().enumerate() {
                vet_setting(item).map_err(|failure| failure.at(index))?;
            }
            if !is_ordinary(items) {
                *setting = by_index(std::mem::take(items));
            }
            Ok(())
        }
    }
}

/// Whether Traefik reads the list as it is: maps, or plain values without the separator.
fn is_ordinary(items: &[Node]) -> bool {
    items.iter().all(|item| matches!(item, Node::Map(_)))
        || items.iter().all(|item| match item {
            Node::Bool(_) | Node::Integer(_) | Node::Float(_) => true,
            Node::Text(text) => !text.contains(LIST_SEPARATOR),
            Node::List(_) | Node::Map(_) => false,
        })
}

/// Any other list as the map that Traefik takes for one: its keys are in brackets and in byte order.
fn by_index(items: Vec<Node>) -> Node {
    let width = items.len().to_string().len();
    Node::Map(
        items.into_iter().enumerate().map(|(index, item)| (format!("[{index:0width$}]"), item)).collect(),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::error::Place;
    use crate::serializer::tree;

    fn vetted(element: &Value) -> Result<Value, String> {
        let mut node = tree(element).expect("is a map");
        match vet(Some(Section::HttpMiddlewares), &mut node) {
            Ok(()) => Ok(serde_json::to_value(&node).expect("is JSON")),
            Err(failure) => Err(failure.error(Place::element(Section::HttpMiddlewares, "m")).to_string()),
        }
    }

    fn check_same(element: Value) {
        assert_eq!(vetted(&element), Ok(element));
    }

    fn check_refused(element: &Value, expected: &str) {
        assert_eq!(vetted(element), Err(format!("HTTP middleware `m`: {expected}")));
    }

    #[test]
    fn the_list_separator_stands_outside_of_lists_alone() {
        check_same(json!({"addPrefix": {"prefix": "║a║"}}));
        check_same(json!({"tls": {"domains": [{"main": "a║b"}]}, "headers": {"║": "║"}}));
        check_refused(
            &json!({"chain": {"middlewares": ["a", "b║c"]}}),
            "`chain.middlewares[1]`: list item `b║c` has the character `║` (U+2551), at which Traefik splits the items of a \
             file's lists",
        );
    }

    #[test]
    fn lists_hold_one_kind() {
        check_refused(
            &json!({"a": [[1]]}),
            "`a[0]`: a list holds a list, which Traefik cannot read from a file",
        );
        check_refused(
            &json!({"a": [1, {"b": 2}]}),
            "`a`: a list holds both maps and plain values, which Traefik cannot read from a file",
        );
        check_same(json!({"a": [1, "b", true]}));
    }

    #[test]
    fn a_plugins_texts_and_keys_are_no_lists() {
        check_same(
            json!({"plugin": {"p": {"a": "b║", "[0]": "c", "d": {"A": 1, "[0]": 2, "[": 3}, "l": [{"e": "f"}]}}}),
        );
        check_refused(
            &json!({"plugin": {"p": {"a": [{"b": "║24║"}]}}}),
            "`plugin.p.a[0].b`: text `║24║` of a plugin begins with `║` (U+2551), by which Traefik marks lists",
        );
        check_refused(
            &json!({"plugin": {"p": {"a": {"b": 1, "[x]": 2}}}}),
            "`plugin.p.a`: key `[x]` of a plugin's map is in brackets, and Traefik would read the map as a list",
        );
    }

    #[test]
    fn a_plugins_uncommon_lists_are_maps_by_index() {
        let check = |list: Value, expected: Value| {
            assert_eq!(
                vetted(&json!({"plugin": {"p": {"a": list}}})),
                Ok(json!({"plugin": {"p": {"a": expected}}}))
            );
        };
        check(json!(["a║b"]), json!({"[0]": "a║b"}));
        check(json!(["a", {"b": "c"}]), json!({"[0]": "a", "[1]": {"b": "c"}}));
        check(json!([["a", "b"], []]), json!({"[0]": ["a", "b"], "[1]": []}));
        check(json!([{"b": ["c", ["d"]]}]), json!([{"b": {"[0]": "c", "[1]": ["d"]}}]));
        let long: Vec<_> = (0..11).map(|number| json!(if number == 10 { "k║" } else { "i" })).collect();
        let vetted = vetted(&json!({"plugin": {"p": {"a": long}}})).expect("can be carried");
        assert_eq!(vetted["plugin"]["p"]["a"]["[10]"], "k║");
        assert_eq!(vetted["plugin"]["p"]["a"]["[09]"], "i");
    }

    #[test]
    fn a_setting_that_repeats_its_name_is_wrapped() {
        assert_eq!(
            vetted(&json!({"plugin": {"p": {"a": {"a": 1, "b": 2}, "c": {"C": 3}}}})),
            Ok(json!({"plugin": {"p": {"a": {"a": {"a": 1, "b": 2}}, "c": {"C": 3}}}})),
        );
    }

    #[test]
    fn a_key_occurs_once() {
        let mut node = Node::Map(vec![("a".into(), Node::Bool(true)), ("a".into(), Node::Bool(true))]);
        let failure = vet(None, &mut node).expect_err("twice");
        assert_eq!(failure.to_string(), "key `a` occurs twice");
    }
}
