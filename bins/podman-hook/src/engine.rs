//! Asks Podman about a container: over its socket where one answers, else by its program.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use portolan_container::Container;
use portolan_engine::{Endpoint, Engine};
use portolan_hook::Record;
use portolan_settings::Settings;
use serde_json::Value;
use tracing::debug;

use crate::location;

/// What `podman container inspect` prints at most: more is no container.
const LONGEST: u64 = 16 * 1024 * 1024;

/// What the engine knows of a container. It can be asked once the hook has returned: until then it holds the container's lock.
pub(crate) fn inspect(record: &Record, settings: &Settings) -> anyhow::Result<Container> {
    let limit = settings.hook.timeout;
    let socket = location::socket(record);
    if socket.exists() {
        match over_socket(&socket, &record.id, limit) {
            Ok(Some(container)) => return Ok(container),
            Ok(None) => debug!(container = record.id, "podman's service does not know it"),
            Err(error) => debug!(container = record.id, "podman's service does not answer: {error:#}"),
        }
    }
    by_program(record, limit)
}

/// Asks Podman's service, where one listens: its storage may be another than that of whoever started the container.
fn over_socket(socket: &Path, id: &str, limit: Duration) -> anyhow::Result<Option<Container>> {
    /// A service that systemd starts for us has to read its settings first.
    const FIRST: Duration = Duration::from_secs(2);
    let endpoint = Endpoint::parse(&format!("unix://{}", socket.display()))?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let work = async { Engine::connect(&endpoint, FIRST.min(limit)).await?.inspect(id).await };
        Ok(tokio::time::timeout(limit, work).await??)
    })
}

fn by_program(record: &Record, limit: Duration) -> anyhow::Result<Container> {
    let origin = record.origin.clone().unwrap_or_default();
    let program =
        if origin.program.as_os_str().is_empty() { PathBuf::from("podman") } else { origin.program };
    let mut podman = program_of_the_engine(&program);
    podman.args(&origin.options).args(["container", "inspect", &record.id]);
    podman.env_clear().envs(&origin.environment);
    if !origin.environment.contains_key("PATH") {
        podman.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    }
    podman.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = podman.spawn().with_context(|| format!("cannot start `{}`", program.display()))?;
    let text = read(child.stdout.take());
    let complaint = read(child.stderr.take());
    let status = wait(&mut child, limit)?;
    let complaint = complaint.join().unwrap_or_default();
    if !status.success() {
        let last = String::from_utf8_lossy(&complaint);
        bail!(
            "`podman container inspect` ended with {status}: {}",
            last.trim().lines().last().unwrap_or_default()
        );
    }
    let answer: Value =
        serde_json::from_slice(&text.join().unwrap_or_default()).context("podman's answer")?;
    let told = answer.as_array().and_then(|list| list.first()).context("podman knows no such container")?;
    Container::from_inspect(told).context("podman's answer")
}

#[expect(
    clippy::disallowed_methods,
    reason = "where no socket answers, Podman can be asked by its program alone"
)]
fn program_of_the_engine(program: &Path) -> Command {
    Command::new(program)
}

/// Reads to the end on a thread of its own: whoever fills one pipe waits for nobody to empty the other.
fn read(from: Option<impl Read + Send + 'static>) -> thread::JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut text = Vec::new();
        if let Some(from) = from {
            // What was read until it failed is as good as it gets.
            let _ = from.take(LONGEST).read_to_end(&mut text);
        }
        text
    })
}

fn wait(child: &mut Child, limit: Duration) -> anyhow::Result<std::process::ExitStatus> {
    let end = Instant::now() + limit;
    let mut pause = Duration::from_millis(2);
    loop {
        if let Some(status) = child.try_wait().context("cannot wait for podman")? {
            return Ok(status);
        }
        if Instant::now() >= end {
            let _ = child.kill();
            let _ = child.wait();
            bail!("podman did not answer within {limit:?}");
        }
        thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(50));
    }
}
