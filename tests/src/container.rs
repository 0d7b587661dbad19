use anyhow::{Context, Result};

use crate::{Docker, IMAGE};

/// A container to be started.
#[derive(Clone, Debug)]
#[must_use]
pub struct Run {
    docker: Docker,
    name: String,
    image: String,
    options: Vec<String>,
    line: Vec<String>,
}

impl Run {
    /// One of this name, which serves its name.
    pub fn new(docker: &Docker, name: &str) -> Self {
        // As process 1 the server ignores SIGTERM: `docker stop` would wait ten seconds.
        let options = ["--name", name, "--env", &format!("NAME={name}"), "--stop-signal", "KILL"];
        Self {
            docker: docker.clone(),
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

    /// With an option of `docker run`.
    pub fn option(mut self, option: &str, value: &str) -> Self {
        self.options.extend([option.to_owned(), value.to_owned()]);
        self
    }

    /// With an option of `docker run` that takes no value.
    pub fn flag(mut self, flag: &str) -> Self {
        self.options.push(flag.to_owned());
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
    /// Where the engine refuses it.
    pub fn start(self) -> Result<Container> {
        self.docker(&["run", "--detach"])
    }

    /// Makes it, without starting it.
    ///
    /// # Errors
    /// Where the engine refuses it.
    pub fn create(self) -> Result<Container> {
        self.docker(&["create"])
    }

    fn docker(self, verb: &[&str]) -> Result<Container> {
        let words = self.options.iter().chain([&self.image]).chain(&self.line).map(String::as_str);
        let arguments: Vec<&str> = verb.iter().copied().chain(words).collect();
        let id = self.docker.run(&arguments)?;
        Ok(Container { docker: self.docker, id, name: self.name })
    }
}

/// A container of a test. Removed with the test's scene.
#[derive(Debug)]
pub struct Container {
    docker: Docker,
    /// Its identifier.
    pub id: String,
    /// The name that it was given at first, which is also what it serves.
    pub name: String,
}

impl Container {
    /// `docker VERB [ARGUMENT...] CONTAINER`.
    ///
    /// # Errors
    /// Where that fails.
    pub fn order(&self, verb: &str, arguments: &[&str]) -> Result<()> {
        let arguments: Vec<&str> = [&[verb], arguments, &[self.id.as_str()]].concat();
        self.docker.run(&arguments).map(drop)
    }

    /// `docker exec CONTAINER PROGRAM [ARGUMENT...]`.
    ///
    /// # Errors
    /// Where that fails.
    pub fn exec(&self, line: &[&str]) -> Result<String> {
        self.docker.run(&[&["exec", self.id.as_str()], line].concat())
    }

    /// The path of its network namespace, as the engine numbers processes: see [`Engine::inside`](crate::Engine::inside).
    ///
    /// # Errors
    /// Where it doesn't run.
    pub fn namespace(&self) -> Result<String> {
        Ok(format!("/proc/{}/ns/net", self.process()?))
    }

    /// Its first process, as the engine numbers processes.
    ///
    /// # Errors
    /// Where it doesn't run.
    pub fn process(&self) -> Result<u64> {
        let inspected = self.docker.inspect(&self.id)?;
        let process = inspected.pointer("/State/Pid").and_then(serde_json::Value::as_u64);
        process.filter(|process| *process > 0).with_context(|| format!("`{}` has no process", self.name))
    }

    /// Its address on a network.
    ///
    /// # Errors
    /// Where it has none.
    pub fn address(&self, network: &str) -> Result<String> {
        let inspected = self.docker.inspect(&self.id)?;
        let address = inspected.pointer(&format!("/NetworkSettings/Networks/{network}/IPAddress"));
        let address = address.and_then(|address| address.as_str()).filter(|address| !address.is_empty());
        Ok(address.with_context(|| format!("`{}` has no address on `{network}`", self.name))?.to_owned())
    }
}
