//! As containers, their networks and the watcher come and go.

use anyhow::{Result, ensure};
use portolan_tests::{Container, PATIENCE, Process, eventually, program, stage};
use serde_json::{Value, json};

use super::{complains_of, complaints, count, settled, shows, shows_nothing};

#[test]
fn what_a_network_takes_along_comes_back_with_it() -> Result<()> {
    stage(|stage| {
        let network = stage.network_with("back", &["--subnet", "10.66.1.0/24"])?;
        let watcher = stage.watch_settings(&json!({}))?;
        let web = stage
            .run("web")
            .label("docker-events.route", "add 10.1.0.0/16 via 10.66.1.1; add 10.2.0.0/16 dev network:bridge")
            .label("docker-events.rule", "add to 10.9.0.0/16 table 100")
            .create()?;
        network.connect(&web)?;
        web.order("start", &[])?;
        let inside = stage.inside(&web)?;
        let both = ["10.1.0.0/16 via 10.66.1.1", "10.2.0.0/16 dev eth"];
        shows(&inside, &["route"], &both)?;
        for _ in 0..2 {
            network.disconnect(&web)?;
            shows_nothing(&inside, &["route", "show", "10.1.0.0/16"])?;
            network.connect(&web)?;
            shows(&inside, &["route"], &both)?;
        }
        settled(stage, &watcher)?;
        ensure!(count(&inside, &["rule"], "10.9.0.0/16")? == 1, "{}", inside.ip(&["rule"])?);
        ensure!(count(&inside, &["route"], "10.2.0.0/16")? == 1, "{}", inside.ip(&["route"])?);
        // Without its network a route fails, as is told.
        let other = complaints(&watcher, 0, &web).into_iter().find(|line| !line.contains("10.1.0.0/16"));
        ensure!(other.is_none(), "{other:?}");
        Ok(())
    })
}

#[test]
fn a_restarted_container_is_as_before() -> Result<()> {
    stage(|stage| {
        let watcher = stage.watch_settings(&json!({}))?;
        let web = stage
            .run("web")
            .label("docker-events.address", "add 10.5.0.1/24 dev eth0")
            .label("docker-events.route", "add 10.1.0.0/16 dev eth0")
            .label("docker-events.rule", "add to 10.9.0.0/16 table 100")
            .start()?;
        let is_there = |web: &Container| -> Result<()> {
            let inside = stage.inside(web)?;
            shows(&inside, &["rule"], &["to 10.9.0.0/16 lookup 100"])?;
            shows(&inside, &["route"], &["10.1.0.0/16 dev eth0"])?;
            shows(&inside, &["address"], &["10.5.0.1/24"]).map(drop)
        };
        is_there(&web)?;
        web.order("restart", &["--time", "0"])?;
        is_there(&web)?;
        web.order("kill", &[])?;
        web.order("start", &[])?;
        is_there(&web)?;
        complains_of(&watcher, &web, &[])
    })
}

#[test]
fn what_is_known_of_a_container_is_done_before_the_engine_tells_its_process() -> Result<()> {
    stage(|stage| {
        let settings = stage.settings(&json!({}))?;
        let mut talkative = program()?;
        talkative.env("PORTOLAN_LOG_LEVEL", "debug");
        let arguments = stage.arguments(&["--config", &settings, "--exposed-by-default=false"]);
        let watcher = stage.watch_by(talkative, &arguments)?;
        watcher.ready()?;
        let web = stage.run("web").label("docker-events.route", "add 10.1.0.0/16 dev eth0").start()?;
        let ahead = &["labels carried out before the engine told", &web.name];
        let mut starts = 1;
        // The watcher may not have seen that it stopped before it starts again.
        eventually("a start with what is known", || {
            starts += 1;
            web.order("kill", &[])?;
            web.order("start", &[])?;
            shows(&stage.inside(&web)?, &["route"], &["10.1.0.0/16 dev eth0"])?;
            let log = &watcher.process.log;
            ensure!(!log.matching(0, ahead).is_empty(), "not in {starts} starts");
            Ok(())
        })?;
        settled(stage, &watcher)?;
        let done = watcher.process.log.matching(0, &["10.1.0.0/16 dev eth0 done", &web.name]);
        ensure!(done.len() == starts, "{starts} starts, and done {} times", done.len());
        complains_of(&watcher, &web, &[])
    })
}

#[test]
fn a_watcher_finds_what_runs_and_a_later_one_has_nothing_to_do() -> Result<()> {
    stage(|stage| {
        let web = stage
            .run("web")
            .label("docker-events.address", "add 10.5.0.1/24 dev eth0")
            .label(
                "docker-events.route",
                "delete default; add default via 172.17.0.1; add 10.1.0.0/16 dev eth0",
            )
            .label("docker-events.rule", "add to 10.9.0.0/16 table 100")
            .label("docker-events.host-route", "add 10.88.0.0/24 dev docker0")
            .start()?;
        let (inside, host) = (stage.inside(&web)?, stage.host()?);
        let state = || -> Result<String> {
            let all = [&["address"], &["rule"], &["route"]].map(|it| inside.ip(it));
            all.into_iter().chain([host.ip(&["route", "show", "10.88.0.0/24"])]).collect()
        };
        let before = state()?;
        let watcher = stage.watch_settings(&json!({}))?;
        shows(&inside, &["rule"], &["to 10.9.0.0/16 lookup 100"])?;
        shows(&inside, &["route"], &["10.1.0.0/16 dev eth0"])?;
        shows(&inside, &["address"], &["10.5.0.1/24"])?;
        shows(&host, &["route"], &["10.88.0.0/24 dev docker0"])?;
        complains_of(&watcher, &web, &[])?;
        drop(watcher);
        let after = state()?;
        ensure!(after != before, "{after}");
        for _ in 0..2 {
            let watcher = stage.watch_settings(&json!({}))?;
            settled(stage, &watcher)?;
            ensure!(state()? == after, "{after}\nis now\n{}", state()?);
            let news = watcher.process.log.matching(0, &[" WARN ", " ERROR ", " done"]);
            let news: Vec<_> = news.iter().filter(|line| line.contains(&web.name)).collect();
            ensure!(news.is_empty(), "told again: {news:?}");
        }
        host.ip(&["route", "delete", "10.88.0.0/24"]).map(drop)
    })
}

/// Some end before they are looked at, some while their namespace is entered, some later.
#[test]
fn containers_that_end_at_once_are_no_failure() -> Result<()> {
    stage(|stage| {
        let watcher = stage.watch_settings(&json!({ "network": { "hostRoutes": "withdraw" } }))?;
        let mortals = (0..20)
            .map(|number| {
                let mortal = stage
                    .run(&format!("mortal{number}"))
                    .label("docker-events.address", "add 10.5.0.1/24 dev eth0")
                    .label("docker-events.route", "add 10.1.0.0/16 dev eth0; replace 10.2.0.0/16 dev eth0")
                    .label("docker-events.rule", "add to 10.9.0.0/16 table 100")
                    .label("docker-events.host-route", &format!("add 10.88.{number}.0/24 dev docker0"));
                mortal.line(&["sleep", &format!("0.0{number:02}")]).create()
            })
            .collect::<Result<Vec<Container>>>()?;
        let ids = || mortals.iter().map(|container| container.id.as_str());
        for _ in 0..2 {
            stage.engine.docker.run(&["start"].into_iter().chain(ids()).collect::<Vec<_>>())?;
            stage.engine.docker.run(&["wait"].into_iter().chain(ids()).collect::<Vec<_>>())?;
        }
        settled(stage, &watcher)?;
        let complaints = watcher.process.log.matching(0, &[" WARN ", " ERROR "]);
        ensure!(complaints.is_empty(), "{complaints:?}");
        let left = stage.host()?.ip(&["route", "show", "root", "10.88.0.0/16"])?;
        ensure!(left.is_empty(), "routes of containers that are gone: {left}");
        Ok(())
    })
}

#[test]
fn what_is_wrong_is_in_the_report_while_the_container_runs() -> Result<()> {
    stage(|stage| {
        let watcher = stage.watch_settings(&json!({}))?;
        let watching = Process::start(&watcher.status_command(&["--watch", "--format", "json"])?)?;
        let web = stage
            .run("web")
            .label("docker-events.route", "add 10.1.0.0/16 via 203.0.113.1")
            .label("docker-events.address", "add 10.5.0.1/24 dev eth0")
            .start()?;
        let findings = |line: &str| {
            let report: Value = serde_json::from_str(line).ok()?;
            report.pointer("/findings").cloned()
        };
        let finding = json!([{
            "severity": "error",
            "code": "network-failed",
            "container": web.name,
            "label": "docker-events.route",
        }]);
        let is = |wanted: &Value, line: &str| (findings(line)? == *wanted).then_some(());
        let (_, next) = watching.log.wait_for(0, PATIENCE, "the finding", |line| is(&finding, line))?;
        web.order("kill", &[])?;
        let ((), next) = watching.log.wait_for(next, PATIENCE, "no finding", |line| is(&json!([]), line))?;
        web.order("start", &[])?;
        watching.log.wait_for(next, PATIENCE, "it again", |line| is(&finding, line))?;
        Ok(())
    })
}
