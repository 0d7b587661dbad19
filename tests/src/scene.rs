use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Result, ensure};
use serde_json::Value;
use tempfile::TempDir;

use crate::{Engine, Log, Need, Network, Run, Traefik, Watcher, eventually, unmet};

/// What a test plays in: an engine, a directory, a Traefik that watches it, and a name for what is the test's own.
#[derive(Debug)]
pub struct Scene<'e> {
    /// The engine, which other tests may use at the same time.
    pub engine: &'e Engine,
    /// The proxy.
    pub traefik: Traefik,
    suffix: String,
    directory: TempDir,
    logs: Mutex<Vec<Log>>,
}

/// Plays a test on the shared engine; a test that can't run here says so and passes.
///
/// # Errors
/// Those of the test, after showing the file and what each program logged.
pub fn scene(test: impl FnOnce(&Scene<'_>) -> Result<()>) -> Result<()> {
    if unmet(&[Need::Docker, Need::Traefik, Need::Watcher])?.is_some() {
        return Ok(());
    }
    scene_on(Engine::shared()?, test)
}

/// The same on this engine.
///
/// # Errors
/// Those of the test, after showing the file and what each program logged.
pub fn scene_on(engine: &Engine, test: impl FnOnce(&Scene<'_>) -> Result<()>) -> Result<()> {
    engine.enter()?;
    let directory = tempfile::Builder::new().prefix("scene-").rand_bytes(8).tempdir_in(engine.directory())?;
    let name = directory.path().to_string_lossy().into_owned();
    // Names of containers and hosts have no regard to case everywhere; a random part of eight doesn't need it.
    let suffix = name.rsplit('-').next().unwrap_or_default().to_lowercase();
    fs::create_dir(directory.path().join("dynamic"))?;
    let traefik = Traefik::start(&directory.path().join("dynamic"), directory.path())?;
    let scene = Scene { engine, traefik, suffix, directory, logs: Mutex::default() };
    let result = test(&scene);
    if result.is_err() {
        scene.show();
    }
    result
}

impl Scene<'_> {
    /// The name that something of this test has on the engine.
    pub fn name(&self, name: &str) -> String {
        format!("{name}-{}", self.suffix)
    }

    /// A container of this test, to be started.
    pub fn run(&self, name: &str) -> Run {
        self.run_on(self.engine, name)
    }

    /// The same, on another engine.
    pub fn run_on(&self, engine: &Engine, name: &str) -> Run {
        Run::new(&engine.docker, &self.name(name)).label("e2e", &self.suffix)
    }

    /// A network of this test.
    ///
    /// # Errors
    /// Where the engine refuses it.
    pub fn network(&self, name: &str) -> Result<Network> {
        Network::new(&self.engine.docker, &self.name(name), &self.label())
    }

    /// A directory for what Traefik does not watch.
    pub fn scratch(&self) -> &Path {
        self.directory.path()
    }

    /// The directory that Traefik watches.
    pub fn dynamic(&self) -> PathBuf {
        self.directory.path().join("dynamic")
    }

    /// The files below the directory that Traefik watches, in order.
    ///
    /// # Errors
    /// Where it can't be read.
    pub fn listing(&self) -> Result<Vec<String>> {
        let mut files = Vec::new();
        let mut directories = vec![self.dynamic()];
        while let Some(directory) = directories.pop() {
            for entry in fs::read_dir(directory)? {
                let path = entry?.path();
                match path.is_dir() {
                    true => directories.push(path),
                    false => files.push(path.strip_prefix(self.dynamic())?.display().to_string()),
                }
            }
        }
        files.sort();
        Ok(files)
    }

    /// The watcher's file.
    ///
    /// # Errors
    /// Where there is none.
    pub fn text(&self) -> Result<String> {
        Ok(fs::read_to_string(self.dynamic().join("docker-watcher.yml"))?)
    }

    /// The watcher's file, loaded.
    ///
    /// # Errors
    /// Where there is none, or it isn't YAML.
    pub fn file(&self) -> Result<Value> {
        Ok(serde_yaml::from_str(&self.text()?)?)
    }

    /// The URLs of the servers of an HTTP service, as the file has them now.
    ///
    /// # Errors
    /// Where there is no file, or it isn't YAML.
    pub fn servers(&self, service: &str) -> Result<Vec<String>> {
        let file = self.file()?;
        let servers = file.pointer(&format!("/http/services/{service}/loadBalancer/servers"));
        let urls = servers.and_then(Value::as_array).into_iter().flatten();
        Ok(urls.filter_map(|server| server.get("url")?.as_str().map(str::to_owned)).collect())
    }

    /// Options that any command on this scene has: the engine, and a constraint that keeps to the test's containers.
    pub fn source(&self) -> Vec<String> {
        let constraint = format!("Label(`e2e`, `{}`)", self.suffix);
        ["--engine", &self.engine.docker.url(), "--constraints", &constraint].map(str::to_owned).to_vec()
    }

    /// [`Scene::source`] and the directory, and these: what `docker-watcher run` is started with.
    pub fn arguments(&self, more: &[&str]) -> Vec<String> {
        let output = ["--output".to_owned(), self.dynamic().display().to_string()];
        [self.source(), output.to_vec(), more.iter().copied().map(str::to_owned).collect()].concat()
    }

    /// A watcher that is ready.
    ///
    /// # Errors
    /// Where it doesn't become so.
    pub fn watch(&self, more: &[&str]) -> Result<Watcher> {
        let watcher = self.watch_with(&self.arguments(more))?;
        watcher.ready()?;
        Ok(watcher)
    }

    /// A watcher with these arguments alone, which need not become ready.
    ///
    /// # Errors
    /// Where it can't be started.
    pub fn watch_with(&self, arguments: &[String]) -> Result<Watcher> {
        self.followed(Watcher::start(self.scratch(), arguments)?)
    }

    /// A watcher that is started by a command that ends in the program.
    ///
    /// # Errors
    /// Where it can't be started.
    pub fn watch_by(&self, command: Command, arguments: &[String]) -> Result<Watcher> {
        self.followed(Watcher::start_by(command, self.scratch(), arguments)?)
    }

    /// Waits until a host is served by the container of this name.
    ///
    /// # Errors
    /// Where it is not in time.
    pub fn served(&self, host: &str, container: &str) -> Result<()> {
        eventually(&format!("`{host}` is served by `{container}`"), || {
            let response = self.traefik.get(host)?;
            ensure!(response.status == 200 && response.body == container, "{response:?}");
            Ok(())
        })
    }

    /// Waits until Traefik has no route for a host.
    ///
    /// # Errors
    /// Where it still has one.
    pub fn unrouted(&self, host: &str) -> Result<()> {
        self.answers(host, 404)
    }

    /// Waits until a host is answered with this status.
    ///
    /// # Errors
    /// Where it is not in time.
    pub fn answers(&self, host: &str, status: u16) -> Result<()> {
        eventually(&format!("`{host}` is answered with {status}"), || {
            let response = self.traefik.get(host)?;
            ensure!(response.status == status, "{response:?}");
            Ok(())
        })
    }

    fn label(&self) -> String {
        format!("e2e={}", self.suffix)
    }

    fn followed(&self, watcher: Watcher) -> Result<Watcher> {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner).push(watcher.process.log.clone());
        Ok(watcher)
    }

    #[expect(clippy::print_stderr, reason = "shown with the failed test, where output is captured too")]
    fn show(&self) {
        eprintln!("--- {:?}", self.listing());
        eprintln!("--- docker-watcher.yml\n{}", self.text().unwrap_or_default());
        for log in &*self.logs.lock().unwrap_or_else(PoisonError::into_inner) {
            eprintln!("--- docker-watcher\n{}", log.text());
        }
        eprintln!("--- traefik, warnings and errors\n{}", self.traefik.complaints().join("\n"));
        let log = self.engine.log();
        let lines: Vec<&str> = log.lines().collect();
        eprintln!("--- engine, the last lines\n{}", lines[lines.len().saturating_sub(8)..].join("\n"));
    }
}

/// Removes what the test made, and not before the file was shown: it would change with that.
impl Drop for Scene<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.show();
        }
        let filter = format!("label={}", self.label());
        let docker = |arguments: &[&str]| self.engine.docker.run(arguments).unwrap_or_default();
        for (list, remove) in [
            (["container", "ls", "--all"].as_slice(), ["container", "rm", "--force", "--volumes"].as_slice()),
            (&["network", "ls"], &["network", "rm"]),
        ] {
            let ids = docker(&[list, &["--quiet", "--filter", &filter]].concat());
            let ids: Vec<&str> = ids.split_whitespace().collect();
            if !ids.is_empty() {
                docker(&[remove, &ids].concat());
            }
        }
    }
}
