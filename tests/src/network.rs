use anyhow::Result;

use crate::{Container, Docker};

/// A network of a test, on an engine. Removed when dropped, so after the containers on it.
#[derive(Debug)]
pub struct Network {
    docker: Docker,
    /// Its name.
    pub name: String,
}

impl Network {
    /// Makes one.
    ///
    /// # Errors
    /// Where the engine refuses it.
    pub fn new(docker: &Docker, name: &str) -> Result<Self> {
        docker.run(&["network", "create", name])?;
        Ok(Self { docker: docker.clone(), name: name.to_owned() })
    }

    /// Puts a container on it.
    ///
    /// # Errors
    /// Where the engine refuses it.
    pub fn connect(&self, container: &Container) -> Result<()> {
        self.docker.run(&["network", "connect", &self.name, &container.id]).map(drop)
    }

    /// Takes a container off it.
    ///
    /// # Errors
    /// Where the engine refuses it.
    pub fn disconnect(&self, container: &Container) -> Result<()> {
        self.docker.run(&["network", "disconnect", &self.name, &container.id]).map(drop)
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        let _ = self.docker.run(&["network", "rm", &self.name]);
    }
}
