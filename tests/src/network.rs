use anyhow::Result;

use crate::{Container, Docker};

/// A network of a test. Removed with the test's scene.
#[derive(Debug)]
pub struct Network {
    docker: Docker,
    /// Its name.
    pub name: String,
}

impl Network {
    /// Makes one of this name and with this label.
    ///
    /// # Errors
    /// Where the engine refuses it.
    pub fn new(docker: &Docker, name: &str, label: &str) -> Result<Self> {
        Self::with(docker, name, label, &[])
    }

    /// The same, with options of `docker network create`.
    ///
    /// # Errors
    /// Where the engine refuses it.
    pub fn with(docker: &Docker, name: &str, label: &str, options: &[&str]) -> Result<Self> {
        docker.run(&[&["network", "create", "--label", label], options, &[name]].concat())?;
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
