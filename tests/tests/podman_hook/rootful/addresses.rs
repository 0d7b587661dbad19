//! Where a route leads.

use anyhow::{Result, ensure};
use portolan_tests::{PodmanScene, free_port, podman_scene};

use crate::{address, leads_to};

/// A network of a test, removed by it: Podman keeps them with the storage.
fn with_network(
    scene: &PodmanScene<'_>,
    name: &str,
    options: &[&str],
    test: impl FnOnce(&str) -> Result<()>,
) -> Result<()> {
    // Its name becomes an interface's, in part.
    let name = scene.name(name);
    scene.podman(&[&["network", "create", "--disable-dns"], options, &[&name]].concat())?;
    let result = test(&name);
    let removed = scene.podman(&["network", "rm", "--force", &name]);
    result.and(removed.map(drop))
}

#[test]
fn a_port_is_named_by_a_label() -> Result<()> {
    podman_scene(|scene| {
        let web = scene
            .run("web")
            .exposed()
            .option("--env", "PORT=8080")
            .label("traefik.http.services.web.loadbalancer.server.port", "8080")
            .start()?;
        scene.served(&web.name, &web.name)
    })
}

#[test]
fn a_published_port_is_reached_at_the_containers_own_address() -> Result<()> {
    podman_scene(|scene| {
        let port = free_port();
        let web = scene.run("web").exposed().option("--publish", &format!("{port}:80")).start()?;
        leads_to(
            scene,
            &format!("http/services/{}", web.name),
            &[format!("http://{}:80", address(&web, "podman")?)],
        )?;
        scene.served(&web.name, &web.name)
    })
}

#[test]
fn a_published_port_is_reached_where_it_is_bound_if_that_is_set() -> Result<()> {
    podman_scene(|scene| {
        scene.set(&[("PORTOLAN_USE_BIND_PORT_IP", "true")])?;
        let port = free_port();
        let web = scene.run("web").exposed().option("--publish", &format!("127.0.0.1:{port}:80")).start()?;
        leads_to(scene, &format!("http/services/{}", web.name), &[format!("http://127.0.0.1:{port}")])
    })
}

#[test]
fn of_a_range_of_ports_the_lowest_is_taken_and_that_is_told() -> Result<()> {
    podman_scene(|scene| {
        let publish = "127.0.0.1:28000-28002:70-72";
        let web =
            scene.run("web").exposed().option("--publish", publish).option("--env", "PORT=70").start()?;
        leads_to(
            scene,
            &format!("http/services/{}", web.name),
            &[format!("http://{}:70", address(&web, "podman")?)],
        )?;
        scene.served(&web.name, &web.name)?;
        scene.told(&["several-ports", "`70` is taken", "`71`, `72`, `80`", "loadbalancer.server.port"])
    })
}

#[test]
fn the_hosts_network() -> Result<()> {
    podman_scene(|scene| {
        let port = free_port().to_string();
        let web = scene
            .run("web")
            .exposed()
            .option("--network", "host")
            .option("--env", &format!("PORT={port}"))
            .label("traefik.http.services.host.loadbalancer.server.port", &port)
            .start()?;
        scene.served(&web.name, &web.name)?;
        leads_to(scene, "http/services/host", &[format!("http://127.0.0.1:{port}")])
    })
}

#[test]
fn no_network_is_told() -> Result<()> {
    podman_scene(|scene| {
        let web = scene.run("web").exposed().option("--network", "none").start()?;
        scene.known(&web.id)?;
        scene.told(&[&web.name, "no-address", "connect the container to a network that Traefik is on"])?;
        ensure!(!scene.text()?.contains("loadBalancer"), "{}", scene.text()?);
        Ok(())
    })
}

#[test]
fn another_containers_network() -> Result<()> {
    podman_scene(|scene| {
        let owner = scene.run("owner").start()?;
        let guest = scene
            .run("guest")
            .exposed()
            .option("--network", &format!("container:{}", owner.name))
            .option("--env", "PORT=8080")
            .label("traefik.http.services.guest.loadbalancer.server.port", "8080")
            .start()?;
        scene.served(&guest.name, &guest.name)?;
        leads_to(scene, "http/services/guest", &[format!("http://{}:8080", address(&owner, "podman")?)])
    })
}

#[test]
fn of_several_networks_the_first_by_name_is_taken_or_the_one_of_a_label() -> Result<()> {
    podman_scene(|scene| {
        with_network(scene, "a", &[], |first| {
            with_network(scene, "z", &[], |last| {
                let both = format!("{last},{first}");
                let any = scene.run("any").exposed().option("--network", &both).start()?;
                let service = |name: &str| format!("http/services/{name}");
                leads_to(scene, &service(&any.name), &[format!("http://{}:80", address(&any, first)?)])?;
                scene.served(&any.name, &any.name)?;
                scene.told(&["several-networks", "traefik.docker.network"])?;
                let chosen = scene.run("chosen").exposed().option("--network", &both);
                let chosen = chosen.label("traefik.docker.network", last).start()?;
                leads_to(scene, &service(&chosen.name), &[format!("http://{}:80", address(&chosen, last)?)])?;
                scene.served(&chosen.name, &chosen.name)?;
                for container in [&any, &chosen] {
                    container.order("rm", &["--force"])?;
                }
                Ok(())
            })
        })
    })
}

#[test]
fn a_network_of_ipv6() -> Result<()> {
    podman_scene(|scene| {
        // With `--ipv6` Podman would add a subnet of IPv4.
        with_network(scene, "six", &["--subnet", "fd12:3456:789a:1::/64"], |six| {
            let web = scene.run("web").exposed().option("--network", six).start()?;
            let inspected = web.inspect()?;
            let network = inspected.pointer(&format!("/NetworkSettings/Networks/{six}"));
            let address = network.and_then(|network| network.get("GlobalIPv6Address")?.as_str());
            let address = address.unwrap_or_default();
            ensure!(address.starts_with("fd12:"), "{network:?}");
            leads_to(scene, &format!("http/services/{}", web.name), &[format!("http://[{address}]:80")])?;
            scene.served(&web.name, &web.name)?;
            web.order("rm", &["--force"])
        })
    })
}
