use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::{Request, Response};

use crate::activity::Activity;
use crate::hub::Hub;
use crate::serve::response;

/// Answers a request for our metrics.
pub(crate) async fn answer(
    hub: &Hub,
    activity: Option<&Activity>,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    if request.uri().path() != "/metrics" {
        return response(404, None, "Not Found");
    }
    if let Some(activity) = activity {
        activity.refresh(hub).await;
    }
    response(200, Some("text/plain; version=0.0.4; charset=utf-8"), hub.metrics())
}
