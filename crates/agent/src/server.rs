use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hyper::body::{Body as _, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;
use tracing::{debug, info, warn};

use crate::upstream::{Sent, Upstream, full};
use crate::{Error, Identity, judge};

/// A server that passes on what [`judge`](crate::judge) lets through, over TLS, to clients that its authority knows.
///
/// ```no_run
/// # async fn example() -> Result<(), portolan_agent::Error> {
/// use std::path::Path;
/// use portolan_agent::{Agent, Identity};
///
/// let identity = Identity::read(Path::new("ca.pem"), Path::new("cert.pem"), Path::new("key.pem"))?;
/// let address = ([0, 0, 0, 0], 8890).into();
/// let agent = Agent::bind(address, &identity, "/var/run/docker.sock".into()).await?;
/// println!("listening at {}", agent.address());
/// agent.run().await;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Agent {
    listener: TcpListener,
    address: SocketAddr,
    identity: Identity,
    upstream: Upstream,
}

impl Agent {
    /// How many connections are served at once; one more waits.
    const CONNECTIONS: usize = 256;
    /// How long a client may take to show its certificate, and then to say what it wants.
    const HANDSHAKE: Duration = Duration::from_secs(10);

    /// Listens, in front of the engine's socket. The engine need not be there yet.
    ///
    /// # Errors
    /// [`Error::Listen`].
    pub async fn bind(address: SocketAddr, identity: &Identity, socket: PathBuf) -> Result<Self, Error> {
        let refused = |reason| Error::Listen { address, reason };
        let listener = TcpListener::bind(address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        Ok(Self { listener, address, identity: identity.clone(), upstream: Upstream { socket } })
    }

    /// Where it listens: with the port that the system chose, where none was asked for.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Serves until it is dropped, and with it every connection.
    pub async fn run(self) {
        let acceptor = TlsAcceptor::from(self.identity.config());
        let places = Arc::new(Semaphore::new(Self::CONNECTIONS));
        let mut connections = JoinSet::new();
        loop {
            while connections.try_join_next().is_some() {}
            // The semaphore is never closed.
            let Ok(place) = Arc::clone(&places).acquire_owned().await else { return };
            let (stream, peer) = match self.listener.accept().await {
                Ok(accepted) => accepted,
                Err(error) => {
                    // Too many open files, mostly: it passes.
                    warn!("a connection was not accepted: {error}");
                    tokio::time::sleep(Duration::from_millis(100)).await;
                    continue;
                }
            };
            let (acceptor, upstream) = (acceptor.clone(), self.upstream.clone());
            connections.spawn(async move {
                connection(stream, peer, acceptor, upstream).await;
                drop(place);
            });
        }
    }
}

async fn connection(stream: TcpStream, peer: SocketAddr, acceptor: TlsAcceptor, upstream: Upstream) {
    let stream = match tokio::time::timeout(Agent::HANDSHAKE, acceptor.accept(stream)).await {
        Ok(Ok(stream)) => stream,
        Ok(Err(error)) => return info!(%peer, "no TLS connection: {error}"),
        Err(_) => return info!(%peer, "no TLS connection within {:?}", Agent::HANDSHAKE),
    };
    let answer = service_fn(|request| answer(request, peer, &upstream));
    let served = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(Agent::HANDSHAKE)
        .max_buf_size(32 << 10)
        .serve_connection(TokioIo::new(stream), answer);
    if let Err(error) = served.await {
        debug!(%peer, "connection ended: {error}");
    }
}

async fn answer(
    request: hyper::Request<Incoming>,
    peer: SocketAddr,
    upstream: &Upstream,
) -> Result<Response<Sent>, Infallible> {
    let (method, uri) = (request.method(), request.uri());
    // What names a host is meant for a proxy, and shown to `judge` as it is, which refuses it.
    let target = match uri.path_and_query() {
        Some(target) if uri.authority().is_none() => target.as_str().to_owned(),
        _ => uri.to_string(),
    };
    let refused = |reason: &str| {
        warn!(%peer, method = method.as_str(), target = ?target, "refused: {reason}");
        Ok(message(StatusCode::FORBIDDEN, reason))
    };
    let passed = match judge(method.as_str(), &target) {
        Ok(_) if !request.body().is_end_stream() => {
            return refused("the agent passes no request that has a body");
        }
        Ok(passed) => passed,
        Err(refusal) => return refused(refusal.reason()),
    };
    debug!(%peer, method = method.as_str(), target = ?target, "passed");
    Ok(upstream.ask(&passed).await.unwrap_or_else(|error| {
        warn!(%peer, target = ?target, "the engine did not answer: {error}");
        message(StatusCode::BAD_GATEWAY, &format!("the engine behind the agent did not answer: {error}"))
    }))
}

/// An answer of the agent's own, in the form that the engine gives its errors.
fn message(status: StatusCode, text: &str) -> Response<Sent> {
    let body = serde_json::json!({ "message": text }).to_string();
    let mut response = Response::new(full(body.into()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
