use std::collections::BTreeMap;
use std::ops::Range;

use crate::diagnostics::{LabelError, Phase};
use crate::fold::has_prefix_fold;
use crate::{BAD_KEY, Node};

/// The name that every label of Traefik begins with.
const ROOT: &str = "traefik";

/// More segments than any field has: a key of a million dots must not exhaust the stack. Traefik has no such bound.
const MAX_SEGMENTS: usize = 64;

/// A tree of labels, and what was wrong with their keys.
///
/// ```
/// let labels = [("com.example.x".to_owned(), String::new())].into();
/// let tree = portolan_labels::parse(&labels, &["traefik."]);
/// assert!(tree.root.is_none() && tree.errors.is_empty(), "no label is ours");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tree<'a> {
    /// The node named `traefik`; `None` where no label came through the filter.
    pub root: Option<Node<'a>>,
    /// Errors in keys, each with the label left out of the tree. Traefik gives up at the first.
    pub errors: Vec<LabelError>,
}

/// Builds the tree of those labels whose keys begin with one of `prefixes`, without regard to case.
///
/// The grammar is that of Traefik 3.7: keys in byte order, split at dots without any escape, names merged without regard
/// to case, `domains[0]` taken as `domains` and below it `[0]`. A prefix is bytes, not segments: `traefik.http` lets
/// `traefik.httpfoo` through. One divergence: Traefik panics at a segment that ends in `]` without a `[`; here it is an
/// error of that label.
///
/// ```
/// use std::collections::BTreeMap;
///
/// let labels = BTreeMap::from([("traefik.http.routers.web.Rule".to_owned(), "Path(`/`)".to_owned())]);
/// let tree = portolan_labels::parse(&labels, &["traefik.http"]);
/// let router = tree.root.as_ref().and_then(|root| root.child("http")?.child("routers")?.child("web"));
/// assert_eq!(router.and_then(|router| router.child("rule")).map(|rule| rule.value), Some("Path(`/`)"));
/// ```
pub fn parse<'a>(labels: &'a BTreeMap<String, String>, prefixes: &[&str]) -> Tree<'a> {
    let mut tree = Tree { root: None, errors: Vec::new() };
    for (key, value) in labels {
        if !prefixes.iter().any(|prefix| has_prefix_fold(key, prefix)) {
            continue;
        }
        match segments(key) {
            Ok(path) => insert(&mut tree.root, key, &path, value),
            Err(error) => tree.errors.push(error),
        }
    }
    tree
}

fn insert<'a>(root: &mut Option<Node<'a>>, key: &'a str, path: &[Range<usize>], value: &'a str) {
    let mut node = root.get_or_insert_with(|| Node::new(ROOT, key, 0..ROOT.len()));
    for bytes in path {
        node = node.child_or_new(&key[bytes.clone()], key, bytes.clone());
    }
    node.value = value;
    node.value_key = key;
}

/// The bytes of each name in a key, without the root.
fn segments(key: &str) -> Result<Vec<Range<usize>>, LabelError> {
    let error =
        |message: String, bytes: Range<usize>| LabelError::key(BAD_KEY, Phase::Key, message, key, bytes);
    let mut path = Vec::new();
    let mut start = 0;
    for (index, segment) in key.split('.').enumerate() {
        let bytes = start..start + segment.len();
        start = bytes.end + 1;
        if index == 0 && segment != ROOT {
            let help = format!("labels of Traefik begin with `{ROOT}.`, in lower case");
            return Err(error(format!("invalid label root {segment}"), bytes).with_help(help));
        }
        if index == MAX_SEGMENTS {
            return Err(error(format!("more than {MAX_SEGMENTS} names in a key"), bytes));
        }
        if segment.is_empty() {
            let help = "a name is missing between two dots, or the key ends in a dot";
            return Err(error(format!("invalid element: {key}"), bytes).with_help(help));
        }
        if segment.starts_with('[') {
            let what = "invalid leading character '[' in field name (bracket is a slice delimiter)";
            return Err(error(format!("{what}: {segment}"), bytes));
        }
        match (segment.ends_with(']'), segment.find('[')) {
            _ if index == 0 => {}
            (true, Some(bracket)) => {
                path.push(bytes.start..bytes.start + bracket);
                path.push(bytes.start + bracket..bytes.end);
            }
            (true, None) => {
                let help = "an index is written `name[0]`";
                return Err(error(format!("invalid element: {key}: `]` without `[`"), bytes).with_help(help));
            }
            (false, _) => path.push(bytes),
        }
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect()
    }

    /// The tree in brackets: `name=value(child child)`.
    fn shape(node: &Node<'_>) -> String {
        let mut text = node.name.to_owned();
        if !node.value.is_empty() {
            text += &format!("={}", node.value);
        }
        if !node.is_leaf() {
            text += &format!("({})", node.children.iter().map(shape).collect::<Vec<_>>().join(" "));
        }
        text
    }

    fn check(pairs: &[(&str, &str)], expected: &str) {
        let labels = labels(pairs);
        let tree = parse(&labels, &["traefik.http"]);
        assert_eq!(tree.errors, []);
        assert_eq!(tree.root.as_ref().map(shape).unwrap_or_default(), expected);
    }

    fn check_error(key: &str, expected: &str, bytes: Range<usize>) {
        let labels = labels(&[(key, "x")]);
        let errors = parse(&labels, &["traefik.http"]).errors;
        assert_eq!(errors.len(), 1, "{key}");
        assert_eq!(errors[0].message, expected);
        assert_eq!((errors[0].place.start, errors[0].place.end), (bytes.start, bytes.end));
    }

    #[test]
    fn the_filter_is_a_prefix_of_bytes() {
        check(&[("traefik.foo", "1"), ("other", "2"), ("traefik.httpx.y", "3")], "traefik(httpx(y=3))");
        check(&[("traefik.foo", "1")], "");
    }

    #[test]
    fn names_merge_without_regard_to_case_and_keep_the_first_spelling() {
        check(
            &[("traefik.http.R.Foo.Rule", "upper"), ("traefik.http.R.foo.rule", "lower")],
            "traefik(http(R(Foo(Rule=lower))))",
        );
        check(&[("traefik.HTTP.a", "1"), ("traefik.http.b", "2")], "traefik(HTTP(a=1 b=2))");
    }

    #[test]
    fn an_index_is_a_name_of_its_own_and_order_is_that_of_bytes() {
        check(
            &[("traefik.http.d[0].m", "a"), ("traefik.http.d[10].m", "b"), ("traefik.http.d[1].m", "c")],
            "traefik(http(d([0](m=a) [10](m=b) [1](m=c))))",
        );
        check(&[("traefik.http.a[0][1]", "x")], "traefik(http(a([0][1]=x)))");
        check(&[("traefik.http.a[0]b", "x")], "traefik(http(a[0]b=x))");
    }

    #[test]
    fn a_node_may_hold_a_value_and_children() {
        check(&[("traefik.http.a", "1"), ("traefik.http.a.b", "2")], "traefik(http(a=1(b=2)))");
    }

    #[test]
    fn keys_that_traefik_refuses() {
        check_error("Traefik.http.a", "invalid label root Traefik", 0..7);
        check_error("traefik.http..a", "invalid element: traefik.http..a", 13..13);
        check_error("traefik.http.a.", "invalid element: traefik.http.a.", 15..15);
        check_error(
            "traefik.http.[0]",
            "invalid leading character '[' in field name (bracket is a slice delimiter): [0]",
            13..16,
        );
    }

    #[test]
    fn a_bracket_that_makes_traefik_panic_is_an_error_of_its_label() {
        check_error("traefik.http.a]", "invalid element: traefik.http.a]: `]` without `[`", 13..15);
        check_error("traefik.http.]", "invalid element: traefik.http.]: `]` without `[`", 13..14);
    }

    #[test]
    fn a_key_of_many_dots_is_refused() {
        let key = format!("traefik.http{}", ".a".repeat(100_000));
        let labels = labels(&[(&key, "x")]);
        assert_eq!(parse(&labels, &["traefik.http"]).errors.len(), 1);
    }

    proptest! {
        #[test]
        fn no_key_panics(keys in proptest::collection::btree_map("traefik\\.http[a-zA-Z.\\[\\]0-9漢ß]{0,40}", ".*", 0..8)) {
            let tree = parse(&keys, &["traefik.http"]);
            for error in tree.errors {
                prop_assert!(error.place.key.get(error.place.start..error.place.end).is_some());
            }
        }
    }
}
