use std::error::Error as StdError;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bollard::{API_DEFAULT_VERSION, Docker};
use futures_util::{Stream, StreamExt as _};

use crate::endpoint::{Address, Scheme};
use crate::transport;
use crate::tunnel::Tunnel;
use crate::{Endpoint, Error, Requests};

/// GET requests to an engine, with answers as the bytes that it sent.
///
/// bollard makes the connections. Its typed calls are not used: they refuse a whole answer for one word that their
/// enumerations lack (Podman's container states, types of events and of mounts), and read listings whole.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    docker: Docker,
    endpoint: Endpoint,
    requests: Requests,
    /// Kept for as long as requests go through it.
    _tunnel: Option<Arc<Tunnel>>,
}

impl Client {
    /// The largest answer that is read whole.
    const LIMIT: usize = 16 << 20;

    /// Prepares the connection; only SSH connects already. `timeout` is for that. Each request is counted.
    pub(crate) async fn open(
        endpoint: &Endpoint,
        timeout: Duration,
        requests: &Requests,
    ) -> Result<Self, Error> {
        // Times are bounded here, around whole answers: bollard's limit ends with an answer's first bytes, and would
        // also end the wait for the first event.
        let forever = u64::MAX;
        let version = API_DEFAULT_VERSION;
        let tls = endpoint.tls();
        let mut tunnel = None;
        let docker = match endpoint.address() {
            Address::Unix(path) => socket(path, endpoint)?,
            Address::Tcp { scheme, host } => {
                endpoint.check()?;
                let port = match (scheme, &tls) {
                    (Scheme::Tcp, None) => 2375,
                    (Scheme::Tcp | Scheme::Tls, _) => 2376,
                    (Scheme::Agent, _) => 8890,
                    (Scheme::Http, None) => 80,
                    (Scheme::Http | Scheme::Https, _) => 443,
                };
                let authority = host.authority(port);
                match &tls {
                    None => Docker::connect_with_http(&authority, forever, version),
                    Some(tls) => {
                        // No path means no certificate of ours; no authority, the system's alone.
                        let own = |path| Option::as_deref(path).unwrap_or(Path::new(""));
                        let ca = tls.ca.as_deref().unwrap_or(Path::new("/dev/null"));
                        Docker::connect_with_ssl(
                            &authority,
                            own(&tls.key),
                            own(&tls.cert),
                            ca,
                            forever,
                            version,
                        )
                    }
                }
                .map_err(|error| convert(endpoint, error))?
            }
            Address::Ssh { .. } => {
                let opened = Tunnel::open(endpoint, timeout).await?;
                let docker = socket(opened.socket(), endpoint)?;
                tunnel = Some(Arc::new(opened));
                docker
            }
        };
        Ok(Self { docker, endpoint: endpoint.clone(), requests: requests.clone(), _tunnel: tunnel })
    }

    pub(crate) fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The answer to one request, chunk by chunk as it comes in.
    ///
    /// The request is made when the stream is first polled. `path` must be a valid path and query.
    pub(crate) fn get(
        &self,
        path: &str,
    ) -> impl Stream<Item = Result<impl AsRef<[u8]> + Send + use<>, Error>> + Send + Unpin + use<> {
        let path = path.to_owned();
        // The one call of bollard that gives bytes is the export of a container, here of none that can exist; what is
        // asked for is put in its place. Paths of ours parse; one that did not would be answered 404.
        let requests = self.requests.clone();
        let docker = self.docker.clone().with_request_modifier(move |mut request| {
            requests.note();
            let mut parts = request.uri().clone().into_parts();
            parts.path_and_query = path.parse().ok();
            if let Ok(uri) = parts.try_into() {
                *request.uri_mut() = uri;
            }
            request.headers_mut().remove("content-type");
            request
        });
        // Whatever is behind the address keeps the client alive for as long as the answer is read.
        let client = self.clone();
        Box::pin(
            docker
                .export_container("-")
                .map(move |chunk| chunk.map_err(|error| convert(&client.endpoint, error))),
        )
    }

    /// The whole answer to one request, within this time.
    pub(crate) async fn get_whole(&self, path: &str, within: Duration) -> Result<Vec<u8>, Error> {
        let mut whole = Vec::new();
        self.within(within, async {
            let mut chunks = self.get(path);
            while let Some(chunk) = chunks.next().await {
                whole.extend_from_slice(chunk?.as_ref());
                if whole.len() > Self::LIMIT {
                    return Err(self.strange(format!("it is longer than {} MiB", Self::LIMIT >> 20)));
                }
            }
            Ok(())
        })
        .await?;
        Ok(whole)
    }

    /// What this comes to, or [`Error::Timeout`].
    pub(crate) async fn within<T>(
        &self,
        time: Duration,
        work: impl Future<Output = Result<T, Error>>,
    ) -> Result<T, Error> {
        within(&self.endpoint, time, work).await
    }

    /// The answer is not an engine's.
    pub(crate) fn strange(&self, reason: impl Into<String>) -> Error {
        Error::Answer { endpoint: self.endpoint().clone(), reason: reason.into() }
    }
}

/// What this comes to, or [`Error::Timeout`].
pub(crate) async fn within<T>(
    endpoint: &Endpoint,
    time: Duration,
    work: impl Future<Output = Result<T, Error>>,
) -> Result<T, Error> {
    tokio::time::timeout(time, work)
        .await
        .unwrap_or_else(|_| Err(Error::Timeout { endpoint: endpoint.clone(), after: time }))
}

fn socket(path: &Path, endpoint: &Endpoint) -> Result<Docker, Error> {
    let text = path.to_str().ok_or_else(|| Error::Unreachable {
        endpoint: endpoint.clone(),
        reason: "the path of the socket is not text".to_owned(),
    })?;
    // bollard takes a socket that it may not look at for one that is not there.
    if let Err(error) = path.metadata()
        && error.kind() == io::ErrorKind::PermissionDenied
    {
        return Err(Error::PermissionDenied { endpoint: endpoint.clone() });
    }
    if !path.exists() {
        return Err(Error::NoSocket { endpoint: endpoint.clone() });
    }
    transport::unix(text).map_err(|error| convert(endpoint, error))
}

/// bollard's error in our words, from its cause.
fn convert(endpoint: &Endpoint, error: bollard::errors::Error) -> Error {
    use bollard::errors::Error as Bollard;

    let endpoint = endpoint.clone();
    match error {
        Bollard::SocketNotFoundError(_) => return Error::NoSocket { endpoint },
        Bollard::DockerResponseServerError { status_code, message } => {
            return Error::Status { endpoint, status: status_code, message: message.trim().to_owned() };
        }
        Bollard::CertPathError { path }
        | Bollard::CertMultipleKeys { path, .. }
        | Bollard::CertParseError { path } => {
            return Error::TlsFile { path, reason: "it cannot be read as PEM".to_owned() };
        }
        _ => {}
    }
    let connecting = matches!(&error, Bollard::HyperLegacyError { err } if err.is_connect());
    let (system, innermost) = cause(&error);
    let reason = innermost.to_string();
    match system {
        Some(io::ErrorKind::InvalidData) if endpoint.tls().is_some() => Error::Tls { endpoint, reason },
        Some(io::ErrorKind::NotFound) if connecting && endpoint.socket().is_some() => {
            Error::NoSocket { endpoint }
        }
        Some(io::ErrorKind::PermissionDenied) if connecting => Error::PermissionDenied { endpoint },
        Some(io::ErrorKind::ConnectionRefused) if connecting => Error::Refused { endpoint },
        _ if connecting => Error::Unreachable { endpoint, reason },
        _ => Error::Ended { endpoint, reason },
    }
}

/// The kind of the innermost system error among the causes, and the last cause.
fn cause<'a>(error: &'a (dyn StdError + 'static)) -> (Option<io::ErrorKind>, &'a (dyn StdError + 'static)) {
    let (mut kind, mut last) = (None, error);
    loop {
        let system = last.downcast_ref::<io::Error>();
        kind = system.map(io::Error::kind).or(kind);
        // A system error that wraps another gives the other's cause as its own, and would hide the other.
        let wrapped = system.and_then(io::Error::get_ref).map(|inner| inner as &(dyn StdError + 'static));
        match wrapped.or_else(|| last.source()) {
            Some(next) => last = next,
            None => return (kind, last),
        }
    }
}
