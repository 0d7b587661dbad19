use std::sync::Arc;

use http_body_util::{BodyExt as _, Full, Limited};
use hyper::body::{Bytes, Incoming};
use hyper::header::AUTHORIZATION;
use hyper::{Request, Response};
use portolan_jupyterhub::{Answer, Call, read};
use tracing::info;

use crate::activity::Activity;
use crate::hub::Hub;
use crate::serve::response;

/// The API of configurable-http-proxy.
pub(crate) struct Api {
    pub(crate) hub: Arc<Hub>,
    /// What the hub must bear.
    pub(crate) token: Option<String>,
    pub(crate) activity: Option<Arc<Activity>>,
}

/// Far more than a hub has to say about a route.
const LARGEST_BODY: usize = 1 << 20;

impl Api {
    /// Answers a request.
    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let line = format!("{} {}", request.method(), request.uri().path());
        let answer = match self.read(request).await {
            Ok(call) => {
                if let (Call::List { .. } | Call::Get(_), Some(activity)) = (&call, &self.activity) {
                    activity.refresh(&self.hub).await;
                }
                self.hub.call(call).await
            }
            Err(answer) => answer,
        };
        info!("{} {line}", answer.status);
        self.hub.answered(answer.status);
        response(answer.status, answer.content_type, answer.body)
    }

    async fn read(&self, request: Request<Incoming>) -> Result<Call, Answer> {
        let (head, body) = request.into_parts();
        let body = Limited::new(body, LARGEST_BODY).collect().await;
        let body =
            body.map_err(|error| Answer::error(413, format!("the body cannot be read: {error}")))?.to_bytes();
        let request = portolan_jupyterhub::Request {
            method: head.method.as_str(),
            target: head.uri.path_and_query().map_or("/", |target| target.as_str()),
            authorization: head.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok()),
            body: &body,
        };
        read(&request, self.token.as_deref())
    }
}
