//! TCP and UDP, a request through Traefik for each.

use anyhow::Result;
use portolan_tests::podman_scene;

use crate::echo::{answers, echo_in};

#[test]
fn a_tcp_service() -> Result<()> {
    podman_scene(|scene| {
        let web = scene
            .run("web")
            .exposed()
            .label("traefik.tcp.routers.any.rule", "HostSNI(`*`)")
            .label("traefik.tcp.routers.any.entrypoints", "tcp")
            .label("traefik.tcp.services.any.loadbalancer.server.port", "80")
            .start()?;
        portolan_tests::eventually("the TCP entry point leads to the container", || {
            let response = portolan_tests::get(scene.traefik.tcp, "any", "/")?;
            anyhow::ensure!(response.body == web.name, "{response:?}");
            Ok(())
        })?;
        web.order("kill", &[])?;
        portolan_tests::eventually("the TCP entry point leads nowhere", || {
            anyhow::ensure!(
                portolan_tests::get(scene.traefik.tcp, "any", "/").is_err(),
                "there is an answer"
            );
            Ok(())
        })
    })
}

#[test]
fn a_udp_service() -> Result<()> {
    podman_scene(|scene| {
        let echo = scene
            .run("echo")
            .exposed()
            .option("--expose", "5353/udp")
            .label("traefik.udp.routers.echo.entrypoints", "udp")
            .label("traefik.udp.services.echo.loadbalancer.server.port", "5353")
            .start()?;
        echo_in(echo.network()?, 5353)?;
        answers(scene.traefik.udp)
    })
}
