use std::path::{Path, PathBuf};
use std::time::Duration;

use crate::Endpoint;

/// Why containers could not be had.
///
/// Each says what was tried; [`help`](Self::help) says what to do next.
///
/// ```
/// use portolan_engine::{Endpoint, Error};
///
/// let error = Endpoint::parse("docker.sock").unwrap_err();
/// assert!(matches!(error, Error::Endpoint { .. }));
/// assert_eq!(
///     error.to_string(),
///     "`docker.sock` is not the address of an engine: it does not begin with a scheme such as `unix://`"
/// );
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The text is no address of an engine.
    #[error("`{text}` is not the address of an engine: {reason}")]
    Endpoint {
        /// What was given.
        text: String,
        /// What is wrong with it.
        reason: String,
    },
    /// No address was given, and none of the usual sockets is there.
    #[error("no engine found: `DOCKER_HOST` is not set, and there is no socket at {}", listed(tried))]
    NoEngine {
        /// The sockets that were looked for, in order.
        tried: Vec<PathBuf>,
    },
    /// The socket is not there.
    #[error("no engine at `{endpoint}`: there is no such socket")]
    NoSocket {
        /// The engine.
        endpoint: Endpoint,
    },
    /// The socket is there, and not for this user.
    #[error("no access to the engine at `{endpoint}`: permission denied")]
    PermissionDenied {
        /// The engine.
        endpoint: Endpoint,
    },
    /// Nobody listens at the address.
    #[error("no engine at `{endpoint}`: connection refused")]
    Refused {
        /// The engine.
        endpoint: Endpoint,
    },
    /// The address could not be reached for another reason, such as a name that does not resolve.
    #[error("cannot reach the engine at `{endpoint}`: {reason}")]
    Unreachable {
        /// The engine.
        endpoint: Endpoint,
        /// The system's words.
        reason: String,
    },
    /// No whole answer within the time.
    #[error("no answer from the engine at `{endpoint}` within {after:?}")]
    Timeout {
        /// The engine.
        endpoint: Endpoint,
        /// How long it was waited for.
        after: Duration,
    },
    /// A certificate or key that was named cannot be used.
    #[error("cannot use `{}` for TLS: {reason}", path.display())]
    TlsFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// The two sides did not agree on TLS.
    #[error("no TLS connection to the engine at `{endpoint}`: {reason}")]
    Tls {
        /// The engine.
        endpoint: Endpoint,
        /// What the TLS library or the other side said.
        reason: String,
    },
    /// An agent is asked for, and there is no certificate to show it.
    #[error("agent `{endpoint}` is not known: no certificates are given for it")]
    UnknownAgent {
        /// The agent.
        endpoint: Endpoint,
    },
    /// `ssh` could not be started, or did not get through.
    #[error("no SSH connection to the engine at `{endpoint}`: {reason}")]
    Ssh {
        /// The engine.
        endpoint: Endpoint,
        /// What `ssh` said.
        reason: String,
    },
    /// The engine answered, with an error.
    #[error("the engine at `{endpoint}` answered {status}: {message}")]
    Status {
        /// The engine.
        endpoint: Endpoint,
        /// The HTTP status.
        status: u16,
        /// The engine's words.
        message: String,
    },
    /// The answer is not what an engine's API gives.
    #[error("the answer of `{endpoint}` is not an engine's: {reason}")]
    Answer {
        /// The address.
        endpoint: Endpoint,
        /// What is wrong with the answer.
        reason: String,
    },
    /// A file of containers cannot be read.
    #[error("cannot read `{}`: {reason}", path.display())]
    Source {
        /// The file.
        path: PathBuf,
        /// The system's words.
        reason: std::io::Error,
    },
    /// The connection ended within an answer or within the stream of events.
    #[error("the connection to the engine at `{endpoint}` ended: {reason}")]
    Ended {
        /// The engine.
        endpoint: Endpoint,
        /// The system's words.
        reason: String,
    },
}

impl Error {
    /// What to do about it, where there is a next step.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::Endpoint { .. } => "addresses are `unix:///run/docker.sock`, `tcp://host:2375`, `tls://host:2376`, \
                `http://host`, `https://host`, `agent://host:8890`, `ssh://user@host` or `ssh://user@host/path/to/socket`"
                .to_owned(),
            Self::NoEngine { .. } => {
                "start an engine (`systemctl start docker` or `systemctl start podman.socket`), or name its address".to_owned()
            }
            Self::NoSocket { endpoint } => match service(endpoint) {
                Some(service) => format!("start it (`systemctl start {service}`), or name another address"),
                None => "check the path, and that the engine runs".to_owned(),
            },
            Self::PermissionDenied { endpoint } => match service(endpoint) {
                Some("docker") => "run as root, or join the group of the socket (`usermod -aG docker USER`) and log in again; \
                    the group is as good as root"
                    .to_owned(),
                Some(_) => {
                    "run as root, or use the user's own socket (`systemctl --user start podman.socket`)".to_owned()
                }
                None => "run as a user who may write to the socket".to_owned(),
            },
            Self::Refused { .. } => "check that the engine runs and listens there".to_owned(),
            Self::Unreachable { .. } => "check the host's name and the way to it".to_owned(),
            Self::Timeout { .. } => "check that the engine is not stuck, and that no firewall drops the packets".to_owned(),
            Self::TlsFile { .. } => {
                "the settings name the files (`tls`, or those of the provider or agent), else `DOCKER_CERT_PATH` names a directory \
                    with `ca.pem`, `cert.pem` and `key.pem`; all are PEM, and the user that this runs as must be able to read them"
                    .to_owned()
            }
            Self::Tls { .. } => "check that the engine speaks TLS there, that `ca.pem` signed its certificate for this host name, \
                and that it accepts `cert.pem`"
                .to_owned(),
            Self::UnknownAgent { .. } => {
                "name its certificates in the settings, under `providers.agents`; `docker-watcher agent init` makes them"
                    .to_owned()
            }
            Self::Ssh { endpoint, .. } => format!(
                "check `ssh {}` as the user whom this runs as: it must connect without a password, and know the host's key",
                endpoint.ssh_destination().unwrap_or_else(|| "HOST".to_owned())
            ),
            Self::Status { status: 401 | 403, .. } => {
                "where a proxy guards the socket, it must let through GET of `/version`, `/containers` and `/events`".to_owned()
            }
            Self::Status { status: 400, message, .. } if message.contains("HTTPS") => {
                "the engine speaks TLS there: write `tls://` for `tcp://`".to_owned()
            }
            Self::Answer { .. } => "check that an engine is at this address, and not another service".to_owned(),
            Self::Status { .. } | Self::Ended { .. } | Self::Source { .. } => return None,
        })
    }
}

/// The unit that makes the socket, by the socket's usual name.
fn service(endpoint: &Endpoint) -> Option<&'static str> {
    match endpoint.socket().and_then(Path::file_name)?.to_str()? {
        "docker.sock" => Some("docker"),
        "podman.sock" => Some("podman.socket"),
        _ => None,
    }
}

fn listed(paths: &[PathBuf]) -> String {
    paths.iter().map(|path| format!("`{}`", path.display())).collect::<Vec<_>>().join(", ")
}
