use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use portolan_container::Diagnostic;

use crate::codes::{CONFLICT, OVERRULED};
use crate::merge::compatible;
use crate::model::Configuration;
use crate::{Element, Merged, Precedence, Section, Share, merge};

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
    /// What is known of each share, by its key.
    shares: BTreeMap<Arc<str>, Known>,
    /// Who defines each name, in the order of their keys. Most names have one definition, and a map has room for eleven.
    definitions: BTreeMap<Name, Vec<Definition>>,
    /// Whether there ever was a share of a rank above zero: without, nothing is looked up that ranks decide.
    is_ranked: bool,
}

/// One share, but for what it makes of its names.
#[derive(Clone, Debug)]
struct Known {
    /// The names that it defines.
    names: Vec<Name>,
    /// Where it stands among those that claim the same names; `None` where it claims none.
    precedence: Option<Box<Precedence>>,
}

/// What one share makes of a name.
#[derive(Clone, Debug)]
struct Definition {
    share: Arc<str>,
    rank: u32,
    /// Whether its share claims the name.
    is_claim: bool,
    element: Element,
}

/// The definition of a name that is served whatever the others are.
#[derive(Clone, Copy)]
struct Keeper<'t> {
    definition: &'t Definition,
    /// Whether it comes before the others of its rank too: all of these are claims.
    is_first: bool,
}

/// A name and the section that it is in.
///
/// ```
/// use portolan_routes::{Name, Section};
///
/// let name: Name = (Section::HttpRouters, "web".to_owned());
/// assert_eq!(name.0.element(), "HTTP router");
/// ```
pub type Name = (Section, String);

impl Table {
    /// Puts a share in place of the one of the same key; gives the names that may now come to something else.
    pub fn replace(&mut self, share: Share) -> BTreeSet<Name> {
        self.is_ranked |= share.rank > 0;
        let rank = share.rank;
        let mut touched = self.take(&share.key);
        let key: Arc<str> = share.key.into();
        let precedence = (!share.claims.is_empty()).then(|| Box::new(share.precedence));
        let mut names = Vec::with_capacity(share.elements.len());
        for (name, element) in share.elements {
            let name = (element.section(), name);
            let is_claim = share.claims.contains(&name);
            touched.insert(name.clone());
            names.push(name.clone());
            let definitions = self.definitions.entry(name).or_default();
            match place(definitions, &key) {
                // A share that defines a name twice: the last one counts.
                Ok(at) => {
                    if let Some(definition) = definitions.get_mut(at) {
                        *definition = Definition { share: Arc::clone(&key), rank, is_claim, element };
                    }
                }
                Err(at) => {
                    if definitions.is_empty() {
                        definitions.reserve_exact(1);
                    }
                    definitions.insert(at, Definition { share: Arc::clone(&key), rank, is_claim, element });
                }
            }
        }
        if !names.is_empty() {
            self.shares.insert(key, Known { names, precedence });
        }
        self.with_neighbours(touched)
    }

    /// Takes a share out; gives the names that may now come to something else.
    pub fn remove(&mut self, key: &str) -> BTreeSet<Name> {
        let touched = self.take(key);
        self.with_neighbours(touched)
    }

    fn take(&mut self, key: &str) -> BTreeSet<Name> {
        let names = self.shares.remove(key).map(|known| known.names).unwrap_or_default();
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
    /// its names is defined differently below: else requests for the one application would also go to the other's servers. Among
    /// shares of one rank that all claim the name, the first by [`Precedence`] keeps it, and those are merged with it that define
    /// alike all that both claim. Other definitions that differ come to nothing.
    pub fn get(&self, name: &Name) -> Option<Merged<'_>> {
        let definitions = self.definitions.get(name)?;
        if let [only] = definitions.as_slice() {
            return merge([&only.element]);
        }
        let keeper = self.keeper(definitions)?;
        let mut taken: Vec<_> = definitions.iter().filter(|it| self.is_taken(it, keeper)).collect();
        taken.sort_by_key(|it| it.rank);
        merge(taken.into_iter().map(|it| &it.element))
    }

    /// The keys of the shares whose definition of a name is not served, because another share keeps what both define, and the
    /// key of that one.
    pub fn overruled(&self, name: &Name) -> Option<(&str, Vec<&str>)> {
        let (keeper, others) = self.not_taken(name)?;
        Some((&*keeper.definition.share, others.into_iter().map(|it| &*it.share).collect()))
    }

    /// The definitions of a name that are not served because of another, and that one; `None` where all are.
    fn not_taken(&self, name: &Name) -> Option<(Keeper<'_>, Vec<&Definition>)> {
        let definitions = self.definitions.get(name)?;
        let keeper = self.keeper(definitions)?;
        let others: Vec<_> = definitions.iter().filter(|it| !self.is_taken(it, keeper)).collect();
        (!others.is_empty()).then_some((keeper, others))
    }

    /// Who keeps a name among its definers.
    fn keeper<'t>(&'t self, definitions: &'t [Definition]) -> Option<Keeper<'t>> {
        let first = definitions.first()?;
        if definitions.len() == 1 {
            return Some(Keeper { definition: first, is_first: false });
        }
        let lowest = match self.is_ranked {
            true => definitions.iter().map(|it| it.rank).min()?,
            false => first.rank,
        };
        let peers = || definitions.iter().filter(|it| it.rank == lowest);
        let is_first = peers().all(|it| it.is_claim);
        let definition = match is_first {
            true => peers().min_by_key(|it| self.precedence(&it.share))?,
            false => peers().next()?,
        };
        Some(Keeper { definition, is_first })
    }

    fn precedence(&self, share: &str) -> Option<&Precedence> {
        self.shares.get(share)?.precedence.as_deref()
    }

    /// Whether a definition has its part in what is made of its name, beside the keeper's.
    fn is_taken(&self, own: &Definition, keeper: Keeper<'_>) -> bool {
        if own.rank > keeper.definition.rank {
            return !self.is_overruled(&own.share);
        }
        !keeper.is_first || own.share == keeper.definition.share || self.agree(own, keeper.definition)
    }

    /// Whether two shares define alike all that both claim.
    fn agree(&self, own: &Definition, keeper: &Definition) -> bool {
        let names = self.shares.get(&own.share).map(|known| known.names.as_slice()).unwrap_or_default();
        names.iter().filter_map(|name| self.definitions.get(name)).all(|definitions| {
            let of = |share: &str| {
                let definition = definitions.get(place(definitions, share).ok()?)?;
                definition.is_claim.then_some(definition)
            };
            match (of(&own.share), of(&keeper.share)) {
                (Some(own), Some(keeper)) => compatible(&keeper.element, &own.element),
                _ => true,
            }
        })
    }

    /// Whether a share defines any name otherwise than one of a lower rank does.
    fn is_overruled(&self, share: &str) -> bool {
        let names = self.shares.get(share).map(|known| known.names.as_slice()).unwrap_or_default();
        names.iter().filter_map(|name| self.definitions.get(name)).any(|definitions| {
            let keeper = self.keeper(definitions).map(|keeper| keeper.definition);
            let own = place(definitions, share).ok().and_then(|at| definitions.get(at));
            keeper.zip(own).is_some_and(|(keeper, own)| {
                own.rank > keeper.rank && !compatible(&keeper.element, &own.element)
            })
        })
    }

    /// These names, and all others of the shares that define one of them: a share that is overruled in one is in all.
    fn with_neighbours(&self, mut names: BTreeSet<Name>) -> BTreeSet<Name> {
        if self.is_ranked {
            let definers = names.iter().flat_map(|name| self.definers(name));
            let more: Vec<Name> = definers
                .filter_map(|share| self.shares.get(share))
                .flat_map(|it| &it.names)
                .cloned()
                .collect();
            names.extend(more);
        }
        names
    }

    /// The keys of the shares that define a name, in order.
    pub fn definers(&self, name: &Name) -> impl Iterator<Item = &str> {
        self.definitions.get(name).into_iter().flatten().map(|definition| &*definition.share)
    }

    /// Whether any share defines this name.
    pub fn has(&self, name: &Name) -> bool {
        self.definitions.contains_key(name)
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

    /// The finding that a name is kept from those that define it differently, with the definers as `container` calls them; `None`
    /// where there is nobody from whom it is kept.
    pub fn overruling<'n, S: std::fmt::Display>(
        &'n self,
        name: &Name,
        container: impl Fn(&'n str) -> S,
    ) -> Option<Diagnostic> {
        let (Keeper { definition: keeper, .. }, mut others) = self.not_taken(name)?;
        // One that loses the name for another of its names is told there.
        others.retain(|it| !compatible(&keeper.element, &it.element));
        if others.is_empty() {
            return None;
        }
        let later = others.iter().filter(|it| it.rank > keeper.rank).count();
        let (why, help) = match later {
            _ if later == others.len() => (
                "on an engine that comes first",
                "give one of them another name, or the same labels; the order of engines is that of the settings",
            ),
            0 => (
                "and keeps the alias",
                "give one of them another alias, or both the same labels; a container that runs comes first, then the one \
                 that was created last",
            ),
            _ => ("and comes first", "give them names of their own, or the same labels"),
        };
        let others: Vec<String> =
            others.into_iter().map(|it| format!("`{}`", container(&it.share))).collect();
        let (section, name) = name;
        let message = format!(
            "{} `{name}` of {} is not served: `{}` defines it differently, {why}",
            section.element(),
            others.join(", "),
            container(&keeper.share)
        );
        Some(Diagnostic::error(OVERRULED, message).with_help(help))
    }
}

/// Where the definition of a share stands, or would.
fn place(definitions: &[Definition], share: &str) -> Result<usize, usize> {
    definitions.binary_search_by(|definition| (*definition.share).cmp(share))
}
