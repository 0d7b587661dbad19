use std::collections::BTreeMap;

use portolan_container::{Container, Diagnostic, LabelPlace};
use portolan_labels::Raw;

use super::{Discovery, IdleWatcher};
use crate::codes::{NO_SABLIER, UNSUPPORTED_FIELD};
use crate::model::Middleware;
use crate::{Options, Peers};

/// The middleware that wakes a container, where it sleeps and the settings name the plugin.
pub(super) fn middleware<P: Peers + ?Sized>(
    found: &Discovery<'_>,
    container: &Container,
    options: &Options,
    peers: &P,
) -> Option<(String, Middleware)> {
    let idle = found.idle.as_ref().filter(|idle| idle.is_on())?;
    let sablier = options.proxy.sablier.as_ref()?;
    let text = |text: &str| Raw::Text(text.to_owned());
    let waking = match idle.no_loading_page {
        true => ("blocking", [("timeout".to_owned(), text(&idle.wake_timeout.to_string()))]),
        false => ("dynamic", [("displayName".to_owned(), text(&container.name))]),
    };
    let plugin = BTreeMap::from([
        ("sablierUrl".to_owned(), text(&sablier.url)),
        ("names".to_owned(), text(&names(idle, container, peers).join(","))),
        ("sessionDuration".to_owned(), text(&idle.idle_timeout.to_string())),
        (waking.0.to_owned(), Raw::Map(waking.1.into())),
    ]);
    let plugin = BTreeMap::from([(sablier.plugin.clone(), Raw::Map(plugin))]);
    Some(("sablier".to_owned(), Middleware { plugin: Some(plugin), ..Middleware::default() }))
}

/// The container, and what it depends on: a service of its Compose project by the name of its container.
fn names<P: Peers + ?Sized>(idle: &IdleWatcher, container: &Container, peers: &P) -> Vec<String> {
    let mut names = vec![container.name.clone()];
    for dependency in &idle.depends_on {
        let of_project =
            container.compose_project().map(|project| format!("{project}-{}-1", dependency.name));
        let found = of_project.and_then(|name| peers.find(&name).map(|peer| peer.name.clone()));
        names.push(found.unwrap_or_else(|| dependency.name.clone()));
    }
    names
}

/// What of a container's idle labels nobody carries out.
pub(super) fn told(found: &Discovery<'_>, container: &Container, options: &Options) -> Vec<Diagnostic> {
    if found.idle.as_ref().is_none_or(|idle| !idle.is_on()) {
        return Vec::new();
    }
    let place = |key: &str| container.labels.get(key).map(|value| LabelPlace::value(key, 0..value.len()));
    if options.proxy.sablier.is_none() {
        let message = "nobody stops and wakes the container: Traefik itself does not";
        let help = "install the plugin Sablier, and name it in the setting `proxy.sablier`";
        let diagnostic = Diagnostic::warning(NO_SABLIER, message).with_help(help);
        return place("proxy.idle_timeout").map(|place| diagnostic.at(place)).into_iter().collect();
    }
    let lost = [
        ("proxy.stop_method", "Sablier stops containers"),
        ("proxy.stop_signal", "Sablier stops containers with the engine's signal"),
        ("proxy.stop_timeout", "Sablier waits as long as the engine does"),
        ("proxy.start_endpoint", "with Sablier every request wakes the container"),
    ];
    let lost = lost.into_iter().filter_map(|(key, why)| {
        let message = format!("`{key}` is not carried out: {why}");
        Some(Diagnostic::warning(UNSUPPORTED_FIELD, message).at(place(key)?))
    });
    lost.collect()
}
