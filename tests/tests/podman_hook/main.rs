//! Containers of a real Podman become files that a real Traefik serves, by a hook and without a daemon.

mod echo;
mod faults;
mod install;
mod parallel;
mod rootful;
mod rootless;

use anyhow::{Context, Result, ensure};
use portolan_tests::PodmanScene;

/// Waits until a service (`http/services/web`) has these servers, in order.
fn leads_to(scene: &PodmanScene<'_>, service: &str, servers: &[String]) -> Result<()> {
    portolan_tests::eventually(&format!("`{service}` leads to {servers:?}"), || {
        let mut there = scene.servers(service)?;
        there.sort();
        ensure!(there == servers, "{there:?}");
        Ok(())
    })
}

/// A container's address on a network, as Podman tells it.
fn address(container: &portolan_tests::PodmanContainer<'_>, network: &str) -> Result<String> {
    let inspected = container.inspect()?;
    let address = inspected.pointer(&format!("/NetworkSettings/Networks/{network}/IPAddress"));
    let address = address.and_then(|address| address.as_str()).filter(|address| !address.is_empty());
    Ok(address.with_context(|| format!("`{}` has no address on `{network}`", container.name))?.to_owned())
}
