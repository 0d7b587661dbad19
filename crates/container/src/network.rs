use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

/// How a container is connected.
///
/// ```
/// use portolan_container::NetworkMode;
///
/// assert_eq!(NetworkMode::parse("container:vpn"), NetworkMode::Container("vpn".into()));
/// assert_eq!(NetworkMode::parse("bridge"), NetworkMode::Networks);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NetworkMode {
    /// To the networks among its attachments: the engine's default, or one that is named.
    #[default]
    Networks,
    /// To nothing.
    None,
    /// To the host's own network stack.
    Host,
    /// To the network stack of another container, given by its identifier or name.
    Container(String),
}

impl NetworkMode {
    /// Reads the engine's word: `host`, `none`, `container:ID`, else a network's name or driver.
    pub fn parse(text: &str) -> Self {
        match text.split_once(':') {
            Some(("container", peer)) => Self::Container(peer.to_owned()),
            _ if text == "host" => Self::Host,
            _ if text == "none" => Self::None,
            _ => Self::Networks,
        }
    }
}

/// A container's attachment to one network.
///
/// ```
/// use portolan_container::Attachment;
///
/// let front = Attachment { ipv4: "10.0.0.2".parse().ok(), ..Attachment::default() };
/// assert_eq!(front.address().as_deref(), Some("10.0.0.2"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// The IPv4 address on that network.
    pub ipv4: Option<Ipv4Addr>,
    /// The global IPv6 address on that network.
    pub ipv6: Option<Ipv6Addr>,
    /// The name under which others on that network reach it: what is known before an address is, as in a Compose file.
    pub name: Option<String>,
    /// The network's gateway.
    pub gateway: Option<IpAddr>,
    /// The hardware address of the interface, six bytes in hexadecimal with colons between.
    pub mac: Option<String>,
}

impl Attachment {
    /// Where others on the network reach the container: the IPv4 address, else the IPv6 address, else the name.
    ///
    /// The order is that of Traefik 3.7. An IPv6 address stands without brackets.
    pub fn address(&self) -> Option<String> {
        let ip = self.ipv4.map(IpAddr::V4).or(self.ipv6.map(IpAddr::V6));
        ip.map(|ip| ip.to_string()).or_else(|| self.name.clone())
    }
}

/// A port that a container exposes, and where it is published.
///
/// ```
/// use portolan_container::{Binding, Port, Protocol};
///
/// // As of `--publish 8080:80`.
/// let binding = Binding { host_ip: None, host_port: Some(8080) };
/// let port = Port { number: 80, protocol: Protocol::Tcp, bindings: vec![binding] };
/// assert_eq!(port.bindings[0].host_port, Some(8080));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Port {
    /// The port inside the container, in host order.
    pub number: u16,
    /// Its transport protocol.
    pub protocol: Protocol,
    /// Where the engine publishes it on the host; empty where it does not.
    pub bindings: Vec<Binding>,
}

/// Where a port is published on the host.
///
/// ```
/// use portolan_container::Binding;
///
/// // As of `--publish 127.0.0.1:8080:80`.
/// let binding = Binding { host_ip: "127.0.0.1".parse().ok(), host_port: Some(8080) };
/// assert!(binding.host_ip.is_some_and(|ip| ip.is_loopback()));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Binding {
    /// The host's address; `None` where the engine names none, which means all of them.
    pub host_ip: Option<IpAddr>,
    /// The port on the host, in host order; `None` where none is assigned yet.
    pub host_port: Option<u16>,
}

/// A transport protocol.
///
/// ```
/// use portolan_container::Protocol;
///
/// assert_eq!(Protocol::parse("UDP"), Some(Protocol::Udp));
/// assert_eq!(Protocol::parse("").map(|it| it.to_string()).as_deref(), Some("tcp"));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    /// TCP, also where nothing is said.
    #[default]
    Tcp,
    /// UDP.
    Udp,
    /// SCTP.
    Sctp,
}

impl Protocol {
    /// Reads the engine's word; `None` for one that no engine publishes.
    pub fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "" | "tcp" => Some(Self::Tcp),
            "udp" => Some(Self::Udp),
            "sctp" => Some(Self::Sctp),
            _ => None,
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
        })
    }
}
