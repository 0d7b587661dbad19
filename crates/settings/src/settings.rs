use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::provider::{Agents, Providers};
use crate::{Danger, DefaultRoute, Format, HostRoutes, LogFormat, LogLevel, OnError};

/// What `docker-watcher` is told, complete: what nobody said has its default.
///
/// [`KEYS`](crate::KEYS) describes each field for people. Serialized, it is a settings file that loads to the same value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Settings {
    /// Addresses of the engines; empty where the local one is meant.
    pub engine: Vec<String>,
    /// The files for TLS with engines.
    pub tls: Tls,
    /// Engines under names of their own, and agents.
    pub providers: ProviderSettings,
    /// The directory that Traefik watches.
    pub output: PathBuf,
    /// The format of the file in it.
    pub format: Format,
    /// Whether a container without `traefik.enable` is routed.
    pub exposed_by_default: bool,
    /// The rule of a router that has none, a Go template.
    pub default_rule: String,
    /// Which containers are routed, an expression over labels; empty for all.
    pub constraints: String,
    /// Whether a published port's address on the host is preferred.
    #[serde(rename = "useBindPortIP")]
    pub use_bind_port_ip: bool,
    /// Whether a service stays without servers while its containers are unhealthy.
    pub allow_empty_services: bool,
    /// What routes a container that says nothing of routes.
    pub default_route: DefaultRoute,
    /// The networks that Traefik itself is on.
    pub traefik_networks: Vec<String>,
    /// The host under which Traefik reaches containers on the host's network: a name or an address, without a port.
    pub host_address: String,
    /// What labels of the `proxy.` dialect leave to the proxy.
    pub proxy: Proxy,
    /// What is kept off the proxy.
    pub blacklist: Blacklist,
    /// The network by which containers are reached, and what their labels do to theirs.
    pub network: Network,
    /// Users' scripts that events start.
    pub scripts: Scripts,
    /// The address at which Traefik reaches the published ports of containers that it cannot reach otherwise.
    pub traefik_host: String,
    /// Whether `podman-hook` tries each address that it has written once.
    pub probe: bool,
    /// What is for `podman-hook` alone.
    pub hook: Hook,
    /// Who may ask a running watcher how things stand.
    pub status: StatusSettings,
    /// How the log looks.
    pub log: Log,
    /// How long changes are gathered after a first one has been written.
    #[serde(serialize_with = "in_words")]
    pub debounce: Duration,
    /// How long a request to an engine may take.
    #[serde(serialize_with = "in_words")]
    pub timeout: Duration,
}

/// Engines under names of their own, and agents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderSettings {
    /// The engines, by name.
    pub docker: Providers,
    /// The certificates for agents in front of engines.
    pub agents: Agents,
}

/// The files for TLS with engines, in PEM.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Tls {
    /// The authority that signed the engine's certificate.
    pub ca: Option<PathBuf>,
    /// The certificate that we show.
    pub cert: Option<PathBuf>,
    /// Its private key.
    pub key: Option<PathBuf>,
}

/// What labels of the `proxy.` dialect leave to the proxy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Proxy {
    /// The entry points of plain HTTP.
    pub http: Vec<String>,
    /// The entry points of HTTPS.
    pub https: Vec<String>,
    /// The certificate resolver of routers with TLS.
    pub cert_resolver: Option<String>,
    /// The domains below which aliases are hosts.
    pub match_domains: Vec<String>,
    /// Where entry points listen, `NAME=[HOST]:PORT[/udp]` each.
    pub entry_points: Vec<String>,
    /// What Traefik's static configuration calls the plugin Sablier.
    pub sablier: Option<String>,
    /// Where Sablier answers.
    pub sablier_url: String,
}

/// What is added to the list of what is kept off the proxy, or taken from it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Blacklist {
    /// Whether it is in force.
    pub enabled: bool,
    /// More images.
    pub images: Vec<String>,
    /// More ports inside the container, in host order.
    pub ports: Vec<u16>,
    /// More paths inside the container at which something is mounted.
    pub mounts: Vec<String>,
    /// Names of containers, or images, that are let through.
    pub allow: Vec<String>,
}

/// The network by which containers are reached, and what their `docker-events.` labels do to theirs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Network {
    /// The network by which containers are reached, where they don't choose one.
    pub default: Option<String>,
    /// Whether labels change addresses, routes and rules.
    pub enabled: bool,
    /// What becomes of a container's actions after one that failed.
    pub on_error: OnError,
    /// What `$NAME` stands for in `docker-events.host-route`, by name.
    pub variables: BTreeMap<String, String>,
    /// What becomes of routes on the host when their container stops.
    pub host_routes: HostRoutes,
    /// Dangers that labels may bring about.
    pub allow: Vec<Danger>,
    /// Where the proc file system of the engine's host is mounted.
    pub proc: PathBuf,
    /// The file in which the routes on the host are noted that are to be withdrawn.
    pub state: PathBuf,
    /// How long the actions of one container may take.
    #[serde(serialize_with = "in_words")]
    pub timeout: Duration,
}

/// Users' scripts that events start.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Scripts {
    /// Where they are.
    pub directory: PathBuf,
    /// Whether they are started.
    pub enabled: bool,
    /// How long one may take.
    #[serde(serialize_with = "in_words")]
    pub timeout: Duration,
}

/// What is for `podman-hook` alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Hook {
    /// Where it keeps its records; none for the runtime directory of the system or the user.
    pub directory: Option<PathBuf>,
    /// Whether a container is stopped whose hook fails.
    pub required: bool,
    /// How long the engine is waited for to tell what a container is.
    #[serde(serialize_with = "in_words")]
    pub timeout: Duration,
}

/// Who may ask a running watcher how things stand.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusSettings {
    /// The Unix socket at which it answers; none for nowhere.
    #[serde(serialize_with = "empty_for_none")]
    pub socket: Option<PathBuf>,
    /// Where the page is served; none for nowhere.
    pub listen: Option<SocketAddr>,
    /// More names by which the page may be asked for.
    pub hosts: Vec<String>,
}

/// How the log looks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Log {
    /// How much is logged.
    pub level: LogLevel,
    /// How a line looks.
    pub format: LogFormat,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            engine: Vec::new(),
            tls: Tls::default(),
            providers: ProviderSettings::default(),
            output: PathBuf::from("/srv/traefik/dynamic"),
            format: Format::default(),
            exposed_by_default: true,
            default_rule: "Host(`{{ normalize .Name }}`)".to_owned(),
            constraints: String::new(),
            use_bind_port_ip: false,
            allow_empty_services: false,
            default_route: DefaultRoute::default(),
            traefik_networks: Vec::new(),
            host_address: "127.0.0.1".to_owned(),
            proxy: Proxy::default(),
            blacklist: Blacklist::default(),
            network: Network::default(),
            scripts: Scripts::default(),
            traefik_host: "127.0.0.1".to_owned(),
            probe: true,
            hook: Hook::default(),
            status: StatusSettings::default(),
            log: Log::default(),
            debounce: Duration::from_millis(100),
            timeout: Duration::from_secs(10),
        }
    }
}

impl Default for Proxy {
    fn default() -> Self {
        Self {
            http: Vec::new(),
            https: Vec::new(),
            cert_resolver: None,
            match_domains: Vec::new(),
            entry_points: Vec::new(),
            sablier: None,
            sablier_url: "http://sablier:10000".to_owned(),
        }
    }
}

impl Default for Blacklist {
    fn default() -> Self {
        Self { enabled: true, images: Vec::new(), ports: Vec::new(), mounts: Vec::new(), allow: Vec::new() }
    }
}

impl Default for Network {
    fn default() -> Self {
        Self {
            default: None,
            enabled: true,
            on_error: OnError::default(),
            variables: BTreeMap::new(),
            host_routes: HostRoutes::default(),
            allow: Vec::new(),
            proc: PathBuf::from("/proc"),
            state: PathBuf::from("/run/portolan/host-routes.json"),
            timeout: Duration::from_secs(5),
        }
    }
}

impl Default for Hook {
    fn default() -> Self {
        Self { directory: None, required: false, timeout: Duration::from_secs(60) }
    }
}

impl Default for StatusSettings {
    fn default() -> Self {
        let socket = PathBuf::from("/run/portolan/docker-watcher.sock");
        Self { socket: Some(socket), listen: None, hosts: Vec::new() }
    }
}

impl Default for Scripts {
    fn default() -> Self {
        let directory = PathBuf::from("/etc/portolan/scripts");
        Self { directory, enabled: true, timeout: Duration::from_secs(30) }
    }
}

fn in_words<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&humantime::format_duration(*duration))
}

/// A file that says nothing of a path leaves it at its default, so that none has to be said.
fn empty_for_none<S: Serializer>(path: &Option<PathBuf>, serializer: S) -> Result<S::Ok, S::Error> {
    path.clone().unwrap_or_default().serialize(serializer)
}
