use std::path::PathBuf;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};
use portolan_jupyterhub::{error_page, error_target};
use tokio_rustls::TlsConnector;
use tracing::warn;
use url::Url;

use crate::client::Client;
use crate::serve::response;

/// Where pages for errors come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pages {
    /// The hub, below this URL.
    Target(Url),
    /// Files.
    Directory(PathBuf),
    /// A page of ours.
    Own,
}

/// What Traefik asks where no route takes a request, or no server answers it.
pub(crate) struct Fallback {
    pub(crate) pages: Pages,
    pub(crate) tls: Option<TlsConnector>,
    /// The path at which Traefik asks for the page of a server that does not answer.
    pub(crate) unavailable: String,
}

const HTML: &str = "text/html; charset=utf-8";

/// How long the hub has for its page.
const PATIENCE: Duration = Duration::from_secs(5);

impl Fallback {
    /// Answers a request.
    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let uri = request.uri();
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        if uri.path() == "/_chp_healthz" {
            return response(200, Some("application/json"), r#"{"status": "OK"}"#);
        }
        if uri.path() == self.unavailable {
            let query = uri.query().unwrap_or_default();
            let url = url::form_urlencoded::parse(query.as_bytes()).find(|(key, _)| key == "url");
            return self.page(503, path_of(url.as_ref().map_or("/", |(_, url)| url))).await;
        }
        self.page(404, path).await
    }

    async fn page(&self, status: u16, path: &str) -> Response<Full<Bytes>> {
        match &self.pages {
            Pages::Target(base) => match self.ask(base, status, path).await {
                Ok(response) => return response,
                Err(error) => warn!("there is no page for error {status} at `{base}`: {error:#}"),
            },
            Pages::Directory(directory) => {
                for name in [format!("{status}.html"), "error.html".to_owned()] {
                    if let Ok(page) = std::fs::read(directory.join(name)) {
                        return response(status, Some(HTML), page);
                    }
                }
                warn!("there is neither `{status}.html` nor `error.html` in `{}`", directory.display());
            }
            Pages::Own => {}
        }
        response(status, Some(HTML), error_page(status))
    }

    async fn ask(&self, base: &Url, status: u16, path: &str) -> anyhow::Result<Response<Full<Bytes>>> {
        let url = Url::parse(&error_target(base.as_str(), status, path))?;
        let mut hub = Client::new(&url, self.tls.clone(), PATIENCE)?;
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let reply = hub.get(path).await?;
        Ok(response(status, Some(reply.content_type.as_deref().unwrap_or(HTML)), reply.body))
    }
}

/// Path and query of a URL, which may have no more than these.
fn path_of(url: &str) -> &str {
    let Some((_, rest)) = url.split_once("://").filter(|(scheme, _)| !scheme.contains('/')) else {
        return url;
    };
    rest.find('/').map_or("/", |at| &rest[at..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_has_a_path() {
        for (url, path) in [
            ("http://hub.example.com/user/zoe?a=b", "/user/zoe?a=b"),
            ("http://hub.example.com", "/"),
            ("/user/zoe?next=http://x/y", "/user/zoe?next=http://x/y"),
            ("", ""),
        ] {
            assert_eq!(path_of(url), path, "{url}");
        }
    }
}
