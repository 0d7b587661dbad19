use anyhow::{Context, Result};
use serde_json::Value;

use super::PodmanScene;
use crate::{IMAGE, NetworkNamespace};

/// A container to be started.
#[derive(Clone, Debug)]
#[must_use]
pub struct PodmanRun<'s> {
    scene: &'s PodmanScene<'s>,
    name: String,
    image: String,
    options: Vec<String>,
    line: Vec<String>,
}

impl<'s> PodmanRun<'s> {
    pub(super) fn new(scene: &'s PodmanScene<'s>, name: &str) -> Self {
        // As process 1 the server ignores SIGTERM: `podman stop` would wait ten seconds.
        let options = ["--name", name, "--env", &format!("NAME={name}"), "--stop-signal", "KILL"];
        Self {
            scene,
            name: name.to_owned(),
            image: IMAGE.to_owned(),
            options: options.map(str::to_owned).to_vec(),
            line: Vec::new(),
        }
    }

    /// With a label.
    pub fn label(self, key: &str, value: &str) -> Self {
        self.option("--label", &format!("{key}={value}"))
    }

    /// With `traefik.enable=true`.
    pub fn exposed(self) -> Self {
        self.label("traefik.enable", "true")
    }

    /// With an option of `podman run`.
    pub fn option(mut self, option: &str, value: &str) -> Self {
        self.options.extend([option.to_owned(), value.to_owned()]);
        self
    }

    /// From another image.
    pub fn image(mut self, image: &str) -> Self {
        image.clone_into(&mut self.image);
        self
    }

    /// Running this in place of the server.
    pub fn line(mut self, line: &[&str]) -> Self {
        self.line = line.iter().copied().map(str::to_owned).collect();
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// Where Podman refuses it.
    pub fn start(self) -> Result<PodmanContainer<'s>> {
        let words = self.options.iter().chain([&self.image]).chain(&self.line).map(String::as_str);
        let group = self.scene.podman.control_group();
        let mut arguments = vec!["run", "--detach"];
        // Without root there are no control groups here, and in a pod they are the pod's.
        if !self.scene.podman.is_rootless() && !self.options.iter().any(|option| option == "--pod") {
            arguments.extend(["--cgroup-parent", &group]);
        }
        arguments.extend(words);
        self.scene.remember(&self.name);
        let id = self.scene.podman(&arguments)?;
        Ok(PodmanContainer { scene: self.scene, id, name: self.name })
    }
}

/// A container of a test.
#[derive(Clone, Debug)]
pub struct PodmanContainer<'s> {
    scene: &'s PodmanScene<'s>,
    /// Its identifier.
    pub id: String,
    /// Its name, which is also what it serves.
    pub name: String,
}

impl PodmanContainer<'_> {
    /// `podman VERB [ARGUMENT...] CONTAINER`.
    ///
    /// # Errors
    /// Where that fails.
    pub fn order(&self, verb: &str, arguments: &[&str]) -> Result<()> {
        self.scene.podman(&[&[verb], arguments, &[self.id.as_str()]].concat()).map(drop)
    }

    /// What `podman inspect` says of it.
    ///
    /// # Errors
    /// Where there is no such container.
    pub fn inspect(&self) -> Result<Value> {
        let text = self.scene.podman(&["container", "inspect", &self.id])?;
        serde_json::from_str::<Value>(&text)?
            .get_mut(0)
            .map(Value::take)
            .context("`podman inspect` prints a list")
    }

    /// Its network, by its first process.
    ///
    /// # Errors
    /// Where it doesn't run.
    pub fn network(&self) -> Result<NetworkNamespace> {
        let inspected = self.inspect()?;
        let process = inspected.pointer("/State/Pid").and_then(Value::as_u64).filter(|process| *process > 0);
        self.scene.podman.network_of(process.with_context(|| format!("`{}` has no process", self.name))?)
    }
}
