use portolan_container::{Container, Diagnostic, LabelPlace};
use portolan_labels::{Decoded, decode, has_prefix_fold, suggest};
use serde::Deserialize;

use crate::codes::IGNORED_LABEL;

use crate::model::{Configuration, Http, Tcp, Udp};

/// The prefixes of the labels that say how a container is looked at.
const OPTIONS: [&str; 2] = ["traefik.docker.", "traefik.enable"];
/// The prefixes of the labels that say what is routed.
pub(crate) const DYNAMIC: [&str; 4] =
    ["traefik.http", "traefik.tcp", "traefik.udp", "traefik.tls.stores.default"];

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

/// Whether labels describe routers, services or what they use.
pub(super) fn describe_route(container: &Container) -> bool {
    let is_dynamic = |key: &str| DYNAMIC.iter().any(|prefix| has_prefix_fold(key, prefix));
    container.labels.keys().any(|key| is_dynamic(key))
}

/// Labels that begin with `traefik.` and come through no filter: Traefik says nothing of them, whatever was meant.
pub(super) fn ignored(container: &Container) -> Vec<Diagnostic> {
    let is_ignored = |key: &str| {
        let read = OPTIONS.iter().chain(&DYNAMIC).any(|prefix| has_prefix_fold(key, prefix));
        // The Swarm provider reads these.
        has_prefix_fold(key, "traefik.") && !read && !has_prefix_fold(key, "traefik.swarm.")
    };
    container.labels.keys().map(String::as_str).filter(|key| is_ignored(key)).map(ignored_label).collect()
}

fn ignored_label(key: &str) -> Diagnostic {
    let (root, rest) = key.split_once('.').unwrap_or((key, ""));
    let name = rest.split('.').next().unwrap_or_default();
    let start = root.len() + 1;
    let message =
        format!("the label is not read: `{name}` is none of `http`, `tcp`, `udp`, `docker`, `enable`, `tls`");
    let (message, help) = if name.eq_ignore_ascii_case("tls") {
        let message = "the label is not read: of TLS, labels can set the store `default` alone".to_owned();
        (message, Some("define TLS options and certificates in a file of your own".to_owned()))
    } else {
        let near = || {
            let near = suggest(name, ["http", "tcp", "udp", "docker", "enable", "tls"])?;
            Some(format!("did you mean `traefik.{near}`?"))
        };
        (message, first_version(name).map(str::to_owned).or_else(near))
    };
    let diagnostic =
        Diagnostic::warning(IGNORED_LABEL, message).at(LabelPlace::key(key, start..start + name.len()));
    match help {
        Some(help) => diagnostic.with_help(help),
        None => diagnostic,
    }
}

/// What takes the place of a label of Traefik 1.
fn first_version(name: &str) -> Option<&'static str> {
    match name {
        "frontend" => Some("this is a label of Traefik 1: write `traefik.http.routers.NAME.rule`"),
        "port" => {
            Some("this is a label of Traefik 1: write `traefik.http.services.NAME.loadbalancer.server.port`")
        }
        "backend" | "protocol" | "weight" | "domain" => {
            Some("this is a label of Traefik 1, which Traefik 2 and 3 do not have")
        }
        _ => None,
    }
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
