use std::fmt;
use std::net::{IpAddr, Ipv6Addr};
use std::os::unix::fs::FileTypeExt as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use std::{env, fs};

use crate::{Error, Tls};

/// The address of an engine.
///
/// The forms are those of `DOCKER_HOST`: `unix:///path`, `tcp://host:port`, `http://...`, `https://...`,
/// `ssh://user@host:port`; besides, `tls://host:port` (TCP with TLS, whatever the environment says), `agent://host:port`
/// (an agent in front of an engine, which wants our certificate), an absolute path for its socket, and a socket's path
/// behind an `ssh://` address. [`Display`](fmt::Display) gives the address back.
///
/// ```
/// use portolan_engine::Endpoint;
///
/// let endpoint = Endpoint::parse("ssh://ops@db.example.com/run/podman/podman.sock")?;
/// assert_eq!(endpoint.to_string(), "ssh://ops@db.example.com/run/podman/podman.sock");
/// assert!(!endpoint.is_local());
/// assert!(Endpoint::parse("docker.example.com").is_err());
/// # Ok::<(), portolan_engine::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Endpoint(Arc<Parts>);

/// Shared, since each error about an engine names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Parts {
    address: Address,
    tls: Option<Tls>,
}

/// How an engine is reached.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Address {
    Unix(PathBuf),
    Tcp { scheme: Scheme, host: Host },
    Ssh { user: Option<String>, host: Host, socket: Option<PathBuf> },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Scheme {
    Tcp,
    Http,
    Tls,
    Https,
    /// An agent, which knows us by our certificate.
    Agent,
}

/// A name or an IP address (IPv6 without brackets) and a port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Host {
    pub(crate) name: String,
    pub(crate) port: Option<u16>,
}

impl Endpoint {
    /// Reads an address. No connection is made.
    ///
    /// # Errors
    /// [`Error::Endpoint`].
    pub fn parse(text: &str) -> Result<Self, Error> {
        let address = address(text.trim())
            .map_err(|reason| Error::Endpoint { text: without_password(text), reason: reason.to_owned() })?;
        Ok(Self::new(address))
    }

    /// The same address with these files for TLS; `tcp://` and `http://` then mean TLS. Sockets and SSH have no use for
    /// them.
    #[must_use]
    pub fn with_tls(mut self, tls: Tls) -> Self {
        Arc::make_mut(&mut self.0).tls = Some(tls);
        self
    }

    /// `DOCKER_HOST`, else the first of the usual sockets that is there.
    ///
    /// These are `/var/run/docker.sock`, `$XDG_RUNTIME_DIR/docker.sock`, `/run/podman/podman.sock` and
    /// `$XDG_RUNTIME_DIR/podman/podman.sock`. As in Docker's own client, `DOCKER_TLS_VERIFY` with any value makes
    /// `tcp://` mean TLS, with the files of `DOCKER_CERT_PATH` or of `~/.docker`.
    ///
    /// # Errors
    /// [`Error::Endpoint`] where `DOCKER_HOST` is no address, [`Error::NoEngine`] where no socket is there.
    pub fn from_env_or_local() -> Result<Self, Error> {
        let lookup = |name: &str| env::var(name).ok().filter(|value| !value.is_empty());
        let is_socket = |path: &Path| fs::metadata(path).is_ok_and(|found| found.file_type().is_socket());
        Self::from_lookup(&lookup, is_socket)
    }

    /// Whether the engine runs on this machine: behind a Unix socket, a loopback or the unspecified address.
    pub fn is_local(&self) -> bool {
        match &self.0.address {
            Address::Unix(_) => true,
            Address::Tcp { host, .. } => {
                host.name == "localhost"
                    || host.name.parse().is_ok_and(|ip: IpAddr| ip.is_loopback() || ip.is_unspecified())
            }
            Address::Ssh { .. } => false,
        }
    }

    fn new(address: Address) -> Self {
        Self(Arc::new(Parts { address, tls: None }))
    }

    /// The engine's host, a name or an address without port and brackets; `None` where it is behind a Unix socket.
    ///
    /// ```
    /// use portolan_engine::Endpoint;
    ///
    /// assert_eq!(Endpoint::parse("tls://[2001:db8::1]:2376")?.host(), Some("2001:db8::1"));
    /// # Ok::<(), portolan_engine::Error>(())
    /// ```
    pub fn host(&self) -> Option<&str> {
        match &self.0.address {
            Address::Unix(_) => None,
            Address::Tcp { host, .. } | Address::Ssh { host, .. } => Some(&host.name),
        }
    }

    /// Whether there is an agent in front of the engine.
    pub fn is_agent(&self) -> bool {
        matches!(self.0.address, Address::Tcp { scheme: Scheme::Agent, .. })
    }

    /// Whether the address itself says that TLS is spoken there.
    pub fn speaks_tls(&self) -> bool {
        matches!(self.0.address, Address::Tcp { scheme: Scheme::Tls | Scheme::Https, .. })
    }

    /// Looks whether there is what a connection needs on our side: the certificates, where it has any. No connection is made.
    ///
    /// # Errors
    /// [`Error::UnknownAgent`] without a certificate for an agent, [`Error::TlsFile`] where a file cannot be used.
    pub fn check(&self) -> Result<(), Error> {
        if self.is_agent() && !self.has_certificate() {
            return Err(Error::UnknownAgent { endpoint: self.clone() });
        }
        self.tls().map_or(Ok(()), |tls| tls.check())
    }

    pub(crate) fn address(&self) -> &Address {
        &self.0.address
    }

    /// Whether we have a certificate to show there.
    pub(crate) fn has_certificate(&self) -> bool {
        self.0.tls.as_ref().is_some_and(|tls| tls.cert.is_some())
    }

    /// The files for TLS, where the connection has TLS.
    pub(crate) fn tls(&self) -> Option<Tls> {
        match self.0.address {
            Address::Tcp { scheme: Scheme::Tls | Scheme::Https | Scheme::Agent, .. } => {
                Some(self.0.tls.clone().unwrap_or_default())
            }
            Address::Tcp { .. } => self.0.tls.clone(),
            Address::Unix(_) | Address::Ssh { .. } => None,
        }
    }

    /// The path of the engine's socket on this machine, where it is reached by one.
    ///
    /// ```
    /// use portolan_engine::Endpoint;
    ///
    /// let endpoint = Endpoint::parse("unix:///run/docker.sock")?;
    /// assert_eq!(endpoint.socket().and_then(|path| path.to_str()), Some("/run/docker.sock"));
    /// # Ok::<(), portolan_engine::Error>(())
    /// ```
    pub fn socket(&self) -> Option<&Path> {
        match &self.0.address {
            Address::Unix(path) => Some(path),
            Address::Tcp { .. } | Address::Ssh { .. } => None,
        }
    }

    /// What `ssh` takes as the host to connect to.
    pub(crate) fn ssh_destination(&self) -> Option<String> {
        let Address::Ssh { user, host, .. } = &self.0.address else { return None };
        let user = user.as_ref().map(|user| format!("{user}@")).unwrap_or_default();
        Some(format!("ssh://{user}{host}"))
    }

    fn from_lookup(
        lookup: &dyn Fn(&str) -> Option<String>,
        is_socket: impl Fn(&Path) -> bool,
    ) -> Result<Self, Error> {
        if let Some(host) = lookup("DOCKER_HOST") {
            let endpoint = Self::parse(&host)?;
            let verify = lookup("DOCKER_TLS_VERIFY").is_some() || endpoint.tls().is_some();
            return Ok(if verify { endpoint.with_tls(Tls::from_lookup(lookup)) } else { endpoint });
        }
        let runtime = lookup("XDG_RUNTIME_DIR").map(PathBuf::from);
        let at_runtime = |name: &str| runtime.as_ref().map(|runtime| runtime.join(name));
        let tried: Vec<PathBuf> = [
            Some(PathBuf::from("/var/run/docker.sock")),
            at_runtime("docker.sock"),
            Some(PathBuf::from("/run/podman/podman.sock")),
            at_runtime("podman/podman.sock"),
        ]
        .into_iter()
        .flatten()
        .collect();
        match tried.iter().find(|path| is_socket(path)) {
            Some(path) => Ok(Self::new(Address::Unix(path.clone()))),
            None => Err(Error::NoEngine { tried }),
        }
    }
}

impl FromStr for Endpoint {
    type Err = Error;

    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text)
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0.address {
            Address::Unix(path) => write!(f, "unix://{}", path.display()),
            Address::Tcp { scheme, host } => write!(f, "{}://{host}", scheme.as_str()),
            Address::Ssh { socket, .. } => {
                f.write_str(&self.ssh_destination().unwrap_or_default())?;
                socket.as_ref().map_or(Ok(()), |socket| write!(f, "{}", socket.display()))
            }
        }
    }
}

impl Scheme {
    fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Http => "http",
            Self::Tls => "tls",
            Self::Https => "https",
            Self::Agent => "agent",
        }
    }
}

impl Host {
    /// `host:port` as in a URL, the port filled in.
    pub(crate) fn authority(&self, port: u16) -> String {
        Self { name: self.name.clone(), port: Some(self.port.unwrap_or(port)) }.to_string()
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.contains(':') {
            write!(f, "[{}]", self.name)?;
        } else {
            f.write_str(&self.name)?;
        }
        self.port.map_or(Ok(()), |port| write!(f, ":{port}"))
    }
}

/// A text that is no address, as it may be told: what is before an `@` may be a password, but for the name that `ssh` takes.
fn without_password(text: &str) -> String {
    let (scheme, rest) = text.split_at(text.find("://").map_or(0, |at| at + "://".len()));
    let is = |other: &str| scheme.trim().eq_ignore_ascii_case(other);
    match rest.rsplit_once('@') {
        Some((user, host)) if !is("unix://") && (!is("ssh://") || user.contains(':')) => {
            format!("{scheme}…@{host}")
        }
        _ => text.to_owned(),
    }
}

fn address(text: &str) -> Result<Address, &'static str> {
    if text.starts_with('/') {
        return socket(text).map(Address::Unix);
    }
    let Some((scheme, rest)) = text.split_once("://") else {
        return Err(if text.is_empty() {
            "it is empty"
        } else {
            "it does not begin with a scheme such as `unix://`"
        });
    };
    let scheme = match scheme.to_ascii_lowercase().as_str() {
        "unix" => return socket(rest).map(Address::Unix),
        "ssh" => return ssh(rest),
        "tcp" => Scheme::Tcp,
        "http" => Scheme::Http,
        "tls" => Scheme::Tls,
        "https" => Scheme::Https,
        "agent" => Scheme::Agent,
        "npipe" => return Err("named pipes are for engines on Windows"),
        "fd" => return Err("`fd://` tells an engine which socket it was started with"),
        _ => return Err("the scheme is not known"),
    };
    if rest.contains('@') {
        return Err("nobody logs in there: a name and a password do not belong into the address");
    }
    let rest = rest.strip_suffix('/').unwrap_or(rest);
    if rest.contains('/') {
        return Err("nothing can follow the port");
    }
    Ok(Address::Tcp { scheme, host: host(rest)? })
}

fn ssh(rest: &str) -> Result<Address, &'static str> {
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let (user, authority) = match authority.rsplit_once('@') {
        Some((user, _)) if user.contains(':') => {
            return Err("a password does not belong into an address: `ssh` uses keys");
        }
        // A name that begins with `-` would be an option to `ssh`.
        Some((user, _)) if user.is_empty() || user.starts_with('-') || !user.chars().all(is_word) => {
            return Err("the user's name has characters that `ssh` does not take");
        }
        Some((user, authority)) => (Some(user.to_owned()), authority),
        None => (None, authority),
    };
    let socket = if matches!(path, "" | "/") { None } else { Some(socket(path)?) };
    Ok(Address::Ssh { user, host: host(authority)?, socket })
}

fn socket(path: &str) -> Result<PathBuf, &'static str> {
    if !path.starts_with('/') {
        return Err("the path of a socket begins with `/`: `unix:///path`");
    }
    if path.contains(['\0', '\n', '\r']) {
        return Err("the path has control characters");
    }
    Ok(PathBuf::from(path))
}

fn host(authority: &str) -> Result<Host, &'static str> {
    let (name, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (name, port) = rest.split_once(']').ok_or("the bracket is not closed")?;
            name.parse::<Ipv6Addr>().map_err(|_| "what is in brackets is not an IPv6 address")?;
            (name, port)
        }
        None => authority.find(':').map_or((authority, ""), |at| authority.split_at(at)),
    };
    let bracketed = authority.starts_with('[');
    if !bracketed && authority.matches(':').count() > 1 {
        return Err("an IPv6 address stands in brackets");
    }
    if name.is_empty() {
        return Err("the host is missing");
    }
    if !bracketed && (name.starts_with('-') || !name.chars().all(is_word)) {
        return Err("the host's name has characters that names do not have");
    }
    let port = match port.strip_prefix(':') {
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some(port.parse().ok().filter(|port| *port > 0).ok_or("a port is a number from 1 to 65535")?)
        }
        None if port.is_empty() => None,
        _ => return Err("a port is a number from 1 to 65535"),
    };
    Ok(Host { name: name.to_owned(), port })
}

fn is_word(character: char) -> bool {
    character.is_ascii_alphanumeric() || matches!(character, '.' | '-' | '_')
}

#[cfg(test)]
mod tests;
