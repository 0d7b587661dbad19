//! Many containers at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::{Result, anyhow, ensure};
use portolan_tests::{PodmanScene, eventually, podman_scene, render};
use serde_json::Value;

/// How many are started, and how many at a time. Every other is stopped again at once.
const CONTAINERS: usize = 100;
const AT_A_TIME: usize = 8;

#[test]
fn of_a_hundred_containers_half_are_stopped_and_the_file_is_that_of_the_others() -> Result<()> {
    podman_scene(|scene| {
        let next = AtomicUsize::new(0);
        let started = thread::scope(|scope| -> Result<Vec<(String, bool)>> {
            let threads: Vec<_> =
                (0..AT_A_TIME).map(|_| scope.spawn(|| start_and_stop(scene, &next))).collect();
            let mut started = Vec::new();
            for thread in threads {
                started.extend(thread.join().map_err(|_| anyhow!("a thread panicked"))??);
            }
            Ok(started)
        })?;
        let (running, stopped): (Vec<_>, Vec<_>) = started.into_iter().partition(|(_, runs)| *runs);
        ensure!((running.len(), stopped.len()) == (CONTAINERS / 2, CONTAINERS / 2));

        // Their workers may still be waiting for their turn.
        for (id, _) in &running {
            let known = scene.records().join("known").join(format!("{id}.json"));
            eventually(&format!("`{id}` is known"), || Ok(std::fs::metadata(&known)?))?;
        }
        let ids: Vec<&str> = running.iter().map(|(id, _)| id.as_str()).collect();
        let inspected = scene.podman(&[["container", "inspect"].as_slice(), &ids].concat())?;
        let expected = render(&["--exposed-by-default=false", "-"], inspected.as_bytes())?;
        let expected: Value = serde_yaml::from_str(&expected)?;
        let services =
            expected.pointer("/http/services").and_then(Value::as_object).map(serde_json::Map::len);
        ensure!(services == Some(CONTAINERS / 2 + 1), "{services:?} services");
        eventually("the file is that of the containers that run", || {
            let file: Value = serde_yaml::from_str(&scene.text()?)?;
            ensure!(file == expected, "{}", scene.text()?);
            Ok(())
        })?;
        let mut left: Vec<String> = std::fs::read_dir(scene.records())?
            .filter_map(|entry| entry.ok()?.file_name().into_string().ok())
            .filter_map(|name| name.strip_suffix(".json").map(str::to_owned))
            .collect();
        left.sort();
        let mut ids: Vec<String> = running.into_iter().map(|(id, _)| id).collect();
        ids.sort();
        ensure!(left == ids, "records: {left:?}");
        Ok(())
    })
}

/// Starts the containers whose turn it is, and stops every other; their identifiers, and whether they run.
fn start_and_stop(scene: &PodmanScene<'_>, next: &AtomicUsize) -> Result<Vec<(String, bool)>> {
    let mut done = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= CONTAINERS {
            return Ok(done);
        }
        // Without a network of its own: what that takes is not what this is about.
        let port = (30_000 + number).to_string();
        let service = format!("traefik.http.services.s{number}.loadbalancer.server.port");
        let container = scene
            .run(&format!("c{number}"))
            .exposed()
            .option("--network", "host")
            .label(&format!("traefik.http.routers.r{number}.rule"), &format!("Host(`c{number}.test`)"))
            .label(&format!("traefik.http.routers.r{number}.service"), &format!("s{number}"))
            .label(&service, &port)
            // All of them are servers of this one.
            .label("traefik.http.routers.all.rule", "Host(`all.test`)")
            .label("traefik.http.routers.all.service", "all")
            .label("traefik.http.services.all.loadbalancer.server.port", &port)
            .line(&["/bin/sleep", "1000"])
            .start()?;
        let runs = number.is_multiple_of(2);
        if !runs {
            let verb = if number % 4 == 1 { ["kill"].as_slice() } else { &["rm", "--force"] };
            container.order(verb[0], &verb[1..])?;
        }
        done.push((container.id, runs));
    }
}
