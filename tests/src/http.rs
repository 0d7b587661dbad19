use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result};

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Response {
    /// The status code.
    pub status: u16,
    /// The line of the status and those of the headers, in lower case.
    pub head: String,
    /// The body, trimmed.
    pub body: String,
}

/// Asks the server at this address for a path of a host.
///
/// # Errors
/// Where it gives no answer that can be read.
pub fn get(server: SocketAddr, host: &str, path: &str) -> Result<Response> {
    // In HTTP/1.0 the body ends with the connection, not in chunks.
    exchange(server, &format!("GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n"), Duration::from_secs(5))
}

/// Sends this request, of HTTP/1.0, and waits for the answer as long as a busy machine may take.
///
/// # Errors
/// Where it gives no answer that can be read.
pub fn request(server: SocketAddr, request: &str) -> Result<Response> {
    exchange(server, request, Duration::from_secs(120))
}

fn exchange(server: SocketAddr, request: &str, limit: Duration) -> Result<Response> {
    let mut stream = TcpStream::connect_timeout(&server, limit)?;
    stream.set_read_timeout(Some(limit))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let answer = String::from_utf8_lossy(&answer);
    let (head, body) = answer.split_once("\r\n\r\n").with_context(|| format!("no HTTP in `{answer}`"))?;
    let status = head.split_whitespace().nth(1).and_then(|status| status.parse().ok());
    Ok(Response {
        status: status.with_context(|| format!("no status in `{head}`"))?,
        head: head.to_lowercase(),
        body: body.trim().to_owned(),
    })
}
