//! What one container's labels ask for, field for field as Traefik 3.7's Docker provider makes it.

mod address;
mod labels;
mod provider;
mod router;
mod service;
#[cfg(test)]
mod tests;

use portolan_container::{Container, Diagnostic, Health, State};

use crate::codes::CONTAINER_SKIPPED;
use crate::model::Configuration;
use crate::{DefaultRoute, Element, Options, service_name};

use labels::ContainerLabels;

/// One container's share of the dynamic configuration.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Share {
    /// The container's key: its service name and identifier. Shares are merged in the byte order of their keys.
    pub key: String,
    /// What it contributes, by name.
    pub elements: Vec<(String, Element)>,
    /// Why it was not looked at, where it was not.
    pub left_out: Option<LeftOut>,
    /// What is wrong or worth knowing.
    pub diagnostics: Vec<Diagnostic>,
}

/// Why a container has no share, though nothing is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LeftOut {
    /// `traefik.enable=false`, or nothing said and containers are not exposed by default.
    Disabled,
    /// The constraints do not let it through.
    Constraints,
    /// It does not run.
    State(State),
    /// It is not healthy.
    Health(Health),
}

/// Finds a container by identifier or name, for those that share another's network stack.
pub trait Peers {
    /// The container of this identifier, beginning of an identifier, or name.
    fn find(&self, id_or_name: &str) -> Option<&Container>;
}

impl Peers for [Container] {
    fn find(&self, id_or_name: &str) -> Option<&Container> {
        let by_name = self.iter().find(|container| container.name == id_or_name.trim_start_matches('/'));
        by_name.or_else(|| {
            self.iter().find(|container| !id_or_name.is_empty() && container.id.starts_with(id_or_name))
        })
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
    let mut build =
        Build { container, options, peers, labels: ContainerLabels::default(), diagnostics: Vec::new() };
    let key = format!("{}-{}", service_name(container), container.id);
    let (configuration, left_out) = match build.decode_options() {
        Err(()) => (None, None),
        Ok(()) => match build.left_out() {
            Some(reason) => (None, Some(reason)),
            None => (build.configuration(), None),
        },
    };
    let elements = configuration.map(Configuration::into_elements).unwrap_or_default();
    let diagnostics =
        build.diagnostics.into_iter().map(|diagnostic| diagnostic.in_container(&container.name));
    Share { key, elements, left_out, diagnostics: diagnostics.collect() }
}

/// What a share is made from, and what has been found so far.
struct Build<'b, P: ?Sized> {
    container: &'b Container,
    options: &'b Options,
    peers: &'b P,
    labels: ContainerLabels,
    diagnostics: Vec<Diagnostic>,
}

impl<P: Peers + ?Sized> Build<'_, P> {
    fn decode_options(&mut self) -> Result<(), ()> {
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
        let wants_default = self.options.default_route == DefaultRoute::Traefik;
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
