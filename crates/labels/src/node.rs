use std::borrow::Cow;
use std::ops::Range;

use portolan_container::LabelPlace;

use crate::fold::folded;

/// One name in the tree of labels, with the value that was given to it and the names below it.
///
/// A node may hold both. An empty value and none are the same (Traefik 3.7).
///
/// ```
/// let labels = [("traefik.http.routers.web.rule".to_owned(), "Path(`/`)".to_owned())].into();
/// let tree = portolan_labels::parse(&labels, &["traefik"]);
/// let http = tree.root.as_ref().and_then(|root| root.child("HTTP")).ok_or("it is named")?;
/// assert!(!http.is_leaf());
/// assert_eq!(http.name_place().start, "traefik.".len());
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node<'a> {
    /// The name, as the first label in byte order spells it.
    pub name: &'a str,
    /// The value of the last label, in byte order, that ends here; empty where none does.
    pub value: &'a str,
    /// The nodes below, in the order in which labels in byte order name them.
    pub children: Vec<Self>,
    /// The label that named it first, and which bytes of its key are this name.
    pub(crate) key: &'a str,
    pub(crate) bytes: Range<usize>,
    /// The label whose value this is.
    pub(crate) value_key: &'a str,
    folded: Cow<'a, str>,
}

impl<'a> Node<'a> {
    pub(crate) fn new(name: &'a str, key: &'a str, bytes: Range<usize>) -> Self {
        Self { name, value: "", children: Vec::new(), key, bytes, value_key: key, folded: folded(name) }
    }

    /// Whether nothing stands below it.
    pub fn is_leaf(&self) -> bool {
        self.children.is_empty()
    }

    /// The child of this name, without regard to case.
    pub fn child(&self, name: &str) -> Option<&Self> {
        let folded = folded(name);
        self.children.iter().find(|child| child.folded == folded)
    }

    /// The child of this name, made if there is none. Labels come in byte order, so it is most often the last one.
    pub(crate) fn child_or_new(&mut self, name: &'a str, key: &'a str, bytes: Range<usize>) -> &mut Self {
        let folded = folded(name);
        let at = self.children.iter().rposition(|child| child.folded == folded);
        let at = at.unwrap_or_else(|| {
            if self.children.is_empty() {
                // Most have one: four, as a vector grows otherwise, would be half of what a tree takes.
                self.children.reserve_exact(1);
            }
            self.children.push(Node::new(name, key, bytes));
            self.children.len() - 1
        });
        &mut self.children[at]
    }

    /// Where its name stands.
    pub fn name_place(&self) -> LabelPlace {
        LabelPlace::key(self.key, self.bytes.clone())
    }

    /// Where its value stands.
    pub fn value_place(&self) -> LabelPlace {
        LabelPlace::value(self.value_key, 0..self.value.len())
    }
}
