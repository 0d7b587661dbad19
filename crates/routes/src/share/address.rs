use std::fmt;
use std::net::IpAddr;

use portolan_container::{Attachment, Container, Diagnostic, NetworkMode, Protocol};

use super::{Build, Peers, labels};
use crate::codes::{
    NETWORK_NOT_FOUND, NO_ADDRESS, NO_BINDING, NOT_PUBLISHED, PEER_NOT_FOUND, SEVERAL_NETWORKS, SEVERAL_PORTS,
};

/// Containers that share the stack of one that shares another's: Docker makes no such chains, a snapshot might.
const MAX_PEERS: usize = 8;

/// Where Traefik reaches a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Endpoint {
    host: String,
    port: String,
}

/// `HOST:PORT`, an IPv6 address in brackets.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.host.contains(':') {
            write!(f, "[{}]:{}", self.host, self.port)
        } else {
            write!(f, "{}:{}", self.host, self.port)
        }
    }
}

/// Which kind of address a container's servers have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reached {
    /// That of the machine of its engine, with the container's own port: it is on the host's network there.
    RemoteHost,
    /// Where its port is published.
    Published,
    /// Its own.
    Own,
}

/// An address of a container, and how it came to be that one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// `None` where the network that was chosen gives none.
    pub(crate) text: Option<String>,
    /// The network; `None` for the host's.
    pub(crate) network: Option<(String, Choice)>,
    /// The container whose network stack it shares, where it does.
    pub(crate) through: Option<String>,
}

/// Why a network was chosen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choice {
    /// A label of the container named it.
    Label,
    /// A label of the container whose network stack it shares named it.
    PeerLabel,
    /// The settings named it.
    Setting,
    /// There is no other.
    Only,
    /// Traefik is on it too.
    Shared,
    /// It is the first by name.
    First,
}

impl<P: Peers + ?Sized> Build<'_, P> {
    /// Which kind of address its servers have.
    pub(crate) fn reached(&self) -> Reached {
        if self.options.remote && self.is_on_host(self.container, 0) {
            return Reached::RemoteHost;
        }
        let without_address =
            !self.options.published_at.is_empty() && self.is_without_address(self.container, 0);
        if self.options.remote || without_address { Reached::Published } else { Reached::Own }
    }

    /// The network that a label or the settings name, empty for none.
    pub(crate) fn wanted_network(&self) -> (String, Choice) {
        match self.labels.network() {
            Some(network) => (network.to_owned(), Choice::Label),
            None => (self.options.network.clone(), Choice::Setting),
        }
    }

    /// The container's address, and the port that its labels name or its lowest one.
    ///
    /// `protocol` is the service's. It matters to published ports alone: Traefik itself never asks which one a port has.
    pub(super) fn endpoint(&mut self, label_port: &str, protocol: Protocol) -> Result<Endpoint, String> {
        let port = if label_port.is_empty() { self.lowest_port() } else { label_port.to_owned() };
        match self.reached() {
            Reached::RemoteHost if !port.is_empty() => {
                return Ok(Endpoint { host: self.options.published_at.clone(), port });
            }
            Reached::RemoteHost | Reached::Published => return self.published(&port, protocol),
            Reached::Own => {}
        }
        let bound = if self.options.use_bind_port_ip { self.binding(&port) } else { None };
        let endpoint = match bound {
            Some(endpoint) => endpoint,
            None => {
                let (network, named) = self.wanted_network();
                let address = self.address_of(self.container, &network, named, 0);
                let host = address.and_then(|address| address.text).unwrap_or_else(|| {
                    self.diagnostics.push(Diagnostic::warning(NO_ADDRESS, "Unable to find the IP address."));
                    String::new()
                });
                Endpoint { host, port }
            }
        };
        if endpoint.host.is_empty() {
            let name = &self.container.name;
            return Err(format!(
                "unable to find the IP address for the container {name:?}: the server is ignored"
            ));
        }
        if endpoint.port.is_empty() {
            return Err("port is missing".to_owned());
        }
        Ok(endpoint)
    }

    /// The lowest port, whatever its protocol, as Traefik takes it; empty where there is none.
    fn lowest_port(&mut self) -> String {
        let mut numbers: Vec<u16> = self.container.ports.iter().map(|port| port.number).collect();
        numbers.dedup();
        let Some(lowest) = numbers.first() else { return String::new() };
        if numbers.len() > 1 && !self.told(SEVERAL_PORTS.0) {
            let others: Vec<String> = numbers.iter().skip(1).map(|number| format!("`{number}`")).collect();
            let message = format!("port `{lowest}` is taken, the lowest; others are {}", others.join(", "));
            let help = "name the port in a label: `….loadbalancer.server.port`";
            self.diagnostics.push(Diagnostic::info(SEVERAL_PORTS, message).with_help(help));
        }
        lowest.to_string()
    }

    /// Whether neither the container nor the one whose network stack it shares has an address of its own.
    fn is_without_address(&self, container: &Container, depth: usize) -> bool {
        if let NetworkMode::Container(peer) = &container.network_mode
            && let Some(peer) = self.peers.find(peer).filter(|_| depth < MAX_PEERS)
        {
            return self.is_without_address(peer, depth + 1);
        }
        // What is on no network has nothing to publish.
        !matches!(container.network_mode, NetworkMode::Host | NetworkMode::None)
            && container.attachments.values().all(|attachment| attachment.address().is_none())
    }

    /// Whether it, or the one whose network stack it shares, is on the host's.
    fn is_on_host(&self, container: &Container, depth: usize) -> bool {
        match &container.network_mode {
            NetworkMode::Host => true,
            NetworkMode::Container(peer) => {
                let peer = self.peers.find(peer).filter(|_| depth < MAX_PEERS);
                peer.is_some_and(|peer| self.is_on_host(peer, depth + 1))
            }
            NetworkMode::Networks | NetworkMode::None => false,
        }
    }

    /// Where a port of a container without an address is published: by itself, or by the one whose network stack it shares.
    ///
    /// `53/tcp` and `53/udp` may be published in different places.
    fn published(&mut self, port: &str, protocol: Protocol) -> Result<Endpoint, String> {
        if port.is_empty() {
            return Err("port is missing".to_owned());
        }
        let mut publisher = self.container;
        for _ in 0..MAX_PEERS {
            match &publisher.network_mode {
                NetworkMode::Container(peer) => match self.peers.find(peer) {
                    Some(peer) => publisher = peer,
                    None => break,
                },
                NetworkMode::Networks | NetworkMode::None | NetworkMode::Host => break,
            }
        }
        let of_port = |entry: &&portolan_container::Port| {
            entry.protocol == protocol && entry.number.to_string() == port
        };
        // What another machine publishes on its loopback address is not for this one.
        let is_reached = |binding: &&portolan_container::Binding| {
            !(self.options.remote && binding.host_ip.is_some_and(|ip| ip.is_loopback()))
        };
        let bindings = publisher.ports.iter().filter(of_port).flat_map(|entry| &entry.bindings);
        let mut bindings = bindings.filter(is_reached);
        let Some((binding, host_port)) = bindings.find_map(|it| Some((it, it.host_port?))) else {
            let (name, publisher) = (&self.container.name, &publisher.name);
            let suffix = if protocol == Protocol::Udp { "/udp" } else { "" };
            let message = format!(
                "the container {name:?} has no address that Traefik reaches, and its port `{port}{suffix}` is not published"
            );
            let option = format!("-p {}:{port}{suffix}", suggested(port));
            let help = if self.options.remote {
                format!(
                    "its engine is on another machine: publish the port there, with {publisher:?}: `{option}`; an engine behind a \
                     proxy of this machine's socket has `local: true` in the setting `providers.docker`"
                )
            } else if publisher == name {
                format!("publish it: `podman run {option}`")
            } else {
                format!("publish it where the network stack is made, with {publisher:?}: `{option}`")
            };
            self.diagnostics.push(Diagnostic::warning(NOT_PUBLISHED, message).with_help(help));
            return Err("its port is not published: the server is ignored".to_owned());
        };
        let host = match binding.host_ip.filter(|ip| !ip.is_unspecified()) {
            Some(ip) => ip.to_string(),
            None => self.options.published_at.clone(),
        };
        Ok(Endpoint { host, port: host_port.to_string() })
    }

    /// Where the port is published, if on an address of its own.
    fn binding(&mut self, port: &str) -> Option<Endpoint> {
        let name = &self.container.name;
        let of_port = |entry: &&portolan_container::Port| {
            entry.number.to_string() == port && matches!(entry.protocol, Protocol::Tcp | Protocol::Udp)
        };
        let binding = self.container.ports.iter().filter(of_port).find_map(|entry| entry.bindings.first());
        let Some(binding) = binding else {
            let message = format!(
                "Unable to find a binding for container {name:?}, falling back on its internal IP/Port."
            );
            self.diagnostics.push(Diagnostic::info(NO_BINDING, message));
            return None;
        };
        match binding.host_ip.filter(|ip| !ip.is_unspecified()) {
            Some(ip) => Some(Endpoint {
                host: ip.to_string(),
                port: binding.host_port.map(|port| port.to_string()).unwrap_or_default(),
            }),
            None => {
                let ip = binding.host_ip.as_ref().map(IpAddr::to_string).unwrap_or_default();
                let message = format!(
                    "Cannot determine the IP address (got {ip:?}) for {name:?}'s binding, falling back on its internal IP/Port."
                );
                self.diagnostics.push(Diagnostic::info(NO_BINDING, message));
                None
            }
        }
    }

    /// A container's address in Traefik's order: the chosen network, the host, another container's, any network.
    pub(crate) fn address_of(
        &mut self,
        container: &Container,
        network: &str,
        named: Choice,
        depth: usize,
    ) -> Option<Address> {
        if let Some(attachment) = container.attachments.get(network) {
            let network = Some((network.to_owned(), named));
            return Some(Address { text: attachment.address(), network, through: None });
        }
        match &container.network_mode {
            NetworkMode::Host => {
                let text = Some(self.options.host_address.clone());
                return Some(Address { text, network: None, through: None });
            }
            NetworkMode::Container(peer) => return self.address_of_peer(peer, network, named, depth),
            NetworkMode::Networks | NetworkMode::None => {}
        }
        let chosen = self.any_network(container);
        if !network.is_empty() {
            let message = format!(
                "Could not find network named {network:?} for container {:?}. Maybe you're missing the project's prefix in the label?",
                container.name
            );
            let help = match chosen {
                Some((name, ..)) => {
                    format!("the container is on {}; `{name}` is taken", list(container.attachments.keys()))
                }
                None => "the container is on no network".to_owned(),
            };
            self.diagnostics.push(Diagnostic::warning(NETWORK_NOT_FOUND, message).with_help(help));
        }
        let (name, attachment, choice) = chosen?;
        let network = Some((name.clone(), choice));
        Some(Address { text: attachment.address(), network, through: None })
    }

    fn address_of_peer(&mut self, peer: &str, network: &str, named: Choice, depth: usize) -> Option<Address> {
        let found = self.peers.find(peer).filter(|_| depth < MAX_PEERS);
        let labels = found.map(labels::options).and_then(|decoded| decoded.value);
        let (Some(found), Some(labels)) = (found, labels) else {
            let name = &self.container.name;
            let what = if found.is_none() { "is not known" } else { "has an error in its labels" };
            let message =
                format!("Unable to get IP address for container {name:?}: container `{peer}` {what}");
            let help = format!("container {name:?} shares the network stack of `{peer}`, which must run");
            self.diagnostics.push(Diagnostic::warning(PEER_NOT_FOUND, message).with_help(help));
            return None;
        };
        // The settings' network comes before the one that the labels of the other container name.
        let of_peer = labels.network().unwrap_or(&self.options.network);
        let by_peer = if labels.network().is_some() { Choice::PeerLabel } else { Choice::Setting };
        let (network, named) = if of_peer.is_empty() { (network, named) } else { (of_peer, by_peer) };
        let through = found.name.clone();
        let address = self.address_of(found, network, named, depth + 1)?;
        Some(Address { through: address.through.or(Some(through)), ..address })
    }

    /// One of the container's networks. Traefik takes any; here one with an address, that Traefik is on, by name.
    fn any_network<'c>(&mut self, container: &'c Container) -> Option<(&'c String, &'c Attachment, Choice)> {
        let shared = |name: &str| self.options.traefik_networks.iter().any(|network| network == name);
        let rank =
            |(name, attachment): &(&String, &Attachment)| (attachment.address().is_none(), !shared(name));
        let (name, attachment) = container.attachments.iter().min_by_key(rank)?;
        let choice = match container.attachments.len() {
            1 => Choice::Only,
            _ if shared(name) => Choice::Shared,
            _ => Choice::First,
        };
        if choice != Choice::Only && !self.told(SEVERAL_NETWORKS.0) {
            let why = if choice == Choice::Shared { "which Traefik is also on" } else { "the first by name" };
            let message =
                format!("network `{name}` is taken, {why}, of {}", list(container.attachments.keys()));
            let help = "name the network in a label: `traefik.docker.network`";
            self.diagnostics.push(Diagnostic::info(SEVERAL_NETWORKS, message).with_help(help));
        }
        Some((name, attachment, choice))
    }

    /// Whether a finding of this code is there already: a container with several services has its address looked up for each.
    fn told(&self, code: &str) -> bool {
        self.diagnostics.iter().any(|diagnostic| diagnostic.code.0 == code)
    }
}

/// A port of the host that a user may open too, for one of a container.
fn suggested(port: &str) -> u32 {
    /// Below, root alone may listen.
    const FIRST: u32 = 1024;
    let port: u32 = port.parse().unwrap_or_default();
    if port < FIRST { port + 8000 } else { port }
}

fn list<'n>(names: impl Iterator<Item = &'n String>) -> String {
    names.map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
