//! Podman as people use it: a program that starts containers and ends, with a hook.

mod rootless;
mod run;
mod scene;

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use anyhow::{Context, Result};

pub use run::{PodmanContainer, PodmanRun};
pub use scene::{PodmanScene, podman_scene, podman_scene_on, rootless_scene};

use self::rootless::User;
use crate::image::{IMPORT, archive};
use crate::prerequisites::{find, hook};
use crate::{NetworkNamespace, Sandbox, command, output};

/// Podman with a storage of its own, in a sandbox: nothing of the machine's containers is seen, and nothing stays behind.
#[derive(Debug)]
pub struct Podman {
    sandbox: Sandbox,
    process: String,
    user: Option<User>,
}

/// What is set for all Podmans here: what a machine without systemd and without its privileges allows.
pub(crate) const CONTAINERS_CONF: &str = r#"
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
"#;

impl Podman {
    /// Root's, which the tests of one process share, with the image.
    ///
    /// # Errors
    /// Where the sandbox or the image cannot be made.
    pub fn rootful() -> Result<&'static Self> {
        static SHARED: OnceLock<Result<Podman, String>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| Self::new().map_err(|error| format!("{error:#}")));
        shared.as_ref().map_err(|error| anyhow::anyhow!("{error}"))
    }

    /// An unprivileged user's, which the tests of one process share, with the image.
    ///
    /// # Errors
    /// Where the sandbox, the user or the image cannot be made.
    pub fn rootless() -> Result<&'static Self> {
        static SHARED: OnceLock<Result<Podman, String>> = OnceLock::new();
        let shared = SHARED.get_or_init(|| Self::of_a_user().map_err(|error| format!("{error:#}")));
        shared.as_ref().map_err(|error| anyhow::anyhow!("{error}"))
    }

    /// Root's, for a test alone.
    ///
    /// # Errors
    /// Where the sandbox or the image cannot be made.
    pub fn new() -> Result<Self> {
        let podman = Self::in_sandbox()?;
        podman.import()?;
        Ok(podman)
    }

    fn of_a_user() -> Result<Self> {
        let mut podman = Self::in_sandbox()?;
        podman.user = Some(User::make(&podman)?);
        podman.import()?;
        Ok(podman)
    }

    fn in_sandbox() -> Result<Self> {
        // No service: nothing is started by order.
        let sandbox = Sandbox::new(|_, _| Vec::new())?;
        let process = crate::eventually("the sandbox has a process", || sandbox.process())?;
        let podman = Self { process, sandbox, user: None };
        crate::eventually("the sandbox has an empty `/run`", || {
            let mounts = std::fs::read_to_string(format!("/proc/{}/mounts", podman.process))?;
            mounts.contains(" /run tmpfs").then_some(()).context("not yet")
        })?;
        File::create(podman.containers_conf())?.write_all(CONTAINERS_CONF.as_bytes())?;
        podman.place_hook()?;
        Ok(podman)
    }

    /// Puts the hook under test where programs stay: where it was built no other user may reach it, and `install` takes none
    /// that is a user's or in `/run`.
    fn place_hook(&self) -> Result<()> {
        let hook = hook().context("`podman-hook` is not built")?;
        let script = r#"
            install -m 755 "$1" "$2"
            mount -t tmpfs -o mode=755 tmpfs "${3%/*}"
            touch "$3"
            mount --bind "$2" "$3"
            mount -o remount,bind,ro "$3"
        "#;
        let copy = self.directory().join("podman-hook");
        output(self.as_root("bash").args(["-euc", script, "bash"]).arg(hook).arg(copy).arg(HOOK), b"")
            .context("place the hook")
            .map(drop)
    }

    fn import(&self) -> Result<()> {
        let mut import = self.podman(&[]);
        output(import.arg("import").args(IMPORT), &archive()?).map(drop)
    }

    /// `podman OPTION...`, by its owner, in the sandbox.
    pub fn podman(&self, options: &[&str]) -> Command {
        let mut podman = self.program(find("podman").unwrap_or_else(|| "podman".into()));
        podman.env("CONTAINERS_CONF", self.containers_conf());
        if self.user.is_none() {
            podman
                .arg("--root")
                .arg(self.directory().join("data"))
                .args(["--runroot", "/run/containers/storage"]);
        }
        podman.args(options);
        podman
    }

    /// The hook under test, as its owner would start it in the sandbox.
    pub fn hook(&self) -> Command {
        self.program(HOOK)
    }

    /// A program of Podman's owner, in the sandbox.
    pub fn program(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        match &self.user {
            Some(user) => user.program(self, program.as_ref()),
            None => self.as_root(program),
        }
    }

    /// A program of root's, in the sandbox.
    pub fn as_root(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut inside = command("nsenter");
        inside.args(["--target", &self.process, "--mount", "--pid", "--wd=/", "--"]).arg(program);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if ["PORTOLAN_", "CONTAINERS_", "XDG_", "_CONTAINERS_"]
                .iter()
                .any(|prefix| name.starts_with(prefix))
            {
                inside.env_remove(name);
            }
        }
        inside
    }

    /// A directory that goes with the sandbox, which its owner may enter.
    pub fn directory(&self) -> &Path {
        self.sandbox.directory()
    }

    /// The control group below which containers are, so that it goes with the sandbox.
    pub fn control_group(&self) -> String {
        format!("/{}", self.directory().file_name().unwrap_or_default().to_string_lossy())
    }

    /// Whether an unprivileged user's.
    pub fn is_rootless(&self) -> bool {
        self.user.is_some()
    }

    /// The user's runtime directory as it is seen from outside.
    ///
    /// # Errors
    /// Where this is root's.
    pub fn runtime_directory(&self) -> Result<PathBuf> {
        let user = self.user.as_ref().context("root has no runtime directory")?;
        Ok(self.inside(&user.runtime_directory))
    }

    /// A path as the sandbox sees it, from outside of its mount namespace.
    pub fn inside(&self, path: &Path) -> PathBuf {
        PathBuf::from(format!("/proc/{}/root{}", self.process, path.display()))
    }

    /// The network namespace of a process, by its number in the sandbox.
    ///
    /// # Errors
    /// Where there is no such process.
    pub fn network_of(&self, process: u64) -> Result<NetworkNamespace> {
        let path = self.inside(Path::new(&format!("/proc/{process}/ns/net")));
        NetworkNamespace::open(&path.display().to_string())
    }

    /// Gives a path to Podman's owner.
    ///
    /// # Errors
    /// Where that is refused.
    pub fn give(&self, path: &Path) -> Result<()> {
        match &self.user {
            Some(user) => user.give(path),
            None => Ok(()),
        }
    }

    /// Takes the calling thread into the network that is the host's to the containers.
    ///
    /// # Errors
    /// Where the kernel refuses it.
    pub fn enter(&self) -> Result<()> {
        self.sandbox.enter()
    }

    pub(crate) fn containers_conf(&self) -> PathBuf {
        self.directory().join("containers.conf")
    }
}

/// Where the hook is in the sandbox.
pub(crate) const HOOK: &str = "/srv/podman-hook";
