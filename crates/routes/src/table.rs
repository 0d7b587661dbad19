use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use portolan_container::Diagnostic;

use crate::codes::CONFLICT;
use crate::model::Configuration;
use crate::{Element, Merged, Section, Share, merge};

/// The shares of all containers, by the names that they define.
///
/// It is kept up as containers come and go: a change costs what that container defines, not what all do. The order in
/// which containers come changes nothing.
///
/// ```
/// use portolan_container::{Attachment, Container, Port, Protocol};
/// use portolan_routes::{Options, Table, share};
///
/// let container = Container {
///     id: "1f".into(),
///     name: "web".into(),
///     ports: vec![Port { number: 80, protocol: Protocol::Tcp, bindings: vec![] }],
///     attachments: [("bridge".into(), Attachment { ipv4: "172.17.0.2".parse().ok(), ..Default::default() })].into(),
///     ..Container::default()
/// };
/// let mut table = Table::default();
/// table.replace(share(&container, &Options::default(), &[][..]));
/// let (configuration, conflicts) = table.configuration();
/// assert_eq!(configuration.http.and_then(|http| http.routers).unwrap_or_default()["web"].service.as_deref(), Some("web"));
/// assert_eq!(conflicts, []);
/// ```
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// The names that each share defines, by its key.
    shares: BTreeMap<Arc<str>, Vec<Name>>,
    /// Who defines each name, in the order of their keys. Most names have one definition, and a map has room for eleven.
    definitions: BTreeMap<Name, Vec<Definition>>,
}

/// What one share makes of a name.
#[derive(Clone, Debug)]
struct Definition {
    share: Arc<str>,
    element: Element,
}

/// A name and the section that it is in.
pub type Name = (Section, String);

impl Table {
    /// Puts a share in place of the one of the same key; gives the names that may now come to something else.
    pub fn replace(&mut self, share: Share) -> BTreeSet<Name> {
        let mut touched = self.remove(&share.key);
        let key: Arc<str> = share.key.into();
        let mut names = Vec::with_capacity(share.elements.len());
        for (name, element) in share.elements {
            let name = (element.section(), name);
            touched.insert(name.clone());
            names.push(name.clone());
            let definitions = self.definitions.entry(name).or_default();
            match place(definitions, &key) {
                // A share that defines a name twice: the last one counts.
                Ok(at) => {
                    if let Some(definition) = definitions.get_mut(at) {
                        definition.element = element;
                    }
                }
                Err(at) => {
                    if definitions.is_empty() {
                        definitions.reserve_exact(1);
                    }
                    definitions.insert(at, Definition { share: Arc::clone(&key), element });
                }
            }
        }
        if !names.is_empty() {
            self.shares.insert(key, names);
        }
        touched
    }

    /// Takes a share out; gives the names that may now come to something else.
    pub fn remove(&mut self, key: &str) -> BTreeSet<Name> {
        let names = self.shares.remove(key).unwrap_or_default();
        for name in &names {
            if let Some(definitions) = self.definitions.get_mut(name) {
                definitions.retain(|definition| *definition.share != *key);
                if definitions.is_empty() {
                    self.definitions.remove(name);
                }
            }
        }
        names.into_iter().collect()
    }

    /// What a name comes to; `None` where nobody defines it.
    pub fn get(&self, name: &Name) -> Option<Merged<'_>> {
        merge(self.definitions.get(name)?.iter().map(|definition| &definition.element))
    }

    /// The keys of the shares that define a name, in order.
    pub fn definers(&self, name: &Name) -> impl Iterator<Item = &str> {
        self.definitions.get(name).into_iter().flatten().map(|definition| &*definition.share)
    }

    /// Every name that is defined, in order.
    pub fn names(&self) -> impl Iterator<Item = &Name> {
        self.definitions.keys()
    }

    /// What all names come to, and those that come to nothing because their definitions differ.
    pub fn configuration(&self) -> (Configuration, Vec<Diagnostic>) {
        let mut conflicts = Vec::new();
        let elements = self.names().filter_map(|name| match self.get(name)? {
            Merged::One(element) => Some((name.1.clone(), element.into_owned())),
            Merged::Conflict => {
                conflicts.push(self.conflict(name, |key| key));
                None
            }
        });
        let configuration = elements.collect();
        (configuration, conflicts)
    }

    /// The finding that the definitions of a name differ, with the definers as `container` calls them.
    pub fn conflict<'n>(&'n self, name: &Name, container: impl Fn(&'n str) -> &'n str) -> Diagnostic {
        let definers: Vec<String> = self.definers(name).map(|key| format!("`{}`", container(key))).collect();
        let definers = definers.join(", ");
        let (section, name) = name;
        let kind = section.element();
        let message =
            format!("{kind} defined multiple times with different configurations: `{name}`, by {definers}");
        let help = format!(
            "give one of them another name, or the same labels; until then no {kind} `{name}` is served"
        );
        Diagnostic::error(CONFLICT, message).with_help(help)
    }
}

/// Where the definition of a share stands, or would.
fn place(definitions: &[Definition], share: &str) -> Result<usize, usize> {
    definitions.binary_search_by(|definition| (*definition.share).cmp(share))
}
