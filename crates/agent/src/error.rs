use std::net::SocketAddr;
use std::path::PathBuf;

/// Why an agent cannot serve.
///
/// Each says what was tried; [`help`](Self::help) says what to do next.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A certificate or key cannot be used.
    #[error("cannot use `{}` for TLS: {reason}", path.display())]
    TlsFile {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// Certificate, key and authority cannot be used together.
    #[error("the TLS files do not go together: {0}")]
    Tls(#[from] rustls::Error),
    /// The address cannot be listened at.
    #[error("cannot listen at `{address}`: {reason}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// The system's words.
        reason: std::io::Error,
    },
    /// A certificate could not be made.
    #[error("cannot make a certificate: {0}")]
    Certificate(#[from] rcgen::Error),
}

impl Error {
    /// What to do about it, where there is a next step.
    ///
    /// ```
    /// let error = portolan_agent::Error::TlsFile { path: "ca.pem".into(), reason: "it is empty".into() };
    /// assert!(error.help().is_some_and(|help| help.contains("agent init")));
    /// ```
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::TlsFile { .. } => Some(
                "`docker-watcher agent init` makes the files; they are PEM, and the user that this runs as must be able to read them",
            ),
            Self::Tls(_) => Some("use the three files of one `docker-watcher agent init`"),
            Self::Listen { .. } => {
                Some("name an address of this machine, and a port that is free: `--listen`")
            }
            Self::Certificate(_) => {
                Some("names are host names and IP addresses, such as `db.example.com` and `192.0.2.7`")
            }
        }
    }
}
