use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use super::{Fault, Setting};
use crate::node::{Node, Value, printable};
use crate::{Error, check};

/// An address and a port, or a port alone, which is on loopback. An empty text is none.
impl Setting for Option<SocketAddr> {
    fn expected(&self) -> String {
        "an address and a port, or a port alone".to_owned()
    }

    fn read(&mut self, node: &Node) -> Result<(), Vec<Fault>> {
        let text = match &node.value {
            Value::Text(text) | Value::Number(text) => text.trim(),
            Value::Null | Value::Bool(_) | Value::List(_) | Value::Section(_) | Value::Tagged => {
                return Err(Fault::wrong_type(node, self.expected(), None));
            }
        };
        *self = match text {
            "" => None,
            text => Some(address(text).map_err(|(message, help)| {
                let (message, help) = (format!("`{}` {message}", printable(text)), Some(help.to_owned()));
                vec![Fault { ordinal: node.ordinal, error: Error::Invalid(message), help }]
            })?),
        };
        Ok(())
    }

    fn show(&self) -> String {
        self.map(|address| address.to_string()).unwrap_or_default()
    }
}

/// The address, or what is wrong with the text and what to write instead.
fn address(text: &str) -> Result<SocketAddr, (&'static str, &'static str)> {
    let help = "write `8081`, `127.0.0.1:8081` or `[::1]:8081`";
    let (host, port) = match text.rsplit_once(':') {
        // An address of IPv6 has colons itself: with a port it stands in brackets.
        _ if text.parse::<IpAddr>().is_ok() => return Err(("has no port", help)),
        Some((host, port)) => (host, port),
        None => ("", text),
    };
    let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let port = match port.parse() {
        Ok(port) if digits => port,
        _ if host.is_empty() && !digits && check::is_host(text) => return Err(("has no port", help)),
        _ => return Err(("has no port from 0 to 65535", help)),
    };
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let ip = match (host, bare) {
        ("" | "localhost", _) => Some(Ipv4Addr::LOCALHOST.into()),
        ("*", _) => Some(Ipv4Addr::UNSPECIFIED.into()),
        (_, Some(bare)) => bare.parse().ok().filter(IpAddr::is_ipv6),
        (host, None) => host.parse().ok().filter(IpAddr::is_ipv4),
    };
    let ip = ip.ok_or(("does not begin with an IP address", help))?;
    Ok(SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_alone_is_on_loopback() {
        let check = |text: &str, expected: &str| {
            assert_eq!(address(text).map(|it| it.to_string()), Ok(expected.to_owned()), "{text}");
        };
        check("8081", "127.0.0.1:8081");
        check(":8081", "127.0.0.1:8081");
        check("localhost:8081", "127.0.0.1:8081");
        check("0", "127.0.0.1:0");
        check("192.0.2.7:80", "192.0.2.7:80");
        check("0.0.0.0:80", "0.0.0.0:80");
        check("*:80", "0.0.0.0:80");
        check("[::1]:80", "[::1]:80");
        check("[::]:80", "[::]:80");
    }

    #[test]
    fn what_is_no_address_is_told() {
        let check = |text: &str, expected: &str| {
            assert_eq!(address(text).map_err(|(message, _)| message), Err(expected), "{text}");
        };
        check("127.0.0.1", "has no port");
        check("::1", "has no port");
        check("example", "has no port");
        check("127.0.0.1:", "has no port from 0 to 65535");
        check("127.0.0.1:+1", "has no port from 0 to 65535");
        check("70000", "has no port from 0 to 65535");
        check("status.example.com:80", "does not begin with an IP address");
        check("::1:80x", "has no port from 0 to 65535");
        check("[127.0.0.1]:80", "does not begin with an IP address");
        check("http://127.0.0.1:80", "does not begin with an IP address");
    }
}
