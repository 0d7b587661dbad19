use percent_encoding::percent_decode_str;
use url::Url;

use crate::Error;

/// Where the requests of a route go: a server, and a path that is put before theirs.
///
/// ```
/// use portolan_jupyterhub::Target;
///
/// let target = Target::parse("http://127.0.0.1:9000/test/")?;
/// assert_eq!((target.server(), target.prefix()), ("http://127.0.0.1:9000", Some("/test")));
/// assert!(Target::parse("http+unix://%2Frun%2Fx").is_err());
/// # Ok::<(), portolan_jupyterhub::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    server: String,
    prefix: Option<String>,
}

impl Target {
    /// Reads a URL.
    ///
    /// # Errors
    /// [`Error::Target`] for what Traefik (3.7) cannot send requests to, such as a Unix socket.
    pub fn parse(target: &str) -> Result<Self, Error> {
        let refused = |reason: String| Error::Target { target: target.to_owned(), reason };
        let url = Url::parse(target).map_err(|error| refused(format!("is no URL: {error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            let scheme = url.scheme();
            return Err(refused(format!(
                "cannot be reached by Traefik: `{scheme}` is neither `http` nor `https`"
            )));
        }
        let Some(host) = url.host_str() else { return Err(refused("has no host".to_owned())) };
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        let server = format!("{}://{host}{port}", url.scheme());
        // Traefik escapes the prefix itself, after it has put it before the path.
        let prefix = percent_decode_str(url.path().trim_end_matches('/')).decode_utf8_lossy().into_owned();
        Ok(Self { server, prefix: Some(prefix).filter(|prefix| !prefix.is_empty()) })
    }

    /// Scheme, host and port.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// What is put before the path of each request, without a slash at its end.
    pub fn prefix(&self) -> Option<&str> {
        self.prefix.as_deref()
    }

    /// Whether Traefik speaks TLS to it.
    pub fn is_https(&self) -> bool {
        self.server.starts_with("https:")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(target: &str, expected: Option<(&str, Option<&str>)>) {
        let read = Target::parse(target).ok();
        assert_eq!(read.as_ref().map(|target| (target.server(), target.prefix())), expected, "{target}");
    }

    #[test]
    fn servers_and_prefixes() {
        check("http://127.0.0.1:54321", Some(("http://127.0.0.1:54321", None)));
        check("https://[::1]:8443/", Some(("https://[::1]:8443", None)));
        check("http://h:9/a%20b/?x=1", Some(("http://h:9", Some("/a b"))));
        check("HTTP://Example.com:80//", Some(("http://example.com", None)));
    }

    #[test]
    fn what_traefik_cannot_reach() {
        for target in ["", "127.0.0.1:80", "ftp://x", "http+unix://%2Frun%2Fs", "http://", "/path"] {
            check(target, None);
        }
    }
}
