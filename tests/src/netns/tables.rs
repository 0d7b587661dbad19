use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::thread;

use anyhow::{Context, Result, anyhow};
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sched::{CloneFlags, unshare};

/// The tables that have names in the records, beside those of every machine.
const TABLES: &[u8] = b"100 vpn\n200 isp2\n1000 big\n";

/// Where iproute2's files may be; the first is the one of the version that was recorded.
const DIRECTORIES: [&str; 3] = ["/etc/iproute2", "/usr/share/iproute2", "/usr/lib/iproute2"];

/// Does `work` where routing tables have the recorded names: on a thread with mounts of its own, so neither the machine
/// nor another test sees them. Programs and threads that `work` starts do.
///
/// # Errors
/// Where the kernel refuses it, which needs root; those of `work`.
pub fn with_tables<T: Send>(work: impl FnOnce() -> Result<T> + Send) -> Result<T> {
    let done = thread::scope(|scope| {
        let there = scope.spawn(|| {
            name_tables()?;
            work()
        });
        there.join()
    });
    done.map_err(|panic| {
        let told = panic.downcast_ref::<String>().cloned();
        anyhow!("{}", told.unwrap_or_else(|| "a panic where tables have names".to_owned()))
    })?
}

fn name_tables() -> Result<()> {
    const NONE: Option<&str> = None;
    unshare(CloneFlags::CLONE_NEWNS).context("make a mount namespace")?;
    mount(NONE, "/", NONE, MsFlags::MS_REC | MsFlags::MS_PRIVATE, NONE).context("keep mounts private")?;
    let directory =
        DIRECTORIES.into_iter().find(|it| Path::new(it).is_dir()).context("no directory of iproute2")?;
    let copy = tempfile::Builder::new().prefix("portolan-iproute2-").tempdir()?;
    // Below a mount of this namespace alone, it goes with the namespace.
    mount(Some("tmpfs"), copy.path(), Some("tmpfs"), MsFlags::empty(), NONE).context("mount a tmpfs")?;
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            fs::copy(entry.path(), copy.path().join(entry.file_name()))?;
        }
    }
    fs::create_dir(copy.path().join("rt_tables.d"))?;
    File::create(copy.path().join("rt_tables.d/portolan.conf"))?.write_all(TABLES)?;
    mount(Some(copy.path()), directory, NONE, MsFlags::MS_BIND, NONE).context("mount the tables' names")?;
    // The directory stays busy here; what is left outside is empty.
    umount2(copy.path(), MntFlags::MNT_DETACH).context("unmount the tmpfs")
}
