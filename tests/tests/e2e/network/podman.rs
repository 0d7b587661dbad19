//! Rootful Podman, as Docker.

use anyhow::{Result, ensure};
use portolan_tests::{Engine, Need, stage_on, unmet};
use serde_json::json;

use super::{complains_of, count, settled, shows, shows_nothing};

#[test]
fn addresses_routes_and_rules() -> Result<()> {
    if unmet(&[Need::Podman, Need::Watcher])?.is_some() {
        return Ok(());
    }
    stage_on(&Engine::podman()?, |stage| {
        let network = stage.network_with("pod", &["--subnet", "10.66.1.0/24"])?;
        let run = |name: &str| {
            let run = stage.run(name).option("--network", &network.name);
            run.label("docker-events.address", "add 10.5.0.1/24 dev eth0")
                .label("docker-events.route", "add 10.1.0.0/16 via 10.66.1.1; add blackhole 10.2.0.0/16")
                .label("docker-events.rule", "add to 10.9.0.0/16 table 100")
                .start()
        };
        let before = run("before")?;
        let watcher = stage.watch_settings(&json!({}))?;
        let later = run("later")?;
        for web in [&before, &later] {
            for restart in [true, false] {
                let inside = stage.inside(web)?;
                shows(&inside, &["rule"], &["to 10.9.0.0/16 lookup 100"])?;
                shows(&inside, &["route"], &["10.1.0.0/16 via 10.66.1.1", "blackhole 10.2.0.0/16"])?;
                shows(&inside, &["address"], &["10.5.0.1/24"])?;
                if restart {
                    web.order("restart", &["--time", "0"])?;
                }
            }
        }
        let host = stage.host()?;
        let routed =
            stage.run("routed").label("docker-events.host-route", "add blackhole 10.88.1.0/24").start()?;
        shows(&host, &["route"], &["blackhole 10.88.1.0/24"])?;
        routed.order("stop", &[])?;
        shows_nothing(&host, &["route", "show", "10.88.1.0/24"])?;

        drop(watcher);
        let watcher = stage.watch_settings(&json!({}))?;
        settled(stage, &watcher)?;
        ensure!(count(&stage.inside(&before)?, &["rule"], "10.9.0.0/16")? == 1, "the rule is there twice");
        complains_of(&watcher, &before, &[])?;
        complains_of(&watcher, &later, &[])
    })
}
