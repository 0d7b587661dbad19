use std::collections::BTreeMap;

use crate::files::yaml::Node;

/// Lays one Compose file over another, or a service over the one that it extends.
///
/// Mappings are merged key by key, lists are appended, all else is replaced (Compose 2.40); labels and networks are mappings
/// in either spelling. `!reset` takes a key away, `!override` replaces it.
pub(super) fn merge(base: Node, over: Node) -> Node {
    merge_at("", base, over)
}

/// Takes out what `!reset` and `!override` leave where there was nothing to merge with.
pub(super) fn settle(node: Node) -> Node {
    match node {
        Node::Override(inner) => settle(*inner),
        Node::Reset => Node::Null,
        Node::List(items) => {
            Node::List(items.into_iter().filter(|item| *item != Node::Reset).map(settle).collect())
        }
        Node::Map(entries) => {
            let entries = entries.into_iter().filter(|(_, value)| *value != Node::Reset);
            Node::Map(entries.map(|(key, value)| (key, settle(value))).collect())
        }
        other => other,
    }
}

fn merge_at(key: &str, base: Node, over: Node) -> Node {
    match (base, over) {
        (base, Node::Null) => base,
        (_, over @ (Node::Override(_) | Node::Reset)) => over,
        (Node::Map(base), Node::Map(over)) => Node::Map(merge_maps(base, over)),
        (base, over) if matches!(key, "labels" | "networks" | "depends_on") => {
            match (keyed(&base), keyed(&over)) {
                (Some(base), Some(over)) => Node::Map(merge_maps(base, over)),
                _ => over,
            }
        }
        (Node::List(mut base), Node::List(over)) => {
            base.extend(over);
            Node::List(base)
        }
        (_, over) => over,
    }
}

fn merge_maps(mut base: BTreeMap<String, Node>, over: BTreeMap<String, Node>) -> BTreeMap<String, Node> {
    for (key, value) in over {
        let merged = match base.remove(&key) {
            Some(below) => merge_at(&key, below, value),
            None => value,
        };
        base.insert(key, merged);
    }
    base
}

/// `[a=1, b]` as `{a: 1, b: null}`; `None` for what is neither list nor mapping.
pub(super) fn keyed(node: &Node) -> Option<BTreeMap<String, Node>> {
    match node {
        Node::Map(entries) => Some(entries.clone()),
        Node::Null => Some(BTreeMap::new()),
        Node::List(items) => items
            .iter()
            .map(|item| {
                let text = item.scalar()?;
                Some(match text.split_once('=') {
                    Some((key, value)) => (key.to_owned(), Node::Text(value.to_owned())),
                    None => (text, Node::Null),
                })
            })
            .collect(),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::yaml::{Budget, parse};

    fn yaml(text: &str) -> Node {
        parse(text, &Budget::new(1 << 20)).unwrap().remove(0)
    }

    fn check(base: &str, over: &str, expected: &str) {
        assert_eq!(settle(merge(yaml(base), yaml(over))), yaml(expected), "{base} {over}");
    }

    #[test]
    fn mappings_lists_and_scalars() {
        check("{a: 1, b: {x: 1, y: 2}}", "{b: {y: 3}, c: 4}", "{a: 1, b: {x: 1, y: 3}, c: 4}");
        check("{ports: [1]}", "{ports: [2]}", "{ports: [1, 2]}");
        check("{image: a}", "{image: b}", "{image: b}");
        check("{image: a}", "{image: }", "{image: a}");
    }

    #[test]
    fn labels_and_networks_are_mappings_in_either_spelling() {
        check("{labels: [a=1, b]}", "{labels: {a: 2}}", "{labels: {a: 2, b: }}");
        check("{labels: [a=1]}", "{labels: [a=2]}", "{labels: {a: '2'}}");
        check("{networks: [a]}", "{networks: {b: {x: 1}}}", "{networks: {a: , b: {x: 1}}}");
    }

    #[test]
    fn tags_of_compose() {
        check("{ports: [1], a: 1}", "{ports: !override [2], a: !reset null}", "{ports: [2]}");
        check("{}", "{ports: !override [2], a: !reset null, b: [1, !reset null]}", "{ports: [2], b: [1]}");
    }
}
