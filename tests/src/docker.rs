use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::command;
use crate::command::{outcome_within, succeeded};
use crate::prerequisites::find;

/// Docker's command line client, talking to one engine: a `dockerd`, or Podman's compatible service.
#[derive(Clone, Debug)]
pub struct Docker {
    program: PathBuf,
    socket: PathBuf,
    hangs: Arc<AtomicBool>,
}

/// Longer than any command takes on a busy machine.
const LIMIT: Duration = Duration::from_secs(120);

impl Docker {
    /// For the engine at this socket.
    pub fn at(socket: &Path) -> Self {
        Self {
            program: find("docker").unwrap_or_else(|| "docker".into()),
            socket: socket.to_owned(),
            hangs: Arc::default(),
        }
    }

    /// The engine's address, as `--engine` takes it.
    pub fn url(&self) -> String {
        format!("unix://{}", self.socket.display())
    }

    /// What `docker ARGUMENTS` prints, without the last line's end.
    ///
    /// # Errors
    /// Where it fails, with what it says.
    pub fn run(&self, arguments: &[&str]) -> Result<String> {
        self.run_with_input(arguments, b"")
    }

    /// The same, with standard input.
    ///
    /// # Errors
    /// Where it fails, with what it says.
    pub fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Result<String> {
        let mut docker = command(&self.program);
        docker.args(["--host", &self.url()]).args(arguments);
        // Neither a user's context nor a user's configuration.
        docker.env_remove("DOCKER_HOST").env_remove("DOCKER_CONTEXT").env("DOCKER_CONFIG", "/nonexistent");
        ensure!(!self.hangs(), "{docker:?} is not tried: the engine hangs");
        let Some(outcome) = outcome_within(LIMIT, &mut docker, input)? else {
            self.hangs.store(true, Ordering::SeqCst);
            bail!("the engine hangs: {docker:?} did not end within {LIMIT:?}");
        };
        Ok(succeeded(&docker, &outcome)?.trim_end().to_owned())
    }

    /// Whether a command did not end.
    ///
    /// Docker 20.10 can lock up for ever where it removes containers while it looks for networks (its `datastore` and
    /// `controller` wait for each other). No test of ours is about that.
    pub fn hangs(&self) -> bool {
        self.hangs.load(Ordering::SeqCst)
    }

    /// What `docker inspect` says of a container.
    ///
    /// # Errors
    /// Where there is no such container.
    pub fn inspect(&self, container: &str) -> Result<Value> {
        let text = self.run(&["container", "inspect", container])?;
        let inspected: Value = serde_json::from_str(&text)?;
        inspected.get(0).cloned().context("`docker inspect` prints a list")
    }
}
