//! Containers with a health check: a file in the container decides its result.

use anyhow::Result;
use portolan_tests::{Run, scene};

const HEALTHY: &str = "/healthy";

#[test]
fn a_container_is_served_only_while_it_is_healthy() -> Result<()> {
    scene(|scene| {
        let _watcher = scene.watch(&[])?;
        let web = checked(scene.run("web")).start()?;
        // Served by a change that comes later than that of `web`: so that one was seen, and gave no route.
        let other = scene.run("other").start()?;
        scene.served(&other.name, &other.name)?;
        scene.unrouted(&web.name)?;
        web.exec(&["touch", HEALTHY])?;
        scene.served(&web.name, &web.name)?;
        web.exec(&["rm", HEALTHY])?;
        scene.unrouted(&web.name)
    })
}

#[test]
fn with_empty_services_an_unhealthy_container_keeps_its_route_without_a_server() -> Result<()> {
    scene(|scene| {
        let _watcher = scene.watch(&["--allow-empty-services=true"])?;
        let web = checked(scene.run("web")).start()?;
        scene.answers(&web.name, 503)?;
        web.exec(&["touch", HEALTHY])?;
        scene.served(&web.name, &web.name)?;
        web.exec(&["rm", HEALTHY])?;
        scene.answers(&web.name, 503)
    })
}

fn checked(run: Run) -> Run {
    run.option("--health-cmd", &format!("test -e {HEALTHY}"))
        .option("--health-interval", "200ms")
        .option("--health-retries", "1")
}
