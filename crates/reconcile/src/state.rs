mod address;
mod draw;
mod rule;
#[cfg(test)]
mod tests;

use portolan_routes::Section;
use serde::{Serialize, Serializer};

use crate::{Report, ReportedFinding, Write};

/// What stands in place of what nobody shall read.
const HIDDEN: &str = "…";

/// Everything that the status page shows of a watcher, at one moment.
///
/// As JSON it is what `/api/v1/state` answers, and what it has is there for good: fields are added, and none changes its meaning.
/// It may be read by people who may not read labels: of these it has rules, host names and addresses of servers alone, without
/// what a rule wants of a header or a parameter and without user information; and nothing of a container's environment.
///
/// Put together when somebody asks, in time that grows with the number of containers and routes.
///
/// ```
/// use portolan_container::Container;
/// use portolan_reconcile::{Chart, ContainerKey, Journal, Policy, State};
/// use portolan_traefik::Format;
/// use time::OffsetDateTime;
///
/// let mut chart = Chart::new(Policy::default(), Format::Yaml, None);
/// let labels = [
///     ("traefik.http.routers.web.rule", "Host(`web.example.com`) && Header(`X-Token`, `a secret`)"),
///     ("traefik.http.services.web.loadbalancer.server.url", "http://user:secret@10.0.0.7"),
/// ];
/// let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
/// let web = Container { id: "1f".to_owned(), name: "web".to_owned(), labels, ..Container::default() };
/// chart.put(ContainerKey { engine: 0, id: "1f".to_owned() }, web);
/// let journal = Journal::new(vec!["unix:///run/docker.sock".to_owned()], OffsetDateTime::UNIX_EPOCH);
///
/// let state = State::of(&chart, journal.report(&chart, "/srv/docker-watcher.yml".as_ref()), Vec::new());
/// assert_eq!(state.routers[0].rule.as_deref(), Some("Host(`web.example.com`) && Header(`X-Token`, `…`)"));
/// assert_eq!(state.services[0].servers, ["http://10.0.0.7"]);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct State {
    /// The watcher's version.
    pub version: &'static str,
    /// How things stand.
    pub report: Report,
    /// All containers, by their names.
    pub containers: Vec<ContainerState>,
    /// The services that the file has, by their names.
    pub services: Vec<ServiceState>,
    /// The routers that the file has, by their names.
    pub routers: Vec<RouterState>,
    /// What is wrong or worth knowing, the worst first.
    pub findings: Vec<FindingState>,
    /// The last writes of the file, the newest last.
    pub history: Vec<Write>,
}

/// A container, and what it is for the proxy.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ContainerState {
    /// The engine that has it, by its name in the report.
    pub engine: String,
    /// Its name.
    pub name: String,
    /// The first twelve digits of its identifier.
    pub id: String,
    /// The image that it was created from.
    pub image: String,
    /// Where it is in its life, in the engine's word.
    pub state: String,
    /// What its health check last said, in the engine's word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health: Option<String>,
    /// The Compose project that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// The Compose service that it is an instance of.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// Its address on that network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// The network by which it is reached, else the first one by name on which it has an address; `host` for the host's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network: Option<String>,
    /// The ports inside the container, in ascending order.
    pub ports: Vec<u16>,
    /// Why it has no part in the file: a word that never changes its meaning, a colon, and a clause for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<String>,
    /// The routers in the file that it defines.
    pub routers: Vec<ElementRef>,
    /// The services in the file that it defines.
    pub services: Vec<ElementRef>,
}

/// A service, as the file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct ServiceState {
    /// What it serves.
    pub protocol: Protocol,
    /// Its name in the file.
    pub name: String,
    /// Where its requests end: URLs, or addresses with a port for TCP and UDP.
    pub servers: Vec<String>,
    /// The containers that define it.
    pub containers: Vec<ContainerRef>,
}

/// A router, as the file has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct RouterState {
    /// What it routes.
    pub protocol: Protocol,
    /// Its name in the file.
    pub name: String,
    /// Which requests it takes, without what is wanted of headers and parameters; routers of UDP have none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<String>,
    /// The hosts and server names that the rule asks for, in its order.
    pub hosts: Vec<String>,
    /// Its entry points, in the order of the label; with none, those that are Traefik's default.
    pub entry_points: Vec<String>,
    /// Its priority, where one is said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<i64>,
    /// Whether it takes TLS connections.
    pub tls: bool,
    /// Its middlewares, in the order in which requests pass them.
    pub middlewares: Vec<String>,
    /// The service to which requests go.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service: Option<String>,
    /// The containers that define it.
    pub containers: Vec<ContainerRef>,
}

/// A finding without its words, which may quote a label's value, and with words that fit every finding of its kind.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct FindingState {
    /// What it is, and where. The engine is named wherever the finding is about a container.
    #[serde(flatten)]
    pub finding: ReportedFinding,
    /// The router, service or other element that it is about, where it is not about one container.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub element: Option<Place>,
    /// The containers that define this element.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub containers: Vec<ContainerRef>,
    /// What findings of this kind are about.
    pub summary: &'static str,
    /// What to do about them, in general.
    pub help: &'static str,
    /// The page that tells more.
    pub page: String,
}

/// A place in the file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Place {
    /// The section, such as `http.routers`.
    pub section: String,
    /// The name in it.
    pub name: String,
}

/// Which container.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[non_exhaustive]
pub struct ContainerRef {
    /// The engine that has it, by its name in the report.
    pub engine: String,
    /// Its name.
    pub name: String,
}

/// Which router or service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ElementRef {
    /// What it routes or serves.
    pub protocol: Protocol,
    /// Its name in the file.
    pub name: String,
}

/// What a router or a service speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Protocol {
    /// HTTP and HTTPS.
    Http,
    /// TCP, with TLS or without.
    Tcp,
    /// UDP.
    Udp,
}

impl Protocol {
    /// The word that the file has: `http`, `tcp` or `udp`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Http => Section::HttpRouters.path().0,
            Self::Tcp => Section::TcpRouters.path().0,
            Self::Udp => Section::UdpRouters.path().0,
        }
    }
}

impl Serialize for Protocol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.word())
    }
}
