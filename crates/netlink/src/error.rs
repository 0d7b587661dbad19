use std::io;
use std::path::PathBuf;
use std::time::Duration;

use crate::{Answer, NamespaceId};

/// Why nothing was done in a network namespace, or why it isn't known what was.
///
/// What the kernel says of one request among several is no error but an [`Answer`].
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The file of a network namespace can't be opened.
    #[error("cannot open the network namespace `{}`", path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The file is something else.
    #[error("`{}` is not a network namespace", path.display())]
    NotANamespace {
        /// The file.
        path: PathBuf,
    },
    /// No process can be looked up there.
    #[error("`{}` is not a proc file system", path.display())]
    NotProc {
        /// The directory.
        path: PathBuf,
    },
    /// The process has ended, or has never been: the namespace of another that has its number now is not meant.
    #[error("the process {pid} has ended")]
    Gone {
        /// The number that it had.
        pid: u32,
    },
    /// The process is none of the container's.
    #[error("the process {pid} is not of the container `{container}`")]
    Foreign {
        /// The number of the process.
        pid: u32,
        /// The container's id.
        container: String,
    },
    /// The service runs in a container, and the processes that it sees are that container's.
    #[error("the host's network namespace is not to be seen from inside this container")]
    NoHost,
    /// What the process is can't be read.
    #[error("cannot read `{}`", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// The kernel doesn't let us into the namespace.
    #[error("cannot enter the network namespace {namespace}")]
    Enter {
        /// The namespace.
        namespace: NamespaceId,
        /// The system's reason.
        source: io::Error,
    },
    /// Others of this process were at work in the namespace all the time.
    #[error("the network namespace {namespace} was not free within {after:?}")]
    Locked {
        /// The namespace.
        namespace: NamespaceId,
        /// How long it was waited for.
        after: Duration,
    },
    /// No thread can be started to enter the namespace with.
    #[error("cannot start a thread")]
    Thread {
        /// The system's reason.
        source: io::Error,
    },
    /// The netlink socket can't be opened, written to or read from; part of what was asked may have been done.
    #[error("cannot {attempt} the netlink socket")]
    Socket {
        /// What was tried: `open`, `write to` or `read from`.
        attempt: &'static str,
        /// The system's reason.
        source: io::Error,
    },
    /// No answer in time; part of what was asked may have been done.
    #[error("no answer from the kernel within {after:?}")]
    Timeout {
        /// How long it was waited for.
        after: Duration,
    },
    /// The kernel refused a dump.
    #[error("the kernel refused to list {what}: {}", answer.reason())]
    Refused {
        /// What was asked for: `links`, `routes`.
        what: &'static str,
        /// What the kernel said.
        answer: Answer,
    },
    /// The kernel said what has no meaning in netlink.
    #[error("the kernel's answer cannot be read")]
    Garbled,
}

impl Error {
    /// What to do about it, where there is something.
    pub fn help(&self) -> Option<String> {
        let denied = |source: &io::Error| source.kind() == io::ErrorKind::PermissionDenied;
        let text = match self {
            Self::Open { source, .. } | Self::Read { source, .. } if denied(source) => {
                "the namespaces of other users' processes need root or the capability CAP_SYS_PTRACE"
            }
            Self::Open { source, .. } if source.kind() == io::ErrorKind::NotFound => {
                "a namespace is at `/proc/PID/ns/net` or `/run/netns/NAME`"
            }
            Self::NotANamespace { .. } => "a namespace is at `/proc/PID/ns/net` or `/run/netns/NAME`",
            Self::NotProc { .. } => {
                "name where the proc file system of the engine's host is mounted, as `/proc`"
            }
            Self::Enter { source, .. } if denied(source) => {
                "this needs root, or the capabilities CAP_SYS_ADMIN to enter and CAP_NET_ADMIN to change"
            }
            Self::Foreign { .. } => {
                "the container was started anew in the meantime, or its engine is on another machine"
            }
            Self::NoHost => {
                "run it with `--pid host`, or mount the host's /proc and name it in the setting `network.proc`"
            }
            Self::Locked { .. } | Self::Timeout { .. } => "try again, or give it more time",
            Self::Refused { answer, .. } => return answer.help(),
            _ => return None,
        };
        Some(text.to_owned())
    }

    /// Whether it only says that the process ended before its namespace was opened.
    ///
    /// Where a container ended, that is no failure.
    pub fn is_gone(&self) -> bool {
        matches!(self, Self::Gone { .. })
    }
}
