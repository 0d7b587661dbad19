use std::time::Duration;

use bollard::errors::Error;
use bollard::{API_DEFAULT_VERSION, BollardRequest, Docker};
use data_encoding::HEXLOWER;
use hyper_util::client::legacy::Client;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyperlocal::UnixConnector;

/// How long a connection that nobody uses is kept.
const IDLE: Duration = Duration::from_secs(60);

/// As many as there are requests at a time.
const CONNECTIONS: usize = 8;

/// bollard on a Unix socket, with connections that are used again.
///
/// bollard's own opens one for each request. An engine that has just started a container is busy, and takes longer to accept a
/// connection than to answer on one that is there: half a millisecond, seen on two cores.
pub(crate) fn unix(path: &str) -> Result<Docker, Error> {
    let client = Client::builder(TokioExecutor::new())
        .pool_timer(TokioTimer::new())
        .pool_idle_timeout(IDLE)
        .pool_max_idle_per_host(CONNECTIONS)
        .build(UnixConnector);
    let transport = move |request: BollardRequest| {
        let answer = client.request(request);
        async move { Ok(answer.await?) }
    };
    // The connector reads the path from the host, in hexadecimal digits.
    let base = format!("unix://{}", HEXLOWER.encode(path.as_bytes()));
    Docker::connect_with_custom_transport(transport, Some(base), u64::MAX, API_DEFAULT_VERSION)
}
