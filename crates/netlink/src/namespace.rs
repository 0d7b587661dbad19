use std::collections::BTreeSet;
use std::fmt;
use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sched::{CloneFlags, setns};
use nix::sys::statfs::{NSFS_MAGIC, fstatfs};

use crate::{Error, Socket};

/// The file of the calling thread's own namespace. Another thread than the process's first may be elsewhere.
const OWN: &str = "/proc/thread-self/ns/net";

/// A network namespace, held open: it stays the same one, and stays, whatever becomes of the processes in it.
#[derive(Debug)]
pub struct Namespace {
    file: File,
    path: PathBuf,
    id: NamespaceId,
}

/// Which network namespace it is: equal for two files of the same one, as long as one of them is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamespaceId {
    /// The device of the file.
    pub device: u64,
    /// The number of the file on that device, which the kernel shows in links such as `net:[4026531840]`.
    pub inode: u64,
}

impl fmt::Display for NamespaceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "net:[{}]", self.inode)
    }
}

impl Namespace {
    /// Opens the one at this path: `/proc/PID/ns/net`, `/run/netns/NAME` or an engine's sandbox key.
    ///
    /// A container's is better had by [`Process::namespace`](crate::Process::namespace), which never opens that of another
    /// process with the same number.
    ///
    /// # Errors
    /// [`Error::Open`] where it can't be opened, [`Error::NotANamespace`] where it is something else. A namespace of
    /// another kind is found out by [`run`](Self::run).
    pub fn open(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        // Without waiting for a writer, should it be a named pipe.
        let flags = (OFlag::O_NONBLOCK | OFlag::O_NOCTTY).bits();
        let file = OpenOptions::new().read(true).custom_flags(flags).open(path);
        Self::of(file.map_err(|source| Error::Open { path: path.to_owned(), source })?, path)
    }

    /// The one that the calling thread is in.
    ///
    /// # Errors
    /// As [`open`](Self::open), where no proc file system is mounted.
    pub fn own() -> Result<Self, Error> {
        Self::open(OWN)
    }

    pub(crate) fn of(file: File, path: &Path) -> Result<Self, Error> {
        let broken = |source| Error::Open { path: path.to_owned(), source };
        let system = fstatfs(&file).map_err(|error| broken(error.into()))?;
        if system.filesystem_type() != NSFS_MAGIC {
            return Err(Error::NotANamespace { path: path.to_owned() });
        }
        let metadata = file.metadata().map_err(broken)?;
        let id = NamespaceId { device: metadata.dev(), inode: metadata.ino() };
        Ok(Self { file, path: path.to_owned(), id })
    }

    /// Which one it is.
    pub fn id(&self) -> NamespaceId {
        self.id
    }

    /// Does work in it, on a thread of its own that ends afterwards, with a netlink socket that is closed then.
    ///
    /// A thread that has entered a namespace must not go back to others' work; and an open socket keeps a namespace alive
    /// whose container is gone. One's own namespace needs no rights to enter.
    ///
    /// Work in one namespace is done one at a time, so that what is read there is still true when it is changed. Threads of
    /// this process wait for each other. Other processes that use this library are kept out by a lock on the namespace's
    /// file, but waited for only a moment: that file is open to every process in the namespace, and a container must not be
    /// able to hold up what its labels ask for.
    ///
    /// `timeout` bounds the wait, and then, once more, all that is asked of the socket.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use portolan_netlink::{Device, Error, Namespace, State};
    ///
    /// # fn main() -> Result<(), Error> {
    /// let state = Namespace::own()?.run(Duration::from_secs(5), State::read)??;
    /// assert!(state.links.index(&Device::Name("lo".to_owned())).is_some());
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Locked`], [`Error::Enter`], [`Error::NotANamespace`], [`Error::Thread`] and [`Error::Socket`]; the work has
    /// not begun then.
    ///
    /// # Panics
    /// If the work does.
    pub fn run<T: Send>(
        &self,
        timeout: Duration,
        work: impl FnOnce(&mut Socket) -> T + Send,
    ) -> Result<T, Error> {
        let _turn = Turn::take(self.id, timeout)?;
        let _lock = Lock::take(&self.file, timeout);
        thread::scope(|scope| {
            let name = format!("netns-{}", self.id.inode);
            let thread = thread::Builder::new().name(name).spawn_scoped(scope, || {
                self.enter()?;
                Ok(work(&mut Socket::open(timeout)?.until(Instant::now() + timeout)))
            });
            let thread = thread.map_err(|source| Error::Thread { source })?;
            thread.join().unwrap_or_else(|panic| resume_unwind(panic))
        })
    }

    /// Does work in it as [`run`](Self::run) does, on the calling thread, which goes back to `home` afterwards.
    pub(crate) fn visit<T>(
        &self,
        home: &Self,
        timeout: Duration,
        work: impl FnOnce(&mut Socket) -> T,
    ) -> Result<T, Error> {
        let _turn = Turn::take(self.id, timeout)?;
        let _lock = Lock::take(&self.file, timeout);
        let _back = Back(home);
        self.enter()?;
        Ok(work(&mut Socket::open(timeout)?.until(Instant::now() + timeout)))
    }

    /// Takes the calling thread into it.
    fn enter(&self) -> Result<(), Error> {
        match setns(&self.file, CloneFlags::CLONE_NEWNET) {
            Ok(()) => Ok(()),
            // It needs rights even to go where one is.
            Err(Errno::EPERM) if Self::own().is_ok_and(|own| own.id == self.id) => Ok(()),
            Err(Errno::EINVAL) => Err(Error::NotANamespace { path: self.path.clone() }),
            Err(error) => Err(Error::Enter { namespace: self.id, source: error.into() }),
        }
    }
}

/// Takes a thread back, even where its work panics: as long as it stays, it keeps alive what is a container's.
struct Back<'a>(&'a Namespace);

impl Drop for Back<'_> {
    fn drop(&mut self) {
        // Nothing keeps a thread out that came from there.
        let _ = self.0.enter();
    }
}

/// The right of one thread of this process to work in a namespace.
struct Turn(NamespaceId);

/// The namespaces that threads of this process are at work in.
static BUSY: Mutex<BTreeSet<NamespaceId>> = Mutex::new(BTreeSet::new());
static FREED: Condvar = Condvar::new();

impl Turn {
    fn take(namespace: NamespaceId, timeout: Duration) -> Result<Self, Error> {
        let busy = BUSY.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = FREED.wait_timeout_while(busy, timeout, |busy| busy.contains(&namespace));
        let (mut busy, _) = waited.unwrap_or_else(PoisonError::into_inner);
        // Not whether the time is over: it may have become free at the last moment.
        if busy.insert(namespace) {
            Ok(Self(namespace))
        } else {
            Err(Error::Locked { namespace, after: timeout })
        }
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        BUSY.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.0);
        FREED.notify_all();
    }
}

/// A lock on a namespace's file, against other processes.
struct Lock<'a>(Option<&'a File>);

impl<'a> Lock<'a> {
    /// The longest wait for another process. Work takes well under a millisecond.
    const WAIT: Duration = Duration::from_millis(250);

    fn take(file: &'a File, timeout: Duration) -> Self {
        let end = Instant::now() + timeout.min(Self::WAIT);
        let mut pause = Duration::from_micros(100);
        loop {
            match file.try_lock() {
                Ok(()) => return Self(Some(file)),
                Err(TryLockError::WouldBlock) if Instant::now() < end => {
                    // A lock on a file can't be waited for with a limit.
                    thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_millis(5));
                }
                Err(TryLockError::WouldBlock) => return Self(None),
                Err(TryLockError::Error(error)) if error.kind() == io::ErrorKind::Interrupted => {}
                // A kernel that has no locks on such files has none to wait for.
                Err(TryLockError::Error(_)) => return Self(None),
            }
        }
    }
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        if let Some(file) = self.0 {
            // It goes with the file in any case.
            let _ = file.unlock();
        }
    }
}
