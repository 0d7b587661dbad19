use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Attachment, Health, Image, NetworkMode, Port, State};

/// What an engine knows of one container at one moment.
///
/// The fields are what Traefik's Docker provider reads, and what the blacklist and the network actions need besides.
/// Maps are ordered, so that the same containers give the same files.
///
/// ```
/// use portolan_container::{Container, Image, State};
/// use serde_json::json;
///
/// let printed = json!({"Id": "1f", "Name": "/web", "Config": {"Image": "nginx:1.29"}, "State": {"Status": "running"}});
/// let container = Container::from_inspect(&printed)?;
/// assert_eq!((container.name.as_str(), &container.state), ("web", &State::Running));
/// assert_eq!(container.image, Image::parse("nginx:1.29"));
/// # Ok::<(), portolan_container::InspectError>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// The engine's identifier, usually 64 hexadecimal digits.
    pub id: String,
    /// The name, without the slash that the engine's API puts before it.
    pub name: String,
    /// The image that it was created from.
    pub image: Image,
    /// Labels as given.
    pub labels: BTreeMap<String, String>,
    /// Where it is in its life.
    pub state: State,
    /// The result of its health check; `None` where it has none.
    pub health: Option<Health>,
    /// How it is connected: to networks, to the host's stack, or to another container's.
    pub network_mode: NetworkMode,
    /// Its attachments, by the network's name.
    pub attachments: BTreeMap<String, Attachment>,
    /// Exposed and published ports, in ascending order of number and protocol.
    pub ports: Vec<Port>,
    /// What is mounted into it.
    pub mounts: Vec<Mount>,
    /// The process of its first program, while it runs.
    pub pid: Option<u32>,
    /// When it was created, in nanoseconds since 1970 (UTC); a listing knows whole seconds. `None` where nobody says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created: Option<i64>,
}

impl Container {
    /// The Compose project that it belongs to, from the label that Compose sets.
    pub fn compose_project(&self) -> Option<&str> {
        self.label("com.docker.compose.project")
    }

    /// The Compose service that it is an instance of, from the label that Compose sets.
    pub fn compose_service(&self) -> Option<&str> {
        self.label("com.docker.compose.service")
    }

    /// What must be started before it, `NAME[:CONDITION[:RESTART]]` each: from the label `proxy.depends_on` of its owner, else from the
    /// one that Compose sets.
    ///
    /// ```
    /// use portolan_container::Container;
    ///
    /// let labels = [("com.docker.compose.depends_on".into(), "db:service_healthy:false, cache".into())].into();
    /// let mut container = Container { labels, ..Container::default() };
    /// assert_eq!(container.dependencies(), ["db:service_healthy:false", "cache"]);
    /// container.labels.insert("proxy.depends_on".into(), "queue".into());
    /// assert_eq!(container.dependencies(), ["queue"]);
    /// ```
    pub fn dependencies(&self) -> Vec<&str> {
        let of_compose = || self.label("com.docker.compose.depends_on");
        let list = self.label("proxy.depends_on").or_else(of_compose).unwrap_or_default();
        list.split(',').map(str::trim).filter(|item| !item.is_empty()).collect()
    }

    /// The version of what is in the image, from the label of the Open Container Initiative.
    pub fn image_version(&self) -> Option<&str> {
        self.label("org.opencontainers.image.version")
    }

    /// A label's value, `None` where it is absent or empty.
    fn label(&self, key: &str) -> Option<&str> {
        self.labels.get(key).map(String::as_str).filter(|value| !value.is_empty())
    }
}

/// Something mounted into a container.
///
/// ```
/// use portolan_container::Mount;
///
/// let data = Mount { kind: "volume".into(), source: "data".into(), destination: "/data".into() };
/// assert_eq!(data.destination, "/data");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// `bind`, `volume`, `tmpfs` or what else the engine calls it.
    pub kind: String,
    /// The path or volume on the host.
    pub source: String,
    /// The path inside the container.
    pub destination: String,
}
