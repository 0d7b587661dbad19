//! TCP, UDP, and the other format of files.

use std::net::UdpSocket;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use portolan_tests::{NetworkNamespace, Scene, eventually, get, scene};

#[test]
fn a_tcp_service_is_reached_through_its_entry_point() -> Result<()> {
    scene(|scene| {
        let _watcher = scene.watch(&[])?;
        let web = scene
            .run("web")
            .label("traefik.tcp.routers.any.rule", "HostSNI(`*`)")
            .label("traefik.tcp.routers.any.entrypoints", "tcp")
            .label("traefik.tcp.services.any.loadbalancer.server.port", "80")
            .start()?;
        eventually("the TCP entry point leads to the container", || {
            let response = get(scene.traefik.tcp, "any", "/")?;
            ensure!(response.body == web.name, "{response:?}");
            Ok(())
        })
    })
}

#[test]
fn a_udp_service_is_reached_through_its_entry_point() -> Result<()> {
    scene(|scene| {
        let _watcher = scene.watch(&[])?;
        let echo = scene
            .run("echo")
            .label("traefik.udp.routers.echo.entrypoints", "udp")
            .label("traefik.udp.services.echo.loadbalancer.server.port", "5353")
            .start()?;
        echo_in(scene, &echo.id)?;
        eventually("the UDP entry point leads to the container", || {
            let socket = UdpSocket::bind(("127.0.0.1", 0))?;
            socket.set_read_timeout(Some(Duration::from_millis(200)))?;
            socket.send_to(b"ahoy", scene.traefik.udp)?;
            let mut answer = [0; 16];
            let length = socket.recv(&mut answer)?;
            ensure!(answer.get(..length) == Some(b"ahoy"), "{answer:?}");
            Ok(())
        })
    })
}

#[test]
fn toml_is_served_as_yaml_is_and_takes_its_place() -> Result<()> {
    scene(|scene| {
        let web = scene.run("web").start()?;
        drop(scene.watch(&[])?);
        scene.served(&web.name, &web.name)?;
        let _watcher = scene.watch(&["--format", "toml"])?;
        // A file in the other format would hold on to the routes of before.
        ensure!(scene.listing()? == ["docker-watcher.toml"], "{:?}", scene.listing());
        scene.served(&web.name, &web.name)?;
        let later = scene.run("later").start()?;
        scene.served(&later.name, &later.name)?;
        web.order("stop", &[])?;
        scene.unrouted(&web.name)
    })
}

/// A server in the container's network that sends each datagram back: no program of the image can.
fn echo_in(scene: &Scene<'_>, container: &str) -> Result<()> {
    let inspected = scene.engine.docker.inspect(container)?;
    let key = inspected.pointer("/NetworkSettings/SandboxKey").and_then(|key| key.as_str());
    let network =
        NetworkNamespace::open(&scene.engine.inside(key.context("a container without a sandbox")?)?)?;
    let (bound, is_bound) = mpsc::channel();
    thread::spawn(move || {
        let socket = network.enter().and_then(|()| Ok(UdpSocket::bind(("0.0.0.0", 5353))?));
        let (result, socket) = match socket {
            Ok(socket) => (Ok(()), Some(socket)),
            Err(error) => (Err(error), None),
        };
        let _ = bound.send(result);
        let mut message = [0; 1500];
        while let Some((length, sender)) =
            socket.as_ref().and_then(|socket| socket.recv_from(&mut message).ok())
        {
            let _ = socket
                .as_ref()
                .map(|socket| socket.send_to(message.get(..length).unwrap_or_default(), sender));
        }
    });
    is_bound.recv()?
}
