use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{OFlag, open, openat};
use nix::sys::stat::Mode;
use nix::sys::statfs::{PROC_SUPER_MAGIC, fstatfs};

use crate::{Error, Namespace};

/// A process, held by its directory in a proc file system.
///
/// A number alone names another process as soon as the first has ended. The directory never does: once the process is gone,
/// nothing can be opened in it. That works with the proc file system of another machine's root too, mounted into the
/// service's container, where file descriptors of processes would look up the number among the wrong ones.
#[derive(Debug)]
pub struct Process {
    directory: OwnedFd,
    path: PathBuf,
    pid: u32,
}

impl Process {
    /// Opens the process of this number, as `proc` numbers them: `/proc`, or where the engine's host has it mounted.
    ///
    /// ```
    /// use std::path::Path;
    ///
    /// use portolan_netlink::{Error, Namespace, Process};
    ///
    /// # fn main() -> Result<(), Error> {
    /// let process = Process::open(Path::new("/proc"), std::process::id())?;
    /// assert_eq!(process.namespace()?.id(), Namespace::own()?.id());
    /// // A container that does not run has the process 0.
    /// assert!(Process::open(Path::new("/proc"), 0).is_err_and(|error| error.is_gone()));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Gone`] where there is none of this number, [`Error::NotProc`] where no proc file system is there, and
    /// [`Error::Open`].
    pub fn open(proc: &Path, pid: u32) -> Result<Self, Error> {
        let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let not_proc = || Error::NotProc { path: proc.to_owned() };
        let root = match open(proc, flags, Mode::empty()) {
            Ok(root) => root,
            Err(Errno::ENOENT | Errno::ENOTDIR) => return Err(not_proc()),
            Err(error) => return Err(Error::Open { path: proc.to_owned(), source: error.into() }),
        };
        if fstatfs(&root).map(|it| it.filesystem_type()) != Ok(PROC_SUPER_MAGIC) {
            return Err(not_proc());
        }
        let path = proc.join(pid.to_string());
        match openat(&root, pid.to_string().as_str(), flags, Mode::empty()) {
            Ok(directory) => Ok(Self { directory, path, pid }),
            Err(Errno::ENOENT | Errno::ESRCH) => Err(Error::Gone { pid }),
            Err(error) => Err(Error::Open { path, source: error.into() }),
        }
    }

    /// The number that it was opened by.
    pub fn pid(&self) -> u32 {
        self.pid
    }

    /// The network namespace that it is in.
    ///
    /// # Errors
    /// [`Error::Gone`] where it has ended, never the namespace of another; [`Error::Open`].
    pub fn namespace(&self) -> Result<Namespace, Error> {
        let path = self.path.join("ns/net");
        match self.file("ns/net") {
            Ok(file) => Namespace::of(file, &path),
            Err(error) if is_gone(&error) => Err(Error::Gone { pid: self.pid }),
            Err(source) => Err(Error::Open { path, source }),
        }
    }

    /// The network namespace that it is in, if it is of this container.
    ///
    /// The engine's word on the process is older than the process that was opened. What was opened first can't change while
    /// it is asked whose it is.
    ///
    /// # Errors
    /// As [`namespace`](Self::namespace), and [`Error::Foreign`].
    pub fn namespace_of(&self, container: &str) -> Result<Namespace, Error> {
        let namespace = self.namespace()?;
        if self.is_in_container(container)? {
            return Ok(namespace);
        }
        // One that ended after the first look has no group any more, and no namespace.
        self.namespace()?;
        Err(Error::Foreign { pid: self.pid, container: container.to_owned() })
    }

    /// Whether its control group is that of the container with this full id.
    ///
    /// Where control groups have a namespace of their own, or an engine makes none, the id isn't told: then the answer is
    /// `false`, and the caller has to ask the engine once more.
    ///
    /// # Errors
    /// [`Error::Gone`] where it has ended, [`Error::Read`] where the file can't be read.
    pub fn is_in_container(&self, id: &str) -> Result<bool, Error> {
        // Without room, it would be read in many small pieces.
        let mut text = Vec::with_capacity(4096);
        let read = self.file("cgroup").and_then(|mut file| file.read_to_end(&mut text));
        match read {
            Ok(_) => Ok(is_group_of(&String::from_utf8_lossy(&text), id)),
            Err(error) if is_gone(&error) => Err(Error::Gone { pid: self.pid }),
            Err(source) => Err(Error::Read { path: self.path.join("cgroup"), source }),
        }
    }

    fn file(&self, name: &str) -> io::Result<File> {
        let flags = OFlag::O_RDONLY | OFlag::O_CLOEXEC;
        Ok(File::from(openat(&self.directory, name, flags, Mode::empty())?))
    }
}

/// Ended and waited for: `ESRCH`; ended only: `ENOENT`.
fn is_gone(error: &io::Error) -> bool {
    matches!(error.raw_os_error().map(Errno::from_raw), Some(Errno::ENOENT | Errno::ESRCH))
}

/// Whether a `cgroup` file has the group of this container: `0::/docker/ID`, `0::/machine.slice/libpod-ID.scope/container`.
///
/// In a container within a container the innermost counts. Podman's `conmon`, in a group with the container's id as well, is
/// outside of its namespaces.
fn is_group_of(text: &str, id: &str) -> bool {
    let is_id = |word: &str| word.len() == id.len() && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    // Shorter ones may be part of any other name.
    if id.len() < 12 || !is_id(id) {
        return false;
    }
    text.lines().any(|line| {
        let path = line.splitn(3, ':').nth(2).unwrap_or_default();
        let words: Vec<&str> = path.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        let Some(at) = words.iter().rposition(|word| is_id(word)) else { return false };
        let before = at.checked_sub(1).and_then(|before| words.get(before));
        words.get(at) == Some(&id) && before != Some(&"conmon")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_group_of_a_container() {
        let (ours, other) = (&*"5d".repeat(32), &*"e7".repeat(32));
        let check = |text: &str, expected| assert_eq!(is_group_of(text, ours), expected, "{text}");
        check(&format!("0::/docker/{ours}\n"), true);
        check(&format!("0::/system.slice/docker-{ours}.scope\n"), true);
        check(&format!("0::/../{ours}\n"), true);
        check(&format!("0::/machine.slice/libpod-{ours}.scope/container/init.scope\n"), true);
        check(&format!("12:pids:/docker/{ours}\n1:name=systemd:/docker/{ours}\n"), true);
        check(&format!("0::/docker/{other}/docker/{ours}\n"), true);

        check("0::/\n", false);
        check("", false);
        check(&format!("0::/docker/{other}\n"), false);
        check(&format!("0::/docker/{ours}0\n"), false);
        check(&format!("0::/docker/{ours}/docker/{other}\n"), false);
        check(&format!("0::/machine.slice/libpod-conmon-{ours}.scope\n"), false);
        check(ours, false);
    }

    #[test]
    fn only_an_id_is_looked_for() {
        let check = |id: &str| assert!(!is_group_of("0::/docker/5d5d5d5d5d5d\n0::/\n", id), "{id}");
        check("");
        check("5d");
        check("/");
        check("docker");
        check("5d5d5d5d5d5/");
        assert!(is_group_of("0::/docker/5d5d5d5d5d5d\n", "5d5d5d5d5d5d"));
    }
}
