//! Servers in place of containers. Each answers until the test's process ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, UdpSocket};
use std::sync::Arc;
use std::thread;

use anyhow::Result;
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// Where the server of an address of loopback listens.
fn listen(address: Ipv4Addr) -> Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind((address, 0))?;
    let at = listener.local_addr()?;
    Ok((listener, at))
}

/// Answers each request with 200, its own name and the request as it came.
pub(crate) fn echo(name: &'static str) -> Result<SocketAddr> {
    echo_at(name, Ipv4Addr::LOCALHOST)
}

/// The same on another address of loopback.
pub(crate) fn echo_at(name: &'static str, address: Ipv4Addr) -> Result<SocketAddr> {
    let (listener, at) = listen(address)?;
    serve(listener, move |stream| answer(stream, name));
    Ok(at)
}

/// The same over TLS.
pub(crate) fn secure(name: &'static str, config: ServerConfig) -> Result<SocketAddr> {
    let (listener, at) = listen(Ipv4Addr::LOCALHOST)?;
    let config = Arc::new(config);
    serve(listener, move |stream| {
        let Ok(connection) = ServerConnection::new(Arc::clone(&config)) else { return };
        answer(StreamOwned::new(connection, stream), name);
    });
    Ok(at)
}

/// Lets pass, as the user `ann`, who shows the cookie `pass` at `/api/auth/traefik`, and nobody else.
pub(crate) fn gate() -> Result<SocketAddr> {
    let (listener, at) = listen(Ipv4Addr::LOCALHOST)?;
    serve(listener, |stream| {
        let mut stream = BufReader::new(stream);
        let mut request = String::new();
        while !request.ends_with("\r\n\r\n") {
            match stream.read_line(&mut request) {
                Ok(1..) => {}
                _ => return,
            }
        }
        let passes = request.starts_with("GET /api/auth/traefik ") && request.contains("Cookie: pass=1");
        let head = if passes { "200 OK\r\nRemote-User: ann" } else { "401 Unauthorized" };
        let answer = format!("HTTP/1.1 {head}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
        let _ = stream.get_mut().write_all(answer.as_bytes());
    });
    Ok(at)
}

/// Takes a request and never answers.
pub(crate) fn silent() -> Result<SocketAddr> {
    let (listener, at) = listen(Ipv4Addr::LOCALHOST)?;
    serve(listener, |mut stream| {
        let mut sink = Vec::new();
        // Ends when the client has enough of waiting.
        let _ = stream.read_to_end(&mut sink);
    });
    Ok(at)
}

/// Says its name to whoever connects, with the first line that comes.
pub(crate) fn greeter(name: &'static str) -> Result<SocketAddr> {
    let (listener, at) = listen(Ipv4Addr::LOCALHOST)?;
    serve(listener, move |stream| {
        let mut stream = BufReader::new(stream);
        let mut line = Vec::new();
        if stream.read_until(b'\n', &mut line).is_ok() {
            let line = String::from_utf8_lossy(&line);
            let _ = write!(stream.get_mut(), "{name}: {}", line.escape_debug());
        }
    });
    Ok(at)
}

/// Answers each packet with its name and the packet.
pub(crate) fn packets(name: &'static str) -> Result<SocketAddr> {
    let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
    let at = socket.local_addr()?;
    thread::spawn(move || {
        let mut packet = [0; 1500];
        while let Ok((length, from)) = socket.recv_from(&mut packet) {
            let text = String::from_utf8_lossy(packet.get(..length).unwrap_or_default()).into_owned();
            let _ = socket.send_to(format!("{name}: {text}").as_bytes(), from);
        }
    });
    Ok(at)
}

/// Speaks HTTP/2 without TLS and nothing else: answers every request with 204.
pub(crate) fn h2c() -> Result<SocketAddr> {
    let (listener, at) = listen(Ipv4Addr::LOCALHOST)?;
    serve(listener, |mut stream| drop(http2(&mut stream)));
    Ok(at)
}

fn http2(stream: &mut (impl Read + Write)) -> std::io::Result<()> {
    const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
    const SETTINGS: u8 = 4;
    const HEADERS: u8 = 1;
    let mut preface = [0; 24];
    stream.read_exact(&mut preface)?;
    if preface != *PREFACE {
        return Ok(());
    }
    stream.write_all(&[0, 0, 0, SETTINGS, 0, 0, 0, 0, 0])?;
    loop {
        let mut head = [0; 9];
        stream.read_exact(&mut head)?;
        let [a, b, c, kind, flags, id @ ..] = head;
        let mut payload = vec![0; usize::try_from(u32::from_be_bytes([0, a, b, c])).unwrap_or_default()];
        stream.read_exact(&mut payload)?;
        match kind {
            SETTINGS if flags & 1 == 0 => stream.write_all(&[0, 0, 0, SETTINGS, 1, 0, 0, 0, 0])?,
            HEADERS => {
                // `:status 204` of HPACK's own table, and both the end of the headers and of the stream.
                let [i, j, k, l] = id;
                stream.write_all(&[0, 0, 1, HEADERS, 0b101, i, j, k, l, 0x89])?;
            }
            _ => {}
        }
    }
}

fn serve(listener: TcpListener, answer: impl Fn(std::net::TcpStream) + Send + Sync + 'static) {
    let answer = Arc::new(answer);
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            thread::spawn(move || answer(stream));
        }
    });
}

/// Answers requests on one connection, one after the other.
fn answer(stream: impl Read + Write, name: &str) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut request = String::new();
        while !request.ends_with("\r\n\r\n") {
            match stream.read_line(&mut request) {
                Ok(1..) => {}
                _ => return,
            }
        }
        let body = format!("{name}\n{request}");
        let body = if request.starts_with("HEAD ") { "" } else { &body };
        let head = format!(
            "HTTP/1.1 200 OK\r\nX-Backend: {name}\r\nServer: test\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        let written = stream.get_mut().write_all(format!("{head}{body}").as_bytes());
        if written.and_then(|()| stream.get_mut().flush()).is_err() {
            return;
        }
    }
}
