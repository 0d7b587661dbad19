use portolan_container::Container;
use portolan_reconcile::Policy;
use portolan_routes::proxy::{EntryPoint, Sablier, Settings, discover};
use portolan_routes::{DefaultRoute, Options};

use crate::chart::{holds, points_into};
use crate::labels::container;

/// Containers with these `proxy.*` labels, one `key=value` a line: a blank line begins the next container. `proxy.` before a key and
/// `\n` for a new line are as good as written out.
///
/// Besides what holds of any containers: each alias is a route or in error, and a route that is none has a reason.
pub fn proxy(text: &str) {
    let containers: Vec<Container> = text.split("\n\n").take(4).enumerate().map(below_the_root).collect();
    for options in [Options::default(), settings()] {
        for container in &containers {
            let found = discover(container, &options, &containers[..]);
            found.diagnostics.iter().for_each(|finding| points_into(finding, container));
            let named = found.aliases.iter().map(|alias| alias.trim().to_lowercase());
            for alias in named.filter(|alias| !alias.is_empty() && !found.is_broken) {
                assert!(found.routes.contains_key(&alias), "`{alias}` is an alias and no route");
            }
            for route in found.routes.values().filter(|route| route.exclusion.is_none()) {
                let sleeps = found.idle.as_ref().is_some_and(|idle| idle.is_on());
                assert!(sleeps || route.target.ports.target != 0, "a route without a port is served");
            }
        }
        holds(&containers, &Policy { options, ..Policy::default() });
    }
}

fn below_the_root((number, lines): (usize, &str)) -> Container {
    let mut container = container(number, lines);
    let labels = std::mem::take(&mut container.labels).into_iter();
    let named = labels.map(|(key, value)| match key.starts_with("proxy") || key.starts_with("traefik") {
        true => (key, value),
        false => (format!("proxy.{key}"), value),
    });
    container.labels = named.collect();
    container
}

/// With everything that settings can say of the dialect.
fn settings() -> Options {
    let entry_point =
        |name: &str, address: &str| (name.to_owned(), address.parse::<EntryPoint>().expect("an address"));
    let proxy = Settings {
        http: vec!["web".to_owned()],
        https: vec!["websecure".to_owned()],
        cert_resolver: "le".to_owned(),
        match_domains: vec![".example.com".to_owned(), "test".to_owned()],
        entry_points: [
            entry_point("websecure", ":443"),
            entry_point("db", ":5432"),
            entry_point("dns", ":53/udp"),
        ]
        .into(),
        sablier: Some(Sablier { plugin: "sablier".to_owned(), url: "http://sablier:10000".to_owned() }),
    };
    Options { default_route: DefaultRoute::Proxy, proxy, ..Options::default() }
}
