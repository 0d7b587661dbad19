use std::net::UdpSocket;
use std::time::Duration;

use anyhow::{Result, ensure};
use portolan_tests::eventually;

use crate::backend::{greeter, packets};
use crate::client::say;
use crate::stage::stage;

#[test]
fn connections_go_where_their_port_says() -> Result<()> {
    stage(|mut stage| {
        let at = greeter("db")?;
        let proxy = stage.play_with(|stage, traefik| {
            let listening = traefik.tcp.port();
            stage.setting(&format!("entryPoints: [\"tcp=:{listening}\", \"web=:{}\"]", traefik.web.port()));
            let port = format!("{listening}:{}", at.port());
            stage.container("db", at, &[("proxy.db.port", &port), ("proxy.db.healthcheck.interval", "5s")]);
        })?;
        eventually("the backend answers", || {
            let said = say(proxy.traefik.tcp, "hello")?;
            ensure!(said == "db: hello\\n", "{said}\n{}", proxy.file);
            Ok(())
        })
    })
}

#[test]
fn the_backend_is_told_who_connects() -> Result<()> {
    stage(|mut stage| {
        let at = greeter("db")?;
        let proxy = stage.play_with(|stage, traefik| {
            // An entry point of the route's own name needs no port.
            stage.setting(&format!("entryPoints: [\"tcp=:{}\"]", traefik.tcp.port()));
            stage.container(
                "tcp",
                at,
                &[("proxy.tcp.scheme", "tcp"), ("proxy.tcp.relay_proxy_protocol_header", "true")],
            );
        })?;
        eventually("the header of the PROXY protocol comes first", || {
            let said = say(proxy.traefik.tcp, "hello")?;
            // Version 2 begins with a line break of its own.
            ensure!(said.starts_with("db: \\r\\n"), "{said}\n{}", proxy.file);
            Ok(())
        })
    })
}

#[test]
fn packets_go_where_their_port_says() -> Result<()> {
    stage(|mut stage| {
        let at = packets("dns")?;
        let proxy = stage.play_with(|stage, traefik| {
            let listening = traefik.udp.port();
            stage.setting(&format!("entryPoints: [\"udp=:{listening}/udp\"]"));
            let port = format!("{listening}:{}", at.port());
            stage.container("dns", at, &[("proxy.dns.port", &port), ("proxy.dns.scheme", "udp")]);
        })?;
        eventually("the backend answers", || {
            let socket = UdpSocket::bind("127.0.0.1:0")?;
            // A packet may be sent before the route is there: then there is no answer, and another is sent.
            socket.set_read_timeout(Some(Duration::from_millis(500)))?;
            socket.send_to(b"hello", proxy.traefik.udp)?;
            let mut answer = [0; 64];
            let (length, _) = socket.recv_from(&mut answer)?;
            let answer = String::from_utf8_lossy(answer.get(..length).unwrap_or_default()).into_owned();
            ensure!(answer == "dns: hello", "{answer}");
            Ok(())
        })
    })
}

#[test]
fn without_an_entry_point_there_is_no_route_and_a_finding() -> Result<()> {
    stage(|mut stage| {
        stage.container("db", greeter("db")?, &[("proxy.db.port", "5432:5432")]);
        let proxy = stage.start()?;
        ensure!(!proxy.file.contains("tcp"), "{}", proxy.file);
        Ok(())
    })
}
