use std::collections::BTreeMap;

use portolan_labels::Node;
use serde::Serialize;
use serde_json::Value;

use super::Origins;
use crate::Section;

/// One value of an element, and where it comes from.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::{Options, explain::Origins, share};
///
/// let label = "traefik.http.services.web.loadbalancer.server.url";
/// let labels = [(label.to_owned(), "http://10.0.0.1".to_owned())].into();
/// let container = Container { name: "web".into(), labels, ..Container::default() };
/// let origins = Origins::of(&container, &Options::default(), &[][..]);
/// let (name, service) = share(&container, &Options::default(), &[][..]).elements.remove(1);
/// let url = origins.fields(&(service.section(), name), &service).remove(0);
/// assert_eq!((url.path.as_str(), url.labels), ("loadBalancer.servers[0].url", vec![label.to_owned()]));
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Field {
    /// Where it stands in the element: `loadBalancer.servers[0].url`.
    pub path: String,
    /// The value; lists of plain values are one.
    pub value: Value,
    /// The labels that give it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// What no label says of it, and what was taken instead: a clause each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
}

/// A value that is not taken apart, and the labels at its place.
pub(super) struct Leaf<'n, 'c> {
    pub(super) path: String,
    pub(super) value: Value,
    /// The labels of this very value.
    pub(super) node: Option<&'n Node<'c>>,
    /// The labels of what it is a part of.
    pub(super) around: Option<&'n Node<'c>>,
}

/// Visits each plain value with the labels that stand at its path.
pub(super) fn walk<'n, 'c>(
    value: &Value,
    path: String,
    [around, node]: [Option<&'n Node<'c>>; 2],
    visit: &mut impl FnMut(Leaf<'n, 'c>),
) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            // The order of a map depends on how the library for JSON is built.
            for (key, value) in map.iter().collect::<BTreeMap<_, _>>() {
                // Labels name one server, files a list of them.
                let child = node.and_then(|node| {
                    node.child(key).or_else(|| node.child("server").filter(|_| key == "servers"))
                });
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                walk(value, path, [node, child], visit);
            }
        }
        Value::Array(list) if list.iter().any(Value::is_object) => {
            for (index, value) in list.iter().enumerate() {
                let is_item = |child: &&Node<'_>| child.name.starts_with('[');
                let item = node.and_then(|node| match node.children.iter().any(|child| is_item(&child)) {
                    true => node.children.iter().filter(is_item).nth(index),
                    false => Some(node),
                });
                walk(value, format!("{path}[{index}]"), [node, item], visit);
            }
        }
        plain => visit(Leaf { path, value: plain.clone(), node, around }),
    }
}

impl Origins<'_> {
    /// Of an element that `traefik.*` labels define, or nothing but defaults.
    pub(super) fn of_label(&self, section: Section, leaf: Leaf<'_, '_>) -> Field {
        let Leaf { path, value, node, around } = leaf;
        if let Some(node) = node {
            return Field { path, value, labels: vec![node.value_place().key], reasons: Vec::new() };
        }
        if is_server(&path) {
            return self.server(path, value, around);
        }
        let reason = match (section, path.as_str()) {
            (Section::HttpRouters, "rule") => {
                "no label for the rule: it is made by the setting `defaultRule`"
            }
            (Section::HttpRouters | Section::TcpRouters | Section::UdpRouters, "service") => {
                "no label for the service: the container's only one is taken"
            }
            (_, "loadBalancer.servers") => "the container does not serve now",
            _ => "no label for it: Traefik's default",
        };
        Field { path, value, labels: Vec::new(), reasons: vec![reason.to_owned()] }
    }

    /// A server's URL or address is made of several labels, and of where the container is reached.
    fn server(&self, path: String, value: Value, around: Option<&Node<'_>>) -> Field {
        let parts = ["scheme", "port"].map(|name| around.and_then(|server| server.child(name)));
        let [_, port] = parts;
        let labels = parts.into_iter().flatten().map(|part| part.value_place().key).collect();
        let mut reasons = Vec::new();
        if port.is_none() {
            reasons.push("no label for the port: the container's lowest is taken".to_owned());
        }
        reasons.push(self.address_in_words(&value));
        Field { path, value, labels, reasons }
    }

    /// Why a server has the address that it has.
    pub(super) fn address_in_words(&self, server: &Value) -> String {
        let is_own = |address: &String| server.as_str().is_some_and(|server| server.contains(address));
        if self.is_bound && !self.place.address.as_ref().is_some_and(is_own) {
            return "the address is where the port is published: setting `useBindPortIP`".to_owned();
        }
        match &self.place.network {
            Some(network) => format!("the address is that on network `{network}`: {}", self.place.why),
            None => format!("the address: {}", self.place.why),
        }
    }
}

/// Whether a path is that of where a server is.
pub(super) fn is_server(path: &str) -> bool {
    path.contains("servers[") && (path.ends_with("].url") || path.ends_with("].address"))
}
