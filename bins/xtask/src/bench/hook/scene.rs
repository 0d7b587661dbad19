use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};

use super::Hook;
use crate::aside::{self, write_image};
use crate::interrupt::Interrupt;
use crate::process::{capture, command, find, run};
use crate::{tools, workspace};

/// What podman-hook leaves behind ends within this.
const LIMIT: Duration = Duration::from_secs(20);

/// A Podman with all that it keeps under one directory.
#[derive(Debug)]
pub(super) struct Scene {
    directory: PathBuf,
    podman: PathBuf,
}

impl Scene {
    pub(super) fn set(directory: &Path) -> Result<Self> {
        run(command("mount").args(["-t", "tmpfs", "tmpfs", "/run"]))?;
        let scene =
            Self { directory: directory.to_owned(), podman: find("podman").context("there is no `podman`")? };
        // Limits that a machine which is a container itself may give away.
        let settings = "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1024:1024\"]\n\
                        [engine]\nruntime = \"runc\"\ncgroup_manager = \"cgroupfs\"\nevents_logger = \"none\"\n";
        write(&directory.join("containers.conf"), settings)?;
        let archive = directory.join("image.tar");
        write_image(&tools::busybox().context("there is no static `busybox`")?, &archive)?;
        let change = r#"CMD ["/bin/busybox", "sleep", "86400"]"#;
        capture(scene.podman(None).args(["import", "--change", change]).arg(&archive).arg("bench"))?;
        Ok(scene)
    }

    /// Calls each hook so many times in turn, as a runtime does for a container that runs.
    pub(super) fn call(&self, hooks: &mut [Hook], times: usize, interrupt: &Interrupt) -> Result<()> {
        self.run(None, "subject")?;
        let inspect =
            ["container", "inspect", "--format", "{{.Id}} {{.State.Pid}} {{.OCIConfigPath}}", "subject"];
        let told = capture(self.podman(None).args(inspect))?;
        let [id, pid, bundle] = told.split_whitespace().collect::<Vec<_>>()[..] else {
            anyhow::bail!("`podman inspect` printed `{told}`");
        };
        let bundle = bundle.trim_end_matches("/config.json");
        let state = format!(
            r#"{{"ociVersion":"1.0.2-dev","id":"{id}","status":"created","pid":{pid},"bundle":"{bundle}","annotations":{{"io.container.manager":"libpod"}}}}"#
        );
        // The first round is not counted: nothing is in memory yet.
        for round in 0..=times {
            for hook in hooks.iter_mut() {
                let mut call = command(&hook.program);
                call.args(&hook.arguments).env_clear().envs(self.variables()).current_dir("/");
                call.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
                let started = Instant::now();
                let mut child = call.spawn().context("cannot start a hook")?;
                // One that does nothing may have ended by now.
                let _ = child.stdin.take().map(|mut stdin| stdin.write_all(state.as_bytes()));
                let status = child.wait().context("cannot wait for a hook")?;
                let took = started.elapsed();
                ensure!(status.success(), "{} ended with {status}", hook.name);
                if round > 0 {
                    hook.calls.push(took.as_secs_f64() * 1000.0);
                }
                self.settle(interrupt)?;
            }
        }
        self.remove()
    }

    /// Starts a container with each hook so many times in turn.
    pub(super) fn start(&self, hooks: &mut [Hook], times: usize, interrupt: &Interrupt) -> Result<()> {
        let mut directories = Vec::new();
        for (number, hook) in hooks.iter().enumerate() {
            directories.push(self.hooks_d(&number.to_string(), hook)?);
        }
        for round in 0..=times {
            for (hook, directory) in hooks.iter_mut().zip(&directories) {
                let started = Instant::now();
                self.run(Some(directory), "subject")?;
                let took = started.elapsed();
                if round > 0 {
                    hook.starts.push(took.as_secs_f64() * 1000.0);
                }
                self.settle(interrupt)?;
                self.remove()?;
                self.settle(interrupt)?;
            }
        }
        Ok(())
    }

    /// Starts a container of this name.
    pub(super) fn run(&self, hooks: Option<&Path>, name: &str) -> Result<()> {
        // The network of the machine (here of our namespace): to make another takes longer than any hook, and never the same.
        let run = ["run", "--detach", "--name", name, "--network", "host", "--log-driver", "none"];
        let cgroup = format!("/{}", aside::name(&self.directory));
        let labels = ["--label", "traefik.enable=true", "--label", PORT];
        let mut podman = self.podman(hooks);
        podman.args(run).args(["--cgroup-parent", &cgroup]).args(labels).arg("bench");
        // Not through pipes: who reads them waits for all that hold an end.
        podman.stdout(Stdio::null()).stderr(Stdio::null());
        crate::process::run(&mut podman)
    }

    fn remove(&self) -> Result<()> {
        capture(self.podman(None).args(["rm", "--force", "--time", "0", "subject"])).map(drop)
    }

    pub(super) fn remove_all(&self) -> Result<()> {
        capture(self.podman(None).args(["rm", "--force", "--all", "--time", "0"])).map(drop)
    }

    /// A directory with this hook alone.
    pub(super) fn hooks_d(&self, name: &str, hook: &Hook) -> Result<PathBuf> {
        let directory = self.directory.join(format!("hooks-{name}"));
        fs::create_dir(&directory).context("cannot make a directory")?;
        let arguments: Vec<&str> =
            std::iter::once("hook").chain(hook.arguments.iter().map(String::as_str)).collect();
        let variables: Vec<String> =
            self.variables().iter().map(|(name, value)| format!("{name}={value}")).collect();
        let description = serde_json::json!({
            "version": "1.0.0",
            "hook": {"path": hook.program, "args": arguments, "env": variables},
            "when": {"always": true},
            "stages": ["poststart", "poststop"],
        });
        write(&directory.join("hook.json"), &description.to_string())?;
        Ok(directory)
    }

    /// Nothing but these: what the environment sets is not measured.
    fn variables(&self) -> [(&'static str, String); 3] {
        let at = |name: &str| self.directory.join(name).display().to_string();
        [
            ("PORTOLAN_CONFIG", String::new()),
            ("PORTOLAN_OUTPUT", at("dynamic")),
            ("PORTOLAN_HOOK_DIRECTORY", at("records")),
        ]
    }

    fn podman(&self, hooks: Option<&Path>) -> Command {
        let mut podman = command(&self.podman);
        podman.env("CONTAINERS_CONF", self.directory.join("containers.conf"));
        podman.arg("--root").arg(self.directory.join("storage"));
        podman.arg("--runroot").arg(self.directory.join("run"));
        if let Some(hooks) = hooks {
            podman.arg("--hooks-dir").arg(hooks);
        }
        podman
    }

    /// Waits until what podman-hook left behind is done, so that it is not measured with another.
    pub(super) fn settle(&self, interrupt: &Interrupt) -> Result<()> {
        let program = workspace::released("podman-hook");
        interrupt.wait_for("the end of podman-hook's worker", LIMIT, || {
            let processes = fs::read_dir("/proc").context("cannot read `/proc`")?;
            let mut programs = processes.flatten().filter_map(|it| fs::read_link(it.path().join("exe")).ok());
            Ok((!programs.any(|it| it == program)).then_some(()))
        })
    }
}

const PORT: &str = "traefik.http.services.subject.loadbalancer.server.port=80";

fn write(path: &Path, text: &str) -> Result<()> {
    let written = File::create(path).and_then(|mut file| file.write_all(text.as_bytes()));
    written.with_context(|| format!("cannot write `{}`", path.display()))
}
