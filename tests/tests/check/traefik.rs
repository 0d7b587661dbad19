//! What a real Traefik makes of rules, beside what is said of them here.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context as _, Result, ensure};
use portolan_tests::{Need, Traefik, eventually, render, unmet};
use serde_json::{Value, json};

use super::{findings, update};

/// Rules, one a line, with what each is for: `http`, `http2` (version 2 of the syntax), `tcp` or `tcp2`.
const RULES: &str = include_str!("../../data/check/rules.txt");

#[test]
fn rules_are_refused_where_traefik_refuses_them() -> Result<()> {
    if unmet(&[Need::Traefik, Need::Watcher])?.is_some() {
        return Ok(());
    }
    let rules: Vec<(&str, String)> = RULES
        .lines()
        .filter(|line| !line.is_empty() && !line.starts_with("# "))
        .filter_map(|line| line.split_once(' '))
        .map(|(kind, rule)| (kind, rule.replace("\\n", "\n")))
        .collect();
    ensure!(rules.len() > 100, "there are {} rules", rules.len());
    let containers: Vec<Value> =
        rules.iter().enumerate().map(|(number, (kind, rule))| container(number, kind, rule)).collect();
    let containers = Value::from(containers).to_string();

    let arguments = ["check", "--format", "json", "-"].map(str::to_owned);
    let ours: BTreeSet<String> = findings(&arguments, containers.as_bytes())?
        .iter()
        .filter(|it| it["severity"] == "error")
        .filter_map(|it| it["container"].as_str().map(str::to_owned))
        .collect();
    let theirs = refused(&render(&["-"], containers.as_bytes())?, rules.len())?;
    let mut different = Vec::new();
    for (number, (kind, rule)) in rules.iter().enumerate() {
        let name = format!("r{number}");
        let (here, there) = (ours.contains(&name), theirs.get(&name).context("Traefik has every router")?);
        if here == there.is_empty() {
            different.push(format!("{kind} {rule:?}: here {here}, Traefik {there:?}"));
        }
    }
    ensure!(different.is_empty(), "{} of {} differ:\n{}", different.len(), rules.len(), different.join("\n"));
    Ok(())
}

/// A container with one router.
fn container(number: usize, kind: &str, rule: &str) -> Value {
    let protocol = kind.trim_end_matches('2');
    let mut labels = BTreeMap::from([
        (format!("traefik.{protocol}.routers.r{number}.rule"), rule.to_owned()),
        (format!("traefik.{protocol}.routers.r{number}.entrypoints"), "web".to_owned()),
    ]);
    if protocol == "tcp" {
        // Traefik asks for TLS where a rule names a server.
        labels.insert(format!("traefik.tcp.routers.r{number}.tls"), "true".to_owned());
    }
    if kind.ends_with('2') {
        labels.insert(format!("traefik.{protocol}.routers.r{number}.rulesyntax"), "v2".to_owned());
    }
    json!({
        "Id": format!("{number:064x}"),
        "Name": format!("/r{number}"),
        "Config": { "Image": "app", "Labels": labels, "ExposedPorts": { "80/tcp": {} } },
        "NetworkSettings": { "Ports": { "80/tcp": null }, "Networks": { "bridge": { "IPAddress": "172.17.0.2" } } },
    })
}

/// What a Traefik says of each router of a file, nothing where it takes it.
fn refused(file: &str, routers: usize) -> Result<BTreeMap<String, String>> {
    let scratch = tempfile::tempdir()?;
    let dynamic = scratch.path().join("dynamic");
    fs::create_dir(&dynamic)?;
    update(&dynamic.join("routes.yml"), file)?;
    let traefik = Traefik::start(&dynamic, scratch.path())?;
    eventually("Traefik has the routers", || {
        let data = traefik.raw_data()?;
        let sections = ["routers", "tcpRouters"].into_iter().filter_map(|section| data[section].as_object());
        let of_file =
            sections.flatten().filter_map(|(name, router)| Some((name.strip_suffix("@file")?, router)));
        let said: BTreeMap<String, String> = of_file
            .map(|(name, router)| {
                let errors = router["error"].as_array().into_iter().flatten();
                let said: Vec<&str> = errors.filter_map(Value::as_str).collect();
                (name.to_owned(), said.join("; "))
            })
            .collect();
        ensure!(said.len() == routers, "{} of {routers} routers", said.len());
        Ok(said)
    })
}
