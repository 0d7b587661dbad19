use std::net::IpAddr;

use hyper::Request;
use hyper::header::HOST;
use hyper::http::uri::Authority;

/// By which names the page may be asked for.
///
/// A name that somebody else has may be made to lead to loopback, and a page of theirs in a browser here could then read ours, since
/// to the browser both are of one origin. So a name must be known; an address in numbers cannot be made to lead elsewhere.
#[derive(Clone, Debug, Default)]
pub(super) struct Hosts(Vec<String>);

impl Hosts {
    /// Names of loopback, and these.
    pub(super) fn new(more: &[String]) -> Self {
        Self(more.iter().map(|host| normal(host)).collect())
    }

    /// Whether a request names its host, once and by a name that is known, on a connection to this address.
    pub(super) fn allow<B>(&self, request: &Request<B>, local: IpAddr) -> bool {
        let mut named = request.headers().get_all(HOST).iter();
        let header = match (named.next(), named.next()) {
            (Some(header), None) => Authority::try_from(header.as_bytes()).ok(),
            _ => None,
        };
        // A target may name a host of its own, which then counts.
        let target = request.uri().authority();
        header.is_some_and(|header| self.knows(&header, local))
            && target.is_none_or(|target| self.knows(target, local))
    }

    fn knows(&self, authority: &Authority, local: IpAddr) -> bool {
        if authority.as_str().contains('@') {
            return false;
        }
        let host = normal(authority.host());
        let is_ours = match host.parse::<IpAddr>() {
            Ok(ip) => {
                let ip = ip.to_canonical();
                ip.is_loopback() || ip == local.to_canonical()
            }
            Err(_) => host == "localhost" || host.ends_with(".localhost"),
        };
        is_ours || self.0.contains(&host)
    }
}

/// A host in one spelling: lower case, without brackets and without a dot at its end.
fn normal(host: &str) -> String {
    let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    bare.strip_suffix('.').unwrap_or(bare).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allows(target: &str, hosts: &[&str], local: &str) -> bool {
        let mut request = Request::builder().uri(target);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        let known = Hosts::new(&["Status.Example.com".to_owned(), "198.51.100.1".to_owned()]);
        known.allow(&request.body(()).unwrap(), local.parse().unwrap())
    }

    #[test]
    fn loopback_the_address_itself_and_names_of_the_settings_are_known() {
        for host in [
            "localhost",
            "LOCALHOST:8081",
            "portolan.localhost",
            "127.0.0.1:8081",
            "127.9.9.9",
            "[::1]:8081",
            "localhost.",
            "192.0.2.7:8081",
            "[::ffff:192.0.2.7]",
            "status.example.com",
            "STATUS.example.com:443",
            "198.51.100.1",
        ] {
            assert!(allows("/", &[host], "192.0.2.7"), "{host}");
        }
        assert!(allows("/", &["192.0.2.7"], "::ffff:192.0.2.7"));
    }

    #[test]
    fn any_other_host_is_refused() {
        for host in [
            "",
            "evil.example",
            "localhost.evil.example",
            "evillocalhost",
            "127.0.0.1.evil.example",
            "evil@localhost",
            "localhost:80:80",
            "192.0.2.8",
            "x.status.example.com",
            "0.0.0.0",
        ] {
            assert!(!allows("/", &[host], "192.0.2.7"), "{host}");
        }
        assert!(!allows("/", &[], "192.0.2.7"), "none");
        assert!(!allows("/", &["localhost", "localhost"], "192.0.2.7"), "two");
        assert!(!allows("http://evil.example/", &["localhost"], "192.0.2.7"), "in the target");
        assert!(allows("http://localhost/", &["localhost"], "192.0.2.7"));
    }
}
