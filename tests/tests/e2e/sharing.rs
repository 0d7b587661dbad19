//! Several containers that say something of one router or service.

use std::collections::BTreeSet;

use anyhow::{Result, ensure};
use portolan_tests::{Container, Scene, eventually, scene};

#[test]
fn replicas_share_a_service_and_all_answer() -> Result<()> {
    scene(|scene| {
        let _watcher = scene.watch(&[])?;
        let [one, two] = [replica(scene, "one")?, replica(scene, "two")?];
        let host = format!("shop-{}", scene.name("my"));
        eventually("both replicas answer", || {
            let answers =
                (0..4).map(|_| Ok(scene.traefik.get(&host)?.body)).collect::<Result<BTreeSet<_>>>()?;
            ensure!(answers == BTreeSet::from([one.name.clone(), two.name.clone()]), "{answers:?}");
            Ok(())
        })?;
        ensure!(scene.servers(&host)?.len() == 2, "a service with {:?}", scene.servers(&host));
        one.order("stop", &[])?;
        eventually("one replica is left", || {
            ensure!(scene.servers(&host)?.len() == 1, "{:?}", scene.servers(&host));
            Ok(())
        })?;
        scene.served(&host, &two.name)
    })
}

#[test]
fn of_containers_that_conflict_neither_is_served_and_no_other_is_harmed() -> Result<()> {
    scene(|scene| {
        let watcher = scene.watch(&[])?;
        let router = scene.name("router");
        let [left, right] = ["left", "right"].map(|name| {
            let rule = format!("Host(`{}.test`)", scene.name(name));
            scene.run(name).label(&format!("traefik.http.routers.{router}.rule"), &rule)
        });
        let host = |container: &Container| format!("{}.test", container.name);
        let left = left.start()?;
        scene.served(&host(&left), &left.name)?;
        let before = watcher.process.log.len();
        let right = right.start()?;
        watcher.wait_for_from(before, &[&router, &left.name])?;
        watcher.wait_for_from(before, &[&router, &right.name])?;
        scene.unrouted(&host(&left))?;
        scene.unrouted(&host(&right))?;
        let other = scene.run("other").start()?;
        scene.served(&other.name, &other.name)?;
        // Once one of them is gone the other has its route back.
        right.order("stop", &[])?;
        scene.served(&host(&left), &left.name)
    })
}

fn replica(scene: &Scene<'_>, name: &str) -> Result<Container> {
    let run = scene.run(name).label("com.docker.compose.service", "shop");
    run.label("com.docker.compose.project", &scene.name("my")).start()
}
