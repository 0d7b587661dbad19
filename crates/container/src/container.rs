use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::{Attachment, Health, Image, NetworkMode, Port, State};

/// What an engine knows of one container at one moment.
///
/// The fields are what Traefik's Docker provider reads, and what the blacklist and the network actions need besides.
/// Maps are ordered, so that the same containers give the same files.
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

    /// What must be started before it, from the label that Compose sets: `NAME[:CONDITION[:RESTART]]` each.
    ///
    /// ```
    /// use portolan_container::Container;
    ///
    /// let labels = [("com.docker.compose.depends_on".into(), "db:service_healthy:false, cache".into())].into();
    /// let container = Container { labels, ..Container::default() };
    /// assert_eq!(container.dependencies(), ["db:service_healthy:false", "cache"]);
    /// ```
    pub fn dependencies(&self) -> Vec<&str> {
        let list = self.label("com.docker.compose.depends_on").unwrap_or_default();
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    /// `bind`, `volume`, `tmpfs` or what else the engine calls it.
    pub kind: String,
    /// The path or volume on the host.
    pub source: String,
    /// The path inside the container.
    pub destination: String,
}
