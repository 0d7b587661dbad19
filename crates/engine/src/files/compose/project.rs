use std::collections::BTreeMap;

use super::load::Unit;
use crate::files::yaml::{Budget, Node};

/// What services of a project refer to: its name, networks and volumes, and the names that containers have taken.
pub(super) struct Project<'a> {
    pub(super) name: String,
    pub(super) budget: &'a Budget,
    /// The engine's names of networks and volumes, by their keys in the file.
    pub(super) networks: BTreeMap<String, String>,
    pub(super) volumes: BTreeMap<String, String>,
    /// The service whose container has the name.
    pub(super) taken: BTreeMap<String, String>,
    pub(super) containers_left: usize,
    /// The first container of each service, which `network_mode: service:NAME` means.
    pub(super) first: BTreeMap<String, String>,
}

/// Containers of one project: above that, a number was mistyped.
pub(super) const MOST_CONTAINERS: usize = 10_000;

impl<'a> Project<'a> {
    pub(super) fn new(name: String, unit: &Unit, budget: &'a Budget) -> Self {
        let mut networks = resources(&name, &unit.networks);
        networks.entry("default".to_owned()).or_insert_with(|| format!("{name}_default"));
        Self {
            networks,
            volumes: resources(&name, &unit.volumes),
            name,
            budget,
            taken: BTreeMap::new(),
            containers_left: MOST_CONTAINERS,
            first: BTreeMap::new(),
        }
    }

    /// The name of a service's container of this number.
    pub(super) fn container_name(
        &self,
        service: &str,
        fields: &BTreeMap<String, Node>,
        number: usize,
    ) -> String {
        match fields.get("container_name").and_then(Node::scalar) {
            Some(name) if !name.is_empty() => name,
            _ => format!("{}-{service}-{number}", self.name),
        }
    }
}

/// A directory's or project's name as Compose makes it fit: lower case, of letters, digits, `-` and `_`.
///
/// A name of which nothing is left, such as that of `/`, becomes `default`; Compose asks for another.
pub(super) fn normal_name(name: &str) -> String {
    let kept: String =
        name.to_lowercase().chars().filter(|c| matches!(c, 'a'..='z' | '0'..='9' | '-' | '_')).collect();
    match kept.trim_start_matches(['-', '_']) {
        "" => "default".to_owned(),
        name => name.to_owned(),
    }
}

/// The names that the engine knows networks or volumes by.
fn resources(project: &str, section: &BTreeMap<String, Node>) -> BTreeMap<String, String> {
    let name = |(key, node): (&String, &Node)| (key.clone(), resource(project, key, node));
    section.iter().map(name).collect()
}

fn resource(project: &str, key: &str, node: &Node) -> String {
    let Node::Map(fields) = node else { return format!("{project}_{key}") };
    let text = |node: Option<&Node>| node.and_then(Node::scalar).filter(|text| !text.is_empty());
    let external = match fields.get("external") {
        // The spelling of old files: `external: {name: x}`.
        Some(Node::Map(external)) => Some(text(external.get("name")).unwrap_or_else(|| key.to_owned())),
        other => text(other).filter(|said| said == "true").map(|_| key.to_owned()),
    };
    text(fields.get("name")).or(external).unwrap_or_else(|| format!("{project}_{key}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::yaml::parse;

    #[test]
    fn names_are_made_to_fit() {
        assert_eq!(normal_name("My Proj_.x"), "myproj_x");
        assert_eq!(normal_name("_-Web-1"), "web-1");
        assert_eq!(normal_name("äöü"), "default");
    }

    #[test]
    fn networks_have_the_names_that_the_engine_knows() {
        let check = |text: &str, expected: &str| {
            let node = parse(text, &Budget::new(1 << 20)).unwrap().pop().unwrap_or(Node::Null);
            assert_eq!(resource("p", "front", &node), expected, "{text}");
        };
        check("", "p_front");
        check("{driver: bridge}", "p_front");
        check("{name: x}", "x");
        check("{external: true}", "front");
        check("{external: false}", "p_front");
        check("{external: true, name: x}", "x");
        check("{external: {name: x}}", "x");
        check("{external: {}}", "front");
    }
}
