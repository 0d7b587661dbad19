use portolan_routes::Section;
use portolan_routes::model::{AddPrefix, LoadBalancer, Middleware, Router, Server, Service};
use portolan_traefik::{Document, Error};

use crate::frame::{ABOVE_ALL, BACKEND_TRANSPORT, ERRORS_MIDDLEWARE};
use crate::{Route, RouteSpec, element_name, rule};

/// What all routes have in common.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Traefik's names of the entry points that users come in by.
    pub entry_points: Vec<String>,
    /// Whether the first part of each path is a host.
    pub host_routing: bool,
    /// Where the page for a dead server comes from.
    pub error_pages: ErrorPages,
    /// Whether servers are spoken to by the TLS of the [`Frame`](crate::Frame).
    pub backend_tls: bool,
}

/// Where the page for a dead server comes from, and so what each route costs Traefik to load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorPages {
    /// From Traefik itself.
    Traefik,
    /// From the service of the [`Frame`](crate::Frame), by a middleware of each route, which Traefik (3.7) makes anew for each: a
    /// third of the time that it takes to load a file.
    EachRoute,
    /// From the same by a router above all routes, where that middleware is made once. No router of others comes between, so that
    /// others' may not be on the same entry points.
    AboveAll,
}

/// How Traefik proves itself to the servers of users, and what it asks of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BackendTls {
    /// The file of the authority that signs their certificates; the system's, if none is given.
    pub ca: Option<String>,
    /// The files of our certificate and its key.
    pub certificate: Option<(String, String)>,
    /// Whether any certificate is as good as another.
    pub insecure: bool,
}

/// Puts a route into the document: a router, a service and, if the target has a path, what puts that before the request's. Without a
/// route, takes all that away. True if the text has changed.
///
/// ```
/// use portolan_jupyterhub::{ErrorPages, Instant, Route, RouteSpec, Setting, Target, elements};
/// use portolan_traefik::{Document, Format};
///
/// let setting = Setting { entry_points: vec!["http".into()], host_routing: false, error_pages: ErrorPages::Traefik, backend_tls: false };
/// let target = Target::parse("http://127.0.0.1:40001")?;
/// let route = Route { target, data: Default::default(), last_activity: Instant::parse("2026-01-31")? };
/// let spec = RouteSpec::from_decoded("/user/zoe");
/// let mut document = Document::new(Format::Toml);
/// assert!(elements(&mut document, &spec, Some(&route), &setting)?);
/// assert!(document.text().contains("rule = \"Path(`/user/zoe`) || PathPrefix(`/user/zoe/`)\""));
/// assert!(elements(&mut document, &spec, None, &setting)? && document.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// Those of [`Document::set`]; then nothing of the route is left in the document.
pub fn elements(
    document: &mut Document,
    spec: &RouteSpec,
    route: Option<&Route>,
    setting: &Setting,
) -> Result<bool, Error> {
    let name = element_name(spec);
    let drawn = match route {
        Some(route) => draw(document, &name, spec, route, setting),
        None => Ok(clear(document, &name)),
    };
    if drawn.is_err() {
        clear(document, &name);
    }
    drawn
}

fn draw(
    document: &mut Document,
    name: &str,
    spec: &RouteSpec,
    route: &Route,
    setting: &Setting,
) -> Result<bool, Error> {
    let mut middlewares = Vec::new();
    let mut changed = match route.target.prefix() {
        Some(prefix) => {
            middlewares.push(name.to_owned());
            let add_prefix = Some(Box::new(AddPrefix { prefix: Some(prefix.to_owned()) }));
            document.set(
                Section::HttpMiddlewares,
                name,
                &Middleware { add_prefix, ..Middleware::default() },
            )?
        }
        None => document.remove(Section::HttpMiddlewares, name),
    };
    if setting.error_pages == ErrorPages::EachRoute {
        // The first in the list is the outermost, and the page is one of our own path.
        middlewares.insert(0, ERRORS_MIDDLEWARE.to_owned());
    }
    let rule = rule(spec, setting.host_routing);
    let is_below = setting.error_pages == ErrorPages::AboveAll;
    let router = Router {
        entry_points: (!is_below).then(|| setting.entry_points.clone()),
        parent_refs: is_below.then(|| vec![ABOVE_ALL.to_owned()]),
        rule: Some(rule.text),
        priority: Some(rule.priority),
        service: Some(name.to_owned()),
        middlewares: Some(middlewares).filter(|list| !list.is_empty()),
        ..Router::default()
    };
    let transport = setting.backend_tls && route.target.is_https();
    let balancer = LoadBalancer {
        servers: Some(vec![Server { url: Some(route.target.server().to_owned()), ..Server::default() }]),
        servers_transport: transport.then(|| BACKEND_TRANSPORT.to_owned()),
        ..LoadBalancer::default()
    };
    changed |= document.set(Section::HttpRouters, name, &router)?;
    changed |= document.set(
        Section::HttpServices,
        name,
        &Service { load_balancer: Some(balancer), ..Service::default() },
    )?;
    Ok(changed)
}

fn clear(document: &mut Document, name: &str) -> bool {
    let sections = [Section::HttpRouters, Section::HttpServices, Section::HttpMiddlewares];
    sections.map(|section| document.remove(section, name)).contains(&true)
}

#[cfg(test)]
mod tests {
    use portolan_traefik::Format;
    use serde_json::Map;

    use super::*;
    use crate::{Instant, Target};

    fn text(path: &str, target: &str, setting: &Setting) -> String {
        let mut document = Document::new(Format::Toml);
        let route = route(target);
        elements(&mut document, &RouteSpec::from_decoded(path), Some(&route), setting)
            .expect("can be written");
        document.text()
    }

    fn route(target: &str) -> Route {
        let target = Target::parse(target).expect("is a URL");
        Route { target, data: Map::new(), last_activity: Instant::parse("2026-01-01").expect("is a day") }
    }

    fn setting() -> Setting {
        Setting {
            entry_points: vec!["https".to_owned()],
            host_routing: true,
            error_pages: ErrorPages::EachRoute,
            backend_tls: true,
        }
    }

    #[test]
    fn a_route_with_all_that_there_is() {
        let expected = r#"[http.routers.hub_h_a]
entryPoints = ["https"]
middlewares = ["portolan-errors", "hub_h_a"]
service = "hub_h_a"
rule = "Host(`h`) && (Path(`/a`) || PathPrefix(`/a/`))"
priority = 14

[http.services.hub_h_a.loadBalancer]
serversTransport = "portolan-backend"

[[http.services.hub_h_a.loadBalancer.servers]]
url = "https://127.0.0.1:1"

[http.middlewares.hub_h_a.addPrefix]
prefix = "/p"
"#;
        assert_eq!(text("/h/a", "https://127.0.0.1:1/p", &setting()), expected);
    }

    #[test]
    fn a_route_below_the_router_above_all() {
        let setting = Setting {
            error_pages: ErrorPages::AboveAll,
            host_routing: false,
            backend_tls: false,
            ..setting()
        };
        let expected = r#"[http.routers.hub_a]
service = "hub_a"
rule = "Path(`/a`) || PathPrefix(`/a/`)"
parentRefs = ["portolan-all"]
priority = 12

[[http.services.hub_a.loadBalancer.servers]]
url = "http://127.0.0.1:1"
"#;
        assert_eq!(text("/a", "http://127.0.0.1:1", &setting), expected);
    }

    #[test]
    fn a_prefix_that_goes_leaves_nothing_behind() {
        let mut document = Document::new(Format::Toml);
        let spec = RouteSpec::from_decoded("/a");
        for (target, count) in [("http://a:1/p", 3), ("http://a:1", 2), ("http://a:2/q", 3)] {
            assert!(
                elements(&mut document, &spec, Some(&route(target)), &setting()).expect("can be written")
            );
            assert!(
                !elements(&mut document, &spec, Some(&route(target)), &setting()).expect("can be written")
            );
            assert_eq!(document.len(), count, "{target}");
        }
        assert!(elements(&mut document, &spec, None, &setting()).expect("can be taken away"));
        assert!(document.is_empty());
    }

    proptest::proptest! {
        #[test]
        fn no_name_is_refused_or_a_template(path: String) {
            let text = text(&path, "http://127.0.0.1:1/{{ x", &setting());
            proptest::prop_assert!(!text.contains("{{"));
        }
    }
}
