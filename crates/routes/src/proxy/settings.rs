use std::collections::BTreeMap;
use std::str::FromStr;

use portolan_container::Protocol;

/// What labels of the dialect leave to the proxy: GoDoxy has its own listeners and domains, Traefik's are told here.
///
/// ```
/// use portolan_routes::proxy::Settings;
///
/// let settings = Settings { https: vec!["websecure".into()], match_domains: vec![".example.com".into()], ..Settings::default() };
/// assert!(settings.http.is_empty(), "plain HTTP is not said");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Settings {
    /// The entry points of plain HTTP; none for those that are Traefik's default.
    pub http: Vec<String>,
    /// The entry points of HTTPS: each route has a router with TLS there.
    pub https: Vec<String>,
    /// Who gets certificates for these routers; empty for nobody.
    pub cert_resolver: String,
    /// The domains below which aliases are hosts, such as `.example.com`; none for any domain.
    pub match_domains: Vec<String>,
    /// Where Traefik listens, by the name of the entry point: what a route's listening port is looked up in.
    pub entry_points: BTreeMap<String, EntryPoint>,
    /// What wakes containers that sleep.
    pub sablier: Option<Sablier>,
}

/// The plugin of Traefik that starts containers for requests.
///
/// ```
/// use portolan_routes::proxy::{Sablier, Settings};
///
/// let sablier = Sablier { plugin: "sablier".into(), url: "http://sablier:10000".into() };
/// assert!(Settings { sablier: Some(sablier), ..Settings::default() }.sablier.is_some());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sablier {
    /// What Traefik's static configuration calls it.
    pub plugin: String,
    /// Where Sablier itself answers.
    pub url: String,
}

/// Where an entry point listens.
///
/// ```
/// use portolan_container::Protocol;
/// use portolan_routes::proxy::EntryPoint;
///
/// assert_eq!(":5353/udp".parse(), Ok(EntryPoint { port: 5353, protocol: Protocol::Udp }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryPoint {
    /// On which port, in host order.
    pub port: u16,
    /// For what.
    pub protocol: Protocol,
}

/// Why a text is no entry point's address.
///
/// ```
/// use portolan_routes::proxy::EntryPoint;
///
/// let error = "web".parse::<EntryPoint>().unwrap_err();
/// assert_eq!(error.to_string(), "an entry point is `[HOST]:PORT[/udp]`, `web` is not");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an entry point is `[HOST]:PORT[/udp]`, `{0}` is not")]
#[non_exhaustive]
pub struct EntryPointError(pub String);

impl FromStr for EntryPoint {
    type Err = EntryPointError;

    /// Reads an address as Traefik's static configuration has it; a port alone will do.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || EntryPointError(text.to_owned());
        let (address, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
        let port = address.rsplit_once(':').map_or(address, |(_, port)| port);
        let port = port.parse().ok().filter(|port| *port > 0).ok_or_else(error)?;
        let protocol = match protocol {
            "tcp" => Protocol::Tcp,
            "udp" => Protocol::Udp,
            _ => return Err(error()),
        };
        Ok(Self { port, protocol })
    }
}

impl Settings {
    /// The entry points that listen on this port for this protocol, by name.
    pub(super) fn listening(&self, port: u16, protocol: Protocol) -> Vec<&String> {
        let at = EntryPoint { port, protocol };
        self.entry_points.iter().filter(|(_, entry)| **entry == at).map(|(name, _)| name).collect()
    }
}
