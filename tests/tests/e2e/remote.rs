//! An engine behind TCP: on another machine by its address, or behind a proxy of this machine's socket.

use std::fs::File;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener};
use std::os::unix::net::UnixStream;
use std::thread;

use anyhow::{Context, Result, ensure};
use portolan_tests::{Scene, eventually, free_port, scene};

/// An address of the engine's machine that is not its loopback.
const BRIDGE: Ipv4Addr = Ipv4Addr::new(172, 17, 0, 1);

/// A proxy of the engine's socket, as people put one before it, until the test's process ends.
fn proxy(scene: &Scene<'_>) -> Result<SocketAddr> {
    let socket = scene.engine.docker.url();
    let socket = socket.strip_prefix("unix://").context("the engine is at a socket")?.to_owned();
    let listener = TcpListener::bind((BRIDGE, 0))?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for client in listener.incoming() {
            let (Ok(client), Ok(engine)) = (client, UnixStream::connect(&socket)) else { return };
            let (Ok(mut from_client), Ok(mut to_engine)) = (client.try_clone(), engine.try_clone()) else {
                return;
            };
            let (mut from_engine, mut to_client) = (engine, client);
            thread::spawn(move || {
                let _ = io::copy(&mut from_client, &mut to_engine);
                let _ = to_engine.shutdown(Shutdown::Write);
            });
            thread::spawn(move || {
                let _ = io::copy(&mut from_engine, &mut to_client);
                let _ = to_client.shutdown(Shutdown::Both);
            });
        }
    });
    Ok(address)
}

/// The arguments of a watcher by these settings alone.
fn arguments(scene: &Scene<'_>, settings: &str) -> Result<Vec<String>> {
    let path = scene.scratch().join("tcp.yml");
    File::create(&path)?.write_all(settings.as_bytes())?;
    let constraint = format!("Label(`e2e`, `{}`)", scene.name("x").trim_start_matches("x-"));
    let (config, output) = (path.display().to_string(), scene.dynamic().display().to_string());
    Ok(["--config", &config, "--output", &output, "--constraints", &constraint].map(str::to_owned).to_vec())
}

/// They were taken for addresses of this machine before.
#[test]
fn containers_behind_tcp_are_reached_by_their_published_ports() -> Result<()> {
    scene(|scene| {
        let port = free_port();
        let web = scene.run("web").option("--publish", &format!("{port}:80")).start()?;
        let hidden = scene.run("hidden").start()?;
        let engine = proxy(scene)?;
        let watcher = scene.watch_with(&arguments(
            scene,
            &format!("engine: tcp://{engine}\nnetwork: {{enabled: false}}\n"),
        )?)?;
        watcher.ready()?;
        scene.served(&web.name, &web.name)?;
        ensure!(scene.servers(&web.name)? == [format!("http://{BRIDGE}:{port}")], "{}", scene.text()?);
        watcher.wait_for(&["not-published", &hidden.name, "local: true"])?;
        ensure!(!scene.text()?.contains(&format!("Host(`{}`)", hidden.name)), "{}", scene.text()?);
        Ok(())
    })
}

#[test]
fn containers_behind_a_proxy_of_the_socket_are_reached_at_their_own_addresses() -> Result<()> {
    scene(|scene| {
        let web = scene.run("web").start()?;
        let engine = proxy(scene)?;
        let settings = format!(
            "providers: {{docker: {{here: {{address: 'tcp://{engine}', local: true}}}}}}\nnetwork: {{enabled: false}}\n"
        );
        let watcher = scene.watch_with(&arguments(scene, &settings)?)?;
        watcher.ready()?;
        scene.served(&web.name, &web.name)?;
        ensure!(
            scene.servers(&web.name)? == [format!("http://{}:80", web.address("bridge")?)],
            "{}",
            scene.text()?
        );
        Ok(())
    })
}

#[test]
fn the_host_of_published_ports_may_be_another_than_the_engine_s() -> Result<()> {
    scene(|scene| {
        let port = free_port();
        let web = scene.run("web").option("--publish", &format!("{port}:80")).start()?;
        let engine = proxy(scene)?;
        let settings = format!(
            "providers: {{docker: {{far: {{address: 'tcp://{engine}', published_at: localhost}}}}}}\nnetwork: {{enabled: false}}\n"
        );
        let watcher = scene.watch_with(&arguments(scene, &settings)?)?;
        watcher.ready()?;
        scene.served(&web.name, &web.name)?;
        eventually("the server is at that host", || {
            let servers = scene.servers(&web.name)?;
            ensure!(servers == [format!("http://localhost:{port}")], "{servers:?}");
            Ok(())
        })
    })
}
