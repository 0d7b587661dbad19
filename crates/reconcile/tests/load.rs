//! What is written is what was meant: every document, read back, is the configuration that it was made of.
#![expect(clippy::expect_used, reason = "all of it is test code, and a test may panic")]

#[path = "../../routes/tests/generator/mod.rs"]
mod generator;

use std::collections::BTreeMap;

use portolan_container::Container;
use portolan_labels::{Raw, decode};
use portolan_routes::model::Map;
use portolan_routes::{Configuration, Element, share};
use portolan_traefik::{Document, Format};
use proptest::prelude::*;

const PREFIXES: [&str; 4] = ["traefik.http", "traefik.tcp", "traefik.udp", "traefik.tls.stores.default"];

fn load(format: Format, text: &str) -> Configuration {
    match format {
        Format::Yaml => serde_yaml::from_str(text).expect("is YAML"),
        Format::Toml => toml_edit::de::from_str(text).expect("is TOML"),
        Format::Json => serde_json::from_str(text).expect("is JSON"),
    }
}

/// Writes the elements, reads them, and compares; an element that cannot be carried must leave nothing behind.
fn holds(elements: &[(String, Element)]) {
    for format in Format::ALL {
        let mut document = Document::new(format);
        let mut carried = Configuration::default();
        for (name, element) in elements.iter().cloned() {
            if document.set(element.section(), &name, &element).is_ok() {
                carried.insert(name, element);
            }
        }
        let text = document.text();
        assert!(format == Format::Json || !text.contains("{{"), "Traefik finds a template in\n{text}");
        if document.is_empty() {
            continue;
        }
        let (read, meant) = (as_read(load(format, &text)), as_meant(carried));
        assert!(read == meant, "from\n{text}\nread {}\nmeant {}", json(&read), json(&meant));
    }
}

fn json(configuration: &Configuration) -> String {
    serde_json::to_string(configuration).expect("is JSON")
}

/// Without what files do not carry.
fn as_meant(mut configuration: Configuration) -> Configuration {
    let Some(http) = configuration.http.as_mut() else { return streams(configuration) };
    for router in http.routers.iter_mut().flat_map(Map::values_mut) {
        router.default_rule = None;
    }
    for service in http.services.iter_mut().flat_map(Map::values_mut) {
        let load_balancer = service.load_balancer.iter_mut();
        for server in load_balancer.flat_map(|it| &mut it.servers).flatten() {
            server.scheme = None;
            server.port = None;
        }
    }
    for middleware in http.middlewares.iter_mut().flat_map(Map::values_mut) {
        middleware.plugin =
            middleware.plugin.take().map(|plugins| plugins.into_iter().map(emptied).collect());
    }
    streams(configuration)
}

fn streams(mut configuration: Configuration) -> Configuration {
    let tcp = configuration.tcp.iter_mut().flat_map(|tcp| &mut tcp.services).flat_map(Map::values_mut);
    for server in tcp.flat_map(|service| &mut service.load_balancer).flat_map(|it| &mut it.servers).flatten()
    {
        server.port = None;
    }
    let udp = configuration.udp.iter_mut().flat_map(|udp| &mut udp.services).flat_map(Map::values_mut);
    for server in udp.flat_map(|service| &mut service.load_balancer).flat_map(|it| &mut it.servers).flatten()
    {
        server.port = None;
    }
    configuration
}

/// As Traefik takes a plugin's settings: a map in brackets is a list, and one that holds its own name is lifted.
fn as_read(mut configuration: Configuration) -> Configuration {
    let middlewares =
        configuration.http.iter_mut().flat_map(|http| &mut http.middlewares).flat_map(Map::values_mut);
    for middleware in middlewares {
        middleware.plugin = middleware.plugin.take().map(|plugins| {
            plugins.into_iter().map(|(name, settings)| emptied((name, lifted(settings)))).collect()
        });
    }
    configuration
}

fn lifted(settings: Raw) -> Raw {
    let Raw::Map(settings) = settings else { return settings };
    let mut read = BTreeMap::new();
    for (name, setting) in settings {
        match listed(setting) {
            Raw::Map(inner) if inner.contains_key(&name) => read.extend(inner),
            setting => drop(read.insert(name, setting)),
        }
    }
    Raw::Map(read)
}

fn listed(setting: Raw) -> Raw {
    match setting {
        Raw::Map(map) if map.keys().next().is_some_and(|key| key.starts_with('[')) => {
            Raw::List(map.into_values().map(listed).collect())
        }
        Raw::Map(map) => Raw::Map(map.into_iter().map(|(name, setting)| (name, listed(setting))).collect()),
        Raw::List(list) => Raw::List(list.into_iter().map(listed).collect()),
        Raw::Text(text) => Raw::Text(text),
    }
}

/// A plugin without settings is the same whether it has an empty map or none.
fn emptied((name, settings): (String, Raw)) -> (String, Raw) {
    match settings {
        Raw::Text(text) if text.is_empty() => (name, Raw::default()),
        settings => (name, settings),
    }
}

proptest! {
    #[test]
    fn a_share_is_read_as_it_was_made(containers in generator::containers(3), options in generator::options()) {
        for container in &containers {
            holds(&share(container, &options, &containers[..]).elements);
        }
    }

    /// Before routers have rules: everything that labels alone can say. A service may be written when it has servers.
    #[test]
    fn labels_are_read_as_they_were_written(labels in generator::labels()) {
        let decoded = decode::<Configuration>(&labels, &PREFIXES);
        let mut elements = decoded.value.unwrap_or_default().into_elements();
        elements.retain(|(_, element)| !element.section().path().1.contains("services"));
        holds(&elements);
    }

    /// Any text in any place that takes texts, templates among them.
    #[test]
    fn any_text_is_carried(
        name in "[^.\\[\\]]{1,8}",
        key in "[^.\\[\\]]{1,8}",
        value in prop_oneof![any::<String>(), "[{} a\"'`\\\\\n%:#-]{0,12}", "(\\{\\{-? ?(env|\"a\"|define|end|/\\*)[ }]*){1,3}"],
    ) {
        let labels = BTreeMap::from([
            (format!("traefik.http.routers.{name}.rule"), value.clone()),
            (format!("traefik.http.routers.{name}.tls.domains[0].main"), value.clone()),
            (format!("traefik.http.middlewares.{name}.headers.customrequestheaders.{key}"), value.clone()),
            (format!("traefik.http.middlewares.{key}.plugin.{name}.{key}"), value.clone()),
            (format!("traefik.http.middlewares.{key}.plugin.{name}.list[0]"), value),
        ]);
        let container = Container { id: "1".into(), name: "web".into(), labels: labels.clone(), ..Container::default() };
        holds(&decode::<Configuration>(&labels, &PREFIXES).value.unwrap_or_default().into_elements());
        holds(&share(&container, &Default::default(), &[][..]).elements);
    }
}
