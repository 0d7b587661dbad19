use std::fmt::Write as _;

use portolan_container::{State, printable};
use portolan_program::engines::Followed;
use portolan_reconcile::{Explained, Explanation};
use portolan_routes::explain::Field;
use serde_json::Value;

/// An explanation for people: what is a part of what by indentation.
pub(super) fn in_words(explanation: &Explanation, engine: Option<&Followed>) -> String {
    let mut text = format!("{}\n", printable(&explanation.container));
    if let Some(engine) = engine {
        let address = engine.endpoint.to_string();
        let name = if engine.name == address { String::new() } else { format!("{} at ", engine.name) };
        let how = if engine.remote { ", on another machine: published ports are used" } else { "" };
        let _ = writeln!(text, "  engine: {name}{address}{how}");
    }
    head(&mut text, explanation);
    if let Some(reason) = &explanation.left_out {
        let _ = writeln!(text, "  no route: {}", printable(&reason.text));
    }
    if let Some(why) = &explanation.let_through {
        let _ = writeln!(text, "  on the blacklist: {}", printable(why));
    }
    for element in &explanation.elements {
        one(&mut text, element);
    }
    text
}

/// What the container is and where it is reached.
fn head(text: &mut String, explanation: &Explanation) {
    if !explanation.image.is_empty() {
        let _ = writeln!(text, "  image: {}", printable(&explanation.image));
    }
    if explanation.state != State::Unknown {
        let health = explanation.health.as_ref().map(|health| format!(", {health}")).unwrap_or_default();
        let state = format!("{}{health}", explanation.state);
        let _ = writeln!(text, "  state: {}", printable(&state));
    }
    let place = &explanation.place;
    let at = |address: &Option<String>| match address {
        Some(address) => format!(" at {}", printable(address)),
        None => String::new(),
    };
    let subject = match &place.network {
        Some(network) => format!("network `{}`", printable(network)),
        None => "address".to_owned(),
    };
    let _ = writeln!(text, "  {subject}{}: {}", at(&place.address), printable(&place.why));
    for other in explanation.networks.iter().filter(|other| Some(&other.name) != place.network.as_ref()) {
        let _ = writeln!(text, "    also on `{}`{}", printable(&other.name), at(&other.address));
    }
    let chosen = explanation.port.as_ref();
    if let Some(port) = chosen {
        let _ = writeln!(text, "  port {}, where no label names one: {}", port.number, port.why);
    }
    for other in explanation.ports.iter().filter(|other| Some(other.number) != chosen.map(|it| it.number)) {
        let _ = writeln!(text, "    also {}/{}", other.number, other.protocol);
    }
}

fn one(text: &mut String, element: &Explained) {
    let fate = match (&element.left_out, &element.route) {
        (Some(reason), _) => format!("not served, {}", reason.text),
        (None, Some(route)) => route.clone(),
        (None, None) => "served".to_owned(),
    };
    let _ = writeln!(text, "  {} `{}`: {}", element.kind, printable(&element.name), printable(&fate));
    if !element.also.is_empty() {
        let others: Vec<String> =
            element.also.iter().map(|other| format!("`{}`", printable(other))).collect();
        let _ = writeln!(text, "    also defined by {}", others.join(", "));
    }
    for Field { path, value, labels, reasons } in &element.fields {
        let _ = writeln!(text, "    {}: {}", printable(path), printable(&plain(value)));
        for label in labels {
            let _ = writeln!(text, "      label `{}`", printable(label));
        }
        for reason in reasons {
            let _ = writeln!(text, "      {}", printable(reason));
        }
    }
}

/// A value as one would write it in a label.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(list) if !list.is_empty() => list.iter().map(plain).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
