use std::collections::{BTreeMap, BTreeSet};

use portolan_blacklist::{Blacklist, Verdict};
use portolan_container::{Container, Diagnostic, NetworkMode};
use portolan_routes::proxy::may_have;
use portolan_routes::{LeftOut, Name, Options, Peers, Table, share};

/// How containers become routes, and which do.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// The options of Traefik's provider, and ours.
    pub options: Options,
    /// What is kept off the proxy.
    pub blacklist: Blacklist,
    /// What is particular to each engine, by its place in the settings; an engine beyond the list has `options` as they are.
    pub engines: Vec<EnginePolicy>,
}

/// What is particular to the containers of one engine.
#[derive(Clone, Debug, Default)]
pub struct EnginePolicy {
    /// What people call the engine.
    pub name: String,
    /// The options for its containers: where they are reached depends on where the engine is.
    pub options: Options,
    /// Whether a container without a label that asks for a route has none.
    pub explicit_only: bool,
}

impl Policy {
    pub(crate) fn options_of(&self, engine: usize) -> &Options {
        self.engines.get(engine).map_or(&self.options, |engine| &engine.options)
    }

    /// Where the engine stands among those of the settings. Lists that are of no engine there, such as several files, are equals.
    fn rank_of(&self, engine: usize) -> u32 {
        if self.engines.is_empty() { 0 } else { u32::try_from(engine).unwrap_or(u32::MAX) }
    }

    /// The engine's name, where there are several to tell apart.
    fn name_of(&self, engine: usize) -> Option<&str> {
        self.engines.get(engine).filter(|_| self.engines.len() > 1).map(|engine| engine.name.as_str())
    }

    /// Whether the engine is one of which nothing is routed that does not ask for it, and the container does not.
    fn leaves_out(&self, engine: usize, container: &Container) -> bool {
        let asks = |key: &String| key.starts_with("proxy.") || key.starts_with("traefik.");
        self.engines.get(engine).is_some_and(|engine| engine.explicit_only)
            && !container.labels.keys().any(asks)
    }
}

/// Which container: engines are told apart, since two may know one identifier.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ContainerKey {
    /// The engine, by its place in the settings.
    pub engine: usize,
    /// The container's identifier.
    pub id: String,
}

/// The containers as last seen, and what they come to.
///
/// Pure: it is told, and answers what changed. A change costs that container's share, and those of the containers that share
/// its network stack.
#[derive(Debug, Default)]
pub struct World {
    policy: Policy,
    known: BTreeMap<ContainerKey, Known>,
    /// Those that share another's network stack: they change with it.
    sharing: BTreeSet<ContainerKey>,
    /// The containers by their shares' keys.
    shares: BTreeMap<String, ContainerKey>,
    /// Those that ask routes of others, each by its alias: they change with it.
    asking: BTreeMap<ContainerKey, BTreeSet<String>>,
    table: Table,
}

/// One container and what was made of it.
#[derive(Debug)]
struct Known {
    container: Container,
    share: String,
    left_out: Option<LeftOut>,
    diagnostics: Vec<Diagnostic>,
}

/// What a change came to.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Effects {
    /// Names that may now come to something else.
    pub touched: BTreeSet<Name>,
    /// Findings that were not there before.
    pub diagnostics: Vec<Diagnostic>,
}

impl World {
    /// A world without containers.
    pub fn new(policy: Policy) -> Self {
        Self { policy, ..Self::default() }
    }

    /// A container is as given.
    pub fn put(&mut self, key: ContainerKey, container: Container) -> Effects {
        let mut effects = Effects::default();
        if self.known.get(&key).is_some_and(|known| known.container == container) {
            return effects;
        }
        if matches!(container.network_mode, NetworkMode::Container(_)) {
            self.sharing.insert(key.clone());
        } else {
            self.sharing.remove(&key);
        }
        let (before, share_before, told) = match self.known.remove(&key) {
            Some(Known { container, share, diagnostics, .. }) => (Some(container), share, diagnostics),
            None => (None, String::new(), Vec::new()),
        };
        let old_name = before.as_ref().map(|it| it.name.clone()).unwrap_or_default();
        let names = vec![old_name, container.name.clone()];
        let known = Known { container, share: share_before, left_out: None, diagnostics: told };
        self.known.insert(key.clone(), known);
        self.chart(&key, &mut effects);
        self.chart_those_asking(&key, before.as_ref(), &mut effects);
        self.chart_those_sharing(key, names, &mut effects);
        effects
    }

    /// A container is gone.
    pub fn remove(&mut self, key: &ContainerKey) -> Effects {
        let mut effects = Effects::default();
        let Some(known) = self.known.remove(key) else { return effects };
        self.sharing.remove(key);
        self.shares.remove(&known.share);
        self.asking.remove(key);
        effects.touched = self.table.remove(&known.share);
        self.chart_those_sharing(key.clone(), vec![known.container.name.clone()], &mut effects);
        self.chart_those_asking(key, Some(&known.container), &mut effects);
        effects
    }

    /// An engine has these containers and no others.
    pub fn list(&mut self, engine: usize, containers: Vec<Container>) -> Effects {
        let mut effects = Effects::default();
        let listed: BTreeSet<String> = containers.iter().map(|container| container.id.clone()).collect();
        let gone = self.known.keys().filter(|key| key.engine == engine && !listed.contains(&key.id));
        for key in gone.cloned().collect::<Vec<_>>() {
            effects.add(self.remove(&key));
        }
        for container in containers {
            let key = ContainerKey { engine, id: container.id.clone() };
            effects.add(self.put(key, container));
        }
        if !(self.sharing.is_empty() && self.asking.is_empty()) {
            // What one lacked may have come later in the list.
            effects.diagnostics.retain(|finding| self.diagnostics().any(|it| it == finding));
        }
        effects
    }

    /// Makes everything anew by another policy.
    pub fn adopt(&mut self, policy: Policy) -> Effects {
        self.policy = policy;
        let mut effects = Effects::default();
        for key in self.known.keys().cloned().collect::<Vec<_>>() {
            self.chart(&key, &mut effects);
        }
        effects
    }

    /// What all containers come to.
    pub const fn table(&self) -> &Table {
        &self.table
    }

    /// How many containers are known.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether none is known.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// A container as last seen.
    pub fn container(&self, key: &ContainerKey) -> Option<&Container> {
        self.known.get(key).map(|known| &known.container)
    }

    /// The containers, with why each has no share if it has none though nothing is wrong.
    pub fn containers(&self) -> impl Iterator<Item = (&ContainerKey, &Container, Option<&LeftOut>)> {
        self.known.iter().map(|(key, known)| (key, &known.container, known.left_out.as_ref()))
    }

    /// All findings about containers, in the order of their keys.
    pub fn diagnostics(&self) -> impl Iterator<Item = &Diagnostic> {
        self.known.values().flat_map(|known| &known.diagnostics)
    }

    /// The same, with the container that each is about.
    pub fn findings(&self) -> impl Iterator<Item = (&ContainerKey, &Diagnostic)> {
        self.known.iter().flat_map(|(key, known)| known.diagnostics.iter().map(move |finding| (key, finding)))
    }

    /// The container whose share has this key.
    pub fn key_of_share(&self, share: &str) -> Option<&ContainerKey> {
        self.shares.get(share)
    }

    /// The container's name whose share has this key, for messages.
    pub fn name_of_share(&self, share: &str) -> Option<&str> {
        Some(&self.of_share(share)?.1.name)
    }

    /// The container whose share has this key.
    pub fn of_share(&self, share: &str) -> Option<(&ContainerKey, &Container)> {
        let key = self.shares.get(share)?;
        Some((key, self.container(key)?))
    }

    /// The key of a container's share in the table, `None` where it has none.
    pub fn share_of(&self, key: &ContainerKey) -> Option<&str> {
        self.known.get(key).map(|known| known.share.as_str()).filter(|share| !share.is_empty())
    }

    /// The container whose share has this key in words: its name, and its engine's where there are several.
    pub fn definer(&self, share: &str) -> String {
        match self.of_share(share) {
            Some((key, container)) => match self.policy.name_of(key.engine) {
                Some(engine) => format!("{} on {engine}", container.name),
                None => container.name.clone(),
            },
            None => share.to_owned(),
        }
    }

    /// The name of an engine, where there are several to tell apart.
    pub fn engine_name(&self, engine: usize) -> Option<&str> {
        self.policy.name_of(engine)
    }

    /// What is wrong with this container or worth knowing.
    pub fn diagnostics_of(&self, key: &ContainerKey) -> &[Diagnostic] {
        self.known.get(key).map(|known| known.diagnostics.as_slice()).unwrap_or_default()
    }

    /// How containers become routes.
    pub(crate) const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The containers of one engine, by which others share their network stacks.
    pub(crate) fn neighbours(&self, engine: usize) -> impl Peers {
        Neighbours { known: &self.known, engine }
    }

    /// Makes a container's share anew.
    fn chart(&mut self, key: &ContainerKey, effects: &mut Effects) {
        let Some(known) = self.known.get(key) else { return };
        let container = &known.container;
        let finding = self.policy.blacklist.diagnostic(container);
        let mut left_out = None;
        let made = match self.policy.blacklist.judge(container) {
            Verdict::Denied(_) => None,
            _ if self.policy.leaves_out(key.engine, container) => {
                left_out = Some(LeftOut::NotExplicit);
                None
            }
            Verdict::Allowed | Verdict::Overridden { .. } => {
                Some(share(container, self.policy.options_of(key.engine), &self.neighbours(key.engine)))
            }
        };
        let mut diagnostics: Vec<Diagnostic> = finding.into_iter().collect();
        let old = known.share.clone();
        let mut new = String::new();
        let mut asks = BTreeSet::new();
        if let Some(mut share) = made {
            diagnostics.append(&mut share.diagnostics);
            left_out = share.left_out.take();
            asks = std::mem::take(&mut share.asks);
            if key.engine > 0 {
                // Two engines may know one identifier.
                share.key = format!("{}-{}", share.key, key.engine);
                share.rank = self.policy.rank_of(key.engine);
            }
            new.clone_from(&share.key);
            effects.touched.extend(self.table.replace(share));
        }
        if old != new {
            effects.touched.extend(self.table.remove(&old));
            self.shares.remove(&old);
        }
        if !new.is_empty() {
            self.shares.insert(new.clone(), key.clone());
        }
        if asks.is_empty() {
            self.asking.remove(key);
        } else {
            self.asking.insert(key.clone(), asks);
        }
        if let Some(engine) = self.policy.name_of(key.engine) {
            diagnostics = diagnostics.into_iter().map(|it| it.on_engine(engine)).collect();
        }
        let Some(known) = self.known.get_mut(key) else { return };
        let news = diagnostics.iter().filter(|diagnostic| !known.diagnostics.contains(diagnostic));
        effects.diagnostics.extend(news.cloned());
        known.share = new;
        known.left_out = left_out;
        known.diagnostics = diagnostics;
    }

    /// Makes anew the shares of those that ask a route that this container has, or had when it was as `before`.
    fn chart_those_asking(&mut self, key: &ContainerKey, before: Option<&Container>, effects: &mut Effects) {
        if self.asking.is_empty() {
            return;
        }
        let now = self.known.get(key).map(|known| &known.container);
        let has = |alias: &String| before.into_iter().chain(now).any(|it| may_have(it, alias));
        let asking = self
            .asking
            .iter()
            .filter(|(it, aliases)| it.engine == key.engine && *it != key && aliases.iter().any(has));
        for asking in asking.map(|(it, _)| it.clone()).collect::<Vec<_>>() {
            self.chart(&asking, effects);
        }
    }
    /// Makes anew the shares of those that use the network stack of this container, directly or through others.
    fn chart_those_sharing(&mut self, key: ContainerKey, names: Vec<String>, effects: &mut Effects) {
        let mut seen = BTreeSet::from([key.clone()]);
        let mut changed = vec![(key, names)];
        while let Some((peer, names)) = changed.pop() {
            for sharing in
                self.sharing.iter().filter(|it| it.engine == peer.engine).cloned().collect::<Vec<_>>()
            {
                let Some(known) = self.known.get(&sharing) else { continue };
                let NetworkMode::Container(of) = &known.container.network_mode else { continue };
                let is_peer = !of.is_empty() && (peer.id.starts_with(of.as_str()) || names.contains(of));
                if is_peer && seen.insert(sharing.clone()) {
                    changed.push((sharing.clone(), vec![known.container.name.clone()]));
                    self.chart(&sharing, effects);
                    self.chart_those_asking(&sharing, None, effects);
                }
            }
        }
    }
}

impl Effects {
    fn add(&mut self, other: Self) {
        self.touched.extend(other.touched);
        self.diagnostics.extend(other.diagnostics);
    }
}

/// The containers of one engine.
struct Neighbours<'w> {
    known: &'w BTreeMap<ContainerKey, Known>,
    engine: usize,
}

impl Peers for Neighbours<'_> {
    fn containers(&self) -> Box<dyn Iterator<Item = &Container> + '_> {
        let of_engine = self.known.iter().filter(|(key, _)| key.engine == self.engine);
        Box::new(of_engine.map(|(_, known)| &known.container))
    }

    fn find(&self, id_or_name: &str) -> Option<&Container> {
        let containers = || {
            let of_engine = self.known.iter().filter(|(key, _)| key.engine == self.engine);
            of_engine.map(|(_, known)| &known.container)
        };
        // The usual case: the whole identifier.
        let exact = self.known.get(&ContainerKey { engine: self.engine, id: id_or_name.to_owned() });
        exact
            .map(|known| &known.container)
            .or_else(|| containers().find(|container| container.name == id_or_name))
            .or_else(|| {
                containers().find(|container| !id_or_name.is_empty() && container.id.starts_with(id_or_name))
            })
    }
}
