//! Databases stay off the chart unless their owner asks.

use anyhow::{Result, ensure};
use portolan_tests::{IMAGE, Run, Scene, scene};

#[test]
fn a_database_is_not_routed_and_the_log_says_why() -> Result<()> {
    scene(|scene| {
        let watcher = scene.watch(&[])?;
        let database = database(scene, "database")?.start()?;
        watcher.wait_for(&[&database.name, "postgres"])?;
        let web = scene.run("web").start()?;
        scene.served(&web.name, &web.name)?;
        ensure!(!scene.text()?.contains(&database.name), "a database is in the file");
        Ok(())
    })
}

#[test]
fn a_database_whose_owner_asks_is_routed() -> Result<()> {
    scene(|scene| {
        let _watcher = scene.watch(&[])?;
        let database = database(scene, "database")?.label("traefik.enable", "true").start()?;
        scene.served(&database.name, &database.name)
    })
}

#[test]
fn without_a_blacklist_a_database_is_routed() -> Result<()> {
    scene(|scene| {
        let _watcher = scene.watch(&["--no-blacklist"])?;
        let database = database(scene, "database")?.start()?;
        scene.served(&database.name, &database.name)
    })
}

/// The image goes by a database's name; what it holds doesn't matter.
fn database(scene: &Scene<'_>, name: &str) -> Result<Run> {
    scene.engine.docker.run(&["tag", IMAGE, "postgres:16"])?;
    Ok(scene.run(name).image("postgres:16"))
}
