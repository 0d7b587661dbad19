use std::env;
use std::error::Error as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use openssh::{ControlPersist, ForwardType, KnownHosts, Session, SessionBuilder, Socket};

use crate::endpoint::Address;
use crate::{Endpoint, Error};

/// The socket of an engine on another machine, brought here by the `ssh` program.
///
/// One login serves all requests. `ssh` does it, and not a library, since people's keys, agents, jump hosts and known
/// hosts are set up for that program.
#[derive(Debug)]
pub(crate) struct Tunnel {
    /// Ends the connection and removes the socket when it is dropped.
    _session: Session,
    socket: PathBuf,
}

impl Tunnel {
    /// Where the engine's socket is on the other side, unless the address says so.
    const SOCKET: &str = "/var/run/docker.sock";

    /// Connects. Only a host whose key is known is spoken to: nobody is there to be asked.
    pub(crate) async fn open(endpoint: &Endpoint, timeout: Duration) -> Result<Self, Error> {
        let failed = |reason: String| Error::Ssh { endpoint: endpoint.clone(), reason };
        let (Address::Ssh { socket, .. }, Some(destination)) =
            (endpoint.address(), endpoint.ssh_destination())
        else {
            return Err(failed("the address is not one of SSH".to_owned()));
        };
        let mut builder = SessionBuilder::default();
        builder
            .known_hosts_check(KnownHosts::Strict)
            .connect_timeout(timeout.max(Duration::from_secs(1)))
            // A machine that vanished says nothing; the event stream must end all the same.
            .server_alive_interval(Duration::from_secs(15))
            // Where this process is killed, `ssh` goes too once it has nothing to do.
            .control_persist(ControlPersist::IdleFor(std::num::NonZeroUsize::MIN.saturating_add(59)))
            .control_directory(env::temp_dir());
        let session = builder.connect(&destination).await.map_err(|error| failed(words(&error)))?;
        let here = session.control_socket().with_file_name("engine.sock");
        let there = socket.as_deref().unwrap_or(Path::new(Self::SOCKET));
        session
            .request_port_forward(ForwardType::Local, unix(&here), unix(there))
            .await
            .map_err(|error| failed(words(&error)))?;
        Ok(Self { _session: session, socket: here })
    }

    /// The socket on this side.
    pub(crate) fn socket(&self) -> &Path {
        &self.socket
    }
}

fn unix(path: &Path) -> Socket<'_> {
    Socket::UnixSocket { path: path.into() }
}

/// What `ssh` said, which the library keeps in the cause, in one line.
fn words(error: &openssh::Error) -> String {
    let mut text = error.to_string();
    if let Some(cause) = error.source() {
        text = format!("{text}: {cause}");
    }
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("; ")
}
