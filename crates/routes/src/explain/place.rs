use portolan_container::Container;
use serde::Serialize;

use crate::share::{Address, Build, Choice, Reached};
use crate::{Options, Peers};

/// Where Traefik reaches a container, and why there.
///
/// ```
/// use portolan_container::{Attachment, Container};
/// use portolan_routes::{Options, explain::Origins};
///
/// let front = Attachment { ipv4: "10.0.0.2".parse().ok(), ..Attachment::default() };
/// let attachments = [("front".to_owned(), front)].into();
/// let container = Container { name: "web".into(), attachments, ..Container::default() };
/// let origins = Origins::of(&container, &Options::default(), &[][..]);
/// assert_eq!(origins.place().address.as_deref(), Some("10.0.0.2"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The address; `None` where there is none, or each port has its own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The network that it is on, where it is on one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// Why it is this one, a clause.
    pub why: String,
}

impl Place {
    pub(super) fn of<P: Peers + ?Sized>(
        build: &mut Build<'_, P>,
        container: &Container,
        options: &Options,
    ) -> Self {
        let without_network = |address: Option<&String>, why: &str| Self {
            address: address.cloned(),
            network: None,
            why: why.to_owned(),
        };
        // Labels in error are told among the findings; the place is then that of a container without them.
        let _ = build.decode_options();
        match build.reached() {
            Reached::RemoteHost => {
                let why = "its engine is on another machine, and it is on that machine's network";
                return without_network(Some(&options.published_at), why);
            }
            Reached::Published if options.remote => {
                let why = "its engine is on another machine: published ports are used";
                return without_network(Some(&options.published_at), why);
            }
            Reached::Published => {
                let why = "it has no address of its own that this machine knows: published ports are used";
                return without_network(Some(&options.published_at), why);
            }
            Reached::Own => {}
        }
        // The dialect's label comes before the networks of Traefik's.
        let label = container.labels.get("proxy.network").map(|network| network.trim());
        if let Some(network) = label.filter(|network| !network.is_empty()) {
            let project = container.compose_project().map(|project| format!("{project}_{network}"));
            let names = std::iter::once(network).chain(project.as_deref());
            let found = names.filter_map(|name| container.attachments.get_key_value(name)).next();
            return Self {
                address: found.and_then(|(_, attachment)| attachment.address()),
                network: Some(found.map_or(network, |(name, _)| name).to_owned()),
                why: "label `proxy.network` names it".to_owned(),
            };
        }
        let (network, named) = build.wanted_network();
        match build.address_of(container, &network, named, 0) {
            Some(address) => Self::reached(address, &network),
            None => without_network(None, "it is on no network that Traefik could reach"),
        }
    }

    fn reached(address: Address, wanted: &str) -> Self {
        let mut why = match &address.network {
            None => "it is on the host's network".to_owned(),
            Some((_, Choice::Label)) => "label `traefik.docker.network` names it".to_owned(),
            Some((_, Choice::PeerLabel)) => {
                "label `traefik.docker.network` of the other container names it".to_owned()
            }
            Some((_, Choice::Setting)) => "setting `network` names it".to_owned(),
            Some((_, Choice::Only)) => "it is the only one".to_owned(),
            Some((_, Choice::Shared)) => "no label names one, and Traefik is on it too".to_owned(),
            Some((_, Choice::First)) => "no label names one, and it is the first by name".to_owned(),
        };
        let network = address.network.map(|(name, _)| name);
        if !wanted.is_empty() && network.as_ref().is_some_and(|network| network != wanted) {
            why = format!("it is not on `{wanted}`, which is asked for");
        }
        if let Some(through) = &address.through {
            why = format!("it shares the network stack of `{through}`; {why}");
        }
        Self { address: address.text, network, why }
    }
}

/// The port that is taken where no label names one.
///
/// ```
/// use portolan_container::{Container, Port, Protocol};
/// use portolan_routes::{Options, explain::Origins};
///
/// let port = |number| Port { number, protocol: Protocol::Tcp, bindings: vec![] };
/// let container = Container { name: "web".into(), ports: vec![port(80), port(9090)], ..Container::default() };
/// let origins = Origins::of(&container, &Options::default(), &[][..]);
/// assert_eq!(origins.port().map(|it| it.number), Some(80));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChosenPort {
    /// Its number inside the container.
    pub number: u16,
    /// Why it is this one, a clause.
    pub why: &'static str,
}

impl ChosenPort {
    pub(super) fn of(container: &Container) -> Option<Self> {
        let lowest = container.ports.iter().map(|port| port.number).min()?;
        let is_only = container.ports.iter().all(|port| port.number == lowest);
        Some(Self { number: lowest, why: if is_only { "it is the only one" } else { "it is the lowest" } })
    }
}
