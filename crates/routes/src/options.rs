use crate::constraints::Constraint;
use crate::proxy;
use crate::template::Template;

/// How containers become routes: the options of Traefik's Docker provider under their own names, and ours.
///
/// ```
/// let options = portolan_routes::Options { exposed_by_default: false, ..Default::default() };
/// assert!(!options.exposed_by_default);
/// ```
#[derive(Clone, Debug)]
pub struct Options {
    /// Whether a container is routed that does not say `traefik.enable`.
    pub exposed_by_default: bool,
    /// The rule of an HTTP router that has none.
    pub default_rule: Template,
    /// Which containers are looked at, by their labels.
    pub constraints: Constraint,
    /// The network whose address is used where the label `traefik.docker.network` names none; empty for none.
    pub network: String,
    /// Whether the address and port that a port is published on are used in place of the container's own.
    pub use_bind_port_ip: bool,
    /// Whether a container that is not healthy keeps its service, without servers.
    pub allow_empty_services: bool,
    /// Whether a container with neither a router nor a service in its labels is given one.
    pub default_route: DefaultRoute,
    /// Networks that Traefik itself is on: of several networks of a container, and none chosen, one of these is taken.
    pub traefik_networks: Vec<String>,
    /// Where Traefik reaches a container that shares the host's network stack.
    pub host_address: String,
    /// Where Traefik reaches the published ports of a container that has no address of its own; empty where it does not.
    ///
    /// Traefik's provider has nothing like it. With rootless Podman, no container has an address that the host knows.
    pub published_at: String,
    /// What labels of the `proxy.*` dialect leave to the proxy.
    pub proxy: proxy::Settings,
    /// Whether the engine is on another machine: containers' own addresses mean nothing here, so all are reached at
    /// `published_at`, by their published ports or, on the host's network, by their own.
    pub remote: bool,
}

/// The route of a container whose labels ask for none.
///
/// ```
/// use portolan_routes::{DefaultRoute, Options};
///
/// let options = Options { default_route: DefaultRoute::Proxy, ..Options::default() };
/// assert_ne!(options.default_route, DefaultRoute::default());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DefaultRoute {
    /// The one that Traefik's Docker provider gives it: its name as host, its lowest port.
    #[default]
    Traefik,
    /// The one that the `proxy.*` dialect gives it: its name below any domain, the port that is usual for its image or the web.
    Proxy,
    /// None.
    None,
}

/// Traefik's rule for a router without one: its container's name as host.
///
/// ```
/// use portolan_routes::{DEFAULT_RULE, template::Template};
///
/// assert_eq!(Template::default().as_str(), DEFAULT_RULE);
/// ```
pub const DEFAULT_RULE: &str = "Host(`{{ normalize .Name }}`)";

impl Default for Options {
    fn default() -> Self {
        Self {
            exposed_by_default: true,
            default_rule: Template::default(),
            constraints: Constraint::default(),
            network: String::new(),
            use_bind_port_ip: false,
            allow_empty_services: false,
            default_route: DefaultRoute::default(),
            traefik_networks: Vec::new(),
            host_address: "127.0.0.1".to_owned(),
            published_at: String::new(),
            proxy: proxy::Settings::default(),
            remote: false,
        }
    }
}
