use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use http_body_util::{BodyExt as _, Empty, Full, Limited};
use hyper::body::{Body, Frame, Incoming};
use hyper::header::{CONTENT_TYPE, HOST, HeaderName, HeaderValue};
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::UnixStream;

use crate::filter::{Answer, Request};
use crate::redact::{EventLines, redact};

/// What an answer is sent as.
pub(crate) type Sent = BoxBody<Bytes, Failure>;
/// Why an answer ends early.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The engine's socket on this machine.
#[derive(Clone, Debug)]
pub(crate) struct Upstream {
    pub(crate) socket: PathBuf,
}

/// Headers that clients read; what else an engine says of itself stays here.
const HEADERS: [HeaderName; 3] = [
    HeaderName::from_static("api-version"),
    HeaderName::from_static("libpod-api-version"),
    HeaderName::from_static("ostype"),
];

impl Upstream {
    /// The largest answer that is looked through, in bytes: some ten thousand containers.
    const LIMIT: usize = 64 << 20;
    /// How long an engine may take for an answer that ends: Podman looks into each container for its listing.
    const PATIENCE: Duration = Duration::from_secs(60);

    /// What the engine answers, without secrets.
    pub(crate) async fn ask(&self, request: &Request) -> Result<Response<Sent>, Failure> {
        let answer = tokio::time::timeout(Self::PATIENCE, self.send(request))
            .await
            .map_err(|_| "no answer from the engine")??;
        let status = answer.status();
        let mut sent = Response::builder().status(status);
        for name in HEADERS {
            if let Some(value) = answer.headers().get(&name) {
                sent = sent.header(name, value);
            }
        }
        let text = HeaderValue::from_static("text/plain; charset=utf-8");
        let json = HeaderValue::from_static("application/json");
        let body = answer.into_body();
        Ok(match request.answer {
            Answer::Events if status == StatusCode::OK => {
                let events = Events { body, lines: EventLines::default() };
                sent.header(CONTENT_TYPE, json).body(events.boxed())?
            }
            Answer::Text if status == StatusCode::OK => {
                sent.header(CONTENT_TYPE, text).body(full(Self::whole(body).await?))?
            }
            Answer::Text | Answer::Json | Answer::Events => {
                let whole = Self::whole(body).await?;
                // The answer to `HEAD`.
                let whole = if whole.is_empty() {
                    whole
                } else {
                    redact(&whole).map_err(|_| "the engine's answer is no JSON")?.into()
                };
                sent.header(CONTENT_TYPE, json).body(full(whole))?
            }
        })
    }

    /// One connection for each request: on one machine it costs nothing, and none is left over.
    async fn send(&self, request: &Request) -> Result<Response<Incoming>, Failure> {
        let stream = UnixStream::connect(&self.socket).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        // Ends with the answer, or when nobody reads that any more.
        tokio::spawn(connection);
        let request = hyper::Request::builder()
            .method(request.method.as_str())
            .uri(&request.target)
            .header(HOST, "engine")
            .body(Empty::<Bytes>::new())?;
        Ok(sender.send_request(request).await?)
    }

    async fn whole(body: Incoming) -> Result<Bytes, Failure> {
        let whole = Limited::new(body, Self::LIMIT).collect();
        let whole = tokio::time::timeout(Self::PATIENCE, whole).await.map_err(|_| "the answer has no end")?;
        Ok(whole?.to_bytes())
    }
}

/// A body of these bytes.
pub(crate) fn full(bytes: Bytes) -> Sent {
    Full::new(bytes).map_err(|never| match never {}).boxed()
}

/// The engine's events as they come, without secrets.
struct Events {
    body: Incoming,
    lines: EventLines,
}

impl Body for Events {
    type Data = Bytes;
    type Error = Failure;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Failure>>> {
        loop {
            let frame = match ready!(Pin::new(&mut self.body).poll_frame(context)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => return Poll::Ready(Some(Err(error.into()))),
                Some(Ok(frame)) => frame,
            };
            let Ok(data) = frame.into_data() else { continue };
            match self.lines.push(&data) {
                // Part of an event: an empty frame would end the answer.
                Ok(sent) if sent.is_empty() => {}
                Ok(sent) => return Poll::Ready(Some(Ok(Frame::data(sent.into())))),
                Err(_) => return Poll::Ready(Some(Err("an event has no end".into()))),
            }
        }
    }
}
