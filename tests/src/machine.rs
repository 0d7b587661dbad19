use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context as _, Result, ensure};

use crate::image::{self, IMPORT};
use crate::podman::CONTAINERS_CONF;
use crate::{Docker, IMAGE, Sandbox, command, eventually, output, prerequisites};

/// A machine as somebody has it who reads the guides: this one's files, of which nothing that is written is kept, a network of its own, an
/// engine, and a clone of the project in `/srv/portolan` in which the programs are built.
///
/// The engine has a web server as the image `nginx`. Where there is a JupyterHub for tests, its environment is `hub` in the clone.
#[derive(Debug)]
pub struct Machine {
    sandbox: Sandbox,
    process: String,
    kind: MachineKind,
    /// The lines that were run: what each has said is in a file with its number.
    said: Mutex<Vec<String>>,
}

/// What runs containers there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MachineKind {
    /// `dockerd`.
    Docker,
    /// Podman, which is no service.
    Podman,
}

/// Images may come from anywhere, as they come from here.
const POLICY: &str = r#"{"default": [{"type": "insecureAcceptAnything"}]}"#;

impl Machine {
    /// Makes one and waits for its engine.
    ///
    /// # Errors
    /// Where a namespace can't be made, a program is missing or the engine does not start.
    pub fn new(kind: MachineKind) -> Result<Self> {
        let programs = [
            prerequisites::watcher().context("`docker-watcher` is not built")?,
            prerequisites::hook().context("`podman-hook` is not built")?,
            prerequisites::hub_proxy().context("`jupyterhub-proxy` is not built")?,
        ];
        let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").canonicalize()?;
        let mut sandbox = Sandbox::new(|directory, cgroup| {
            let hub = prerequisites::jupyterhub();
            let hub = hub.as_deref().and_then(Path::parent).and_then(Path::parent);
            let words = [
                directory.join("machine.sh"),
                directory.to_owned(),
                repository,
                hub.unwrap_or(Path::new("")).to_owned(),
            ];
            let mut line = vec!["bash".to_owned()];
            line.extend(words.iter().chain(&programs).map(|word| word.display().to_string()));
            match kind {
                MachineKind::Docker => {
                    line.extend(["dockerd".to_owned(), "--cgroup-parent".to_owned(), format!("/{cgroup}")]);
                }
                MachineKind::Podman => line.extend(["sleep", "infinity"].map(str::to_owned)),
            }
            line
        })?;
        let write = |name: &str, text: &str| -> Result<()> {
            Ok(File::create(sandbox.directory().join(name))?.write_all(text.as_bytes())?)
        };
        write("machine.sh", include_str!("machine.sh"))?;
        write("containers.conf", CONTAINERS_CONF)?;
        write("policy.json", POLICY)?;
        sandbox.start()?;
        let process = eventually("the machine has a process", || sandbox.process())?;
        let machine = Self { sandbox, process, kind, said: Mutex::default() };
        machine.prepare().with_context(|| machine.log())?;
        Ok(machine)
    }

    /// What a line for `bash` prints, in the clone, by root. Programs that it leaves behind run on.
    ///
    /// # Errors
    /// Where it doesn't end with 0, with what it printed.
    pub fn run(&self, line: &str) -> Result<String> {
        // Into a file of its own: who runs on would hold a pipe, and goes on to say something.
        let mut said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let file = format!("/tmp/said.{}", said.len());
        said.push(line.to_owned());
        drop(said);
        let script = format!("cd /srv/portolan\nexec >{file} 2>&1\nset -euo pipefail\n{line}");
        let outcome = output(self.inside("bash").args(["-c", &script]), b"");
        let told = std::fs::read_to_string(self.path(&file))?;
        outcome.with_context(|| format!("`{line}` says: {told}"))?;
        Ok(told)
    }

    /// Writes a file there.
    ///
    /// # Errors
    /// Where that is refused.
    pub fn write(&self, path: &str, text: &str) -> Result<()> {
        ensure!(path.starts_with('/'), "`{path}` is to be a whole path");
        let path = self.path(path);
        std::fs::create_dir_all(path.parent().context("a file has a directory")?)?;
        Ok(File::create(path)?.write_all(text.as_bytes())?)
    }

    /// What programs that were left behind have said, and the engine.
    pub fn logs(&self) -> String {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let behind = said.iter().enumerate().filter(|(_, line)| line.ends_with('&'));
        let told = behind.map(|(number, line)| {
            let told = std::fs::read_to_string(self.path(&format!("/tmp/said.{number}"))).unwrap_or_default();
            format!("--- {line}\n{told}")
        });
        told.chain([format!("--- engine\n{}", self.log())]).collect()
    }

    /// What its engine has said.
    fn log(&self) -> String {
        self.sandbox.log()
    }

    /// A path there, as it is seen from here.
    fn path(&self, path: &str) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{path}", self.process))
    }

    fn inside(&self, program: &str) -> std::process::Command {
        let mut inside = command("nsenter");
        inside.args(["--target", &self.process, "--mount", "--pid", "--root", "--wd", "env"]);
        inside.args([
            "--ignore-environment",
            "HOME=/root",
            "PATH=/usr/bin:/usr/sbin:/bin:/sbin:/usr/local/bin",
        ]);
        inside.arg(program);
        inside
    }

    fn prepare(&self) -> Result<()> {
        self.sandbox.enter()?;
        eventually("the machine shows its files", || {
            ensure!(self.path("/run/machine").exists(), "not yet: {}", self.log());
            Ok(())
        })?;
        match self.kind {
            MachineKind::Docker => {
                let docker = Docker::at(&self.path("/run/docker.sock"));
                eventually("the engine answers", || docker.run(&["version"]).map(drop))?;
                image::import(&docker)?;
                self.run(&format!("docker tag {IMAGE} nginx")).map(drop)
            }
            MachineKind::Podman => {
                output(self.inside("podman").arg("import").args(IMPORT), &image::archive()?)?;
                self.run(&format!("podman tag {IMAGE} docker.io/library/nginx")).map(drop)
            }
        }
    }

    /// Puts Traefik there: as a program, and as an image.
    ///
    /// # Errors
    /// Where there is none, or the engine refuses it.
    pub fn add_traefik(&self) -> Result<()> {
        let program = prerequisites::traefik().context("no Traefik")?;
        std::fs::copy(program, self.path("/usr/local/bin/traefik"))?;
        let (engine, name) = match self.kind {
            MachineKind::Docker => ("docker", "traefik:v3.7"),
            MachineKind::Podman => ("podman", "docker.io/library/traefik:v3.7"),
        };
        let entry = r#"--change 'ENTRYPOINT ["/traefik"]'"#;
        self.run(&format!("tar -C /usr/local/bin -c traefik | {engine} import {entry} - {name}")).map(drop)
    }
}

/// Ends what Podman's containers leave to the machine beneath: their control groups.
impl Drop for Machine {
    fn drop(&mut self) {
        if self.kind == MachineKind::Podman {
            let _ = self.run("podman rm --all --force --time 0");
        }
    }
}
