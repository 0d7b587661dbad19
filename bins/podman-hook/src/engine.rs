//! Asks Podman about a container: over its socket where one answers, else by its program.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use portolan_container::Container;
use portolan_engine::{Endpoint, Engine};
use portolan_hook::{Origin, Record};
use serde_json::Value;
use tracing::debug;

use crate::location;

/// What `podman container inspect` prints at most: more is no container.
const LONGEST: u64 = 16 * 1024 * 1024;

/// As many as are asked about side by side, each by a process of Podman's.
const SIDE_BY_SIDE: usize = 8;

/// What the engine knows of containers, by their identifiers. It can be asked once their hooks have returned: until then those
/// hold the containers' locks.
pub(crate) fn inspect<'a>(
    records: &[&'a Record],
    limit: Duration,
) -> BTreeMap<&'a str, anyhow::Result<Container>> {
    let mut told = BTreeMap::new();
    for (socket, group) in groups(records.iter().copied(), location::socket) {
        if socket.exists() {
            let answers = over_socket(&socket, &group, limit);
            told.extend(answers.into_iter().map(|(id, container)| (id, Ok(container))));
        }
    }
    let left = records.iter().copied().filter(|record| !told.contains_key(record.id.as_str()));
    for (_, group) in groups(left.collect::<Vec<_>>().into_iter(), asked_through) {
        told.extend(by_program(&group, limit));
    }
    told
}

/// Records by what they have in common.
fn groups<'a, K: Ord>(
    records: impl Iterator<Item = &'a Record>,
    of: impl Fn(&Record) -> K,
) -> BTreeMap<K, Vec<&'a Record>> {
    let mut groups: BTreeMap<K, Vec<&Record>> = BTreeMap::new();
    for record in records {
        groups.entry(of(record)).or_default().push(record);
    }
    groups
}

/// Asks Podman's service, where one listens: its storage may be another than that of whoever started the container.
fn over_socket<'a>(socket: &Path, records: &[&'a Record], limit: Duration) -> Vec<(&'a str, Container)> {
    /// A service that systemd starts for us has to read its settings first.
    const FIRST: Duration = Duration::from_secs(2);
    let mut found = Vec::new();
    let work = async {
        let endpoint = Endpoint::parse(&format!("unix://{}", socket.display()))?;
        let engine = Engine::connect(&endpoint, FIRST.min(limit)).await?;
        for record in records {
            match engine.inspect(&record.id).await? {
                Some(container) => found.push((record.id.as_str(), container)),
                None => debug!(container = record.id, "podman's service does not know it"),
            }
        }
        anyhow::Ok(())
    };
    let answered = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Into::into);
    let answered =
        answered.and_then(|runtime| runtime.block_on(async { tokio::time::timeout(limit, work).await? }));
    if let Err(error) = answered {
        debug!(socket = %socket.display(), "podman's service does not answer: {error:#}");
    }
    found
}

/// Asks Podman's program about all of them at once, then about each of which it told nothing.
///
/// Podman waits for each container's lock in turn. A start that hangs, of one among many, must not hold back the others.
fn by_program<'a>(records: &[&'a Record], limit: Duration) -> Vec<(&'a str, anyhow::Result<Container>)> {
    /// For all at once: it takes a tenth of a second where nothing hangs.
    const TOGETHER: Duration = Duration::from_secs(5);
    let mut told = Vec::new();
    let mut left = records.to_vec();
    if records.len() > 1 {
        match ask(records, TOGETHER.min(limit)) {
            Ok((found, _)) => {
                for container in found {
                    let at = left.iter().position(|record| record.id == container.id);
                    told.extend(at.map(|at| (left.swap_remove(at).id.as_str(), Ok(container))));
                }
            }
            Err(error) => debug!("podman did not tell of {} containers at once: {error:#}", records.len()),
        }
    }
    for group in left.chunks(SIDE_BY_SIDE) {
        thread::scope(|scope| {
            let threads: Vec<_> =
                group.iter().map(|record| (record, scope.spawn(|| ask_one(record, limit)))).collect();
            for (record, thread) in threads {
                let answer = thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
                told.push((record.id.as_str(), answer));
            }
        });
    }
    told
}

fn ask_one(record: &Record, limit: Duration) -> anyhow::Result<Container> {
    let (found, complaint) = ask(&[record], limit)?;
    let complaint = complaint.unwrap_or_else(|| "it knows no such container".to_owned());
    found.into_iter().next().with_context(|| format!("`podman container inspect`: {complaint}"))
}

/// The program, its options and its environment by which a container is found.
fn asked_through(record: &Record) -> (PathBuf, Vec<String>, BTreeMap<String, String>) {
    let Origin { program, options, environment, .. } = record.origin.clone().unwrap_or_default();
    let program = if program.as_os_str().is_empty() { PathBuf::from("podman") } else { program };
    (program, options, environment)
}

/// The containers that Podman tells of, and what it complains of beside: it tells of those that it finds even where it misses others.
fn ask(records: &[&Record], limit: Duration) -> anyhow::Result<(Vec<Container>, Option<String>)> {
    let Some(first) = records.first() else { return Ok((Vec::new(), None)) };
    let (program, options, environment) = asked_through(first);
    let mut podman = program_of_the_engine(&program);
    podman.args(&options).args(["container", "inspect"]).args(records.iter().map(|record| &record.id));
    podman.env_clear().envs(&environment);
    if !environment.contains_key("PATH") {
        podman.env("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    }
    podman.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = podman.spawn().with_context(|| format!("cannot start `{}`", program.display()))?;
    let text = read(child.stdout.take());
    let complaint = read(child.stderr.take());
    let status = wait(&mut child, limit)?;
    let complaint = complaint.join().unwrap_or_default();
    let complaint = (!status.success()).then(|| {
        let said = String::from_utf8_lossy(&complaint);
        format!("ended with {status}: {}", said.trim().lines().last().unwrap_or_default())
    });
    let answer: Value = match (serde_json::from_slice(&text.join().unwrap_or_default()), &complaint) {
        (Err(_), Some(complaint)) => bail!("`podman container inspect` {complaint}"),
        (answer, _) => answer.context("podman's answer")?,
    };
    let told = answer.as_array().map(Vec::as_slice).unwrap_or_default();
    let containers = told.iter().map(Container::from_inspect).collect::<Result<_, _>>();
    Ok((containers.context("podman's answer")?, complaint))
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
