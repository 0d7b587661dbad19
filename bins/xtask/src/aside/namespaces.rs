use std::fs;
use std::io::Read as _;
use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};

use super::engine::Engine;
use crate::interrupt::Interrupt;
use crate::process::{capture, command, find, run};
use crate::tools;

/// Namespaces for network, mounts and processes.
///
/// The machine's routes, firewall and mounts stay as they are, and when the first process in there ends, the kernel ends
/// all the others: nothing can be left behind, whatever happens.
const UNSHARE: &[&str] = &["--net", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];

/// What keeps us from starting an engine here, if anything does.
pub(crate) fn obstacle() -> Option<String> {
    if !tools::is_root() {
        return Some("no engine answers, and to start one takes root".to_owned());
    }
    let Some(unshare) = find("unshare") else {
        return Some("no engine answers, and there is no `unshare` to start one aside".to_owned());
    };
    let probe = capture(command(unshare).args(UNSHARE).arg("true"));
    probe.err().map(|error| {
        format!("no engine answers, and this machine gives us no namespaces to start one in: {error}")
    })
}

/// Runs a task of ours in namespaces of its own, and removes what is left on disk.
///
/// The task is started with these arguments and the directory that it may use; it calls [`inside`] with that.
pub(crate) fn outside(arguments: &[&str], interrupt: &Interrupt) -> Result<bool> {
    let task = arguments.first().copied().unwrap_or_default();
    let directory = tempfile::Builder::new().prefix(&format!("portolan-{task}-")).tempdir();
    let directory = directory.context("cannot make a directory")?;
    let unshare = find("unshare").context("there is no `unshare`")?;
    let mut inner = command(unshare);
    inner.args(UNSHARE).arg(std::env::current_exe().context("cannot find this program")?);
    inner.args(arguments).arg("--inside").arg(directory.path());
    // A group of its own: Ctrl-C reaches us alone. We tell the other side by closing its standard input, which happens
    // even if we are killed.
    let mut child = inner.stdin(Stdio::piped()).process_group(0).spawn().context("cannot start `unshare`")?;
    let pid = directory.path().join("pid");
    #[expect(clippy::disallowed_methods, reason = "it is read a minute later, to say how to enter")]
    fs::write(&pid, child.id().to_string()).context("cannot write `pid`")?;
    let mut stdin = child.stdin.take();
    let mut patience = Duration::from_secs(40);
    let status = loop {
        if let Some(status) = child.try_wait().with_context(|| format!("cannot wait for the {task}"))? {
            break status;
        }
        let pause = Duration::from_millis(20);
        std::thread::sleep(pause);
        if interrupt.is_set() {
            stdin = None;
            patience = patience.saturating_sub(pause);
            if patience.is_zero() {
                // Its child dies with it, and with that child all that runs in there.
                let _ = child.kill();
            }
        }
    };
    drop(stdin);
    remove_cgroups(&name(directory.path()));
    directory.close().context("cannot remove our directory")?;
    match status.code() {
        Some(0) => Ok(true),
        Some(1) => Ok(false),
        _ => bail!("the {task} ended early"),
    }
}

/// The same, from inside, with an engine.
///
/// # Errors
/// Where no engine can be started; and those of the work.
pub(crate) fn inside<T>(
    directory: &Path,
    interrupt: &Interrupt,
    work: impl FnOnce(Engine) -> Result<T>,
) -> Result<T> {
    alone(directory, interrupt, || {
        // A dockerd takes the machine's containerd where it finds one, and that lives in other namespaces.
        if Path::new("/run/containerd").exists() {
            run(command("mount").args(["-t", "tmpfs", "tmpfs", "/run/containerd"]))?;
        }
        Engine::start(directory, &name(directory), interrupt).and_then(work)
    })
}

/// The same, from inside, with nothing started.
///
/// # Errors
/// Those of the work.
pub(crate) fn alone<T>(
    directory: &Path,
    interrupt: &Interrupt,
    work: impl FnOnce() -> Result<T>,
) -> Result<T> {
    let watched = interrupt.clone();
    std::thread::spawn(move || {
        // Nothing is ever written: the read ends when the other side goes.
        let _ = std::io::stdin().read(&mut [0]);
        watched.set();
    });
    run(command(find("ip").context("there is no `ip`")?).args(["link", "set", "lo", "up"]))?;
    let done = work();
    // The other side does this too, unless it was killed.
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let _ = fs::remove_dir_all(entry.path()).or_else(|_| fs::remove_file(entry.path()));
    }
    remove_cgroups(&name(directory));
    done
}

/// A name for all that belongs to one run: that of its directory.
pub(crate) fn name(directory: &Path) -> String {
    let name = directory.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
    name.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').collect()
}

/// Removes the control groups of our engine's containers: empty by now, they would stay.
fn remove_cgroups(name: &str) {
    let root = Path::new("/sys/fs/cgroup");
    let hierarchies = fs::read_dir(root).into_iter().flatten().flatten().map(|entry| entry.path());
    for hierarchy in hierarchies.chain([root.to_path_buf()]) {
        remove_directories(&hierarchy.join(name));
    }
}

fn remove_directories(directory: &Path) {
    let inner = fs::read_dir(directory).into_iter().flatten().flatten();
    for entry in inner.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
        remove_directories(&entry.path());
    }
    let _ = fs::remove_dir(directory);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_named_after_its_directory_as_images_may_be() {
        assert_eq!(name(Path::new("/tmp/portolan-demo-aB3_x")), "portolan-demo-ab3x");
    }
}
