//! Containers whose labels stand in their annotations: what else matters of them is in files and in the kernel, and Podman is not
//! asked.

use std::collections::BTreeMap;
use std::fs;
use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use portolan_container::{Attachment, Container, Image, NetworkMode, Port, Protocol, State};
use portolan_hook::Record;
use portolan_netlink::{Namespace, Process, asks};
use portolan_settings::Settings;
use serde::Deserialize;

use crate::location;

/// The label that says that a container is exposed: who gives it as an annotation gives all labels so. No blacklist has a say
/// then, so that it need not be known what is mounted.
const ENABLE: &str = "traefik.enable";
/// The label that names one network of several.
const NETWORK: &str = "traefik.docker.network";
/// How the labels end that name a port.
const PORT: &str = ".loadbalancer.server.port";

/// The container of this record, if its annotations, its files and the kernel tell all that matters.
///
/// `None` where Podman alone knows: names of networks, ports of the image and published ones, and the addresses of rootless
/// containers.
pub(crate) fn container(record: &Record, settings: &Settings) -> Option<Container> {
    let label =
        |name: &str| record.annotations.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|it| it.1);
    let names_networks = label(NETWORK).is_some()
        || settings.network.default.is_some()
        || !settings.traefik_networks.is_empty()
        || asks(&record.annotations);
    let is_exposed = label(ENABLE).is_some_and(|value| value.eq_ignore_ascii_case("true"));
    let ports = ports(&record.annotations);
    if !is_exposed
        || names_networks
        || ports.is_empty()
        || settings.use_bind_port_ip
        || location::user().is_some()
    {
        return None;
    }
    let stored = Stored::find(&record.bundle, &record.id).unwrap_or_default();
    let name = record.origin.as_ref().and_then(|origin| origin.name.clone());
    let (network_mode, attachments) = connection(record.pid)?;
    Some(Container {
        id: record.id.clone(),
        name: name.or(stored.name).unwrap_or_else(|| record.id.clone()),
        image: Image::parse(&stored.image),
        state: State::Running,
        network_mode,
        attachments,
        ports,
        pid: Some(record.pid),
        ..Container::default()
    })
}

/// The ports that labels name.
fn ports(labels: &BTreeMap<String, String>) -> Vec<Port> {
    let named = labels.iter().filter(|(key, _)| key.to_ascii_lowercase().ends_with(PORT));
    let protocol = |key: &str| {
        if key.to_ascii_lowercase().starts_with("traefik.udp.") { Protocol::Udp } else { Protocol::Tcp }
    };
    let port = |(key, value): (&String, &String)| {
        Some(Port { number: value.trim().parse().ok()?, protocol: protocol(key), bindings: Vec::new() })
    };
    let mut ports: Vec<Port> = named.filter_map(port).collect();
    ports.sort();
    ports.dedup();
    ports
}

/// How a process is connected; `None` where more than its one address is to be chosen from, or it is not one that others reach.
fn connection(pid: u32) -> Option<(NetworkMode, BTreeMap<String, Attachment>)> {
    const PATIENCE: Duration = Duration::from_secs(5);
    let namespace = Process::open(Path::new("/proc"), pid).and_then(|process| process.namespace()).ok()?;
    if Namespace::own().is_ok_and(|own| own.id() == namespace.id()) {
        return Some((NetworkMode::Host, BTreeMap::new()));
    }
    let state = namespace.run(PATIENCE, portolan_netlink::State::read).ok()?.ok()?;
    let addresses = state.addresses_of_links();
    let is_reached = |kind: Option<&str>| matches!(kind, Some("veth" | "macvlan" | "ipvlan"));
    let mut links = state.links.iter().filter(|link| is_reached(link.kind.as_deref()));
    let (link, None) = (links.next()?, links.next()) else { return None };
    let mut attachment = Attachment::default();
    for (_, address) in addresses.iter().filter(|(index, _)| *index == link.index) {
        match address {
            IpAddr::V4(address) if attachment.ipv4.is_none() => attachment.ipv4 = Some(*address),
            IpAddr::V6(address) if attachment.ipv6.is_none() && !address.is_unicast_link_local() => {
                attachment.ipv6 = Some(*address);
            }
            IpAddr::V4(_) | IpAddr::V6(_) => {}
        }
    }
    attachment.address()?;
    Some((NetworkMode::Networks, [(link.name.clone(), attachment)].into()))
}

/// What Podman's storage knows of a container.
#[derive(Debug, Default, PartialEq, Eq)]
struct Stored {
    name: Option<String>,
    image: String,
}

impl Stored {
    /// Looks it up in the lists of containers that stand above the bundle: `overlay-containers/ID/userdata`.
    fn find(bundle: &Path, id: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Listed {
            id: String,
            #[serde(default)]
            names: Vec<String>,
            #[serde(default)]
            metadata: String,
        }
        #[derive(Deserialize)]
        struct Metadata {
            #[serde(rename = "image-name")]
            image: String,
        }
        let directory = bundle.parent()?.parent()?;
        // The second is that of containers which do not outlive a restart of the machine.
        let listed = ["containers.json", "volatile-containers.json"].iter().find_map(|list| {
            let list: Vec<Listed> = serde_json::from_slice(&fs::read(directory.join(list)).ok()?).ok()?;
            list.into_iter().find(|listed| listed.id == id)
        })?;
        let metadata: Metadata = serde_json::from_str(&listed.metadata).ok()?;
        Some(Self { name: listed.names.into_iter().next(), image: metadata.image })
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn the_name_and_the_image_are_in_files() {
        let scratch = tempfile::tempdir().unwrap();
        let bundle = scratch.path().join("ab/userdata");
        fs::create_dir_all(&bundle).unwrap();
        let put =
            |path: &Path, text: &str| fs::File::create(path).unwrap().write_all(text.as_bytes()).unwrap();
        assert_eq!(Stored::find(&bundle, "ab"), None);
        put(&scratch.path().join("containers.json"), r#"[{"id":"cd"}]"#);
        let metadata = r#"{\"image-name\":\"docker.io/library/postgres:17\",\"name\":\"db\"}"#;
        let listed = format!(r#"[{{"id":"ab","names":["db"],"metadata":"{metadata}"}}]"#);
        put(&scratch.path().join("volatile-containers.json"), &listed);
        let image = "docker.io/library/postgres:17".to_owned();
        assert_eq!(Stored::find(&bundle, "ab"), Some(Stored { name: Some("db".to_owned()), image }));
    }

    #[test]
    fn ports_are_those_that_labels_name() {
        let labels = [
            ("traefik.http.services.a.loadbalancer.server.port", "80"),
            ("traefik.http.services.b.LoadBalancer.server.port", "80"),
            ("traefik.udp.services.c.loadbalancer.server.port", "53"),
            ("traefik.tcp.services.d.loadbalancer.server.port", "x"),
            ("traefik.enable", "true"),
        ];
        let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let found: Vec<_> = ports(&labels).into_iter().map(|port| (port.number, port.protocol)).collect();
        assert_eq!(found, [(53, Protocol::Udp), (80, Protocol::Tcp)]);
    }
}
