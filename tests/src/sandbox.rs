use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use anyhow::{Context, Result, bail, ensure};

use crate::{NetworkNamespace, command};

/// An engine in namespaces of its own: network, mounts (with an empty `/run`) and processes.
///
/// Nothing of it outlives the test's process. A supervisor reads orders from a pipe whose other end is here; once that is
/// closed, be it by a drop, an exit or a `kill -9`, it ends the engine, and with the namespace every container, and
/// removes the directory.
#[derive(Debug)]
pub struct Sandbox {
    network: NetworkNamespace,
    directory: PathBuf,
    supervisor: Child,
    orders: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Sandbox {
    /// Makes one; `program` gets the sandbox's directory and the control group to keep below, and gives the engine's
    /// command line. The calling thread is in the network namespace afterwards.
    ///
    /// # Errors
    /// Where a namespace or the directory can't be made.
    pub fn new(program: impl FnOnce(&Path, &str) -> Vec<String>) -> Result<Self> {
        let network = NetworkNamespace::new()?;
        network.enter()?;
        // Short: the path of a socket below it has at most 107 bytes.
        let directory = tempfile::Builder::new().prefix("portolan-").tempdir()?.keep();
        let script = directory.join("sandbox.sh");
        File::create(&script)?.write_all(include_bytes!("sandbox.sh"))?;
        let cgroup =
            directory.file_name().and_then(|name| name.to_str()).context("a directory's name")?.to_owned();
        let mut supervisor = command("bash")
            .arg(&script)
            .args(["outer".as_ref(), directory.as_os_str(), cgroup.as_ref()])
            .args(program(&directory, &cgroup))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            // A Ctrl-C is for the test; the supervisor cleans up after it.
            .process_group(0)
            .spawn()?;
        let (Some(orders), Some(answers)) = (supervisor.stdin.take(), supervisor.stdout.take()) else {
            bail!("a supervisor without pipes");
        };
        Ok(Self { network, directory, supervisor, orders: Some(orders), answers: BufReader::new(answers) })
    }

    /// Where the engine keeps everything.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Takes the calling thread into the engine's network.
    ///
    /// # Errors
    /// Where the kernel refuses it.
    pub fn enter(&self) -> Result<()> {
        self.network.enter()
    }

    /// Starts the engine; it may be there only a moment later.
    ///
    /// # Errors
    /// Where the supervisor is gone.
    pub fn start(&mut self) -> Result<()> {
        self.order("start")
    }

    /// Ends the engine as `kill -9` does.
    ///
    /// # Errors
    /// Where the supervisor is gone.
    pub fn kill(&mut self) -> Result<()> {
        self.order("kill")
    }

    /// A path as the engine sees it, from outside of its mount namespace.
    ///
    /// # Errors
    /// Where the supervisor is gone.
    pub fn inside(&self, path: &str) -> Result<String> {
        Ok(format!("/proc/{}/root{path}", self.process()?))
    }

    /// The first process of the namespace, as it is numbered outside.
    ///
    /// # Errors
    /// Where the supervisor is gone.
    pub fn process(&self) -> Result<String> {
        // The first child of the `outer` shell is `unshare`, whose child is the first process of the namespace.
        let mut process = self.supervisor.id().to_string();
        for _ in 0..2 {
            let children = std::fs::read_to_string(format!("/proc/{process}/task/{process}/children"))?;
            process = children.split_whitespace().next().context("the sandbox has ended")?.to_owned();
        }
        Ok(process)
    }

    /// What the engine has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.directory.join("engine.log")).unwrap_or_default()
    }

    fn order(&mut self, order: &str) -> Result<()> {
        let mut answer = String::new();
        if let Some(orders) = &mut self.orders {
            writeln!(orders, "{order}")?;
            self.answers.read_line(&mut answer)?;
        }
        ensure!(answer.trim_end() == order, "the sandbox answers `{answer}` to `{order}`");
        Ok(())
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.orders = None;
        let _ = self.supervisor.wait();
    }
}
