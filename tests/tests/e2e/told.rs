//! What `check` and `explain` tell of containers that run.

use anyhow::{Context, Result, ensure};
use portolan_tests::{outcome, program, scene};
use serde_json::Value;

/// What a command prints as JSON, whatever it ends with.
fn told(command: &[&str], arguments: &[String]) -> Result<Vec<Value>> {
    let mut program = program()?;
    program.args(command).args(["--format", "json"]).args(arguments);
    let done = outcome(&mut program, b"")?;
    serde_json::from_slice(&done.stdout).with_context(|| String::from_utf8_lossy(&done.stderr).into_owned())
}

#[test]
fn mistakes_of_containers_that_run_are_told() -> Result<()> {
    scene(|scene| {
        let wrong = scene.run("wrong").label("traefik.http.routers.wrong.rul", "Path(`/`)").start()?;
        let right = scene.run("right").start()?;
        let findings = told(&["check"], &scene.source())?;
        let of = |name: &str| findings.iter().filter(|it| it["container"] == name).collect::<Vec<_>>();
        let [finding] = of(&wrong.name)[..] else { anyhow::bail!("{findings:#?}") };
        ensure!(finding["label"] == "traefik.http.routers.wrong.rul", "{finding:#}");
        ensure!(finding["severity"] == "error" && finding["help"] == "did you mean `rule`?", "{finding:#}");
        ensure!(
            finding.get("engine").is_none() && finding.get("file").is_none(),
            "of one engine: {finding:#}"
        );
        ensure!(of(&right.name).is_empty(), "{findings:#?}");
        Ok(())
    })
}

#[test]
fn a_container_that_runs_is_explained() -> Result<()> {
    scene(|scene| {
        let web = scene.run("web").start()?;
        let explained = told(&["explain", &web.name], &scene.source())?;
        let [container] = explained.as_slice() else { anyhow::bail!("{explained:#?}") };
        ensure!(
            container["container"] == web.name.as_str() && container["id"] == web.id.as_str(),
            "{container:#}"
        );
        ensure!(container["state"] == "running", "{container:#}");
        let url = scene.engine.docker.url();
        let engine = serde_json::json!({ "name": url, "address": url, "remote": false });
        ensure!(container["engine"] == engine, "{container:#}");
        let router = &container["elements"][0];
        ensure!(router["kind"] == "HTTP router" && router["name"] == web.name.as_str(), "{container:#}");
        let route = format!("{} -> {}:80", web.name, web.address("bridge")?);
        ensure!(router["route"] == route.as_str(), "{container:#}");
        Ok(())
    })
}
