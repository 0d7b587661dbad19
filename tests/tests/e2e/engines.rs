//! Engines that go away and come back, and Podman in Docker's place.

use std::fs::{self, File};
use std::os::unix::fs::PermissionsExt as _;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use nix::sys::signal::Signal;
use portolan_tests::{Engine, Need, PATIENCE, eventually, scene_on, unmet};

#[test]
fn routes_are_kept_while_the_engine_is_away_and_changes_arrive_after() -> Result<()> {
    if unmet(&[Need::Docker, Need::Traefik, Need::Watcher])?.is_some() {
        return Ok(());
    }
    let engine = Engine::docker()?;
    scene_on(&engine, |scene| {
        let watcher = scene.watch(&[])?;
        let stop = scene.scratch().join("stop");
        fs::create_dir(&stop)?;
        let web = scene.run("web").start()?;
        // Ends by itself once there is a file, engine or none.
        let mortal = scene
            .run("mortal")
            .option("--volume", &format!("{}:/stop", stop.display()))
            .line(&["sh", "-c", "httpd -h /bin; until test -e /stop/now; do sleep 0.1; done"])
            .start()?;
        scene.served(&web.name, &web.name)?;
        eventually("the mortal container has a route", || {
            scene.text()?.contains(&mortal.name).then_some(()).context("not in the file")
        })?;
        let before = (scene.text()?, watcher.process.log.len());

        engine.kill()?;
        watcher.wait_for_from(before.1, &["engine"])?;
        File::create(stop.join("now"))?;
        scene.served(&web.name, &web.name)?;
        ensure!(scene.text()? == before.0, "the file has changed while the engine was away");

        engine.start_again()?;
        let later = scene.run("later").start()?;
        scene.served(&later.name, &later.name)?;
        eventually("the container that ended meanwhile has no route", || {
            ensure!(!scene.text()?.contains(&mortal.name), "still in the file");
            Ok(())
        })?;
        scene.served(&web.name, &web.name)
    })
}

#[test]
fn a_watcher_that_starts_before_its_engine_waits_for_it() -> Result<()> {
    if unmet(&[Need::Docker, Need::Traefik, Need::Watcher])?.is_some() {
        return Ok(());
    }
    let engine = Engine::docker()?;
    scene_on(&engine, |scene| {
        let web = scene.run("web").start()?;
        engine.kill()?;
        let watcher = scene.watch_with(&scene.arguments(&[]))?;
        watcher.wait_for(&["engine"])?;
        engine.start_again()?;
        watcher.ready()?;
        scene.served(&web.name, &web.name)
    })
}

#[test]
fn containers_of_two_engines_are_served_from_one_file() -> Result<()> {
    if unmet(&[Need::Docker, Need::Podman, Need::Traefik, Need::Watcher])?.is_some() {
        return Ok(());
    }
    let podman = Engine::podman()?;
    let docker = Engine::shared()?;
    scene_on(docker, |scene| {
        let watcher = scene.watch(&["--engine", &podman.docker.url()])?;
        let here = scene.run("here").start()?;
        let there = scene.run_on(&podman, "there").start()?;
        scene.served(&here.name, &here.name)?;
        // On a network of its own: Traefik can't reach it, the file must have it all the same.
        eventually("the file has the container of the second engine", || {
            ensure!(!scene.servers(&there.name)?.is_empty(), "not in the file");
            Ok(())
        })?;
        let before = watcher.process.log.len();
        podman.kill()?;
        watcher.wait_for_from(before, &["engine"])?;
        let later = scene.run("later").start()?;
        scene.served(&later.name, &later.name)?;
        ensure!(!scene.servers(&there.name)?.is_empty(), "the engine that is away has lost its routes");
        podman.start_again()
    })
}

/// Its routes were lost after half a minute before.
#[test]
fn an_engine_that_is_away_at_the_start_keeps_its_routes() -> Result<()> {
    if unmet(&[Need::Docker, Need::Traefik, Need::Watcher])?.is_some() {
        return Ok(());
    }
    let far = Engine::docker()?;
    scene_on(Engine::shared()?, |scene| {
        let there = scene.run_on(&far, "there").start()?;
        let gone = scene.run("gone").start()?;
        let both = ["--engine", &far.docker.url()];
        let mut watcher = scene.watch(&both)?;
        eventually("the file has the second engine's container", || {
            ensure!(!scene.servers(&there.name)?.is_empty(), "not in the file");
            Ok(())
        })?;
        watcher.process.signal(Signal::SIGTERM)?;
        watcher.process.ended(PATIENCE)?;
        let before = scene.servers(&there.name)?;

        // One engine is away, and the other has changed meanwhile.
        far.kill()?;
        gone.order("rm", &["--force"])?;
        let began = Instant::now();
        let mut watcher = scene.watch(&both)?;
        ensure!(began.elapsed() < Duration::from_secs(20), "held back for {:?}", began.elapsed());
        watcher.wait_for(&["its routes stay as they last were", &far.docker.url()])?;
        ensure!(scene.servers(&there.name)? == before, "{}", scene.text()?);
        ensure!(!scene.text()?.contains(&gone.name), "{}", scene.text()?);
        let later = scene.run("later").start()?;
        scene.served(&later.name, &later.name)?;
        ensure!(scene.servers(&there.name)? == before, "{}", scene.text()?);

        // Killed without a word, and started anew once more: it is still known.
        watcher.process.kill()?;
        let watcher = scene.watch(&both)?;
        ensure!(scene.servers(&there.name)? == before, "{}", scene.text()?);

        // It is back, without that container.
        far.start_again()?;
        there.order("rm", &["--force"])?;
        eventually("what is no longer there has no route", || {
            ensure!(!scene.text()?.contains(&there.name), "still in the file");
            Ok(())
        })?;
        drop(watcher);
        Ok(())
    })
}

#[test]
fn an_engine_that_is_no_longer_followed_has_no_routes() -> Result<()> {
    if unmet(&[Need::Docker, Need::Traefik, Need::Watcher])?.is_some() {
        return Ok(());
    }
    let far = Engine::docker()?;
    scene_on(Engine::shared()?, |scene| {
        let there = scene.run_on(&far, "there").start()?;
        let mut watcher = scene.watch(&["--engine", &far.docker.url()])?;
        eventually("the file has the second engine's container", || {
            ensure!(!scene.servers(&there.name)?.is_empty(), "not in the file");
            Ok(())
        })?;
        watcher.process.signal(Signal::SIGTERM)?;
        watcher.process.ended(PATIENCE)?;
        let noted = scene.dynamic().join(".docker-watcher/engines.json");
        let mode = fs::metadata(&noted)?.permissions().mode() & 0o777;
        ensure!(mode == 0o600, "labels may hold secrets: {mode:o}");
        let _watcher = scene.watch(&[])?;
        ensure!(!scene.text()?.contains(&there.name), "{}", scene.text()?);
        ensure!(!noted.exists(), "what it had is forgotten");
        Ok(())
    })
}

#[test]
fn podman_serves_as_docker_does() -> Result<()> {
    if unmet(&[Need::Podman, Need::Traefik, Need::Watcher])?.is_some() {
        return Ok(());
    }
    let engine = Engine::podman()?;
    scene_on(&engine, |scene| {
        let before = scene.run("before").start()?;
        let _watcher = scene.watch(&[])?;
        scene.served(&before.name, &before.name)?;
        let host = format!("{}.test", scene.name("web"));
        let web =
            scene.run("web").label("traefik.http.routers.web.rule", &format!("Host(`{host}`)")).start()?;
        scene.served(&host, &web.name)?;
        web.order("pause", &[])?;
        scene.unrouted(&host)?;
        web.order("unpause", &[])?;
        scene.served(&host, &web.name)?;
        web.order("stop", &[])?;
        scene.unrouted(&host)?;
        web.order("start", &[])?;
        scene.served(&host, &web.name)?;
        web.order("rm", &["--force"])?;
        scene.unrouted(&host)?;
        scene.served(&before.name, &before.name)
    })
}
