use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Mutex, PoisonError};
use std::thread;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::{HOOK, Podman, PodmanRun};
use crate::{Need, Traefik, eventually, output, unmet};

/// The file that names the hook.
const FILE: &str = "podman-hook.json";

/// When it is called.
const STAGES: [&str; 2] = ["poststart", "poststop"];

/// What a test plays in: a Podman with the hook, whose directory and records are the test's own, and a Traefik that watches the
/// directory.
#[derive(Debug)]
pub struct PodmanScene<'p> {
    /// The engine, which other tests may use at the same time.
    pub podman: &'p Podman,
    /// The proxy, in the network that is the host's to the containers.
    pub traefik: Traefik,
    suffix: String,
    directory: TempDir,
    settings: Mutex<Vec<(String, String)>>,
    configuration: Mutex<Option<Vec<(String, String)>>>,
    containers: Mutex<Vec<String>>,
}

/// Plays a test on root's Podman; a test that can't run here says so and passes.
///
/// # Errors
/// Those of the test, after showing the file and what the hook knows.
pub fn podman_scene(test: impl FnOnce(&PodmanScene<'_>) -> Result<()>) -> Result<()> {
    if unmet(&[Need::Podman, Need::Traefik, Need::Hook])?.is_some() {
        return Ok(());
    }
    podman_scene_on(Podman::rootful()?, test)
}

/// Plays a test on an unprivileged user's Podman; a test that can't run here says so and passes.
///
/// # Errors
/// Those of the test, after showing the file and what the hook knows.
pub fn rootless_scene(test: impl FnOnce(&PodmanScene<'_>) -> Result<()>) -> Result<()> {
    if unmet(&[Need::Podman, Need::Rootless, Need::Traefik, Need::Hook])?.is_some() {
        return Ok(());
    }
    podman_scene_on(Podman::rootless()?, test)
}

/// The same on this Podman.
///
/// # Errors
/// Those of the test, after showing the file and what the hook knows.
pub fn podman_scene_on(podman: &Podman, test: impl FnOnce(&PodmanScene<'_>) -> Result<()>) -> Result<()> {
    let scene = PodmanScene::new(podman)?;
    let result = test(&scene);
    if result.is_err() {
        scene.show();
    }
    result
}

impl<'p> PodmanScene<'p> {
    fn new(podman: &'p Podman) -> Result<Self> {
        podman.enter()?;
        let directory =
            tempfile::Builder::new().prefix("scene-").rand_bytes(8).tempdir_in(podman.directory())?;
        let name = directory.path().to_string_lossy().into_owned();
        // Names of containers and hosts have no regard to case everywhere.
        let suffix = name.rsplit('-').next().unwrap_or_default().to_lowercase();
        for part in ["dynamic", "hooks", "traefik"] {
            fs::create_dir(directory.path().join(part))?;
            podman.give(&directory.path().join(part))?;
        }
        podman.give(directory.path())?;
        let traefik = Traefik::start(&directory.path().join("dynamic"), &directory.path().join("traefik"))?;
        let scene = Self {
            podman,
            traefik,
            suffix,
            directory,
            settings: Mutex::default(),
            configuration: Mutex::default(),
            containers: Mutex::default(),
        };
        let records = scene.records().display().to_string();
        scene.set(&[("PORTOLAN_HOOK_DIRECTORY", &records)])?;
        Ok(scene)
    }

    /// Has the hook find these variables besides the test's directory, from now on.
    ///
    /// # Errors
    /// Where the file that names the hook can't be written.
    pub fn set(&self, variables: &[(&str, &str)]) -> Result<()> {
        let mut settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        settings.retain(|(name, _)| !variables.iter().any(|(other, _)| name == other));
        settings.extend(owned(variables));
        drop(settings);
        self.write_hook(&self.hooks().join(FILE), &STAGES, &[])
    }

    /// Has the hook find this variable no longer.
    ///
    /// # Errors
    /// Where the file that names the hook can't be written.
    pub fn unset(&self, variable: &str) -> Result<()> {
        self.settings.lock().unwrap_or_else(PoisonError::into_inner).retain(|(name, _)| name != variable);
        self.write_hook(&self.hooks().join(FILE), &STAGES, &[])
    }

    /// Has Podman call the hook at one stage with these variables more, in place of a hook for both.
    ///
    /// # Errors
    /// Where the files that name the hook can't be written.
    pub fn install_at(&self, stage: &str, more: &[(&str, &str)]) -> Result<()> {
        let both = self.hooks().join(FILE);
        if both.exists() {
            fs::remove_file(both)?;
        }
        self.write_hook(&self.hooks().join(format!("{stage}.json")), &[stage], more)
    }

    fn write_hook(&self, path: &Path, stages: &[&str], more: &[(&str, &str)]) -> Result<()> {
        let variables = self.variables().into_iter().chain(owned(more));
        let env: Vec<String> = variables.map(|(name, value)| format!("{name}={value}")).collect();
        let hook = json!({
            "version": "1.0.0",
            "hook": { "path": HOOK, "args": ["podman-hook"], "env": env },
            "when": { "always": true },
            "stages": stages,
        });
        Ok(serde_json::to_writer(File::create(path)?, &hook)?)
    }

    fn variables(&self) -> Vec<(String, String)> {
        let mut variables = self.settings.lock().unwrap_or_else(PoisonError::into_inner).clone();
        variables.push(("PORTOLAN_OUTPUT".to_owned(), self.dynamic().display().to_string()));
        variables
    }

    /// Has Podman find its hooks as it does without an option, by a configuration that it finds with these variables.
    pub fn configure(&self, variables: &[(&str, &str)]) {
        let variables = owned(variables).collect();
        *self.configuration.lock().unwrap_or_else(PoisonError::into_inner) = Some(variables);
    }

    /// What `podman ARGUMENT...` prints, with the hook, without the last line's end.
    ///
    /// # Errors
    /// Where it fails, with what it says.
    pub fn podman(&self, arguments: &[&str]) -> Result<String> {
        let mut podman = match &*self.configuration.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(variables) => {
                let mut podman = self.podman.podman(&[]);
                podman.env_remove("CONTAINERS_CONF").envs(variables.iter().cloned());
                podman
            }
            None => self.podman.podman(&["--hooks-dir", &self.hooks().display().to_string()]),
        };
        Ok(output(podman.args(arguments), b"")?.trim_end().to_owned())
    }

    /// `podman-hook ARGUMENT...` with the settings that the hook has.
    pub fn hook(&self, arguments: &[&str]) -> Command {
        let mut hook = self.podman.hook();
        hook.args(arguments).envs(self.variables());
        hook
    }

    /// What `podman-hook status` prints.
    ///
    /// # Errors
    /// Where it fails.
    pub fn status(&self) -> Result<String> {
        output(&mut self.hook(&["status"]), b"")
    }

    /// Has the hook write the file anew from what it knows.
    ///
    /// # Errors
    /// Where it fails.
    pub fn sync(&self) -> Result<()> {
        output(&mut self.hook(&["sync"]), b"").map(drop)
    }

    /// Waits until `status` has all of these in it.
    ///
    /// # Errors
    /// Where it has not in time.
    pub fn told(&self, parts: &[&str]) -> Result<()> {
        eventually(&format!("`status` tells {parts:?}"), || {
            let status = self.status()?;
            ensure!(parts.iter().all(|part| status.contains(part)), "{status}");
            Ok(())
        })
    }

    /// Waits until its worker has learnt what a container is, and writes the file: what is not in there will not be.
    ///
    /// # Errors
    /// Where it has not in time.
    pub fn known(&self, id: &str) -> Result<()> {
        let path = self.records().join("known").join(format!("{id}.json"));
        eventually(&format!("`{id}` is known"), || Ok(fs::metadata(&path)?))?;
        self.sync()
    }

    /// A container of this test, to be started. It is not exposed.
    pub fn run(&self, name: &str) -> PodmanRun<'_> {
        PodmanRun::new(self, &self.name(name))
    }

    /// The name that something of this test has.
    pub fn name(&self, name: &str) -> String {
        format!("{name}-{}", self.suffix)
    }

    pub(super) fn remember(&self, name: &str) {
        self.containers.lock().unwrap_or_else(PoisonError::into_inner).push(name.to_owned());
    }

    /// A directory that is neither Traefik's nor the hook's.
    pub fn scratch(&self) -> &Path {
        self.directory.path()
    }

    /// The directory that Traefik watches.
    pub fn dynamic(&self) -> PathBuf {
        self.scratch().join("dynamic")
    }

    /// The directory that names the hook.
    pub fn hooks(&self) -> PathBuf {
        self.scratch().join("hooks")
    }

    /// Where the hook keeps its records.
    pub fn records(&self) -> PathBuf {
        self.scratch().join("records")
    }

    /// The hook's file.
    ///
    /// # Errors
    /// Where there is none.
    pub fn text(&self) -> Result<String> {
        fs::read_to_string(self.dynamic().join("podman-hook.yml")).context("no file")
    }

    /// The addresses of the servers of a service (`http/services/web`), as the file has them now.
    ///
    /// # Errors
    /// Where there is no file, or it isn't YAML.
    pub fn servers(&self, service: &str) -> Result<Vec<String>> {
        let file: Value = serde_yaml::from_str(&self.text()?)?;
        let servers = file.pointer(&format!("/{service}/loadBalancer/servers"));
        let servers = servers.and_then(Value::as_array).into_iter().flatten();
        let address = |server: &Value| {
            let address = server.get("url").or_else(|| server.get("address"))?;
            address.as_str().map(str::to_owned)
        };
        Ok(servers.filter_map(address).collect())
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
        eventually(&format!("`{host}` has no route"), || {
            let response = self.traefik.get(host)?;
            ensure!(response.status == 404, "{response:?}");
            Ok(())
        })
    }

    /// Waits until the hook's log has a line with all of these in it.
    ///
    /// # Errors
    /// Where it has not in time.
    pub fn logged(&self, parts: &[&str]) -> Result<()> {
        eventually(&format!("the log tells {parts:?}"), || {
            let log = fs::read_to_string(self.records().join("podman-hook.log"))?;
            ensure!(log.lines().any(|line| parts.iter().all(|part| line.contains(part))), "{log}");
            Ok(())
        })
    }

    #[expect(clippy::print_stderr, reason = "shown with the failed test, where output is captured too")]
    fn show(&self) {
        eprintln!("--- podman-hook.yml\n{}", self.text().unwrap_or_default());
        eprintln!("--- status\n{}", self.status().unwrap_or_else(|error| format!("{error:#}")));
        let log = fs::read_to_string(self.records().join("podman-hook.log")).unwrap_or_default();
        eprintln!("--- log\n{log}");
        eprintln!("--- traefik, warnings and errors\n{}", self.traefik.complaints().join("\n"));
    }
}

fn owned(variables: &[(&str, &str)]) -> impl Iterator<Item = (String, String)> {
    variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
}

/// Removes what the test made, and not before all was shown: it would change with that.
impl Drop for PodmanScene<'_> {
    fn drop(&mut self) {
        if thread::panicking() {
            self.show();
        }
        let names = std::mem::take(&mut *self.containers.lock().unwrap_or_else(PoisonError::into_inner));
        if !names.is_empty() {
            let names: Vec<&str> = names.iter().map(String::as_str).collect();
            let _ = self.podman(&[&["rm", "--force", "--ignore", "--time", "0"], names.as_slice()].concat());
        }
    }
}
