//! What labels ask for besides routes.

use anyhow::{Context, Result, ensure};
use portolan_tests::{eventually, podman_scene};

#[test]
fn annotations_are_labels() -> Result<()> {
    podman_scene(|scene| {
        let web = scene
            .run("web")
            .option("--annotation", "traefik.enable=true")
            .option("--annotation", "traefik.http.routers.web.rule=Host(`annotated.test`)")
            .option("--annotation", "traefik.http.services.web.loadbalancer.server.port=80")
            .start()?;
        scene.served("annotated.test", &web.name)?;
        web.order("kill", &[])?;
        scene.unrouted("annotated.test")
    })
}

#[test]
fn a_database_is_not_routed_unless_its_labels_ask() -> Result<()> {
    podman_scene(|scene| {
        let image = "docker.io/library/postgres:16";
        scene.podman(&["tag", portolan_tests::IMAGE, image])?;
        scene.set(&[("PORTOLAN_EXPOSED_BY_DEFAULT", "true")])?;
        let database = scene.run("database").image(image).start()?;
        let web = scene.run("web").start()?;
        scene.served(&web.name, &web.name)?;
        scene.known(&database.id)?;
        ensure!(!scene.text()?.contains(&database.name), "{}", scene.text()?);
        scene.told(&[&database.name, "postgres"])?;
        let asked = scene.run("asked").image(image).exposed().start()?;
        scene.served(&asked.name, &asked.name)
    })
}

#[test]
fn network_labels_are_carried_out_at_each_start() -> Result<()> {
    podman_scene(|scene| {
        let web = scene
            .run("web")
            .exposed()
            .label("docker-events.route", "add 10.1.0.0/16 via 10.88.0.1; add blackhole 10.2.0.0/16")
            .label("docker-events.rule", "add to 10.9.0.0/16 table 100")
            .start()?;
        for restart in [true, false] {
            let inside = web.network()?;
            let shows = |arguments: &[&str], expected: &str| {
                eventually(&format!("`ip {arguments:?}` shows `{expected}`"), || {
                    let text = inside.ip(arguments)?;
                    text.contains(expected).then_some(()).with_context(|| text.clone())
                })
            };
            shows(&["route"], "10.1.0.0/16 via 10.88.0.1")?;
            shows(&["route"], "blackhole 10.2.0.0/16")?;
            shows(&["rule"], "to 10.9.0.0/16 lookup 100")?;
            if restart {
                web.order("restart", &[])?;
            }
        }
        scene.served(&web.name, &web.name)
    })
}

#[test]
fn a_network_label_that_cannot_be_carried_out_is_told_and_the_route_stands() -> Result<()> {
    podman_scene(|scene| {
        let web = scene
            .run("web")
            .exposed()
            .label("docker-events.route", "add 10.1.0.0/16 via 192.0.2.1")
            .start()?;
        scene.served(&web.name, &web.name)?;
        scene.told(&[&web.name, "docker-events.route", "192.0.2.1"])
    })
}
