//! How long Podman is waited for.

use std::fs::{self, File};
use std::thread;

use anyhow::{Result, anyhow, ensure};
use portolan_tests::podman_scene;
use serde_json::json;

/// Podman holds a container's lock until all of its hooks have returned, and tells nothing of it meanwhile.
#[test]
fn a_worker_gives_up_on_a_podman_that_does_not_answer_and_sync_asks_again() -> Result<()> {
    podman_scene(|scene| {
        scene.set(&[("PORTOLAN_HOOK_TIMEOUT", "300ms")])?;
        // After ours, by its name: a hook that ends when nobody else has this lock.
        let path = scene.scratch().join("held");
        let held = File::create(&path)?;
        held.lock()?;
        let other = json!({
            "version": "1.0.0",
            "hook": { "path": "/usr/bin/flock", "args": ["flock", path, "true"] },
            "when": { "always": true },
            "stages": ["poststart"],
        });
        serde_json::to_writer(File::create(scene.hooks().join("zz-waits.json"))?, &other)?;

        let (web, given_up) = thread::scope(|scope| {
            let start = scope.spawn(|| scene.run("web").exposed().start());
            let given_up = scene.logged(&[
                " WARN ",
                "the engine did not tell what the container is: podman did not answer within 300ms",
            ]);
            drop(held);
            (start.join().map_err(|_| anyhow!("a thread panicked")), given_up)
        });
        given_up?;
        let web = web??;
        scene.told(&[&web.name, "unknown: podman did not tell what it is", "within 300ms"])?;
        ensure!(!scene.text()?.contains(&web.name), "{}", scene.text()?);

        scene.set(&[("PORTOLAN_HOOK_TIMEOUT", "1m")])?;
        fs::remove_file(scene.hooks().join("zz-waits.json"))?;
        scene.sync()?;
        scene.served(&web.name, &web.name)?;
        scene.told(&[&web.name, "known"])?;
        let status = scene.status()?;
        ensure!(!status.contains("unknown") && !status.contains("did not"), "{status}");
        Ok(())
    })
}
