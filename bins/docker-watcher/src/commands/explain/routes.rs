use std::fmt::Write as _;

use portolan_container::{Container, Health, State, printable};
use portolan_program::engines::Followed;
use portolan_reconcile::{Chart, ContainerKey, describe};
use portolan_routes::{LeftOut, Merged, Name, Section};

/// What became of a container's labels, line by line: its engine, each route with what it came from, or why there is none.
pub(super) fn in_words(chart: &Chart, key: &ContainerKey, engine: Option<&Followed>) -> String {
    let world = chart.world();
    let Some(container) = world.container(key) else { return String::new() };
    let mut text = String::new();
    if let Some(engine) = engine {
        let address = engine.endpoint.to_string();
        let name = if engine.name == address { String::new() } else { format!("{} at ", engine.name) };
        let how = if engine.remote { ", on another machine: published ports are used" } else { "" };
        let _ = writeln!(text, "  engine: {name}{address}{how}");
    }
    let share = world.share_of(key).unwrap_or_default();
    let own = |name: &&Name| world.table().definers(name).any(|definer| definer == share);
    let names: Vec<&Name> = world.table().names().filter(own).collect();
    if names.is_empty() {
        let _ = writeln!(text, "  no route: {}", why(chart, key));
    }
    for name in names {
        element(&mut text, chart, name, share, container);
    }
    text
}

fn element(text: &mut String, chart: &Chart, name: &Name, share: &str, container: &Container) {
    let world = chart.world();
    let (section, element_name) = name;
    let overruled = world.table().overruled(name).filter(|(_, others)| others.contains(&share));
    let fate = match (overruled, world.table().get(name)) {
        (Some((keeper, _)), _) => format!("not served, `{}` keeps the name", world.definer(keeper)),
        (None, Some(Merged::Conflict)) => "not served, another container defines it differently".to_owned(),
        (None, _) => describe(world, name).unwrap_or_else(|| "served".to_owned()),
    };
    let _ = writeln!(text, "  {} `{}`: {}", section.element(), printable(element_name), printable(&fate));
    let others: Vec<String> = world
        .table()
        .definers(name)
        .filter(|definer| *definer != share)
        .map(|definer| format!("`{}`", world.definer(definer)))
        .collect();
    if !others.is_empty() {
        let _ = writeln!(text, "    also defined by {}", others.join(", "));
    }
    let labels: Vec<_> = labels_of(container, *section, element_name).collect();
    for (key, value) in &labels {
        let _ = writeln!(text, "    label {}={}", printable(key), printable(value));
    }
    for what in defaults(*section, &labels) {
        let _ = writeln!(text, "    {what}");
    }
}

/// The labels that speak of an element: `traefik.http.routers.NAME.…`, names without regard to case.
fn labels_of<'c>(
    container: &'c Container,
    section: Section,
    name: &str,
) -> impl Iterator<Item = (&'c str, &'c str)> + use<'c> {
    let prefix = format!("traefik.{section}.{name}.").to_lowercase();
    let labels = container.labels.iter().map(|(key, value)| (key.as_str(), value.as_str()));
    labels.filter(move |(key, _)| key.to_lowercase().starts_with(&prefix))
}

/// What no label says and is made up for the element.
fn defaults(section: Section, labels: &[(&str, &str)]) -> Vec<&'static str> {
    let says = |end: &str| labels.iter().any(|(key, _)| key.to_lowercase().ends_with(end));
    let rule = "no label for the rule: it is made by the setting `defaultRule`";
    let service = "no label for the service: the container's only one is taken";
    let port = "no label for the port: the container's lowest is taken";
    let made: &[(&[&str], &str)] = match section {
        Section::HttpRouters => &[(&[".rule"], rule), (&[".service"], service)],
        Section::TcpRouters | Section::UdpRouters => &[(&[".service"], service)],
        Section::HttpServices | Section::TcpServices | Section::UdpServices => {
            &[(&[".server.port", ".server.url", ".server.address"], port)]
        }
        _ => &[],
    };
    let unsaid = made.iter().filter(|(labels, _)| !labels.iter().any(|label| says(label)));
    unsaid.map(|(_, what)| *what).collect()
}

/// Why a container has no route.
fn why(chart: &Chart, key: &ContainerKey) -> String {
    let world = chart.world();
    let left_out = world.containers().find(|(other, ..)| *other == key).and_then(|(_, _, left_out)| left_out);
    match left_out {
        Some(LeftOut::Disabled) => {
            "`traefik.enable` is false, or not said and `exposedByDefault` is false".to_owned()
        }
        Some(LeftOut::Constraints) => "the setting `constraints` does not let it through".to_owned(),
        Some(LeftOut::NotExplicit) => {
            "its engine's name ends in `!`, and no label asks for a route".to_owned()
        }
        Some(LeftOut::State(State::Other(word))) => format!("its state is `{word}`"),
        Some(LeftOut::State(state)) => format!("it is {state}"),
        Some(LeftOut::Health(Health::Other(word))) => format!("its health is `{word}`"),
        Some(LeftOut::Health(health)) => format!("it is {health}"),
        None if !world.diagnostics_of(key).is_empty() => "see the findings".to_owned(),
        None => "its labels ask for none".to_owned(),
    }
}
