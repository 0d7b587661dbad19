use std::collections::BTreeMap;

use portolan_container::{Attachment, Container, Diagnostic, Image, NetworkMode, State};

use super::findings::too_large;
use super::merge::keyed;
use super::project::{MOST_CONTAINERS, Project};
use super::reader::{Fields, Reader};
use crate::files::codes::COMPOSE_ADDRESS;
use crate::files::yaml::{Node, excerpt};

impl Project<'_> {
    /// The containers that a service starts, numbered from one, and what is worth knowing of them.
    ///
    /// # Errors
    /// All that keeps Compose from starting it.
    pub(super) fn containers(
        &mut self,
        service: &str,
        fields: &Fields,
        labels_of_files: BTreeMap<String, String>,
    ) -> Result<(Vec<Container>, Vec<Diagnostic>), Vec<Diagnostic>> {
        // Not a container: Compose asks another program for it.
        if fields.contains_key("provider") {
            return Ok(Default::default());
        }
        let mut reader = Reader::new(service, fields);
        reader.check_name("service", service);
        reader.list("profiles");
        let replicas = reader.replicas();
        let named = fields.get("container_name").and_then(Node::scalar).filter(|name| !name.is_empty());
        if let Some(name) = &named {
            reader.check_name("container_name", name);
            if replicas > 1 {
                reader
                    .problem("container_name", &format!("one name cannot be that of {replicas} containers"));
            }
        }
        let mut findings = Vec::new();
        let name = self.container_name(service, fields, 1);
        let (network_mode, attachments) = self.network(&mut reader, service, &name, &mut findings);
        let mut container = Container {
            image: Image::parse(&reader.text("image").unwrap_or_else(|| format!("{}-{service}", self.name))),
            labels: labels_of_files,
            state: State::Unknown,
            // The engine lists ports where it publishes them: on networks.
            ports: match network_mode {
                NetworkMode::Networks => reader.ports(self.budget),
                NetworkMode::None | NetworkMode::Host | NetworkMode::Container(_) => Vec::new(),
            },
            network_mode,
            attachments,
            mounts: reader.mounts(&self.volumes),
            ..Container::default()
        };
        container.labels.extend(reader.labels());
        for (key, value) in [
            ("project", self.name.clone()),
            ("service", service.to_owned()),
            ("oneoff", "False".to_owned()),
            ("depends_on", depends_on(fields.get("depends_on"))),
        ] {
            container.labels.insert(format!("com.docker.compose.{key}"), value);
        }

        if let Some(other) = self.taken.get(&name).filter(|_| replicas > 0) {
            reader.problem(
                "container_name",
                &format!("the name `{name}` is that of service `{}`", excerpt(other)),
            );
        }
        if replicas > self.containers_left {
            reader.problem("scale", &format!("a project has at most {MOST_CONTAINERS} containers"));
        }
        let mut found = reader.into_findings();
        if found.is_empty() && !self.budget.spend(size(&container).saturating_mul(replicas)) {
            found.push(too_large());
        }
        if !found.is_empty() {
            return Err(found);
        }
        self.containers_left -= replicas;
        let numbered = |number| {
            let mut container = container.clone();
            container.id = format!("compose:{}/{service}/{number}", self.name);
            container.name = self.container_name(service, fields, number);
            container.labels.insert("com.docker.compose.container-number".to_owned(), number.to_string());
            container
        };
        let containers: Vec<Container> = (1..=replicas).map(numbered).collect();
        self.taken.extend(containers.iter().map(|container| (container.name.clone(), service.to_owned())));
        Ok((containers, findings))
    }

    /// How a service is connected, its addresses as far as the file says them.
    fn network(
        &self,
        reader: &mut Reader<'_>,
        service: &str,
        name: &str,
        findings: &mut Vec<Diagnostic>,
    ) -> (NetworkMode, BTreeMap<String, Attachment>) {
        let networks = reader.networks();
        let mode = reader.text("network_mode");
        if let Some(mode) = mode.as_deref().filter(|mode| !mode.is_empty()) {
            if !networks.is_empty() {
                reader.problem("network_mode", "a service has either `network_mode` or `networks`");
            }
            if let Some(peer) = mode.strip_prefix("service:") {
                let Some(peer) = self.first.get(peer) else {
                    reader.problem("network_mode", &format!("no service `{}` is started", excerpt(peer)));
                    return Default::default();
                };
                return (NetworkMode::Container(peer.clone()), BTreeMap::new());
            }
            let network = if mode == "default" { "bridge" } else { mode };
            let network_mode = NetworkMode::parse(network);
            let at = match &network_mode {
                NetworkMode::Container(_) => return (network_mode, BTreeMap::new()),
                // The engine shows a network of that name without an address.
                NetworkMode::Host | NetworkMode::None => Attachment::default(),
                NetworkMode::Networks => Attachment { name: Some(name.to_owned()), ..Attachment::default() },
            };
            if network == "bridge" {
                let message = format!(
                    "`services.{service}.network_mode`: the address on network `bridge` is not known before the container runs; \
                     its name stands in its place, and does not resolve there"
                );
                let help = "put the service on a network of its own, or render from the engine";
                findings.push(Diagnostic::warning(COMPOSE_ADDRESS, message).with_help(help));
            }
            return (network_mode, BTreeMap::from([(network.to_owned(), at)]));
        }
        let networks =
            if networks.is_empty() { BTreeMap::from([("default".to_owned(), Node::Null)]) } else { networks };
        let mut attachments = BTreeMap::new();
        for (key, options) in networks {
            let Some(network) = self.networks.get(&key) else {
                reader.problem("networks", &format!("there is no network `{}`", excerpt(&key)));
                continue;
            };
            attachments.insert(network.clone(), reader.attachment(&key, &options, service));
        }
        (NetworkMode::Networks, attachments)
    }
}

/// What a copy of a container costs.
fn size(container: &Container) -> usize {
    let labels: usize = container.labels.iter().map(|(key, value)| key.len() + value.len() + 64).sum();
    let mounts: usize =
        container.mounts.iter().map(|mount| mount.source.len() + mount.destination.len() + 64).sum();
    let ports: usize = container.ports.iter().map(|port| 32 + 32 * port.bindings.len()).sum();
    512 + labels + mounts + ports + 256 * container.attachments.len()
}

/// `depends_on` in the spelling of the label that Compose sets.
fn depends_on(node: Option<&Node>) -> String {
    let Some(services) = node.and_then(keyed) else { return String::new() };
    let one = |(name, options): (String, Node)| {
        let option = |key: &str, default: &str| match &options {
            Node::Map(options) => {
                options.get(key).and_then(Node::scalar).unwrap_or_else(|| default.to_owned())
            }
            _ => default.to_owned(),
        };
        format!("{name}:{}:{}", option("condition", "service_started"), option("restart", "false"))
    };
    services.into_iter().map(one).collect::<Vec<_>>().join(",")
}
