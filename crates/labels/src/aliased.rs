//! Labels that select routes by alias: `ROOT.SELECTOR.FIELD.FIELD=VALUE`.
//!
//! A selector is an alias, an index into the list of aliases (`#1`, `$1`), or `*` for all of them. A value is a text, or YAML that
//! stands for the fields below it: `proxy.app=port: 80` says what `proxy.app.port=80` says. The grammar is that of GoDoxy's `proxy.`
//! labels; which fields there are, and what they mean, it does not know.
//!
//! GoDoxy's reader depends in places on the order of a Go map. Here the order is fixed: a specific label before a wildcard, an alias
//! before an index before a shortcut, and a dotted label before an object.

mod fields;
mod layer;
mod selector;
mod shortcut;
#[cfg(test)]
mod tests;
mod value;
mod yaml;

use std::collections::BTreeMap;
use std::ops::Range;

use crate::diagnostics::{LabelError, Phase};
use crate::{BAD_KEY, MISPLACED_VALUE};

pub use crate::codes::SHORTCUT_CONFLICT;
pub use fields::Fields;
pub use value::{Content, Value};

use layer::Layer;

/// More segments than any field has: a key of a million dots must not exhaust the stack.
const MAX_SEGMENTS: usize = 64;

/// What a dialect of this grammar is called and which of its names are no selectors.
///
/// ```
/// use portolan_labels::aliased::Grammar;
///
/// let grammar = Grammar { root: "proxy", reserved: &["aliases"], shortcuts: &[("ports", "port")] };
/// assert_eq!(grammar.root, "proxy");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Grammar {
    /// The first segment, compared with regard to case.
    pub root: &'static str,
    /// Names right below the root that are labels of the container as a whole, where nothing stands below them.
    pub reserved: &'static [&'static str],
    /// Names right below the root whose values are lists, an item for each alias, and the field that each is the plural of.
    pub shortcuts: &'static [(&'static str, &'static str)],
}

/// The labels of one container, by what they select.
///
/// ```
/// use portolan_labels::aliased::{Grammar, parse};
///
/// let grammar = Grammar { root: "proxy", reserved: &["aliases"], shortcuts: &[("ports", "port")] };
/// let labels = [("proxy.ports", "80"), ("proxy.*.scheme", "https"), ("proxy.web.scheme", "http")]
///     .map(|(key, value)| (key.to_owned(), value.to_owned()))
///     .into();
/// let (selection, errors) = parse(&labels, &grammar);
/// let (routes, more) = selection.resolve(&["web".to_owned()]);
/// assert!(errors.is_empty() && more.is_empty());
/// assert_eq!(routes["web"].child("port").and_then(|port| port.text().ok()).as_deref(), Some("80"));
/// assert_eq!(routes["web"].child("scheme").and_then(|scheme| scheme.text().ok()).as_deref(), Some("http"));
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Selection<'a> {
    /// What each selector other than `*` says.
    selectors: BTreeMap<&'a str, Layer<'a>>,
    /// What shortcuts say, by the index of the alias from zero.
    shortcuts: Vec<BTreeMap<String, Value<'a>>>,
    /// What `*` says.
    wildcard: Option<Layer<'a>>,
}

/// Reads the labels of a dialect, but for the reserved ones. Total: each error costs one label.
///
/// ```
/// use portolan_labels::aliased::{Grammar, parse};
///
/// let grammar = Grammar { root: "proxy", reserved: &["aliases"], shortcuts: &[] };
/// let labels = [("proxy..port".to_owned(), "80".to_owned())].into();
/// let (_, errors) = parse(&labels, &grammar);
/// assert_eq!(errors[0].place.key, "proxy..port");
/// ```
pub fn parse<'a>(
    labels: &'a BTreeMap<String, String>,
    grammar: &Grammar,
) -> (Selection<'a>, Vec<LabelError>) {
    let mut errors = Vec::new();
    let mut full = Vec::new();
    let mut plurals = Vec::new();
    for (key, value) in labels {
        match Label::read(key, value, grammar.root) {
            Some(Ok(label)) => match (label.path.as_slice(), grammar.shortcut(label.selector())) {
                ([], Some(field)) => plurals.push((label, field)),
                ([], None) if grammar.reserved.contains(&label.selector()) => {}
                _ => full.push(label),
            },
            Some(Err(error)) => errors.push(error),
            None => {}
        }
    }
    full.sort_by(|left, right| order(left.key, right.key));

    let mut selection = Selection::default();
    for label in &full {
        let layer = match label.selector() {
            "*" => selection.wildcard.get_or_insert_default(),
            selector => selection.selectors.entry(selector).or_default(),
        };
        errors.extend(layer.insert(label).err());
    }
    shortcut::expand(plurals, &full, grammar, &mut selection, &mut errors);
    (selection, errors)
}

impl Grammar {
    fn shortcut(&self, name: &str) -> Option<&'static str> {
        self.shortcuts.iter().find(|(plural, _)| *plural == name).map(|(_, field)| *field)
    }
}

/// The order in which labels are taken: what is more general first.
fn order(left: &str, right: &str) -> std::cmp::Ordering {
    let dots = |key: &str| key.matches('.').count();
    dots(left).cmp(&dots(right)).then_with(|| left.cmp(right))
}

/// A label below the root.
#[derive(Clone, Debug)]
struct Label<'a> {
    key: &'a str,
    value: &'a str,
    /// The bytes of the selector in the key.
    selector: Range<usize>,
    /// The bytes of each further name.
    path: Vec<Range<usize>>,
}

impl<'a> Label<'a> {
    /// `None` where the label is none of the dialect's.
    fn read(key: &'a str, value: &'a str, root: &str) -> Option<Result<Self, LabelError>> {
        let rest = key.strip_prefix(root)?;
        if rest.is_empty() {
            let help = format!("write `{root}.ALIAS.FIELD`");
            let error = LabelError::key(BAD_KEY, Phase::Key, "invalid label".to_owned(), key, 0..key.len());
            return Some(Err(error.with_help(help)));
        }
        let rest = rest.strip_prefix('.')?;
        let mut start = root.len() + 1;
        let mut names = Vec::new();
        for name in rest.split('.') {
            names.push(start..start + name.len());
            start += name.len() + 1;
        }
        if names.len() > MAX_SEGMENTS {
            let message = format!("more than {MAX_SEGMENTS} names in a key");
            return Some(Err(LabelError::key(BAD_KEY, Phase::Key, message, key, 0..key.len())));
        }
        let selector = names.remove(0);
        let label = Self { key, value, selector, path: names };
        if label.selector().is_empty() && !label.path.is_empty() {
            return Some(Err(label.empty_alias()));
        }
        Some(Ok(label))
    }

    fn selector(&self) -> &'a str {
        self.key.get(self.selector.clone()).unwrap_or_default()
    }

    fn empty_alias(&self) -> LabelError {
        let help = "name an alias between the dots, or `*` for all of them";
        let error =
            LabelError::key(BAD_KEY, Phase::Key, "empty alias".to_owned(), self.key, self.selector.clone());
        error.with_help(help)
    }
}

/// That something stands where names and their values must.
fn no_mapping(message: String, value: &Value<'_>) -> LabelError {
    LabelError { code: MISPLACED_VALUE, phase: Phase::Structure, message, place: value.place(), help: None }
}
