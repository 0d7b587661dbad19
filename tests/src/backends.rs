use std::io::{BufRead, BufReader, Write};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::thread;

use anyhow::{Context, Result};

/// Servers that say who they are: one port, at 65,000 addresses of loopback.
///
/// The answer is the number of the server, a blank, and the path that it was asked for.
#[derive(Debug)]
pub struct Backends {
    port: u16,
}

impl Backends {
    /// Starts them, in the network of the calling thread; they end with the process.
    ///
    /// # Errors
    /// Where there is no port.
    pub fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0))?;
        let port = listener.local_addr()?.port();
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                thread::spawn(move || answer(&stream));
            }
        });
        Ok(Self { port })
    }

    /// Where the server of this number is.
    pub fn url(&self, number: u16) -> String {
        let [high, low] = number.to_be_bytes();
        format!("http://127.1.{high}.{low}:{}", self.port)
    }
}

/// Answers the requests of a connection until it ends.
fn answer(stream: &TcpStream) -> Result<()> {
    let SocketAddr::V4(address) = stream.local_addr()? else { return Ok(()) };
    debug_assert!(IpAddr::V4(*address.ip()).is_loopback());
    let [_, _, high, low] = address.ip().octets();
    let number = u16::from_be_bytes([high, low]);
    let mut lines = BufReader::new(stream).lines();
    while let Some(first) = lines.next() {
        let first = first?;
        let path = first.split(' ').nth(1).context("no path")?;
        for line in lines.by_ref() {
            if line?.is_empty() {
                break;
            }
        }
        let body = format!("{number} {path}");
        write!(&mut &*stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())?;
    }
    Ok(())
}
