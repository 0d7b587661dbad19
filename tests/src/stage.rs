use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{Container, Engine, Log, Need, Network, NetworkNamespace, Run, Watcher, program, unmet};

/// What a test plays in: an engine, a directory, and a name for what is the test's own.
#[derive(Debug)]
pub struct Stage<'e> {
    /// The engine, which other tests may use at the same time.
    pub engine: &'e Engine,
    suffix: String,
    directory: TempDir,
    logs: Mutex<Vec<Log>>,
}

/// Plays a test on an engine that no other test uses meanwhile; a test that can't run here says so and passes.
///
/// For what a watcher does to the containers of an engine, whosever they are.
///
/// # Errors
/// Those of the test, after showing the file and what each program logged.
pub fn stage(test: impl FnOnce(&Stage<'_>) -> Result<()>) -> Result<()> {
    if unmet(&[Need::Docker, Need::Watcher])?.is_some() {
        return Ok(());
    }
    Engine::alone(|engine| stage_on(engine, test))
}

/// The same on this engine.
///
/// # Errors
/// Those of the test, after showing the file and what each program logged.
pub fn stage_on(engine: &Engine, test: impl FnOnce(&Stage<'_>) -> Result<()>) -> Result<()> {
    let stage = Stage::new(engine)?;
    let result = test(&stage);
    if result.is_err() {
        stage.show();
    }
    result
}

impl<'e> Stage<'e> {
    /// Takes the calling thread into the engine's network.
    pub(crate) fn new(engine: &'e Engine) -> Result<Self> {
        engine.enter()?;
        let directory =
            tempfile::Builder::new().prefix("scene-").rand_bytes(8).tempdir_in(engine.directory())?;
        let name = directory.path().to_string_lossy().into_owned();
        // Names of containers and hosts have no regard to case everywhere; a random part of eight doesn't need it.
        let suffix = name.rsplit('-').next().unwrap_or_default().to_lowercase();
        fs::create_dir(directory.path().join("dynamic"))?;
        Ok(Self { engine, suffix, directory, logs: Mutex::default() })
    }

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

    /// A network of this test, with options of `docker network create`.
    ///
    /// # Errors
    /// Where the engine refuses it.
    pub fn network_with(&self, name: &str, options: &[&str]) -> Result<Network> {
        Network::with(&self.engine.docker, &self.name(name), &self.label(), options)
    }

    /// The network namespace of a container.
    ///
    /// # Errors
    /// Where it doesn't run.
    pub fn inside(&self, container: &Container) -> Result<NetworkNamespace> {
        NetworkNamespace::open(&self.engine.inside(&container.namespace()?)?)
    }

    /// The network namespace that is the host's to the engine's containers.
    ///
    /// # Errors
    /// Where the engine's sandbox is gone.
    pub fn host(&self) -> Result<NetworkNamespace> {
        NetworkNamespace::open(&self.engine.inside("/proc/1/ns/net")?)
    }

    /// The proc file system that has the processes of the engine's containers by the numbers that the engine gives.
    ///
    /// # Errors
    /// Where the engine's sandbox is gone.
    pub fn proc(&self) -> Result<String> {
        self.engine.inside("/proc")
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

    /// [`Stage::source`] and the directory, and these: what `docker-watcher run` is started with.
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

    /// The path of a settings file by which a watcher changes networks and starts scripts here.
    ///
    /// `more` adds to the keys `network` and `scripts`.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn settings(&self, more: &Value) -> Result<String> {
        let at = |name: &str| self.scratch().join(name).display().to_string();
        let mut settings = json!({
            "network": { "proc": self.proc()?, "state": at("host-routes.json") },
            "scripts": { "directory": at("scripts") },
        });
        for (key, value) in more.as_object().into_iter().flatten() {
            let entries = value.as_object().with_context(|| format!("`{key}` is to be an object"))?;
            let section = settings.get_mut(key).and_then(Value::as_object_mut);
            section.with_context(|| format!("no `{key}` here"))?.extend(entries.clone());
        }
        serde_json::to_writer(File::create(at("settings.yml"))?, &settings)?;
        Ok(at("settings.yml"))
    }

    /// A watcher with [`Stage::settings`] that is ready, and routes nothing.
    ///
    /// # Errors
    /// Where it doesn't become so.
    pub fn watch_settings(&self, more: &Value) -> Result<Watcher> {
        self.watch(&["--config", &self.settings(more)?, "--exposed-by-default=false"])
    }

    /// `docker-watcher` with this subcommand, and [`Stage::settings`] as they were written last.
    ///
    /// # Errors
    /// Where it is not built.
    pub fn program(&self, subcommand: &str) -> Result<Command> {
        let mut program = program()?;
        program.args([subcommand, "--engine", &self.engine.docker.url(), "--config"]);
        program.arg(self.scratch().join("settings.yml"));
        Ok(program)
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

    fn label(&self) -> String {
        format!("e2e={}", self.suffix)
    }

    fn followed(&self, watcher: Watcher) -> Result<Watcher> {
        self.logs.lock().unwrap_or_else(PoisonError::into_inner).push(watcher.process.log.clone());
        Ok(watcher)
    }

    #[expect(clippy::print_stderr, reason = "shown with the failed test, where output is captured too")]
    pub(crate) fn show(&self) {
        eprintln!("--- {:?}", self.listing());
        eprintln!("--- docker-watcher.yml\n{}", self.text().unwrap_or_default());
        for log in &*self.logs.lock().unwrap_or_else(PoisonError::into_inner) {
            eprintln!("--- docker-watcher\n{}", log.text());
        }
        let log = self.engine.log();
        let lines: Vec<&str> = log.lines().collect();
        eprintln!("--- engine, the last lines\n{}", lines[lines.len().saturating_sub(8)..].join("\n"));
    }
}

/// Removes what the test made, and not before the file was shown: it would change with that.
impl Drop for Stage<'_> {
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
            // One after the other: see `Docker::hangs`.
            static REMOVAL: Mutex<()> = Mutex::new(());
            let _turn = REMOVAL.lock().unwrap_or_else(PoisonError::into_inner);
            for id in ids {
                docker(&[remove, &[id]].concat());
            }
        }
    }
}
