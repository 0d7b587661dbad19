use std::fs::File;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::process::describe;

/// A program that runs beside us until it is dropped, and writes what it says to a file.
///
/// It stands in a process group of its own, so that Ctrl-C in a terminal reaches us alone and we can end our programs in
/// an order that lets each clean up.
#[derive(Debug)]
pub(crate) struct Background {
    child: Child,
    log: PathBuf,
}

impl Background {
    /// Starts `command`; its output goes to the file `log`.
    pub(crate) fn start(command: &mut Command, log: &Path) -> Result<Self> {
        let file = File::create(log).with_context(|| format!("cannot write `{}`", log.display()))?;
        let copy = file.try_clone().context("cannot share a log file")?;
        let child = command
            .stdout(file)
            .stderr(copy)
            .process_group(0)
            .spawn()
            .with_context(|| format!("cannot start `{}`", describe(command)))?;
        Ok(Self { child, log: log.to_path_buf() })
    }

    /// What it said until now.
    pub(crate) fn said(&self) -> String {
        std::fs::read(&self.log).map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).unwrap_or_default()
    }

    /// How much of its memory is in RAM, in KiB, as the system counts it.
    pub(crate) fn resident_kib(&self) -> Result<u64> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(&path).with_context(|| format!("cannot read `{path}`"))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        let number = line.and_then(|line| line.trim().strip_suffix("kB")?.trim().parse().ok());
        number.with_context(|| format!("`{path}` tells of no resident memory"))
    }

    /// Whether it ended.
    pub(crate) fn is_over(&mut self) -> bool {
        !matches!(self.child.try_wait(), Ok(None))
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        /// Enough for dockerd to stop its containers.
        const LIMIT: Duration = Duration::from_secs(20);

        let asked = Instant::now();
        if let Ok(number) = i32::try_from(self.child.id()) {
            let _ = kill(Pid::from_raw(number), Signal::SIGTERM);
        }
        while asked.elapsed() < LIMIT {
            if self.is_over() {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::command;

    #[test]
    fn a_program_ends_with_its_handle() {
        let directory = tempfile::tempdir().unwrap();
        let log = directory.path().join("log");
        let mut shell =
            Background::start(command("/bin/sh").args(["-c", "echo ready; exec sleep 60"]), &log).unwrap();
        while !shell.said().contains("ready") {
            assert!(!shell.is_over());
            std::thread::sleep(Duration::from_millis(5));
        }
        assert!(shell.resident_kib().unwrap() > 0);
        let number = Pid::from_raw(shell.child.id().cast_signed());
        drop(shell);
        assert!(kill(number, None).is_err(), "the process is gone");
    }
}
