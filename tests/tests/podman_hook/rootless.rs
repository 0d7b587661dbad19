//! An unprivileged user's Podman: nothing but published ports is reached from outside of its containers.

use std::fs;
use std::os::unix::fs::MetadataExt;

use anyhow::{Context, Result, ensure};
use portolan_tests::{free_port, rootless_scene};

use crate::echo::{answers, echo_in};
use crate::leads_to;

#[test]
fn a_published_port_is_reached_until_its_container_stops() -> Result<()> {
    rootless_scene(|scene| {
        scene.unset("PORTOLAN_HOOK_DIRECTORY")?;
        let port = free_port();
        let web = scene.run("web").exposed().option("--publish", &format!("{port}:80")).start()?;
        scene.served(&web.name, &web.name)?;
        let service = format!("http/services/{}", web.name);
        leads_to(scene, &service, &[format!("http://127.0.0.1:{port}")])?;

        // As the user who is seen from outside, and not as the root of the user's namespace.
        let records = scene.podman.runtime_directory()?.join("portolan/podman-hook");
        let record = records.join(format!("{}.json", web.id));
        let owner = fs::metadata(&record).with_context(|| record.display().to_string())?.uid();
        ensure!(owner == fs::metadata(scene.hooks())?.uid(), "the record is of user {owner}");
        ensure!(
            !scene.podman.inside("/run/portolan".as_ref()).exists(),
            "there are records beside the user's"
        );
        ensure!(scene.status()?.contains(&web.name), "{}", scene.status()?);

        web.order("stop", &[])?;
        scene.unrouted(&web.name)?;
        ensure!(!record.exists(), "its record is still there");
        web.order("start", &[])?;
        scene.served(&web.name, &web.name)?;
        web.order("restart", &[])?;
        scene.served(&web.name, &web.name)?;
        web.order("rm", &["--force"])?;
        scene.unrouted(&web.name)
    })
}

#[test]
fn a_port_that_is_not_published_is_told_with_the_option_that_publishes_it() -> Result<()> {
    rootless_scene(|scene| {
        let web = scene.run("web").exposed();
        let web = web.label("traefik.http.services.web.loadbalancer.server.port", "80").start()?;
        scene.told(&[&web.name, "not published", "-p "])?;
        scene.unrouted(&web.name)
    })
}

#[test]
fn where_a_port_is_bound_and_where_traefik_sees_the_machine() -> Result<()> {
    rootless_scene(|scene| {
        let (here, anywhere) = (free_port(), free_port());
        let bound =
            scene.run("bound").exposed().option("--publish", &format!("127.0.0.1:{here}:80")).start()?;
        scene.served(&bound.name, &bound.name)?;
        scene.set(&[("PORTOLAN_TRAEFIK_HOST", "host.containers.internal"), ("PORTOLAN_PROBE", "false")])?;
        let seen = scene.run("seen").exposed().option("--publish", &format!("{anywhere}:80")).start()?;
        let service = |name: &str| format!("http/services/{name}");
        leads_to(scene, &service(&seen.name), &[format!("http://host.containers.internal:{anywhere}")])?;
        leads_to(scene, &service(&bound.name), &[format!("http://127.0.0.1:{here}")])
    })
}

#[test]
fn a_network_of_the_users_is_not_traefiks() -> Result<()> {
    rootless_scene(|scene| {
        let network = scene.name("net");
        scene.podman(&["network", "create", "--disable-dns", &network])?;
        let port = free_port();
        let run = |name: &str| scene.run(name).exposed().option("--network", &network);
        let web = run("web").option("--publish", &format!("{port}:80")).start()?;
        scene.served(&web.name, &web.name)?;
        leads_to(scene, &format!("http/services/{}", web.name), &[format!("http://127.0.0.1:{port}")])?;
        let hidden = run("hidden").start()?;
        scene.told(&[&hidden.name, "not published"])?;
        for container in [web, hidden] {
            container.order("rm", &["--force"])?;
        }
        scene.podman(&["network", "rm", "--force", &network]).map(drop)
    })
}

#[test]
fn a_udp_service() -> Result<()> {
    rootless_scene(|scene| {
        let port = free_port();
        let echo = scene
            .run("echo")
            .exposed()
            .option("--publish", &format!("{port}:5353/udp"))
            .label("traefik.udp.routers.echo.entrypoints", "udp")
            .label("traefik.udp.services.echo.loadbalancer.server.port", "5353")
            .start()?;
        echo_in(echo.network()?, 5353)?;
        leads_to(scene, "udp/services/echo", &[format!("127.0.0.1:{port}")])?;
        answers(scene.traefik.udp)
    })
}

#[test]
fn a_pod_is_reached_by_the_ports_that_it_publishes() -> Result<()> {
    rootless_scene(|scene| {
        let pod = scene.name("pod");
        let port = free_port();
        scene.podman(&[
            "pod",
            "create",
            "--name",
            &pod,
            "--infra-image",
            portolan_tests::IMAGE,
            "--infra-command",
            "/bin/sleep 1000",
            "--publish",
            &format!("{port}:8080"),
        ])?;
        let web = scene.run("web").exposed().option("--pod", &pod).option("--env", "PORT=8080");
        let web = web.label("traefik.http.services.pod.loadbalancer.server.port", "8080").start()?;
        let result = scene.served(&web.name, &web.name);
        let removed = scene.podman(&["pod", "rm", "--force", "--time", "0", &pod]);
        result.and(removed.map(drop))
    })
}

#[test]
fn the_hosts_network() -> Result<()> {
    rootless_scene(|scene| {
        let port = free_port().to_string();
        let run =
            scene.run("web").exposed().option("--network", "host").option("--env", &format!("PORT={port}"));
        let web = run.label("traefik.http.services.host.loadbalancer.server.port", &port).start()?;
        scene.served(&web.name, &web.name)
    })
}
