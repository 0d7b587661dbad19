use std::convert::Infallible;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::{Bytes, Frame};
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue, REFERRER_POLICY,
    RETRY_AFTER, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use hyper::{Method, Request, Response, StatusCode};
use portolan_reconcile::{Command, Measures, Status};
use serde::Serialize;
use tokio::sync::{Semaphore, watch};
use tokio::time::timeout;

use super::document;
use super::feed::Feed;
use super::hosts::Hosts;
use super::stream;

/// Clients that are told of each change, at once.
const STREAMS: usize = 32;

/// How long the loop may take to answer: it may be writing to a slow disk.
const PATIENCE: Duration = Duration::from_secs(30);

/// The same, where the question is whether it is alive.
const ALIVE: Duration = Duration::from_secs(5);

const TEXT: &str = "text/plain; charset=utf-8";
const JSON: &str = "application/json";

/// What the API answers, described for programs.
const OPENAPI: &str = include_str!("../../../../docs/reference/openapi.json");

/// What is sent: whole, or as it comes.
pub(super) type Sent = UnsyncBoxBody<Bytes, Infallible>;

/// All that is served, by its paths.
#[derive(Debug)]
pub(super) struct Site {
    feed: Arc<Feed>,
    status: watch::Receiver<Status>,
    hosts: Hosts,
    policy: Option<HeaderValue>,
    streams: Arc<Semaphore>,
}

impl Site {
    pub(super) fn new(feed: Arc<Feed>, status: watch::Receiver<Status>, hosts: Hosts) -> Self {
        let streams = Arc::new(Semaphore::new(STREAMS));
        Self { feed, status, hosts, policy: document::policy(document::HTML), streams }
    }

    /// Answers a request on a connection to this address.
    pub(super) async fn answer<B>(&self, request: &Request<B>, local: IpAddr) -> Response<Sent> {
        let mut response = self.routed(request, local).await;
        let headers = response.headers_mut();
        let policy = HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'");
        headers.entry(CONTENT_SECURITY_POLICY).or_insert(policy);
        for (name, value) in [
            (X_CONTENT_TYPE_OPTIONS, "nosniff"),
            (X_FRAME_OPTIONS, "DENY"),
            (REFERRER_POLICY, "no-referrer"),
            (CACHE_CONTROL, "no-store"),
            (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
            (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        response
    }

    async fn routed<B>(&self, request: &Request<B>, local: IpAddr) -> Response<Sent> {
        if !self.hosts.allow(request, local) {
            let text = "the page may not be asked for by this name: add it to the setting `status.hosts`\n";
            return whole(StatusCode::FORBIDDEN, TEXT, text);
        }
        if !matches!(*request.method(), Method::GET | Method::HEAD) {
            let mut response =
                whole(StatusCode::METHOD_NOT_ALLOWED, TEXT, "there is nothing to change here\n");
            response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
            return response;
        }
        match request.uri().path() {
            "/" => self.document(),
            "/healthz" => match timeout(ALIVE, self.feed.ask(Command::Report)).await {
                Ok(Some(_)) => whole(StatusCode::OK, TEXT, "ok\n"),
                Ok(None) | Err(_) => ended(),
            },
            "/readyz" => self.readiness(),
            "/metrics" => match self.ask(Command::Measures).await {
                Some(measures) => whole(StatusCode::OK, Measures::MEDIA_TYPE, measures.text()),
                None => ended(),
            },
            "/api/v1/report" => json(self.ask(Command::Report).await.as_ref()),
            "/api/v1/state" => match timeout(PATIENCE, self.feed.state()).await.ok().flatten() {
                Some(state) => whole(StatusCode::OK, JSON, state),
                None => ended(),
            },
            "/api/v1/openapi.json" => whole(StatusCode::OK, JSON, OPENAPI),
            "/api/v1/events" if request.method() == Method::HEAD => {
                event_stream(Full::default().boxed_unsync())
            }
            "/api/v1/events" => self.events(),
            _ => whole(StatusCode::NOT_FOUND, TEXT, "there is nothing at this path\n"),
        }
    }

    async fn ask<T>(&self, command: impl FnOnce(tokio::sync::oneshot::Sender<T>) -> Command) -> Option<T> {
        timeout(PATIENCE, self.feed.ask(command)).await.ok().flatten()
    }

    fn document(&self) -> Response<Sent> {
        let mut response = whole(StatusCode::OK, "text/html; charset=utf-8", document::HTML);
        if let Some(policy) = &self.policy {
            response.headers_mut().insert(CONTENT_SECURITY_POLICY, policy.clone());
        }
        response
    }

    fn readiness(&self) -> Response<Sent> {
        // What the loop has said last holds for as long as it runs.
        let is_running = self.status.has_changed().is_ok();
        if is_running && self.status.borrow().ready {
            return whole(StatusCode::OK, TEXT, "ready\n");
        }
        let text = "not ready: an engine is waited for that has not answered yet, or the file has not been written since\n";
        whole(StatusCode::SERVICE_UNAVAILABLE, TEXT, text)
    }

    fn events(&self) -> Response<Sent> {
        let Ok(place) = Arc::clone(&self.streams).try_acquire_owned() else {
            let text = "too many clients follow the watcher already\n";
            let mut response = whole(StatusCode::SERVICE_UNAVAILABLE, TEXT, text);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("10"));
            return response;
        };
        let pieces = stream::events(Arc::clone(&self.feed), place);
        event_stream(StreamBody::new(pieces.map(|piece| Ok(Frame::data(piece)))).boxed_unsync())
    }
}

fn event_stream(body: Sent) -> Response<Sent> {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream"));
    // Some proxies gather what comes unless they are told not to.
    headers.insert(HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no"));
    response
}

fn json<T: Serialize>(value: Option<&T>) -> Response<Sent> {
    match value.map(serde_json::to_vec) {
        Some(Ok(text)) => whole(StatusCode::OK, JSON, text),
        Some(Err(_)) | None => ended(),
    }
}

/// The loop does not answer: it has ended, or hangs.
fn ended() -> Response<Sent> {
    whole(StatusCode::SERVICE_UNAVAILABLE, TEXT, "the watcher does not answer\n")
}

fn whole(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Response<Sent> {
    let mut response = Response::new(Full::new(body.into()).boxed_unsync());
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    response
}
