use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::prerequisites::find;
use crate::{command, output};

/// Docker's command line client, talking to one engine: a `dockerd`, or Podman's compatible service.
#[derive(Clone, Debug)]
pub struct Docker {
    program: PathBuf,
    socket: PathBuf,
}

impl Docker {
    /// For the engine at this socket.
    pub fn at(socket: &Path) -> Self {
        Self { program: find("docker").unwrap_or_else(|| "docker".into()), socket: socket.to_owned() }
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
        Ok(output(&mut docker, input)?.trim_end().to_owned())
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
