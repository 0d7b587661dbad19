use std::collections::{BTreeMap, BTreeSet};

use portolan_container::{Container, Diagnostic};

use super::{Discovery, Exclusion, Route, Scheme, discover, http, sleep, stream};
use crate::codes::{NOT_ROUTED, ROUTE_DROPPED};
use crate::{Element, Merged, Name, Options, Peers, Section, merge};

/// What the labels of the dialect contribute to a container's share.
#[derive(Debug, Default)]
pub(crate) struct Contribution {
    pub(crate) elements: Vec<(String, Element)>,
    pub(crate) diagnostics: Vec<Diagnostic>,
    /// The aliases of routes whose ends it had to look up.
    pub(crate) asks: BTreeSet<String>,
}

impl Contribution {
    pub(super) fn tell(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    /// Makes one of what several routes of the container define under one name, as those do that share a balanced route.
    fn merge(&mut self) {
        let mut by_name: BTreeMap<(Section, String), Vec<Element>> = BTreeMap::new();
        for (name, element) in std::mem::take(&mut self.elements) {
            by_name.entry((element.section(), name)).or_default().push(element);
        }
        for ((section, name), elements) in by_name {
            match merge(&elements) {
                Some(Merged::One(element)) => self.elements.push((name, element.into_owned())),
                Some(Merged::Conflict) => {
                    let kind = section.element();
                    let message = format!(
                        "two routes of the container define {kind} `{name}` differently: it is not written"
                    );
                    let help = "routes that share `load_balance.link` must be alike but for where they end";
                    self.tell(Diagnostic::error(ROUTE_DROPPED, message).with_help(help));
                }
                None => {}
            }
        }
    }
}

/// The routers, services and so on of a container's routes.
pub(crate) fn contribute<P: Peers + ?Sized>(
    container: &Container,
    options: &Options,
    peers: &P,
) -> Contribution {
    let mut found = discover(container, options, peers);
    let mut out = Contribution { diagnostics: std::mem::take(&mut found.diagnostics), ..Default::default() };
    if found.is_broken {
        return out;
    }
    out.diagnostics.extend(sleep::told(&found, container, options));
    for route in found.routes.values() {
        if route.exclusion == Some(Exclusion::Manual) {
            continue;
        }
        out.diagnostics.extend(route.unsupported.iter().map(super::unsupported::Unsupported::diagnostic));
        if let Some(exclusion) = route.exclusion {
            out.tell(not_routed(route, exclusion));
            continue;
        }
        let faults = faults(route);
        if !faults.is_empty() {
            out.diagnostics.extend(faults);
            continue;
        }
        write(route, &found, container, options, peers, &mut out);
    }
    out.merge();
    out.diagnostics = once(std::mem::take(&mut out.diagnostics));
    out
}

/// What a route is in Traefik's configuration.
fn write<P: Peers + ?Sized>(
    route: &Route<'_>,
    found: &Discovery<'_>,
    container: &Container,
    options: &Options,
    peers: &P,
    out: &mut Contribution,
) {
    match route.target.scheme {
        Scheme::Tcp | Scheme::Udp => stream::write(route, options, out),
        Scheme::Http | Scheme::Https | Scheme::H2c => {
            http::write(route, found, container, options, peers, out);
        }
        Scheme::FileServer => {
            let message = "the route is not written: Traefik serves no files";
            out.tell(Diagnostic::error(ROUTE_DROPPED, message));
        }
    }
}

/// The aliases that contribute to each element, several where they share a balanced route.
pub(crate) fn contributors<P: Peers + ?Sized>(
    container: &Container,
    options: &Options,
    peers: &P,
) -> BTreeMap<Name, Vec<String>> {
    let found = discover(container, options, peers);
    let mut contributors: BTreeMap<Name, Vec<String>> = BTreeMap::new();
    for (alias, route) in &found.routes {
        let mut out = Contribution::default();
        write(route, &found, container, options, peers, &mut out);
        for (name, element) in out.elements {
            contributors.entry((element.section(), name)).or_default().push(alias.clone());
        }
    }
    contributors
}

/// The findings, each once: what a wildcard label says is read for every alias.
pub(super) fn once(diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let mut told: Vec<Diagnostic> = Vec::with_capacity(diagnostics.len());
    for diagnostic in diagnostics {
        if !told.contains(&diagnostic) {
            told.push(diagnostic);
        }
    }
    told
}

/// What takes the whole route.
fn faults(route: &Route<'_>) -> Vec<Diagnostic> {
    let mut faults = route.faults.clone();
    let fault = |what: &str| Diagnostic::error(ROUTE_DROPPED, format!("the route is not written: {what}"));
    faults.extend(route.tls.fault().map(fault));
    let scheme = route.target.scheme;
    if scheme.is_stream() && route.inbound_mtls_profile.is_some() && route.tls_termination != Some(true) {
        faults.push(fault("`inbound_mtls_profile` is for HTTP alone"));
    }
    if scheme != Scheme::Tcp && route.relay_proxy_protocol_header == Some(true) {
        faults.push(fault("`relay_proxy_protocol_header` is only supported for tcp routes"));
    }
    if scheme != Scheme::Tcp && route.tls_termination == Some(true) {
        faults.push(fault("`tls_termination` is only supported for tcp routes"));
    }
    let is_off = route.health_check.as_ref().is_some_and(|check| check.disable);
    if is_off && route.load_balance.as_ref().is_some_and(|balance| !balance.link.is_empty()) {
        faults.push(fault("`healthcheck.disable` does not go with `load_balance.link`"));
    }
    faults
}

fn not_routed(route: &Route<'_>, exclusion: Exclusion) -> Diagnostic {
    let message = format!("route `{}` is not served: {exclusion}", route.alias);
    match exclusion {
        Exclusion::NoPort => {
            let help = "set the port in a label, `proxy.ALIAS.port`; on another host it must be published";
            Diagnostic::warning(NOT_ROUTED, message).with_help(help)
        }
        Exclusion::NoHost => Diagnostic::warning(NOT_ROUTED, message),
        Exclusion::Manual | Exclusion::Buildx | Exclusion::Anchor | Exclusion::Renaming => {
            Diagnostic::info(NOT_ROUTED, message)
        }
    }
}
