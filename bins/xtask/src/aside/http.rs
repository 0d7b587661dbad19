use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context as _, Result};

const LIMIT: Duration = Duration::from_secs(5);

/// What a server answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: String,
}

/// Asks for `path` of the site `host`, at the server that listens on `address`.
pub(crate) fn get(address: SocketAddr, host: &str, path: &str) -> Result<Answer> {
    let stream = TcpStream::connect_timeout(&address, LIMIT)
        .with_context(|| format!("cannot connect to {address}"))?;
    stream.set_read_timeout(Some(LIMIT)).context("cannot limit the time to wait")?;
    ask(stream, host, path)
}

/// Whether an engine answers at a socket.
pub(crate) fn engine_answers(socket: &Path) -> bool {
    let asked = UnixStream::connect(socket).map_err(anyhow::Error::from).and_then(|stream| {
        stream.set_read_timeout(Some(LIMIT))?;
        ask(stream, "engine", "/_ping")
    });
    asked.is_ok_and(|answer| answer.status == 200)
}

fn ask(mut stream: impl Read + Write, host: &str, path: &str) -> Result<Answer> {
    // HTTP/1.0: the answer ends with the connection and comes in one piece, never in chunks.
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n").context("cannot send the request")?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).context("cannot read the answer")?;
    parse(&String::from_utf8_lossy(&bytes)).context("the answer is no HTTP")
}

fn parse(text: &str) -> Option<Answer> {
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.trim().parse().ok()?;
    Some(Answer { status, body: body.trim_end().to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_its_status_and_its_body() {
        let check = |text: &str, expected: Option<(u16, &str)>| {
            let expected = expected.map(|(status, body)| Answer { status, body: body.to_owned() });
            assert_eq!(parse(text), expected);
        };
        check("HTTP/1.1 200 OK\r\nA: b\r\n\r\nI am web\n", Some((200, "I am web")));
        check("HTTP/1.0 404 Not Found\r\n\r\n", Some((404, "")));
        check("HTTP/1.1 ok\r\n\r\n", None);
        check("SSH-2.0\r\n\r\n", None);
        check("", None);
    }
}
