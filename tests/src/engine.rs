use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};

use crate::prerequisites::find;
use crate::{Docker, Sandbox, eventually, image};

/// A real engine, with the image that containers are made from.
#[derive(Debug)]
pub struct Engine {
    sandbox: Mutex<Sandbox>,
    /// Its client.
    pub docker: Docker,
}

/// Engines that tests have had to themselves, for the next that want one.
static IDLE: Mutex<Vec<Engine>> = Mutex::new(Vec::new());

impl Engine {
    /// The `dockerd` that the tests of one process share, started by the first, and anew after it has locked up.
    ///
    /// # Errors
    /// Where it doesn't start.
    pub fn shared() -> Result<&'static Self> {
        static SHARED: Mutex<Option<&Engine>> = Mutex::new(None);
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        match *shared {
            Some(engine) if !engine.docker.hangs() => Ok(engine),
            _ => Ok(*shared.insert(Box::leak(Box::new(Self::docker()?)))),
        }
    }

    /// Plays a test on a `dockerd` that no other test uses meanwhile: one that is idle, or else a new one.
    ///
    /// # Errors
    /// Where it doesn't start, and those of the test.
    pub fn alone<T>(test: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        let idle = IDLE.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let engine = idle.map_or_else(Self::docker, Ok)?;
        let result = test(&engine);
        if !engine.docker.hangs() {
            IDLE.lock().unwrap_or_else(PoisonError::into_inner).push(engine);
        }
        result
    }

    /// A `dockerd` of the test's own, to be killed. Its containers live on while it is away.
    ///
    /// # Errors
    /// Where it doesn't start.
    pub fn docker() -> Result<Self> {
        Self::docker_with(&[])
    }

    /// The same, with more options of `dockerd`.
    ///
    /// # Errors
    /// Where it doesn't start.
    pub fn docker_with(options: &[&str]) -> Result<Self> {
        Self::start("docker.sock", |directory, cgroup| {
            let program = find("dockerd").unwrap_or_else(|| "dockerd".into());
            let at = |name: &str| directory.join(name).display().to_string();
            let mut line = vec![program.display().to_string(), "--live-restore".to_owned()];
            line.extend(["--data-root".to_owned(), at("data"), "--exec-root".to_owned(), at("exec")]);
            line.extend(["--pidfile".to_owned(), at("pid"), "--config-file".to_owned(), at("daemon.json")]);
            line.extend(["--host".to_owned(), format!("unix://{}", at("docker.sock"))]);
            line.extend(["--cgroup-parent".to_owned(), format!("/{cgroup}")]);
            line.extend(options.iter().copied().map(str::to_owned));
            line
        })
    }

    /// Podman's service of the test's own, which speaks Docker's protocol.
    ///
    /// # Errors
    /// Where it doesn't start.
    pub fn podman() -> Result<Self> {
        Self::start("podman.sock", |directory, _| {
            let program = find("podman").unwrap_or_else(|| "podman".into());
            let at = |name: &str| directory.join(name).display().to_string();
            let mut line = vec![
                program.display().to_string(),
                "--root".to_owned(),
                at("data"),
                "--runroot".to_owned(),
                at("exec"),
            ];
            line.extend(["--cgroup-manager", "cgroupfs", "--events-backend", "file"].map(str::to_owned));
            line.extend(["system", "service", "--time", "0"].map(str::to_owned));
            line.push(format!("unix://{}", at("podman.sock")));
            line
        })
    }

    fn start(socket: &str, line: impl FnOnce(&Path, &str) -> Vec<String>) -> Result<Self> {
        let mut sandbox = Sandbox::new(line)?;
        std::fs::File::create(sandbox.directory().join("daemon.json"))
            .and_then(|file| serde_json::to_writer(file, &serde_json::json!({})).map_err(Into::into))?;
        sandbox.start()?;
        let engine =
            Self { docker: Docker::at(&sandbox.directory().join(socket)), sandbox: Mutex::new(sandbox) };
        engine.up().and_then(|()| image::import(&engine.docker)).with_context(|| engine.log())?;
        Ok(engine)
    }

    /// Takes the calling thread into the engine's network, where its containers' addresses are.
    ///
    /// # Errors
    /// Where the kernel refuses it.
    pub fn enter(&self) -> Result<()> {
        self.sandbox(|sandbox| sandbox.enter())
    }

    /// Ends the engine as `kill -9` does.
    ///
    /// # Errors
    /// Where its supervisor is gone.
    pub fn kill(&self) -> Result<()> {
        self.sandbox(Sandbox::kill)
    }

    /// Starts it again after [`Engine::kill`] and waits until it answers.
    ///
    /// # Errors
    /// Where it does not.
    pub fn start_again(&self) -> Result<()> {
        self.sandbox(Sandbox::start)?;
        self.up()
    }

    /// A directory that goes with the engine.
    pub fn directory(&self) -> PathBuf {
        self.sandbox(|sandbox| sandbox.directory().to_owned())
    }

    /// A path as the engine sees it, from outside of its mount namespace.
    ///
    /// # Errors
    /// Where the engine's sandbox is gone.
    pub fn inside(&self, path: &str) -> Result<String> {
        self.sandbox(|sandbox| sandbox.inside(path))
    }

    /// The first process of the engine's namespace, as it is numbered outside: in its proc file system are the numbers that
    /// the engine gives for containers.
    ///
    /// # Errors
    /// Where the engine's sandbox is gone.
    pub fn process(&self) -> Result<String> {
        self.sandbox(|sandbox| sandbox.process())
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        self.sandbox(|sandbox| sandbox.log())
    }

    fn up(&self) -> Result<()> {
        eventually("the engine answers", || self.docker.run(&["version"]).map(drop))
    }

    fn sandbox<T>(&self, use_it: impl FnOnce(&mut Sandbox) -> T) -> T {
        use_it(&mut self.sandbox.lock().unwrap_or_else(PoisonError::into_inner))
    }
}
