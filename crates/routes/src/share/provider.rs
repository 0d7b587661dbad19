use portolan_container::Diagnostic;

use crate::codes::OTHER_PROVIDER;
use crate::model::Configuration;

/// The names that Traefik's providers for containers give to what they define.
const PROVIDERS: [&str; 3] = ["@docker", "@swarm", "@podman"];

/// References to what Traefik's own Docker provider would define. In a file the same name ends in `@file`, or in nothing.
///
/// They are carried as they stand: the provider may run beside us for other containers.
pub(super) fn references(configuration: &Configuration) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut look = |owner: String, reference: &String| {
        let Some(name) = PROVIDERS.iter().find_map(|provider| reference.strip_suffix(provider)) else {
            return;
        };
        let message =
            format!("{owner} refers to `{reference}`, which Traefik's Docker provider defines, not a file");
        let help = format!("write `{name}`, or `{name}@file` from elsewhere");
        found.push(Diagnostic::warning(OTHER_PROVIDER, message).with_help(help));
    };
    if let Some(http) = &configuration.http {
        for (name, router) in http.routers.iter().flatten() {
            for reference in router.middlewares.iter().flatten().chain(&router.service) {
                look(format!("router `{name}`"), reference);
            }
        }
        for (name, middleware) in http.middlewares.iter().flatten() {
            for reference in middleware.chain.iter().flat_map(|chain| chain.middlewares.iter().flatten()) {
                look(format!("middleware `{name}`"), reference);
            }
        }
        for (name, service) in http.services.iter().flatten() {
            let transport = service.load_balancer.iter().flat_map(|balancer| &balancer.servers_transport);
            for reference in service.middlewares.iter().flatten().chain(transport) {
                look(format!("service `{name}`"), reference);
            }
        }
    }
    for (name, router) in configuration.tcp.iter().flat_map(|tcp| tcp.routers.iter().flatten()) {
        for reference in router.middlewares.iter().flatten().chain(&router.service) {
            look(format!("TCP router `{name}`"), reference);
        }
    }
    for (name, router) in configuration.udp.iter().flat_map(|udp| udp.routers.iter().flatten()) {
        if let Some(reference) = &router.service {
            look(format!("UDP router `{name}`"), reference);
        }
    }
    found
}
