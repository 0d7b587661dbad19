//! What one container's labels ask for, field for field as Traefik 3.7's Docker provider makes it.

mod address;
mod labels;
mod provider;
mod router;
mod service;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use portolan_container::{Container, Diagnostic, Health, State};

use crate::codes::{CONTAINER_SKIPPED, NAME_CLASH};
use crate::model::Configuration;
use crate::proxy::{self, IdleWatcher};
use crate::{DefaultRoute, Element, Name, Options, Precedence, service_name};

pub(crate) use address::{Address, Choice, Reached};
use labels::ContainerLabels;
pub(crate) use labels::DYNAMIC;

/// One container's share of the dynamic configuration.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::{Options, share};
///
/// let labels = [("traefik.http.services.web.loadbalancer.server.url".to_owned(), "http://10.0.0.1".to_owned())].into();
/// let container = Container { id: "1f".into(), name: "web".into(), labels, ..Container::default() };
/// let share = share(&container, &Options::default(), &[][..]);
/// assert_eq!(share.key, "web-1f");
/// assert_eq!(share.elements.len(), 2, "the service, and a router for it");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// The container's key: its service name and identifier. Shares are merged in the byte order of their keys.
    pub key: String,
    /// Where its engine stands among several. Of two shares that define a name differently, the one of the lower rank keeps it;
    /// where the ranks are equal, neither does, unless both claim it.
    pub rank: u32,
    /// Where it stands among those of its rank that claim the same names.
    pub precedence: Precedence,
    /// The names that it claims: those that labels of the `proxy.*` dialect define, where an alias is always somebody's.
    pub claims: BTreeSet<Name>,
    /// The aliases of routes of the `proxy.*` dialect, of its own or of others, on whose ends it depends.
    pub asks: BTreeSet<String>,
    /// What it contributes, by name.
    pub elements: Vec<(String, Element)>,
    /// Why it was not looked at, where it was not.
    pub left_out: Option<LeftOut>,
    /// What is wrong or worth knowing.
    pub diagnostics: Vec<Diagnostic>,
}

/// Why a container has no share, though nothing is wrong.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::{LeftOut, Options, share};
///
/// let labels = [("traefik.enable".to_owned(), "false".to_owned())].into();
/// let container = Container { name: "web".into(), labels, ..Container::default() };
/// assert_eq!(share(&container, &Options::default(), &[][..]).left_out, Some(LeftOut::Disabled));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// `traefik.enable=false`, or nothing said and containers are not exposed by default.
    Disabled,
    /// The constraints do not let it through.
    Constraints,
    /// Its engine's name ends in `!`, and no label asks for a route.
    NotExplicit,
    /// It does not run.
    State(State),
    /// It is not healthy.
    Health(Health),
}

/// The containers of one engine: for those that share another's network stack, and for those that ask another's route.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::Peers;
///
/// let containers = [Container { id: "1f".into(), name: "vpn".into(), ..Container::default() }];
/// assert_eq!(containers[..].find("vpn").map(|it| it.id.as_str()), Some("1f"));
/// ```
pub trait Peers {
    /// The container of this identifier, beginning of an identifier, or name.
    fn find(&self, id_or_name: &str) -> Option<&Container>;

    /// All of them.
    fn containers(&self) -> Box<dyn Iterator<Item = &Container> + '_>;
}

impl Peers for [Container] {
    fn find(&self, id_or_name: &str) -> Option<&Container> {
        let by_name = self.iter().find(|container| container.name == id_or_name.trim_start_matches('/'));
        by_name.or_else(|| {
            self.iter().find(|container| !id_or_name.is_empty() && container.id.starts_with(id_or_name))
        })
    }

    fn containers(&self) -> Box<dyn Iterator<Item = &Container> + '_> {
        Box::new(self.iter())
    }
}

/// The share of one container.
///
/// Pure and total: whatever its labels say, there is an answer, and every mistake is among the diagnostics. A container
/// with an error in its labels contributes nothing, as with Traefik.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::{Options, share};
///
/// let container = Container {
///     id: "1f".into(),
///     name: "web".into(),
///     labels: [("traefik.http.routers.web.rul".into(), "Path(`/`)".into())].into(),
///     ..Container::default()
/// };
/// let share = share(&container, &Options::default(), &[][..]);
/// assert_eq!(share.elements, []);
/// assert_eq!(share.diagnostics[0].help.as_deref(), Some("did you mean `rule`?"));
/// ```
pub fn share<P: Peers + ?Sized>(container: &Container, options: &Options, peers: &P) -> Share {
    let mut build = Build::of(container, options, peers);
    let key = format!("{}-{}", service_name(container), container.id);
    let (elements, left_out) = match build.decode_options() {
        Err(()) => (Vec::new(), None),
        Ok(()) => build.elements(),
    };
    let (precedence, claims, asks) = (Precedence::of(container), build.claims, build.asks);
    let diagnostics =
        build.diagnostics.into_iter().map(|diagnostic| diagnostic.in_container(&container.name));
    Share { key, rank: 0, precedence, claims, asks, elements, left_out, diagnostics: diagnostics.collect() }
}

/// What a share is made from, and what has been found so far.
pub(crate) struct Build<'b, P: ?Sized> {
    container: &'b Container,
    options: &'b Options,
    peers: &'b P,
    labels: ContainerLabels,
    /// The names that labels of the `proxy.*` dialect define.
    claims: BTreeSet<Name>,
    /// The aliases whose ends these had to look up.
    asks: BTreeSet<String>,
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl<'b, P: Peers + ?Sized> Build<'b, P> {
    pub(crate) fn of(container: &'b Container, options: &'b Options, peers: &'b P) -> Self {
        Self {
            container,
            options,
            peers,
            labels: ContainerLabels::default(),
            claims: BTreeSet::new(),
            asks: BTreeSet::new(),
            diagnostics: Vec::new(),
        }
    }
}

impl<P: Peers + ?Sized> Build<'_, P> {
    /// What the labels of both dialects contribute, and why nothing does. A name that both define is Traefik's.
    fn elements(&mut self) -> (Vec<(String, Element)>, Option<LeftOut>) {
        let left_out = self.left_out();
        let configuration = if left_out.is_none() { self.configuration() } else { None };
        let mut elements = configuration.map(Configuration::into_elements).unwrap_or_default();
        if !self.speaks_dialect() {
            return (elements, left_out);
        }
        if let Some(reason) = self.left_out_of_dialect() {
            return (elements, left_out.and(Some(reason)));
        }
        let contribution = proxy::contribute(self.container, self.options, self.peers);
        self.diagnostics.extend(contribution.diagnostics);
        self.asks = contribution.asks;
        for (name, element) in contribution.elements {
            let is_taken =
                |(other, it): &(String, Element)| *other == name && it.section() == element.section();
            if elements.iter().any(is_taken) {
                let kind = element.section().element();
                let message = format!(
                    "{kind} `{name}` is defined by `traefik.*` labels and by `proxy.*` labels: the former hold"
                );
                let help = "give one of them another name";
                self.diagnostics.push(Diagnostic::error(NAME_CLASH, message).with_help(help));
            } else {
                self.claims.insert((element.section(), name.clone()));
                elements.push((name, element));
            }
        }
        (elements, None)
    }

    /// Whether the `proxy.*` dialect says how the container is routed.
    pub(crate) fn speaks_dialect(&self) -> bool {
        let is_bare = || !labels::describe_route(self.container);
        proxy::is_explicit(self.container) || (self.options.default_route == DefaultRoute::Proxy && is_bare())
    }

    /// Why the dialect's routes are none. Whoever writes such a label wants a route, unless `traefik.enable` says otherwise.
    fn left_out_of_dialect(&self) -> Option<LeftOut> {
        let is_exposed = self.options.exposed_by_default || proxy::is_explicit(self.container);
        if !self.labels.enable.unwrap_or(is_exposed) {
            return Some(LeftOut::Disabled);
        }
        if !self.options.constraints.matches(&self.container.labels) {
            return Some(LeftOut::Constraints);
        }
        let sleeps = || IdleWatcher::read(self.container).0.is_some_and(|idle| idle.is_on());
        if self.options.proxy.sablier.is_some() && sleeps() {
            return None;
        }
        self.not_serving()
    }

    pub(crate) fn decode_options(&mut self) -> Result<(), ()> {
        let decoded = labels::options(self.container);
        for error in decoded.errors {
            let mut diagnostic = Diagnostic::from(error);
            diagnostic.code = CONTAINER_SKIPPED;
            diagnostic.message = format!("decoding Docker labels: {}", diagnostic.message);
            self.diagnostics.push(diagnostic);
        }
        self.labels = decoded.value.ok_or(())?;
        Ok(())
    }

    /// In Traefik's order.
    fn left_out(&self) -> Option<LeftOut> {
        let container = self.container;
        if !self.labels.enable.unwrap_or(self.options.exposed_by_default) {
            return Some(LeftOut::Disabled);
        }
        if !self.options.constraints.matches(&container.labels) {
            return Some(LeftOut::Constraints);
        }
        if self.labels.allows_non_running() {
            return None;
        }
        self.not_serving()
    }

    fn not_serving(&self) -> Option<LeftOut> {
        let container = self.container;
        if !container.state.is_running() {
            return Some(LeftOut::State(container.state.clone()));
        }
        match &container.health {
            Some(health) if *health != Health::Healthy && !self.options.allow_empty_services => {
                Some(LeftOut::Health(health.clone()))
            }
            _ => None,
        }
    }

    fn configuration(&mut self) -> Option<Configuration> {
        self.diagnostics.extend(labels::ignored(self.container));
        let decoded = labels::dynamic(self.container);
        self.diagnostics.extend(decoded.errors.into_iter().map(Diagnostic::from));
        let mut configuration = decoded.value?;

        let mut complete = true;
        let mut streams = false;
        if let Some(tcp) = configuration.tcp.as_mut().filter(|tcp| tcp.has_routes()) {
            streams = true;
            complete &= self.tcp_services(tcp);
            self.tcp_routers(tcp);
        }
        if let Some(udp) = configuration.udp.as_mut().filter(|udp| udp.has_routes()) {
            streams = true;
            complete &= self.udp_services(udp);
            self.udp_routers(udp);
        }
        let has_http = configuration.http.as_ref().is_some_and(crate::model::Http::has_any);
        let wants_default =
            self.options.default_route == DefaultRoute::Traefik && !proxy::is_explicit(self.container);
        if has_http || (!streams && wants_default) {
            let http = configuration.http.get_or_insert_default();
            complete &= self.http_services(http);
            if complete {
                self.http_routers(http);
            }
        }
        self.diagnostics.extend(provider::references(&configuration));
        complete.then_some(configuration)
    }
}
