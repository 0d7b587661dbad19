use std::fs;
use std::io;
use std::net::{SocketAddr, ToSocketAddrs as _};
use std::os::unix::fs::FileTypeExt as _;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use tokio::net::{TcpListener, UnixListener};

use crate::serve::Stream;

/// Where a server of ours is to be found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Address {
    Tcp { host: String, port: u16 },
    Unix(PathBuf),
}

/// It listens. A Unix socket goes with it.
#[derive(Debug)]
pub(crate) enum Listener {
    Tcp(TcpListener),
    Unix { listener: UnixListener, _socket: Socket },
}

impl Address {
    /// Begins to listen.
    pub(crate) async fn listen(&self) -> anyhow::Result<Listener> {
        match self {
            Self::Tcp { host, port } => {
                let what = || format!("cannot listen on `{}:{port}`", shown(host));
                let host = host.trim_start_matches('[').trim_end_matches(']');
                // A name such as `localhost` has two addresses, and a hub asks for the old kind.
                let host = if host.is_empty() || host == "*" { "0.0.0.0" } else { host };
                let mut addresses: Vec<SocketAddr> =
                    (host, *port).to_socket_addrs().with_context(what)?.collect();
                addresses.sort_by_key(SocketAddr::is_ipv6);
                Ok(Listener::Tcp(TcpListener::bind(&*addresses).await.with_context(what)?))
            }
            Self::Unix(path) => {
                let what = || format!("cannot listen on `{}`", path.display());
                remove_stale(path).with_context(what)?;
                let listener = UnixListener::bind(path).with_context(what)?;
                Ok(Listener::Unix { listener, _socket: Socket(path.clone()) })
            }
        }
    }
}

/// All addresses are shown as `*`.
fn shown(host: &str) -> &str {
    if host.is_empty() { "*" } else { host }
}

impl Listener {
    /// The next connection.
    pub(crate) async fn accept(&self) -> io::Result<Box<dyn Stream>> {
        match self {
            Self::Tcp(listener) => {
                let (stream, _) = listener.accept().await?;
                stream.set_nodelay(true)?;
                Ok(Box::new(stream))
            }
            Self::Unix { listener, .. } => Ok(Box::new(listener.accept().await?.0)),
        }
    }

    /// Where it listens on TCP.
    pub(crate) fn address(&self) -> Option<SocketAddr> {
        match self {
            Self::Tcp(listener) => listener.local_addr().ok(),
            Self::Unix { .. } => None,
        }
    }
}

/// The file of a Unix socket.
#[derive(Debug)]
pub(crate) struct Socket(PathBuf);

impl Drop for Socket {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

/// Removes a socket that a killed program has left. Anything else stays, and so does one at which somebody listens.
fn remove_stale(path: &Path) -> anyhow::Result<()> {
    match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(error.into()),
        Ok(found) if !found.file_type().is_socket() => bail!("there is a file that is no socket"),
        Ok(_) if UnixStream::connect(path).is_ok() => bail!("another program listens there"),
        Ok(_) => Ok(fs::remove_file(path)?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_address_may_have_brackets() {
        for host in ["[::1]", "::1", "127.0.0.1", "localhost"] {
            let listener = Address::Tcp { host: host.to_owned(), port: 0 }.listen().await.unwrap();
            assert!(listener.address().unwrap().ip().is_loopback(), "{host}");
        }
    }

    #[tokio::test]
    async fn a_stale_socket_is_replaced_and_nothing_else() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("api.sock");
        let address = Address::Unix(path.clone());
        drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
        let listener = address.listen().await.unwrap();
        assert!(address.listen().await.is_err(), "somebody listens");
        drop(listener);
        assert!(!path.exists());
        fs::File::create(&path).unwrap();
        assert!(address.listen().await.is_err());
        assert!(path.exists());
    }
}
