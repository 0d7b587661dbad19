use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use portolan_container::Diagnostic;

use crate::codes::{CONFLICT, OVERRULED};
use crate::merge::compatible;
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
    /// Whether there ever was a share of a rank above zero: without, nothing is looked up that ranks decide.
    is_ranked: bool,
}

/// What one share makes of a name.
#[derive(Clone, Debug)]
struct Definition {
    share: Arc<str>,
    rank: u32,
    element: Element,
}

/// A name and the section that it is in.
pub type Name = (Section, String);

impl Table {
    /// Puts a share in place of the one of the same key; gives the names that may now come to something else.
    pub fn replace(&mut self, share: Share) -> BTreeSet<Name> {
        self.is_ranked |= share.rank > 0;
        let rank = share.rank;
        let mut touched = self.take(&share.key);
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
                        (definition.rank, definition.element) = (rank, element);
                    }
                }
                Err(at) => {
                    if definitions.is_empty() {
                        definitions.reserve_exact(1);
                    }
                    definitions.insert(at, Definition { share: Arc::clone(&key), rank, element });
                }
            }
        }
        if !names.is_empty() {
            self.shares.insert(key, names);
        }
        self.with_neighbours(touched)
    }

    /// Takes a share out; gives the names that may now come to something else.
    pub fn remove(&mut self, key: &str) -> BTreeSet<Name> {
        let touched = self.take(key);
        self.with_neighbours(touched)
    }

    fn take(&mut self, key: &str) -> BTreeSet<Name> {
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
    ///
    /// Among shares of several ranks, those of the lowest keep the name. One of a higher rank is merged with them if none of
    /// its names is defined differently below: else requests for the one application would also go to the other's servers.
    pub fn get(&self, name: &Name) -> Option<Merged<'_>> {
        let definitions = self.definitions.get(name)?;
        let lowest =
            definitions.iter().map(|it| it.rank).min().filter(|_| self.is_ranked).unwrap_or_default();
        if definitions.iter().all(|it| it.rank == lowest) {
            return merge(definitions.iter().map(|it| &it.element));
        }
        let is_taken = |it: &&Definition| it.rank == lowest || !self.is_overruled(&it.share);
        let mut taken: Vec<_> = definitions.iter().filter(is_taken).collect();
        taken.sort_by_key(|it| it.rank);
        merge(taken.into_iter().map(|it| &it.element))
    }

    /// The keys of the shares whose definition of a name is not served, because one of a lower rank is another, and the key of
    /// the one that keeps it.
    pub fn overruled(&self, name: &Name) -> Option<(&str, Vec<&str>)> {
        let definitions = self.definitions.get(name).filter(|_| self.is_ranked)?;
        let keeper = definitions.iter().min_by_key(|it| it.rank)?;
        let others =
            definitions.iter().filter(|it| loses(it, keeper)).map(|it| &*it.share).collect::<Vec<_>>();
        (!others.is_empty()).then_some((&*keeper.share, others))
    }

    /// Whether a share defines any name otherwise than one of a lower rank does.
    fn is_overruled(&self, share: &str) -> bool {
        let names = self.shares.get(share).into_iter().flatten();
        names.filter_map(|name| self.definitions.get(name)).any(|definitions| {
            let keeper = definitions.iter().min_by_key(|it| it.rank);
            let own = place(definitions, share).ok().and_then(|at| definitions.get(at));
            keeper.zip(own).is_some_and(|(keeper, own)| loses(own, keeper))
        })
    }

    /// These names, and all others of the shares that define one of them: a share that is overruled in one is in all.
    fn with_neighbours(&self, mut names: BTreeSet<Name>) -> BTreeSet<Name> {
        if self.is_ranked {
            let definers = names.iter().flat_map(|name| self.definers(name));
            let more: Vec<Name> =
                definers.filter_map(|share| self.shares.get(share)).flatten().cloned().collect();
            names.extend(more);
        }
        names
    }

    /// The keys of the shares that define a name, in order.
    pub fn definers(&self, name: &Name) -> impl Iterator<Item = &str> {
        self.definitions.get(name).into_iter().flatten().map(|definition| &*definition.share)
    }

    /// What one share makes of a name; `None` where it does not define it.
    pub fn definition(&self, name: &Name, share: &str) -> Option<&Element> {
        let definitions = self.definitions.get(name)?;
        Some(&definitions.get(place(definitions, share).ok()?)?.element)
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
    pub fn conflict<'n, S: std::fmt::Display>(
        &'n self,
        name: &Name,
        container: impl Fn(&'n str) -> S,
    ) -> Diagnostic {
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

    /// The finding that an engine that comes earlier keeps a name, with the definers as `container` calls them; `None` where
    /// there is nobody from whom it keeps it.
    pub fn overruling<'n, S: std::fmt::Display>(
        &'n self,
        name: &Name,
        container: impl Fn(&'n str) -> S,
    ) -> Option<Diagnostic> {
        let (keeper, others) = self.overruled(name)?;
        let others: Vec<String> = others.into_iter().map(|key| format!("`{}`", container(key))).collect();
        let (section, name) = name;
        let message = format!(
            "{} `{name}` of {} is not served: `{}` defines it differently, on an engine that comes first",
            section.element(),
            others.join(", "),
            container(keeper)
        );
        let help =
            "give one of them another name, or the same labels; the order of engines is that of the settings";
        Some(Diagnostic::error(OVERRULED, message).with_help(help))
    }
}

/// Whether a definition is not served because this one of its name is.
fn loses(own: &Definition, keeper: &Definition) -> bool {
    own.rank > keeper.rank && !compatible(&keeper.element, &own.element)
}

/// Where the definition of a share stands, or would.
fn place(definitions: &[Definition], share: &str) -> Result<usize, usize> {
    definitions.binary_search_by(|definition| (*definition.share).cmp(share))
}
