//! Routes on the host that containers ask for.

use std::fs;
use std::os::unix::fs::symlink;

use anyhow::{Context, Result, ensure};
use nix::sys::signal::Signal;
use portolan_tests::{PATIENCE, program, stage};
use serde_json::json;

use super::{complains_of, complaints, settled, shows, shows_nothing};

#[test]
fn variables_are_of_the_settings_and_of_the_environment() -> Result<()> {
    stage(|stage| {
        let settings = |late: Option<&str>| {
            let mut variables = json!({ "VPN_NET": "10.88.1.0/24", "TWO_WORDS": "10.88.3.0/24 dev docker0" });
            late.inspect(|late| variables["NOBODY_SETS_IT"] = json!(late));
            stage.settings(&json!({ "network": { "variables": variables } }))
        };
        let config = settings(None)?;
        let mut service = program()?;
        service.env("VPN_DEVICE", "docker0");
        let watcher = stage.watch_by(service, &stage.arguments(&["--config", &config]))?;
        watcher.ready()?;
        let routes = "add $VPN_NET dev ${VPN_DEVICE}; add $NOBODY_SETS_IT dev docker0; add $TWO_WORDS; \
                      add 10.88.2.0/24 dev docker0";
        let web = stage
            .run("web")
            .label("docker-events.host-route", routes)
            .label("docker-events.route", "add $VPN_NET dev eth0")
            .start()?;
        let host = stage.host()?;
        shows(&host, &["route"], &["10.88.1.0/24 dev docker0", "10.88.2.0/24 dev docker0"])?;
        settled(stage, &watcher)?;
        complains_of(
            &watcher,
            &web,
            &[
                &["network-variable", "variable `NOBODY_SETS_IT` has no value"],
                &["network-variable", "TWO_WORDS"],
                &["network-variable", "label=\"docker-events.route\""],
            ],
        )?;
        ensure!(host.ip(&["route", "show", "10.88.3.0/24"])?.is_empty(), "a value was split");

        // Settings that are read again give what was missing, and tell nothing twice.
        let before = watcher.process.log.len();
        settings(Some("10.88.4.0/24"))?;
        watcher.process.signal(Signal::SIGHUP)?;
        shows(&host, &["route"], &["10.88.4.0/24 dev docker0"])?;
        settled(stage, &watcher)?;
        ensure!(complaints(&watcher, before, &web).is_empty(), "{:?}", complaints(&watcher, before, &web));
        web.order("rm", &["--force"])?;
        shows_nothing(&host, &["route", "show", "root", "10.88.0.0/16"])
    })
}

#[test]
fn a_route_goes_with_the_last_container_that_asked_for_it() -> Result<()> {
    stage(|stage| {
        let watcher = stage.watch_settings(&json!({}))?;
        let host = stage.host()?;
        // The first is there without us, and so it stays.
        host.ip(&["route", "add", "10.88.1.0/24", "dev", "docker0"])?;
        let run = |name: &str| {
            let routes = "add 10.88.1.0/24 dev docker0; add 10.88.2.0/24 dev docker0";
            stage.run(name).label("docker-events.host-route", routes).start()
        };
        let (one, two) = (run("one")?, run("two")?);
        shows(&host, &["route"], &["10.88.2.0/24 dev docker0"])?;
        one.order("stop", &[])?;
        settled(stage, &watcher)?;
        shows(&host, &["route"], &["10.88.2.0/24 dev docker0"])?;
        two.order("stop", &[])?;
        shows_nothing(&host, &["route", "show", "10.88.2.0/24"])?;
        one.order("start", &[])?;
        shows(&host, &["route"], &["10.88.2.0/24 dev docker0"])?;
        one.order("rm", &["--force"])?;
        shows_nothing(&host, &["route", "show", "10.88.2.0/24"])?;
        host.ip(&["route", "delete", "10.88.1.0/24"])?;
        complains_of(&watcher, &one, &[])?;
        complains_of(&watcher, &two, &[])
    })
}

#[test]
fn a_later_watcher_withdraws_what_an_earlier_one_made() -> Result<()> {
    stage(|stage| {
        let host = stage.host()?;
        let run = |name: &str, route: &str| stage.run(name).label("docker-events.host-route", route).start();
        let watcher = stage.watch_settings(&json!({}))?;
        let stopped = run("stopped", "add 10.88.1.0/24 dev docker0")?;
        let removed = run("removed", "add 10.88.2.0/24 dev docker0")?;
        let lives = run("lives", "add 10.88.3.0/24 dev docker0")?;
        let all = ["10.88.1.0/24", "10.88.2.0/24", "10.88.3.0/24"];
        shows(&host, &["route"], &all)?;
        settled(stage, &watcher)?;
        drop(watcher);
        stopped.order("stop", &[])?;
        removed.order("rm", &["--force"])?;
        shows(&host, &["route"], &all)?;

        let watcher = stage.watch_settings(&json!({}))?;
        shows_nothing(&host, &["route", "show", "10.88.1.0/24"])?;
        shows_nothing(&host, &["route", "show", "10.88.2.0/24"])?;
        settled(stage, &watcher)?;
        shows(&host, &["route"], &["10.88.3.0/24"])?;
        complains_of(&watcher, &lives, &[])?;
        lives.order("stop", &[])?;
        shows_nothing(&host, &["route", "show", "10.88.3.0/24"])
    })
}

#[test]
fn a_watcher_that_is_stopped_at_work_has_noted_what_it_did() -> Result<()> {
    stage(|stage| {
        let host = stage.host()?;
        let config = stage.settings(&json!({}))?;
        let route = |number: u8| format!("add 10.88.{number}.0/24 dev docker0");
        let run = |number: u8| {
            let run = stage.run(&format!("web{number}")).option("--network", "none");
            run.label("docker-events.host-route", &route(number)).start()
        };
        let containers = (0..8).map(run).collect::<Result<Vec<_>>>()?;
        let mut watcher = stage.watch_with(&stage.arguments(&["--config", &config]))?;
        watcher.wait_for(&["dev docker0 done"])?;
        watcher.process.signal(Signal::SIGTERM)?;
        let status = watcher.process.ended(PATIENCE)?;
        ensure!(status.code() == Some(0), "it ends with {status}");
        let ids = containers.iter().map(|container| container.id.as_str());
        stage.engine.docker.run(&["rm", "--force"].into_iter().chain(ids).collect::<Vec<_>>())?;
        shows(&host, &["route"], &["10.88."])?;
        let _watcher = stage.watch_settings(&json!({}))?;
        shows_nothing(&host, &["route", "show", "root", "10.88.0.0/16"])
    })
}

#[test]
fn a_withdrawal_that_fails_is_tried_again() -> Result<()> {
    stage(|stage| {
        // By this the watcher finds the host, until it is gone.
        let proc = stage.scratch().join("proc");
        let find_host = || symlink(stage.proc()?, &proc).context("a link to the proc file system");
        find_host()?;
        let watcher = stage.watch_settings(&json!({ "network": { "proc": proc } }))?;
        let host = stage.host()?;
        let web =
            stage.run("web").label("docker-events.host-route", "add 10.88.1.0/24 dev docker0").start()?;
        shows(&host, &["route"], &["10.88.1.0/24 dev docker0"])?;
        settled(stage, &watcher)?;
        fs::remove_file(&proc)?;
        web.order("rm", &["--force"])?;
        watcher.wait_for(&["routes on the host not withdrawn, and tried again", &web.name])?;
        shows(&host, &["route"], &["10.88.1.0/24 dev docker0"])?;
        find_host()?;
        shows_nothing(&host, &["route", "show", "10.88.1.0/24"])?;
        watcher.wait_for(&["1 route on the host withdrawn", &web.name])?;
        ensure!(fs::read_to_string(stage.scratch().join("host-routes.json"))?.trim() == "{}");
        complains_of(&watcher, &web, &[&["not withdrawn"]])
    })
}

#[test]
fn routes_stay_where_the_settings_say_so() -> Result<()> {
    stage(|stage| {
        let watcher = stage.watch_settings(&json!({ "network": { "hostRoutes": "keep" } }))?;
        let host = stage.host()?;
        let web =
            stage.run("web").label("docker-events.host-route", "add 10.88.1.0/24 dev docker0").start()?;
        shows(&host, &["route"], &["10.88.1.0/24 dev docker0"])?;
        web.order("stop", &[])?;
        settled(stage, &watcher)?;
        shows(&host, &["route"], &["10.88.1.0/24 dev docker0"])?;
        web.order("start", &[])?;
        settled(stage, &watcher)?;
        complains_of(&watcher, &web, &[])?;
        host.ip(&["route", "delete", "10.88.1.0/24"]).map(drop)
    })
}
