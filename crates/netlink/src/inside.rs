use std::os::unix::fs::MetadataExt;
use std::path::Path;

use portolan_container::{Container, NetworkMode};

use crate::plan::Place;
use crate::{Conditions, Error, Home, Namespace, Process};

/// The namespace that a container is in, proven to be its own.
#[derive(Debug)]
pub struct Inside {
    /// The container's first process, held.
    pub(crate) process: Process,
    /// The namespace.
    pub namespace: Namespace,
    /// Whether it is the host's.
    pub place: Place,
}

impl Inside {
    /// Finds the namespace of a running container.
    ///
    /// # Errors
    /// Where the container does not run, where its process is another's, and where the namespace may not be opened.
    pub fn find(container: &Container, conditions: &Conditions) -> Result<Self, Error> {
        Self::find_from(None, container, conditions)
    }

    /// [`find`](Self::find), by a thread that knows its own and the host's namespaces already.
    pub(crate) fn find_from(
        home: Option<&Home>,
        container: &Container,
        conditions: &Conditions,
    ) -> Result<Self, Error> {
        let found = Process::open(&conditions.proc, container.pid.unwrap_or(0))
            .and_then(|process| Ok((process.namespace_of(&container.id)?, process)));
        let (namespace, process) = match found {
            // An engine outside of this container has other numbers for its processes.
            Err(Error::Gone { .. } | Error::Foreign { .. }) if is_caged(&conditions.proc) => {
                return Err(Error::NoHost);
            }
            found => found?,
        };
        // The engine's word counts too: the host's namespace may not be there to be compared with.
        let place = match (&container.network_mode, home) {
            (NetworkMode::Host, _) => Place::Host,
            (_, Some(home)) => home.place(&namespace, &conditions.proc),
            (_, None) => place(&namespace, &conditions.proc)?,
        };
        Ok(Self { process, namespace, place })
    }
}

/// Whether a namespace is the host's, or this program's own.
///
/// # Errors
/// Where this program's own namespace cannot be opened.
pub fn place(namespace: &Namespace, proc: &Path) -> Result<Place, Error> {
    let host = host_namespace(proc).is_ok_and(|host| host.id() == namespace.id());
    let own = Namespace::own()?.id() == namespace.id();
    Ok(if host || own { Place::Host } else { Place::Container })
}

/// The host's network namespace: that of the first process.
///
/// # Errors
/// [`Error::NoHost`] inside a container that does not see the host's processes; else why it cannot be opened.
pub fn host_namespace(proc: &Path) -> Result<Namespace, Error> {
    if is_caged(proc) {
        return Err(Error::NoHost);
    }
    match Process::open(proc, 1).and_then(|first| first.namespace()) {
        // Outside of containers, this program's own is the host's.
        Err(Error::Open { .. }) if proc == Path::new("/proc") && !in_container() => Namespace::own(),
        other => other,
    }
}

/// Whether the first process that is seen there may be a container's, and not the host's.
fn is_caged(proc: &Path) -> bool {
    /// The number of the first namespace of process numbers, in every kernel.
    const FIRST: u64 = 0xEFFF_FFFC;
    let own = || std::fs::metadata("/proc/self/ns/pid").map(|file| file.ino());
    in_container() && proc == Path::new("/proc") && own().is_ok_and(|number| number != FIRST)
}

/// Whether this program runs in a container, by the marks that engines leave there.
fn in_container() -> bool {
    Path::new("/.dockerenv").exists() || Path::new("/run/.containerenv").exists()
}
