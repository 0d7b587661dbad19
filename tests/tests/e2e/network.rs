//! What labels `docker-events.` do to the networks of containers on real engines.

mod command;
mod host;
mod inside;
mod life;
mod podman;
mod safety;

use anyhow::{Result, ensure};
use portolan_tests::{Container, NetworkNamespace, Stage, Watcher, eventually};

/// Waits until `ip ARGUMENTS` prints all of these in a namespace.
fn shows(namespace: &NetworkNamespace, arguments: &[&str], parts: &[&str]) -> Result<String> {
    eventually(&format!("`ip {}` shows {parts:?}", arguments.join(" ")), || {
        let text = namespace.ip(arguments)?;
        ensure!(parts.iter().all(|part| text.contains(part)), "it shows\n{text}");
        Ok(text)
    })
}

/// Waits until `ip ARGUMENTS` prints nothing in a namespace.
fn shows_nothing(namespace: &NetworkNamespace, arguments: &[&str]) -> Result<()> {
    eventually(&format!("`ip {}` shows nothing", arguments.join(" ")), || {
        let text = namespace.ip(arguments)?;
        ensure!(text.is_empty(), "it shows\n{text}");
        Ok(())
    })
}

/// How many lines of what `ip ARGUMENTS` prints in a namespace have this.
fn count(namespace: &NetworkNamespace, arguments: &[&str], part: &str) -> Result<usize> {
    Ok(namespace.ip(arguments)?.lines().filter(|line| line.contains(part)).count())
}

/// Waits until the watcher has done what labels said before now: they are carried out one container after the other.
fn settled(stage: &Stage<'_>, watcher: &Watcher) -> Result<()> {
    let from = watcher.process.log.len();
    let last = stage.run("last").option("--network", "none");
    let last = last.label("docker-events.route", "add blackhole 10.255.255.0/24").start()?;
    watcher.wait_for_from(from, &["10.255.255.0/24 done", &last.name])?;
    last.order("rm", &["--force"])
}

/// What the watcher complains of in a container, from line `from` of its log on.
fn complaints(watcher: &Watcher, from: usize, container: &Container) -> Vec<String> {
    let mut lines = watcher.process.log.matching(from, &[" WARN ", " ERROR "]);
    lines.retain(|line| line.contains(&container.name) || line.contains(&container.id));
    lines
}

/// That the watcher complains of a container just once for each of these, which are in that line.
fn complains_of(watcher: &Watcher, container: &Container, expected: &[&[&str]]) -> Result<()> {
    let complaints = complaints(watcher, 0, container);
    let all = expected.iter().all(|parts| {
        complaints.iter().filter(|line| parts.iter().all(|part| line.contains(part))).count() == 1
    });
    ensure!(
        all && complaints.len() == expected.len(),
        "not {expected:?}, it complains\n{}",
        complaints.join("\n")
    );
    Ok(())
}
