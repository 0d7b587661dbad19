//! Tries whether something answers where Traefik will look.

use std::io::ErrorKind;
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::time::Duration;

/// How long an answer is waited for.
const LIMIT: Duration = Duration::from_secs(1);

/// What is wrong with each address, `HOST:PORT`, at which nothing answers.
pub(crate) fn probe(servers: &[String], _proc: &Path) -> Vec<String> {
    servers.iter().filter_map(|server| probe_one(server)).collect()
}

fn probe_one(server: &str) -> Option<String> {
    let address = server.to_socket_addrs().ok().and_then(|mut addresses| addresses.next())?;
    let error = TcpStream::connect_timeout(&address, LIMIT).err()?;
    let (host, port) = (address.ip(), address.port());
    Some(match error.kind() {
        ErrorKind::ConnectionRefused => format!(
            "nothing listens at {server}: the program may not be up yet, listen on another port, or on 127.0.0.1 alone"
        ),
        ErrorKind::TimedOut | ErrorKind::WouldBlock => format!(
            "no answer from {server}: a firewall may drop it; `iptables -I OUTPUT -d {host} -p tcp --dport {port} -j ACCEPT` opens it \
             for a Traefik on this machine, the chain FORWARD for one in a container"
        ),
        _ => format!("{server} cannot be reached: {error}"),
    })
}
