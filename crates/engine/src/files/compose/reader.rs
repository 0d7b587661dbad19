use std::collections::BTreeMap;

use portolan_container::{Attachment, Diagnostic, Mount, Port};

use super::merge::keyed;
use super::ports::Ports;
use super::project::MOST_CONTAINERS;
use crate::files::codes::COMPOSE_SERVICE;
use crate::files::yaml::{Budget, Node, excerpt};

/// A service's keys in the file, with their values.
pub(super) type Fields = BTreeMap<String, Node>;

/// What is told of one service: above that, it is no service at all.
const MOST_PROBLEMS: usize = 100;

/// Reads a service's fields and gathers what is wrong with them.
pub(super) struct Reader<'a> {
    service: &'a str,
    fields: &'a Fields,
    problems: Vec<(String, String)>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(service: &'a str, fields: &'a Fields) -> Self {
        Self { service, fields, problems: Vec::new() }
    }

    pub(super) fn problem(&mut self, key: &str, reason: &str) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push((key.to_owned(), reason.to_owned()));
        }
    }

    pub(super) fn into_findings(self) -> Vec<Diagnostic> {
        let service = excerpt(self.service);
        let finding = |(key, reason)| {
            Diagnostic::error(COMPOSE_SERVICE, format!("`services.{service}.{key}`: {reason}"))
                .with_help("the service is left out; `docker compose config` refuses the whole file")
        };
        self.problems.into_iter().map(finding).collect()
    }

    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        let node = self.fields.get(key)?;
        let text = node.scalar();
        if text.is_none() {
            self.problem(key, &format!("must be a text, this is {}", node.kind()));
        }
        text.filter(|text| !text.is_empty())
    }

    pub(super) fn list(&mut self, key: &str) -> Vec<Node> {
        match self.fields.get(key) {
            None | Some(Node::Null) => Vec::new(),
            Some(Node::List(items)) => items.clone(),
            Some(other) => {
                self.problem(key, &format!("must be a list, this is {}", other.kind()));
                Vec::new()
            }
        }
    }

    pub(super) fn check_name(&mut self, key: &str, name: &str) {
        let mut characters = name.chars();
        let first = characters
            .next()
            .is_some_and(|c| c.is_ascii_alphanumeric() || (key == "service" && "._-".contains(c)));
        if !first || !characters.all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)) {
            self.problem(
                key,
                &format!("`{}` is no name: those are of letters, digits, `.`, `_` and `-`", excerpt(name)),
            );
        }
    }

    pub(super) fn replicas(&mut self) -> usize {
        let fields = self.fields;
        let deploy = match fields.get("deploy") {
            Some(Node::Map(deploy)) => deploy.get("replicas"),
            _ => None,
        };
        let mut number = |key: &str, node: Option<&Node>| {
            let text = node?.scalar().filter(|text| !text.is_empty())?;
            let number = text.parse::<usize>().ok().filter(|number| *number <= MOST_CONTAINERS);
            if number.is_none() {
                self.problem(key, &format!("`{}` is no number from 0 to {MOST_CONTAINERS}", excerpt(&text)));
            }
            number
        };
        let said = (number("scale", fields.get("scale")), number("deploy.replicas", deploy));
        if let (Some(scale), Some(replicas)) = said
            && scale != replicas
        {
            self.problem("scale", &format!("{scale} here and {replicas} in `deploy.replicas`"));
        }
        said.0.or(said.1).unwrap_or(1)
    }

    pub(super) fn labels(&mut self) -> BTreeMap<String, String> {
        let node = self.fields.get("labels").unwrap_or(&Node::Null);
        let Some(labels) = keyed(node) else {
            self.problem("labels", &format!("must be a mapping or a list of texts, this is {}", node.kind()));
            return BTreeMap::new();
        };
        let mut texts = BTreeMap::new();
        for (key, value) in labels {
            match value.scalar() {
                Some(text) => {
                    texts.insert(key, text);
                }
                None => {
                    let key = format!("labels.{}", excerpt(&key));
                    self.problem(&key, &format!("a label is a text, this is {}", value.kind()));
                }
            }
        }
        texts
    }

    pub(super) fn ports(&mut self, budget: &Budget) -> Vec<Port> {
        let mut ports = Ports::new(budget);
        for (index, item) in self.list("ports").iter().enumerate() {
            if let Err(reason) = ports.publish(item) {
                self.problem(&format!("ports.[{index}]"), &reason);
            }
        }
        for (index, item) in self.list("expose").iter().enumerate() {
            if let Err(reason) = ports.expose(item) {
                self.problem(&format!("expose.[{index}]"), &reason);
            }
        }
        ports.into_vec()
    }

    pub(super) fn networks(&mut self) -> BTreeMap<String, Node> {
        let node = self.fields.get("networks").unwrap_or(&Node::Null);
        keyed(node).unwrap_or_else(|| {
            self.problem(
                "networks",
                &format!("must be a mapping or a list of texts, this is {}", node.kind()),
            );
            BTreeMap::new()
        })
    }

    pub(super) fn attachment(&mut self, network: &str, options: &Node, service: &str) -> Attachment {
        // Compose makes the service's name resolve on its networks, whatever the container's is.
        let mut attachment = Attachment { name: Some(service.to_owned()), ..Attachment::default() };
        let options = match options {
            Node::Map(options) => options,
            Node::Null => return attachment,
            other => {
                let key = format!("networks.{}", excerpt(network));
                self.problem(&key, &format!("must be a mapping, this is {}", other.kind()));
                return attachment;
            }
        };
        let text = |key: &str| options.get(key).and_then(Node::scalar).filter(|text| !text.is_empty());
        attachment.mac = text("mac_address");
        if let Some(text) = text("ipv4_address") {
            attachment.ipv4 = text.parse().ok();
            if attachment.ipv4.is_none() {
                let key = format!("networks.{}.ipv4_address", excerpt(network));
                self.problem(&key, &format!("`{}` is no IPv4 address", excerpt(&text)));
            }
        }
        if let Some(text) = text("ipv6_address") {
            attachment.ipv6 = text.parse().ok();
            if attachment.ipv6.is_none() {
                let key = format!("networks.{}.ipv6_address", excerpt(network));
                self.problem(&key, &format!("`{}` is no IPv6 address", excerpt(&text)));
            }
        }
        attachment
    }

    /// What is mounted; of two at one place the later.
    pub(super) fn mounts(&mut self, volumes: &BTreeMap<String, String>) -> Vec<Mount> {
        let mut mounts = BTreeMap::new();
        for (index, item) in self.list("volumes").iter().enumerate() {
            match mount(item, volumes) {
                Some(mount) => {
                    mounts.insert(mount.destination.clone(), mount);
                }
                None => self.problem(&format!("volumes.[{index}]"), "a volume needs a path in the container"),
            }
        }
        mounts.into_values().collect()
    }
}

/// `[SOURCE:]DESTINATION[:OPTIONS]` or the long syntax.
fn mount(item: &Node, volumes: &BTreeMap<String, String>) -> Option<Mount> {
    let (kind, source, destination) = match item {
        Node::Map(fields) => {
            let text = |key: &str| fields.get(key).and_then(Node::scalar).unwrap_or_default();
            (text("type"), text("source"), text("target"))
        }
        other => {
            let text = other.scalar()?;
            let (source, rest) = text.split_once(':').unwrap_or(("", &text));
            let destination = rest.split(':').next().unwrap_or_default();
            let kind = if source.starts_with(['/', '.', '~']) { "bind" } else { "volume" };
            (kind.to_owned(), source.to_owned(), destination.to_owned())
        }
    };
    if destination.is_empty() {
        return None;
    }
    let source = match volumes.get(&source) {
        Some(volume) if kind != "bind" => volume.clone(),
        _ => source,
    };
    Some(Mount { kind, source, destination })
}
