use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};

use super::http::engine_answers;
use crate::background::Background;
use crate::interrupt::Interrupt;
use crate::process::{command, find};

/// An engine, and the client that speaks to it.
#[derive(Debug)]
pub(crate) struct Engine {
    client: PathBuf,
    host: String,
    own: Option<Background>,
}

/// The local engine that answers, if one does: that of `DOCKER_HOST`, else that at the usual socket.
///
/// An engine elsewhere is no use to a Traefik here, which must reach the containers' addresses.
pub(crate) fn answering() -> Option<String> {
    let host = std::env::var("DOCKER_HOST").ok().filter(|host| !host.is_empty());
    let host = host.unwrap_or_else(|| "unix:///var/run/docker.sock".to_owned());
    let socket = host.strip_prefix("unix://")?;
    engine_answers(Path::new(socket)).then_some(host)
}

impl Engine {
    /// The engine that answers at `host`.
    pub(crate) fn existing(host: String) -> Result<Self> {
        let client = find("docker")
            .context("an engine answers, but there is no `docker` program to start containers")?;
        Ok(Self { client, host, own: None })
    }

    /// Starts an engine that keeps everything under `directory`.
    ///
    /// To be called in network and mount namespaces of our own. The engine sets no firewall rules: addresses on its bridges
    /// are all that is needed here.
    pub(crate) fn start(directory: &Path, cgroup: &str, interrupt: &Interrupt) -> Result<Self> {
        let daemon = find("dockerd").context("there is no `dockerd`")?;
        let settings = directory.join("daemon.json");
        // Not the settings of the machine's own engine.
        File::create(&settings)
            .and_then(|mut file| file.write_all(b"{}\n"))
            .context("cannot write `daemon.json`")?;
        let socket = directory.join("docker.sock");
        let log = directory.join("dockerd.log");
        let at = |option: &str, path: PathBuf| format!("--{option}={}", path.display());
        let mut dockerd = Background::start(
            command(daemon)
                .arg(at("config-file", settings))
                .arg(at("data-root", directory.join("data")))
                .arg(at("exec-root", directory.join("exec")))
                .arg(at("pidfile", directory.join("dockerd.pid")))
                .arg(format!("--host=unix://{}", socket.display()))
                .args(["--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-masq=false"])
                .args(["--userland-proxy=false", "--storage-driver=vfs"])
                .arg("--exec-opt=native.cgroupdriver=cgroupfs")
                .arg(format!("--cgroup-parent=/{cgroup}")),
            &log,
        )?;
        interrupt.wait_for("an answer of dockerd", Duration::from_secs(60), || {
            if dockerd.is_over() {
                bail!("dockerd ended: {}", last_lines(&dockerd.said(), 5));
            }
            Ok(engine_answers(&socket).then_some(()))
        })?;
        // A client of the same package speaks the same version; one that was put before it may be too new.
        let client =
            Some(PathBuf::from("/usr/bin/docker")).filter(|path| path.exists()).or_else(|| find("docker"));
        let client = client.ok_or_else(|| anyhow!("there is no `docker` program"))?;
        Ok(Self { client, host: format!("unix://{}", socket.display()), own: Some(dockerd) })
    }

    /// Where it answers.
    pub(crate) fn host(&self) -> &str {
        &self.host
    }

    /// Whether we started it.
    pub(crate) fn is_own(&self) -> bool {
        self.own.is_some()
    }

    /// A command of the client.
    pub(crate) fn docker(&self, arguments: &[&str]) -> Command {
        let mut docker = command(&self.client);
        docker.args(["--host", &self.host]).args(arguments).env_remove("DOCKER_CONTEXT");
        if self.is_own() {
            docker.env_remove("DOCKER_TLS_VERIFY").env_remove("DOCKER_CERT_PATH");
        }
        docker
    }
}

/// The end of a log.
pub(crate) fn last_lines(text: &str, count: usize) -> String {
    let lines: Vec<_> = text.lines().collect();
    lines.get(lines.len().saturating_sub(count)..).unwrap_or_default().join("\n")
}
