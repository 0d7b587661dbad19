//! What happens to a container happens to its route.

use anyhow::{Result, ensure};
use portolan_tests::{Container, eventually, scene};

#[test]
fn a_container_is_served_from_start_to_stop() -> Result<()> {
    scene(|scene| {
        let _watcher = scene.watch(&[])?;
        let web = scene.run("web").start()?;
        scene.served(&web.name, &web.name)?;
        web.order("stop", &[])?;
        scene.unrouted(&web.name)?;
        web.order("start", &[])?;
        scene.served(&web.name, &web.name)
    })
}

#[test]
fn a_container_that_runs_before_the_watcher_starts_is_served() -> Result<()> {
    scene(|scene| {
        let web = scene.run("web").start()?;
        let stopped = scene.run("stopped").create()?;
        let _watcher = scene.watch(&[])?;
        ensure!(!scene.text()?.contains(&stopped.name), "a container that was never started has a route");
        scene.served(&web.name, &web.name)
    })
}

#[test]
fn a_restarted_container_is_served_again() -> Result<()> {
    scene(|scene| {
        let watcher = scene.watch(&[])?;
        let web = scene.run("web").start()?;
        scene.served(&web.name, &web.name)?;
        let before = watcher.process.log.len();
        web.order("restart", &["--time", "0"])?;
        watcher.wait_for_from(before, &[&web.name])?;
        eventually("the file has the address of after the restart", || {
            let servers = scene.servers(&web.name)?;
            ensure!(servers == [format!("http://{}:80", web.address("bridge")?)], "{servers:?}");
            Ok(())
        })?;
        scene.served(&web.name, &web.name)
    })
}

#[test]
fn a_paused_container_has_no_route_until_it_is_unpaused() -> Result<()> {
    scene(|scene| {
        let _watcher = scene.watch(&[])?;
        let web = scene.run("web").start()?;
        scene.served(&web.name, &web.name)?;
        web.order("pause", &[])?;
        scene.unrouted(&web.name)?;
        web.order("unpause", &[])?;
        scene.served(&web.name, &web.name)
    })
}

#[test]
fn a_killed_and_a_removed_container_have_no_route() -> Result<()> {
    scene(|scene| {
        let _watcher = scene.watch(&[])?;
        let (killed, removed, left) =
            (scene.run("killed").start()?, scene.run("removed").start()?, scene.run("left").start()?);
        scene.served(&killed.name, &killed.name)?;
        scene.served(&removed.name, &removed.name)?;
        killed.order("kill", &[])?;
        removed.order("rm", &["--force"])?;
        scene.unrouted(&killed.name)?;
        scene.unrouted(&removed.name)?;
        scene.served(&left.name, &left.name)
    })
}

#[test]
fn a_renamed_container_is_routed_by_its_new_name() -> Result<()> {
    scene(|scene| {
        let _watcher = scene.watch(&[])?;
        let web = scene.run("web").start()?;
        scene.served(&web.name, &web.name)?;
        let renamed = scene.name("renamed");
        scene.engine.docker.run(&["rename", &web.id, &renamed])?;
        scene.served(&renamed, &web.name)?;
        scene.unrouted(&web.name)
    })
}

#[test]
fn thirty_containers_started_at_once_are_all_served() -> Result<()> {
    scene(|scene| {
        let _watcher = scene.watch(&[])?;
        let containers = (1..=30)
            .map(|number| scene.run(&format!("web{number}")).create())
            .collect::<Result<Vec<Container>>>()?;
        let ids = containers.iter().map(|container| container.id.as_str());
        scene.engine.docker.run(&["start"].into_iter().chain(ids).collect::<Vec<_>>())?;
        for container in &containers {
            scene.served(&container.name, &container.name)?;
        }
        let file = scene.file()?;
        let routers = file.pointer("/http/routers").and_then(|routers| routers.as_object());
        ensure!(routers.is_some_and(|routers| routers.len() == 30), "not 30 routers: {routers:?}");
        Ok(())
    })
}
