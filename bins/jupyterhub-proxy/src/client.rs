use std::time::Duration;

use anyhow::{Context as _, bail};
use http_body_util::{BodyExt as _, Empty, Limited};
use hyper::body::Bytes;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::pki_types::ServerName;
use url::Url;

use crate::serve::Stream;

/// One connection to a server, made anew when it is gone.
pub(crate) struct Client {
    host: String,
    port: u16,
    /// What the header `Host` says.
    authority: String,
    tls: Option<TlsConnector>,
    limit: Duration,
    connection: Option<SendRequest<Empty<Bytes>>>,
}

/// What a server answered.
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) content_type: Option<String>,
    pub(crate) body: Bytes,
}

/// More than any page or any metrics.
const LARGEST: usize = 64 << 20;

impl Client {
    /// For the server of this URL, each answer to come within this time.
    pub(crate) fn new(url: &Url, tls: Option<TlsConnector>, limit: Duration) -> anyhow::Result<Self> {
        let host = url.host_str().with_context(|| format!("`{url}` has no host"))?.to_owned();
        let port = url.port_or_known_default().with_context(|| format!("`{url}` has no port"))?;
        let tls = match url.scheme() {
            "http" => None,
            "https" => {
                Some(tls.with_context(|| format!("for `{url}` an authority is needed: --client-ssl-ca"))?)
            }
            scheme => bail!("`{url}`: `{scheme}` is neither `http` nor `https`"),
        };
        let authority = format!("{host}:{port}");
        Ok(Self { host, port, authority, tls, limit, connection: None })
    }

    /// Asks for a path.
    pub(crate) async fn get(&mut self, path: &str) -> anyhow::Result<Reply> {
        let limit = self.limit;
        timeout(limit, self.get_unlimited(path)).await.unwrap_or_else(|_| {
            self.connection = None;
            bail!("`{}` does not answer within {limit:?}", self.authority)
        })
    }

    async fn get_unlimited(&mut self, path: &str) -> anyhow::Result<Reply> {
        let request = Request::get(path.parse::<Uri>()?).header(HOST, &self.authority).body(Empty::new())?;
        let mut connection = match self.usable().await {
            Some(old) => old,
            None => self.connect().await?,
        };
        let (head, body) = connection.send_request(request).await?.into_parts();
        let body = Limited::new(body, LARGEST).collect().await.map_err(anyhow::Error::from_boxed)?.to_bytes();
        self.connection = Some(connection);
        let content_type =
            head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Ok(Reply { status: head.status.as_u16(), content_type, body })
    }

    /// The connection of the last request, if it is still there.
    async fn usable(&mut self) -> Option<SendRequest<Empty<Bytes>>> {
        let mut old = self.connection.take()?;
        old.ready().await.ok()?;
        Some(old)
    }

    async fn connect(&self) -> anyhow::Result<SendRequest<Empty<Bytes>>> {
        let host = self.host.trim_start_matches('[').trim_end_matches(']');
        let stream = TcpStream::connect((host, self.port)).await?;
        stream.set_nodelay(true)?;
        let stream: Box<dyn Stream> = match &self.tls {
            Some(tls) => Box::new(tls.connect(ServerName::try_from(host.to_owned())?, stream).await?),
            None => Box::new(stream),
        };
        let (sender, connection) = http1::handshake(TokioIo::new(stream)).await?;
        // Its end is seen when the next request is sent.
        tokio::spawn(connection);
        Ok(sender)
    }
}
