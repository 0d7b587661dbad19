//! Which of a container's addresses its route leads to.

use anyhow::{Result, ensure};
use portolan_tests::{Scene, eventually, free_port, scene};

#[test]
fn a_route_follows_the_container_onto_the_chosen_network_and_off_it() -> Result<()> {
    scene(|scene| {
        let network = scene.network("front")?;
        let _watcher = scene.watch(&["--network", &network.name])?;
        let web = scene.run("web").start()?;
        leads_to(scene, &web.name, &web.address("bridge")?)?;
        network.connect(&web)?;
        leads_to(scene, &web.name, &web.address(&network.name)?)?;
        scene.served(&web.name, &web.name)?;
        network.disconnect(&web)?;
        leads_to(scene, &web.name, &web.address("bridge")?)?;
        scene.served(&web.name, &web.name)
    })
}

#[test]
fn a_label_chooses_the_network_too() -> Result<()> {
    scene(|scene| {
        let network = scene.network("back")?;
        let _watcher = scene.watch(&[])?;
        let web = scene.run("web").label("traefik.docker.network", &network.name).start()?;
        leads_to(scene, &web.name, &web.address("bridge")?)?;
        network.connect(&web)?;
        leads_to(scene, &web.name, &web.address(&network.name)?)
    })
}

#[test]
fn of_several_networks_the_first_by_name_is_taken() -> Result<()> {
    scene(|scene| {
        let first = scene.network("a")?;
        let last = scene.network("z")?;
        let _watcher = scene.watch(&[])?;
        let web = scene.run("web").option("--network", &last.name).start()?;
        leads_to(scene, &web.name, &web.address(&last.name)?)?;
        first.connect(&web)?;
        leads_to(scene, &web.name, &web.address(&first.name)?)?;
        scene.served(&web.name, &web.name)
    })
}

#[test]
fn a_container_in_the_hosts_network_is_served() -> Result<()> {
    scene(|scene| {
        let _watcher = scene.watch(&[])?;
        let port = free_port().to_string();
        let web = scene
            .run("web")
            .option("--network", "host")
            .option("--env", &format!("PORT={port}"))
            .label("traefik.http.services.host.loadbalancer.server.port", &port)
            .start()?;
        scene.served(&web.name, &web.name)
    })
}

#[test]
fn a_container_in_another_containers_network_is_served_at_that_ones_address() -> Result<()> {
    scene(|scene| {
        let _watcher = scene.watch(&[])?;
        let owner = scene.run("owner").start()?;
        let guest = scene
            .run("guest")
            .option("--network", &format!("container:{}", owner.id))
            .option("--env", "PORT=8080")
            .label("traefik.http.services.guest.loadbalancer.server.port", "8080")
            .start()?;
        scene.served(&guest.name, &guest.name)?;
        scene.served(&owner.name, &owner.name)
    })
}

#[test]
fn with_use_bind_port_ip_a_route_leads_to_the_published_port() -> Result<()> {
    scene(|scene| {
        let _watcher = scene.watch(&["--use-bind-port-ip=true"])?;
        let port = free_port();
        let web = scene.run("web").option("--publish", &format!("127.0.0.1:{port}:80")).start()?;
        eventually("the route leads to the published port", || {
            let servers = scene.servers(&web.name)?;
            ensure!(servers == [format!("http://127.0.0.1:{port}")], "{servers:?}");
            Ok(())
        })?;
        scene.served(&web.name, &web.name)
    })
}

fn leads_to(scene: &Scene<'_>, service: &str, address: &str) -> Result<()> {
    eventually(&format!("`{service}` leads to {address}"), || {
        let servers = scene.servers(service)?;
        ensure!(servers == [format!("http://{address}:80")], "{servers:?}");
        Ok(())
    })
}
