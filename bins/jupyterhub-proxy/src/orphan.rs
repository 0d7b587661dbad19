//! A Traefik that does not outlive us, in whatever way we end: whoever started us anew could not have its ports.

use std::convert::Infallible;
use std::ffi::OsString;
use std::os::unix::process::{CommandExt as _, parent_id};
use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, bail};
use nix::sys::prctl::set_pdeathsig;
use nix::sys::signal::Signal;

/// The first argument of a process of ours that is to become Traefik.
pub(crate) const WORD: &str = "become-traefik";

/// A command that starts this program, which becomes Traefik.
pub(crate) fn command(traefik: &Path, arguments: &[OsString]) -> anyhow::Result<Command> {
    let us = std::env::current_exe().context("cannot find this program")?;
    #[expect(clippy::disallowed_methods, reason = "the Traefik that this program is asked to run")]
    let mut command = Command::new(us);
    command.arg(WORD).arg(std::process::id().to_string()).arg(traefik).args(arguments);
    Ok(command)
}

/// Has the kernel kill this process when its parent is gone, and becomes Traefik. Arguments: the parent's number, the program, and its
/// arguments.
///
/// It is killed rather than asked to end: its ports are to be free at once.
///
/// # Errors
/// Where the parent is gone already, or the program cannot be started.
pub(crate) fn become_traefik(mut arguments: impl Iterator<Item = OsString>) -> anyhow::Result<()> {
    let parent = arguments.next().and_then(|parent| parent.to_str()?.parse::<u32>().ok());
    let (Some(parent), Some(program)) = (parent, arguments.next()) else {
        bail!("`{WORD}` is not for people: this program calls itself by it");
    };
    set_pdeathsig(Signal::SIGKILL).context("cannot bind Traefik's life to ours")?;
    if parent_id() != parent {
        bail!("whoever started Traefik is gone");
    }
    #[expect(clippy::disallowed_methods, reason = "the Traefik that this program is asked to run")]
    let error = Command::new(&program).args(arguments).exec();
    Err::<Infallible, _>(error)
        .with_context(|| format!("cannot start `{}`", Path::new(&program).display()))?;
    Ok(())
}
