use portolan_routes::Section;
use portolan_routes::model::{
    BasicAuth, Certificate, ErrorPage, LoadBalancer, Middleware, Router, Server, ServersTransport, Service,
    TlsStore,
};
use portolan_traefik::{Document, Error};

use crate::{BackendTls, ErrorPages, Rule};

/// The middleware of routes whose server does not answer.
pub(crate) const ERRORS_MIDDLEWARE: &str = "portolan-errors";
/// How servers are spoken to by TLS.
pub(crate) const BACKEND_TRANSPORT: &str = "portolan-backend";
/// The router that all routes are below, where there is one.
pub(crate) const ABOVE_ALL: &str = "portolan-all";
/// The rule that every request fits.
const EVERYTHING: &str = "PathPrefix(`/`)";
const MARKER: &str = "portolan-marker";
const METRICS: &str = "portolan-metrics";
const API: &str = "portolan-api";
pub(crate) const FALLBACK: &str = "portolan-fallback";
const HEALTH: &str = "portolan-health";

/// What stands in the dynamic file beside the routes.
///
/// The file is for one reader and has secrets in it: the path of the marker, hashes of passwords, the key of a certificate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    /// Traefik's names of the entry points that users come in by.
    pub entry_points: Vec<String>,
    /// Traefik's name of the entry point that only we and administrators come in by.
    pub api_entry_point: String,
    /// A word that nobody can guess: whoever knows it may ask for the marker and the metrics.
    pub secret: String,
    /// Whether Traefik is asked for its metrics.
    pub metrics: bool,
    /// Who may use Traefik's own API and dashboard; nobody, if none.
    pub api: Option<ApiRoute>,
    /// Our own server of error pages, such as `http://127.0.0.1:40001`.
    pub fallback: Option<String>,
    /// Which routes ask it: those of the [`Setting`](crate::Setting) must be told the same.
    pub error_pages: ErrorPages,
    /// The certificate for all names that have no other, each as a file or as its text. Without one Traefik (3.7) makes an RSA
    /// key for each change of the file, which takes it 60 ms.
    pub default_certificate: Option<(String, String)>,
    /// How servers are spoken to.
    pub backend_tls: Option<BackendTls>,
}

/// Who may use Traefik's API: see [`user_entry`](crate::user_entry).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiRoute {
    /// A name and a hashed password between them a colon.
    pub user: String,
}

/// The path at which an entry point of Traefik's answers with 418 from the moment on that it serves this generation of the file.
pub fn marker_path(secret: &str, generation: u64) -> String {
    format!("/{secret}/{generation}")
}

impl Frame {
    /// Puts all of it into the document, with the marker of generation 0.
    ///
    /// # Errors
    /// Those of [`Document::set`].
    pub fn draw(&self, document: &mut Document) -> Result<(), Error> {
        self.mark(document, 0)?;
        if self.metrics {
            let rule = format!("Path(`{}`)", self.metrics_path());
            document.set(Section::HttpRouters, METRICS, &self.internal(rule, "prometheus@internal"))?;
        }
        if let Some(api) = &self.api {
            let auth = BasicAuth {
                users: Some(vec![api.user.clone()]),
                remove_header: Some(true),
                ..BasicAuth::default()
            };
            let auth = Middleware { basic_auth: Some(Box::new(auth)), ..Middleware::default() };
            document.set(Section::HttpMiddlewares, API, &auth)?;
            let mut router =
                self.internal("PathPrefix(`/api`) || PathPrefix(`/dashboard`)".to_owned(), "api@internal");
            router.middlewares = Some(vec![API.to_owned()]);
            document.set(Section::HttpRouters, API, &router)?;
        }
        if let Some(fallback) = &self.fallback {
            self.draw_fallback(document, fallback)?;
        }
        if let Some((certificate, key)) = &self.default_certificate {
            let certificate =
                Certificate { cert_file: Some(certificate.clone()), key_file: Some(key.clone()) };
            let store = TlsStore { default_certificate: Some(certificate), ..TlsStore::default() };
            document.set(Section::TlsStores, "default", &store)?;
        }
        if let Some(tls) = &self.backend_tls {
            let certificate = tls
                .certificate
                .clone()
                .map(|(certificate, key)| Certificate { cert_file: Some(certificate), key_file: Some(key) });
            let transport = ServersTransport {
                root_cas: tls.ca.clone().map(|ca| vec![ca]),
                certificates: certificate.map(|certificate| vec![certificate]),
                insecure_skip_verify: Some(tls.insecure).filter(|insecure| *insecure),
                ..ServersTransport::default()
            };
            document.set(Section::HttpServersTransports, BACKEND_TRANSPORT, &transport)?;
        }
        Ok(())
    }

    /// Puts the marker of this generation into the document.
    ///
    /// # Errors
    /// Those of [`Document::set`].
    pub fn mark(&self, document: &mut Document, generation: u64) -> Result<(), Error> {
        let rule = format!("Path(`{}`)", marker_path(&self.secret, generation));
        // A service that is always there, and answers with 418 without doing anything.
        let mut router = self.internal(rule, "noop@internal");
        // Traefik (3.7) gives its entry points what is new one after the other.
        router.entry_points.get_or_insert_default().extend(self.entry_points.iter().cloned());
        document.set(Section::HttpRouters, MARKER, &router).map(drop)
    }

    /// The path at which Traefik gives its metrics.
    pub fn metrics_path(&self) -> String {
        format!("/{}/metrics", self.secret)
    }

    /// A router on the entry point of the API.
    fn internal(&self, rule: String, service: &str) -> Router {
        Router {
            entry_points: Some(vec![self.api_entry_point.clone()]),
            rule: Some(rule),
            priority: Some(Rule::HIGHEST),
            service: Some(service.to_owned()),
            ..Router::default()
        }
    }

    /// What answers where no route or no server does.
    fn draw_fallback(&self, document: &mut Document, url: &str) -> Result<(), Error> {
        let router = |rule: &str, priority| Router {
            entry_points: Some(self.entry_points.clone()),
            rule: Some(rule.to_owned()),
            priority: Some(priority),
            service: Some(FALLBACK.to_owned()),
            ..Router::default()
        };
        let mut rest = router(EVERYTHING, 1);
        if self.error_pages == ErrorPages::AboveAll {
            let middlewares = Some(vec![ERRORS_MIDDLEWARE.to_owned()]);
            let above = Router { service: None, middlewares, ..rest.clone() };
            document.set(Section::HttpRouters, ABOVE_ALL, &above)?;
            rest = Router { entry_points: None, parent_refs: Some(vec![ABOVE_ALL.to_owned()]), ..rest };
        }
        document.set(Section::HttpRouters, FALLBACK, &rest)?;
        document.set(Section::HttpRouters, HEALTH, &router("Path(`/_chp_healthz`)", Rule::HIGHEST))?;
        let servers = vec![Server { url: Some(url.to_owned()), ..Server::default() }];
        let balancer = LoadBalancer { servers: Some(servers), ..LoadBalancer::default() };
        let service = Service { load_balancer: Some(balancer), ..Service::default() };
        document.set(Section::HttpServices, FALLBACK, &service)?;
        // What Traefik (3.7) answers if a server refuses the connection or does not answer in time: to a hub, both are 503.
        let errors = ErrorPage {
            status: Some(vec!["502".to_owned(), "504".to_owned()]),
            status_rewrites: Some([("502".to_owned(), 503), ("504".to_owned(), 503)].into()),
            service: Some(FALLBACK.to_owned()),
            query: Some(format!("/{}/error/503?url={{url}}", self.secret)),
            ..ErrorPage::default()
        };
        let errors = Middleware { errors: Some(Box::new(errors)), ..Middleware::default() };
        document.set(Section::HttpMiddlewares, ERRORS_MIDDLEWARE, &errors).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use portolan_traefik::Format;

    use super::*;

    fn frame() -> Frame {
        Frame {
            entry_points: vec!["http".to_owned()],
            api_entry_point: "auth_api".to_owned(),
            secret: "s3".to_owned(),
            metrics: true,
            api: Some(ApiRoute { user: "hub:$2b$x".to_owned() }),
            fallback: Some("http://127.0.0.1:1".to_owned()),
            error_pages: ErrorPages::EachRoute,
            default_certificate: Some(("/c".to_owned(), "/k".to_owned())),
            backend_tls: Some(BackendTls { ca: Some("/ca".to_owned()), certificate: None, insecure: true }),
        }
    }

    #[test]
    fn a_generation_changes_the_marker_alone() {
        let mut document = Document::new(Format::Toml);
        frame().draw(&mut document).expect("can be written");
        let before = document.text();
        frame().mark(&mut document, 7).expect("can be written");
        assert_eq!(document.text(), before.replace("Path(`/s3/0`)", "Path(`/s3/7`)"));
        assert_eq!(marker_path("s3", 7), "/s3/7");
    }

    #[test]
    fn the_router_above_all_asks_for_error_pages() {
        let mut document = Document::new(Format::Toml);
        let frame = Frame { error_pages: ErrorPages::AboveAll, ..frame() };
        frame.draw(&mut document).expect("can be written");
        let text = document.text();
        let above = r#"[http.routers.portolan-all]
entryPoints = ["http"]
middlewares = ["portolan-errors"]
rule = "PathPrefix(`/`)"
priority = 1
"#;
        let rest = r#"[http.routers.portolan-fallback]
service = "portolan-fallback"
rule = "PathPrefix(`/`)"
parentRefs = ["portolan-all"]
priority = 1
"#;
        for part in [above, rest] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }

    #[test]
    fn what_is_not_asked_for_is_not_there() {
        let mut document = Document::new(Format::Toml);
        let bare = Frame {
            metrics: false,
            api: None,
            fallback: None,
            default_certificate: None,
            backend_tls: None,
            ..frame()
        };
        bare.draw(&mut document).expect("can be written");
        assert_eq!(document.len(), 1);
    }
}
