use std::ffi::OsStr;
use std::net::SocketAddr;
use std::os::unix::net::UnixDatagram;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{Log, PATIENCE, Process, command, output, prerequisites};

/// A `docker-watcher run`.
#[derive(Debug)]
pub struct Watcher {
    /// The program.
    pub process: Process,
    /// What it tells systemd, a variable a line.
    pub notified: Log,
    socket: PathBuf,
    status_socket: PathBuf,
}

impl Watcher {
    /// Starts one with these arguments after `run`; its notification socket goes into `scratch`.
    ///
    /// # Errors
    /// Where it can't be started.
    pub fn start(scratch: &Path, arguments: &[String]) -> Result<Self> {
        Self::start_by(program()?, scratch, arguments)
    }

    /// Starts one by a command that ends in the program, such as one that changes what the program sees first.
    ///
    /// # Errors
    /// Where it can't be started.
    pub fn start_by(mut command: Command, scratch: &Path, arguments: &[String]) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("sockets-").tempdir_in(scratch)?.keep();
        let (socket, status_socket) = (directory.join("notify"), directory.join("status"));
        let notified = Log::default();
        listen(UnixDatagram::bind(&socket)?, notified.clone());
        command.arg("run").args(arguments).env("NOTIFY_SOCKET", &socket);
        command.env("PORTOLAN_STATUS_SOCKET", &status_socket);
        Ok(Self { process: Process::start(&command)?, notified, socket, status_socket })
    }

    /// Where it answers `docker-watcher status`, unless its arguments say otherwise.
    pub fn status_socket(&self) -> &Path {
        &self.status_socket
    }

    /// `docker-watcher status` that asks it, with these arguments.
    ///
    /// # Errors
    /// Where it is not built.
    pub fn status_command(&self, arguments: &[&str]) -> Result<Command> {
        let mut program = program()?;
        program.arg("status").arg("--status-socket").arg(&self.status_socket).args(arguments);
        Ok(program)
    }

    /// What it tells of how things stand.
    ///
    /// # Errors
    /// Where it does not.
    pub fn status(&self) -> Result<Value> {
        Ok(serde_json::from_str(&output(&mut self.status_command(&["--format", "json"])?, b"")?)?)
    }

    /// Where it serves its status page, once it has said so.
    ///
    /// # Errors
    /// Where it does not in time.
    pub fn page(&self) -> Result<SocketAddr> {
        let address =
            |line: &str| line.split_once("status page at http://")?.1.split_once('/')?.0.parse().ok();
        Ok(self.process.log.wait_for(0, PATIENCE, "where the status page is", address)?.0)
    }

    /// Waits until it has written its first complete file, and says so.
    ///
    /// # Errors
    /// Where it does not in time.
    pub fn ready(&self) -> Result<()> {
        self.wait_for_notice(0, "READY=1").map(drop)
    }

    /// Waits until it tells systemd this, in line `from` or later; the number of the line after.
    ///
    /// # Errors
    /// Where it does not in time.
    pub fn wait_for_notice(&self, from: usize, notice: &str) -> Result<usize> {
        let found =
            self.notified.wait_for(from, PATIENCE, notice, |line| line.starts_with(notice).then_some(()));
        Ok(found?.1)
    }

    /// Waits until it logs a line that has all of these in it; that line.
    ///
    /// # Errors
    /// Where it does not in time.
    pub fn wait_for(&self, parts: &[&str]) -> Result<String> {
        self.wait_for_from(0, parts)
    }

    /// The same, in line `from` or later.
    ///
    /// # Errors
    /// Where it does not in time.
    pub fn wait_for_from(&self, from: usize, parts: &[&str]) -> Result<String> {
        let all = |line: &str| parts.iter().all(|part| line.contains(part)).then(|| line.to_owned());
        Ok(self.process.log.wait_for(from, PATIENCE, &format!("a line with {parts:?}"), all)?.0)
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // The thread that listens ends at an empty message.
        let _ = UnixDatagram::unbound().and_then(|sender| sender.send_to(b"", &self.socket));
    }
}

fn listen(socket: UnixDatagram, notified: Log) {
    thread::spawn(move || {
        let mut message = [0; 4096];
        while let Ok(length @ 1..) = socket.recv(&mut message) {
            let text = String::from_utf8_lossy(message.get(..length).unwrap_or_default()).into_owned();
            text.lines().for_each(|line| notified.push(line.to_owned()));
        }
    });
}

/// What `docker-watcher render` prints, with these arguments and this on standard input.
///
/// # Errors
/// Where it doesn't end with 0.
pub fn render(arguments: &[impl AsRef<OsStr>], input: &[u8]) -> Result<String> {
    output(program()?.arg("render").args(arguments), input)
}

/// The program under test, without settings from the test's own environment.
///
/// # Errors
/// Where it is not built.
pub fn program() -> Result<Command> {
    let mut program = command(prerequisites::watcher().context("`docker-watcher` is not built")?);
    let ours = |name: &OsStr| {
        name.to_str().is_some_and(|name| name.starts_with("PORTOLAN_") || name.starts_with("DOCKER_"))
    };
    for (name, _) in std::env::vars_os().filter(|(name, _)| ours(name)) {
        program.env_remove(name);
    }
    Ok(program)
}
