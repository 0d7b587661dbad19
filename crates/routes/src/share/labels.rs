use portolan_container::Container;
use portolan_labels::{Decoded, decode};
use serde::Deserialize;

use crate::model::{Configuration, Http, Tcp, Udp};

/// The prefixes of the labels that say how a container is looked at.
const OPTIONS: [&str; 2] = ["traefik.docker.", "traefik.enable"];
/// The prefixes of the labels that say what is routed.
const DYNAMIC: [&str; 4] = ["traefik.http", "traefik.tcp", "traefik.udp", "traefik.tls.stores.default"];

/// What labels say of a container as a whole.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub(super) struct ContainerLabels {
    /// Whether it is routed.
    pub(super) enable: Option<bool>,
    docker: Option<DockerLabels>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase", default)]
struct DockerLabels {
    #[serde(with = "portolan_labels::pointer")]
    network: Option<String>,
    /// For Swarm alone.
    lbswarm: Option<bool>,
    allownonrunning: Option<bool>,
}

// `with` needs both halves.
impl serde::Serialize for ContainerLabels {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.enable.serialize(serializer)
    }
}

impl ContainerLabels {
    /// Whether it is routed though it does not run.
    pub(super) fn allows_non_running(&self) -> bool {
        self.docker.as_ref().and_then(|docker| docker.allownonrunning) == Some(true)
    }

    /// The network whose address is used; an empty name overrides the one of the settings with none.
    pub(super) fn network(&self) -> Option<&str> {
        self.docker.as_ref().and_then(|docker| docker.network.as_deref())
    }
}

pub(super) fn options(container: &Container) -> Decoded<ContainerLabels> {
    decode(&container.labels, &OPTIONS)
}

pub(super) fn dynamic(container: &Container) -> Decoded<Configuration> {
    decode(&container.labels, &DYNAMIC)
}

impl Http {
    /// Whether labels define anything that needs a service.
    pub(super) fn has_any(&self) -> bool {
        let routers = self.routers.as_ref().is_some_and(|map| !map.is_empty());
        let services = self.services.as_ref().is_some_and(|map| !map.is_empty());
        routers || services || self.middlewares.as_ref().is_some_and(|map| !map.is_empty())
    }
}

impl Tcp {
    pub(super) fn has_routes(&self) -> bool {
        let routers = self.routers.as_ref().is_some_and(|map| !map.is_empty());
        routers || self.services.as_ref().is_some_and(|map| !map.is_empty())
    }
}

impl Udp {
    pub(super) fn has_routes(&self) -> bool {
        let routers = self.routers.as_ref().is_some_and(|map| !map.is_empty());
        routers || self.services.as_ref().is_some_and(|map| !map.is_empty())
    }
}
