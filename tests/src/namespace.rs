use std::fs::File;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;

use anyhow::{Context, Result, anyhow};
use nix::sched::{CloneFlags, setns, unshare};

use crate::{command, output};

/// A network namespace with loopback alone, which goes with the last process or thread in it.
///
/// Threads of one process may be in different namespaces, so a test enters one with its own thread: what it connects
/// to, and each program that it starts, is in there from then on. Neither a wrapper program nor a name is needed.
#[derive(Debug)]
pub struct NetworkNamespace(File);

impl NetworkNamespace {
    /// Makes one.
    ///
    /// # Errors
    /// Where the kernel refuses it: it needs root.
    pub fn new() -> Result<Self> {
        // The thread that made it ends at once; the open file keeps the namespace.
        let made = thread::spawn(|| -> Result<File> {
            unshare(CloneFlags::CLONE_NEWNET).context("make a network namespace")?;
            output(command("ip").args(["link", "set", "lo", "up"]), b"")?;
            Ok(File::open("/proc/thread-self/ns/net")?)
        });
        made.join().map_err(|_| anyhow!("the thread that makes the network namespace panicked"))?.map(Self)
    }

    /// The one at this path: of a process, or of a container by its sandbox key.
    ///
    /// # Errors
    /// Where it can't be opened.
    pub fn open(path: &str) -> Result<Self> {
        Ok(Self(File::open(path).with_context(|| format!("open the network namespace `{path}`"))?))
    }

    /// What `ip ARGUMENTS` prints in it.
    ///
    /// # Errors
    /// Where it fails, with what it says.
    pub fn ip(&self, arguments: &[&str]) -> Result<String> {
        // A thread can't be trusted to come back.
        thread::scope(|scope| {
            let there = scope.spawn(|| {
                self.enter()?;
                output(command("ip").args(arguments), b"")
            });
            there.join().map_err(|_| anyhow!("the thread that runs `ip` panicked"))?
        })
    }

    /// The open file that keeps it.
    pub(crate) fn file(&self) -> &File {
        &self.0
    }

    /// Takes the calling thread into it, and whatever that starts from now on.
    ///
    /// # Errors
    /// Where the kernel refuses it: it needs root.
    pub fn enter(&self) -> Result<()> {
        setns(&self.0, CloneFlags::CLONE_NEWNET).context("enter a network namespace")
    }
}

/// A port that no other test of this process has, in a namespace that no other process uses.
pub fn free_port() -> u16 {
    // Below the range that the kernel draws from.
    static NEXT: AtomicU16 = AtomicU16::new(20_000);
    NEXT.fetch_add(1, Ordering::Relaxed)
}
