//! Hooks and workers that are killed at any step: the next hook makes up for them.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use portolan_tests::{PodmanContainer, PodmanScene, eventually, output, podman_scene};
use serde_json::Value;

/// The variable by which a hook that is built for tests kills itself.
const FAULT: &str = "PORTOLAN_HOOK_FAULT";

const FOREIGN: &str = "http:\n  middlewares:\n    mine:\n      compress: {}\n";

#[test]
fn a_worker_that_is_killed_after_it_has_asked() -> Result<()> {
    worker_killed("after-inspect")
}

#[test]
fn a_worker_that_is_killed_with_the_lock() -> Result<()> {
    worker_killed("holding-lock")
}

#[test]
fn a_worker_that_is_killed_before_it_writes() -> Result<()> {
    worker_killed("before-write")
}

#[test]
fn a_worker_that_is_killed_after_it_has_written() -> Result<()> {
    worker_killed("after-write")
}

#[test]
fn a_hook_that_is_killed_when_it_has_noted_the_start() -> Result<()> {
    hook_killed("after-record")
}

#[test]
fn a_hook_that_is_killed_before_it_leaves_a_worker() -> Result<()> {
    hook_killed("before-worker")
}

#[test]
fn a_hook_that_is_killed_at_a_stop() -> Result<()> {
    podman_scene(|scene| {
        foreign(scene)?;
        scene.install_at("poststart", &[])?;
        scene.install_at("poststop", &[(FAULT, "before-worker")])?;
        let victim = scene.run("victim").exposed().start()?;
        scene.served(&victim.name, &victim.name)?;
        victim.order("kill", &[])?;
        workers_ended(scene, &victim.id)?;
        ensure!(scene.text()?.contains(&victim.name), "who has removed it?\n{}", scene.text()?);
        scene.install_at("poststop", &[])?;
        let next = scene.run("next").exposed().start()?;
        scene.served(&next.name, &next.name)?;
        scene.unrouted(&victim.name)?;
        tidy(scene, &[&next])
    })
}

/// A machine that has crashed, or whoever kills all processes of a container: Podman calls no hook then.
#[test]
fn a_container_that_ends_without_a_hook_goes_with_sync_and_with_the_next_hook() -> Result<()> {
    podman_scene(|scene| {
        foreign(scene)?;
        for repair in ["sync", "hook"] {
            let victim = scene.run(&format!("victim-{repair}")).exposed().start()?;
            scene.served(&victim.name, &victim.name)?;
            scene.known(&victim.id)?;
            let state = victim.inspect()?.get("State").cloned().context("a state")?;
            let process = |key: &str| state.get(key).and_then(Value::as_u64).map(|pid| pid.to_string());
            let (Some(watcher), Some(first)) = (process("ConmonPid"), process("Pid")) else {
                anyhow::bail!("{state}");
            };
            // The one that would call the hook first.
            output(scene.podman.as_root("kill").args(["-KILL", &watcher, &first]), b"")?;
            // Until the kernel has taken it apart it counts as running.
            scene.told(&[&victim.name, "ended: "])?;
            ensure!(scene.text()?.contains(&victim.name), "who has removed it?\n{}", scene.text()?);
            match repair {
                "sync" => {
                    scene.sync()?;
                    ensure!(!scene.text()?.contains(&victim.name), "{}", scene.text()?);
                    tidy(scene, &[])?;
                }
                _ => {
                    let next = scene.run("next").exposed().start()?;
                    scene.served(&next.name, &next.name)?;
                    scene.unrouted(&victim.name)?;
                    tidy(scene, &[&next])?;
                }
            }
        }
        Ok(())
    })
}

fn worker_killed(step: &str) -> Result<()> {
    podman_scene(|scene| {
        foreign(scene)?;
        scene.set(&[(FAULT, step)])?;
        let victim = scene.run("victim").exposed().start()?;
        workers_ended(scene, &victim.id)?;
        let written = scene.text().is_ok_and(|text| text.contains(&victim.name));
        ensure!(written == (step == "after-write"), "killed at another step: {:?}", scene.text());
        scene.unset(FAULT)?;
        let next = scene.run("next").exposed().start()?;
        scene.served(&next.name, &next.name)?;
        scene.served(&victim.name, &victim.name)?;
        tidy(scene, &[&victim, &next])
    })
}

fn hook_killed(step: &str) -> Result<()> {
    podman_scene(|scene| {
        foreign(scene)?;
        scene.set(&[(FAULT, step)])?;
        // The runtime ends a container whose hook is killed, as it does where a hook fails.
        let started = scene.run("victim").exposed().start();
        ensure!(started.is_err(), "{started:?}");
        ensure!(scene.text().is_err(), "who has written it?\n{}", scene.text()?);
        scene.unset(FAULT)?;
        let next = scene.run("next").exposed().start()?;
        scene.served(&next.name, &next.name)?;
        scene.unrouted(&scene.name("victim"))?;
        tidy(scene, &[&next])?;
        let victim = scene.run("again").exposed().start()?;
        scene.served(&victim.name, &victim.name)?;
        tidy(scene, &[&victim, &next])
    })
}

/// Puts a file of another's beside ours.
fn foreign(scene: &PodmanScene<'_>) -> Result<()> {
    Ok(File::create(scene.dynamic().join("own.yml"))?.write_all(FOREIGN.as_bytes())?)
}

/// Waits until no worker for this container runs: the first has begun before Podman returned.
fn workers_ended(scene: &PodmanScene<'_>, id: &str) -> Result<()> {
    let proc = scene.podman.inside(Path::new("/proc"));
    eventually("its workers have ended", || {
        for entry in fs::read_dir(&proc)? {
            let line = fs::read(entry?.path().join("cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line).into_owned();
            ensure!(!(line.contains("\0worker\0") && line.contains(id)), "{line:?}");
        }
        Ok(())
    })
}

/// Waits until the records are those of these containers, all done, and nothing unfinished is left anywhere.
fn tidy(scene: &PodmanScene<'_>, running: &[&PodmanContainer<'_>]) -> Result<()> {
    let listing = |directory: &Path| -> Result<Vec<String>> {
        let names = fs::read_dir(directory)?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut names: Vec<String> = names.filter(|name| !name.starts_with("podman-hook.log")).collect();
        names.sort();
        Ok(names)
    };
    let mut records: Vec<String> = running.iter().map(|container| format!("{}.json", container.id)).collect();
    records.sort();
    eventually("the records are tidy", || {
        ensure!(
            listing(&scene.records().join("known"))? == records,
            "{:?}",
            listing(&scene.records().join("known"))
        );
        let expected = [records.as_slice(), &["known", "lock", "next", "turn"].map(str::to_owned)].concat();
        ensure!(listing(&scene.records())? == expected, "{:?}", listing(&scene.records()));
        let status = scene.status()?;
        let known = running.iter().all(|container| status.contains(&container.name));
        ensure!(known && !status.contains("wait"), "{status}");
        Ok(())
    })?;
    let files = listing(&scene.dynamic())?;
    ensure!(files == [".podman-hook", "own.yml", "podman-hook.yml"], "{files:?}");
    // Where it writes what is not yet to be read.
    let unfinished = listing(&scene.dynamic().join(".podman-hook"))?;
    ensure!(unfinished.is_empty(), "{unfinished:?}");
    let foreign = fs::read_to_string(scene.dynamic().join("own.yml"))?;
    ensure!(foreign == FOREIGN, "the other's file has changed:\n{foreign}");
    Ok(())
}
