//! What labels can't do, whatever they say.

use std::fs;

use anyhow::{Context, Result, ensure};
use portolan_tests::{NetworkNamespace, Run, stage};
use serde_json::json;

use super::{complains_of, settled, shows};

fn on_the_hosts_network(run: Run) -> Run {
    run.option("--network", "host")
        .option("--env", "PORT=20999")
        .label("docker-events.address", "add 10.123.0.1/32 dev lo")
        .label("docker-events.route", "add blackhole 10.124.0.0/16")
        .label("docker-events.rule", "add to 10.124.0.0/16 table 100")
}

fn state(host: &NetworkNamespace) -> Result<String> {
    let all: [&[&str]; 3] =
        [&["address", "show", "dev", "lo"], &["rule"], &["route", "show", "type", "blackhole"]];
    all.into_iter().map(|arguments| host.ip(arguments)).collect()
}

#[test]
fn the_host_is_not_changed_by_labels_for_the_container() -> Result<()> {
    stage(|stage| {
        let watcher = stage.watch_settings(&json!({}))?;
        let host = stage.host()?;
        let before = state(&host)?;
        let web = on_the_hosts_network(stage.run("web"))
            .label("docker-events.host-route", "add 10.88.1.0/24 dev docker0; flush table main")
            .start()?;
        shows(&host, &["route"], &["10.88.1.0/24 dev docker0"])?;
        settled(stage, &watcher)?;
        ensure!(state(&host)? == before, "{before}\nis now\n{}", state(&host)?);
        let danger = "code=\"network-danger\"";
        complains_of(
            &watcher,
            &web,
            &[
                &[danger, "label=\"docker-events.address\"", "network.allow: [host]"],
                &[danger, "label=\"docker-events.route\"", "network.allow: [host]"],
                &[danger, "label=\"docker-events.rule\"", "network.allow: [host]"],
                &[danger, "label=\"docker-events.host-route\"", "routes of the host that others made"],
            ],
        )?;
        web.order("rm", &["--force"])
    })
}

#[test]
fn the_host_is_changed_where_the_settings_allow_it() -> Result<()> {
    stage(|stage| {
        let watcher = stage.watch_settings(&json!({ "network": { "allow": ["host"] } }))?;
        let host = stage.host()?;
        let web = on_the_hosts_network(stage.run("web")).start()?;
        shows(&host, &["rule"], &["to 10.124.0.0/16 lookup 100"])?;
        shows(&host, &["route"], &["blackhole 10.124.0.0/16"])?;
        shows(&host, &["address", "show", "dev", "lo"], &["10.123.0.1/32"])?;
        complains_of(&watcher, &web, &[])?;
        host.ip(&["rule", "delete", "to", "10.124.0.0/16", "table", "100"])?;
        host.ip(&["route", "delete", "blackhole", "10.124.0.0/16"])?;
        host.ip(&["address", "delete", "10.123.0.1/32", "dev", "lo"]).map(drop)
    })
}

#[test]
fn what_everything_in_a_namespace_needs_is_not_deleted() -> Result<()> {
    let play = |allow: &[&str], test: &dyn Fn(&str, &str) -> Result<()>, complaints: &[&[&str]]| {
        stage(|stage| {
            let watcher = stage.watch_settings(&json!({ "network": { "allow": allow } }))?;
            let web = stage
                .run("web")
                .label("docker-events.route", "flush table all; del table local 127.0.0.0/8 dev lo")
                .label("docker-events.rule", "flush; del from all; add to 10.9.0.0/16 table 100")
                .start()?;
            let inside = stage.inside(&web)?;
            let rules = shows(&inside, &["rule"], &["to 10.9.0.0/16"])?;
            settled(stage, &watcher)?;
            complains_of(&watcher, &web, complaints)?;
            test(&rules, &inside.ip(&["route", "show", "table", "local"])?)
        })
    };
    let danger = "code=\"network-danger\"";
    play(
        &[],
        &|rules, local| {
            ensure!(
                ["lookup local", "lookup main", "lookup default"].iter().all(|it| rules.contains(it)),
                "{rules}"
            );
            ensure!(local.contains("127.0.0.0/8 dev lo"), "{local}");
            Ok(())
        },
        &[
            &[danger, "`ip route flush table all`", "network.allow: [flush]"],
            &[danger, "`ip route del table local 127.0.0.0/8 dev lo`"],
            &[danger, "`ip rule flush`"],
            &[danger, "`ip rule del from all`"],
        ],
    )
}

/// Nothing that a label says is a command to anybody: no process is started, whatever it is called and wherever it is.
#[test]
fn no_label_starts_a_process() -> Result<()> {
    stage(|stage| {
        let mark = stage.scratch().join("mark");
        let touch = format!("touch {}", mark.display());
        let labels = |run: Run| -> Run {
            let texts = [
                format!("add 10.1.0.0/16 dev $({touch})"),
                format!("add 10.1.0.0/16 dev `{touch}`"),
                format!("add 10.1.0.0/16 dev eth0 | {touch}"),
                format!("add 10.1.0.0/16 dev eth0 && {touch}"),
                format!("add 10.1.0.0/16 dev eth0 > {}", mark.display()),
                format!("add 10.1.0.0/16\ndev eth0\n{touch}\n"),
                "add 10.1.0.0/16 dev *; add * dev eth0; add ~ dev ?".to_owned(),
                format!("{touch}; {touch} #; '$({touch})'; \"`{touch}`\"; <({touch})"),
                format!("-batch {}; help; monitor; exec {touch}", mark.display()),
            ];
            ["address", "route", "rule", "host-route"]
                .iter()
                .fold(run, |run, kind| run.label(&format!("docker-events.{kind}"), &texts.join(";")))
        };
        let watcher = stage.watch_settings(&json!({}))?;
        let web = labels(stage.run("web")).start()?;
        watcher.wait_for(&["ERROR", "docker-events.host-route", &web.name])?;
        settled(stage, &watcher)?;
        let children = || Children::of(watcher.process.id());
        ensure!(children()?.none(), "a process was started: {:?}", children()?);
        ensure!(!mark.exists(), "a label was carried out");

        // And what is looked at would show it.
        let scripts = stage.scratch().join("scripts");
        fs::create_dir(&scripts)?;
        let script = scripts.join(format!("start.{}", stage.name("later")));
        super::super::scripts::write(&script, "#!/bin/sh\necho here\n", 0o755)?;
        let later = labels(stage.run("later")).start()?;
        watcher.wait_for(&["script ended", &later.name])?;
        ensure!(!children()?.none(), "a script is a process too");
        ensure!(!mark.exists(), "a label was carried out");
        Ok(())
    })
}

/// The processes that a process has started.
#[derive(Debug)]
struct Children {
    /// Those that are left.
    left: Vec<String>,
    /// How often those that it has waited for touched memory, which none can do without.
    faults: u64,
}

impl Children {
    fn of(process: u32) -> Result<Self> {
        let mut left = Vec::new();
        for thread in fs::read_dir(format!("/proc/{process}/task"))? {
            let children = fs::read_to_string(thread?.path().join("children")).unwrap_or_default();
            left.extend(children.split_whitespace().map(str::to_owned));
        }
        let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
        // Behind the name, which may have spaces: state, parent, group, session, terminal, its group, flags, faults, theirs.
        let (_, fields) = stat.rsplit_once(')').context("a process has a name")?;
        let faults = fields.split_whitespace().nth(8).context("a process has faults")?.parse()?;
        Ok(Self { left, faults })
    }

    fn none(&self) -> bool {
        self.left.is_empty() && self.faults == 0
    }
}
