//! The container image, built and run as docs/guide/container.md shows.

use anyhow::{Context, Result, ensure};
use portolan_tests::{Container, Need, Scene, command, output, scene, static_watcher, unmet, xtask};

/// What a container of the watcher always has: its engine, its directory, its settings, and none of root's powers.
fn run(scene: &Scene<'_>) -> Result<portolan_tests::Run> {
    let mut build = command(xtask().context("`xtask` is not built")?);
    build.args(["image", "--engine", "docker", "--program"]);
    build.arg(static_watcher().context("no static `docker-watcher`")?);
    // As one that is started by hand, and not by Cargo for these tests.
    build.env_remove("CARGO_MANIFEST_DIR");
    let tags = output(build.env("DOCKER_HOST", scene.engine.docker.url()).env_remove("DOCKER_CONTEXT"), b"")?;
    let tag = tags.lines().find(|line| line.starts_with("docker-watcher:")).context(tags.clone())?;
    let source = scene.source();
    let [_, _, _, constraints] = source.as_slice() else { anyhow::bail!("{source:?}") };
    let socket = scene.engine.directory().join("docker.sock");
    Ok(scene
        .run("watcher")
        .image(tag)
        .option("--stop-signal", "TERM")
        .option("--cap-drop", "ALL")
        .option("--security-opt", "no-new-privileges")
        .option("--env", &format!("PORTOLAN_CONSTRAINTS={constraints}"))
        .option("--volume", &format!("{}:/var/run/docker.sock:ro", socket.display()))
        .option("--volume", &format!("{}:/srv/traefik/dynamic", scene.dynamic().display())))
}

/// The test, with what the container logged where it fails.
fn with(
    scene: &Scene<'_>,
    run: portolan_tests::Run,
    test: impl FnOnce(&Container) -> Result<()>,
) -> Result<()> {
    let watcher = run.start()?;
    test(&watcher).map_err(|error| {
        let log = scene.engine.docker.run(&["logs", &watcher.id]).unwrap_or_default();
        error.context(log)
    })
}

#[test]
fn a_container_of_the_image_serves_without_a_capability_and_writes_only_the_file() -> Result<()> {
    if unmet(&[Need::Image])?.is_some() {
        return Ok(());
    }
    scene(|scene| {
        let before = scene.run("before").start()?;
        let watcher = run(scene)?.option("--env", "PORTOLAN_NETWORK_ENABLED=false").flag("--read-only");
        with(scene, watcher, |watcher| {
            scene.served(&before.name, &before.name)?;
            let later = scene.run("later").start()?;
            scene.served(&later.name, &later.name)?;
            // The image says that it is not to be routed itself.
            ensure!(!scene.text()?.contains(&watcher.name), "{}", scene.text()?);
            watcher.order("stop", &["--time", "10"])?;
            let state = scene.engine.docker.inspect(&watcher.id)?;
            ensure!(state.pointer("/State/ExitCode") == Some(&0.into()), "{state}");
            scene.served(&later.name, &later.name)
        })
    })
}
