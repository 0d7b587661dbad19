//! The table of labels in the reference: made from the model, and what it gives as an example is taken without a finding.
//!
//! With `UPDATE=1` the table is written anew.

mod model;
mod proxy;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};
use model::{Label, labels};
use portolan_tests::{Need, program, unmet};
use serde_json::{Value, json};

/// What stands around the tables in the page.
const BEGIN: &str =
    "<!-- From here on made from crates/routes/src/model; `cargo xtask docs` writes it anew. -->\n";
const END: &str = "<!-- To here. -->\n";

/// Labels that are no part of the model: key, type, meaning, example.
const OTHERS: [(&str, &str, &str, &str); 8] = [
    (
        "traefik.enable",
        "boolean",
        "Whether the container is routed; without it, as the setting `exposedByDefault` says",
        "true",
    ),
    ("traefik.docker.network", "text", "The network by which it is reached", "front"),
    (
        "traefik.docker.allownonrunning",
        "boolean",
        "Whether its routers stay while it does not run, without a server",
        "true",
    ),
    ("traefik.docker.lbswarm", "boolean", "Nothing: it is accepted for Swarm's sake", "false"),
    (
        "docker-events.address",
        "strings of `ip address`",
        "Addresses in the container's network namespace",
        "add 10.0.1.4/16 dev eth0",
    ),
    (
        "docker-events.route",
        "strings of `ip route`",
        "Routes there",
        "replace default via 172.20.20.1; add 10.0.0.0/8 via 172.20.20.254",
    ),
    (
        "docker-events.rule",
        "strings of `ip rule`",
        "Rules there",
        "add from 172.20.20.0/24 table 100 pref 1000",
    ),
    (
        "docker-events.host-route",
        "strings of `ip route`",
        "Routes on the host",
        "replace 10.1.0.0/16 via 172.20.20.4",
    ),
];

/// Sections of the page: the title, and how the keys begin.
const SECTIONS: [(&str, &str); 11] = [
    ("The container", "traefik.enable traefik.docker."),
    ("HTTP routers", "traefik.http.routers."),
    ("HTTP services", "traefik.http.services."),
    ("HTTP middlewares", "traefik.http.middlewares."),
    ("TCP routers", "traefik.tcp.routers."),
    ("TCP services", "traefik.tcp.services."),
    ("TCP middlewares", "traefik.tcp.middlewares."),
    ("UDP routers", "traefik.udp.routers."),
    ("UDP services", "traefik.udp.services."),
    ("The default certificate", "traefik.tls.stores.default."),
    ("The container's network", "docker-events."),
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn all() -> Result<Vec<Label>> {
    let mut all = labels(&root().join("crates/routes/src/model"))?;
    all.extend(OTHERS.map(|(key, kind, meaning, example)| Label {
        key: key.to_owned(),
        kind,
        meaning: meaning.to_owned(),
        example: example.to_owned(),
    }));
    Ok(all)
}

#[test]
fn the_page_has_every_label() -> Result<()> {
    let labels = all()?;
    let mut made = String::new();
    let mut shown = 0;
    for (title, beginnings) in SECTIONS {
        let is_of = |label: &&Label| beginnings.split(' ').any(|beginning| label.key.starts_with(beginning));
        let of_section: Vec<&Label> = labels.iter().filter(is_of).collect();
        ensure!(!of_section.is_empty(), "there is no label of the section `{title}`");
        shown += of_section.len();
        let _ = write!(made, "\n### {title}\n\n{}", table(&of_section));
    }
    assert_eq!(shown, labels.len(), "each label is in one section");

    let path = root().join("docs/reference/labels.md");
    let page = fs::read_to_string(&path)?;
    let (before, rest) = page.split_once(BEGIN).context("the page says where the tables begin")?;
    let (found, after) = rest.split_once(END).context("the page says where they end")?;
    let made = format!("{made}\n");
    if found != made && std::env::var_os("UPDATE").is_some() {
        #[expect(clippy::disallowed_methods, reason = "a page of the sources")]
        fs::write(&path, format!("{before}{BEGIN}{made}{END}{after}"))?;
        return Ok(());
    }
    ensure!(found == made, "the tables are not up to date: `cargo xtask docs` writes them anew");
    Ok(())
}

fn table(labels: &[&Label]) -> String {
    let mut table = "| label | type | meaning | example |\n| --- | --- | --- | --- |\n".to_owned();
    for Label { key, kind, meaning, example } in labels {
        let example = if example.contains('`') { format!("`` {example} ``") } else { format!("`{example}`") };
        let line = [format!("`{key}`"), (*kind).to_owned(), meaning.clone(), example];
        // In a table a bar would end the cell.
        let _ = writeln!(table, "| {} |", line.map(|cell| cell.replace('|', "\\|")).join(" | "));
    }
    table
}

#[test]
fn examples_are_taken_without_a_finding() -> Result<()> {
    if unmet(&[Need::Watcher])?.is_some() {
        return Ok(());
    }
    let labels = all()?;
    let is_deprecated = |label: &&Label| label.meaning.starts_with("Deprecated");
    let url = "traefik.http.services.NAME.loadbalancer.server.url";
    let others: Vec<&Label> =
        labels.iter().filter(|label| !is_deprecated(label) && label.key != url).collect();
    assert_eq!(codes(&others)?, Vec::<String>::new(), "all together");

    // What says where the server is stands in place of a port.
    let beside = |label: &Label| {
        label.key.starts_with("traefik.http.services.") && !label.key.contains("loadbalancer.server.")
            || label.key.starts_with("traefik.http.middlewares.NAME.compress")
            || label.key == url
    };
    let with_url: Vec<&Label> =
        labels.iter().filter(|label| !is_deprecated(label) && beside(label)).collect();
    ensure!(with_url.iter().any(|label| label.key == url));
    assert_eq!(codes(&with_url)?, Vec::<String>::new(), "with an URL");

    let mut seen = 0;
    for label in labels.iter().filter(is_deprecated) {
        seen += 1;
        let rule = Label {
            key: "traefik.tcp.routers.NAME.rule".to_owned(),
            kind: "text",
            meaning: String::new(),
            example: "HostSNI(`*`)".to_owned(),
        };
        let mut codes = codes(&[label, &rule])?;
        codes.dedup();
        assert_eq!(codes, ["deprecated-name"], "{label:?}");
    }
    ensure!(seen > 10, "some are deprecated: {seen}");
    Ok(())
}

/// What names and keys stand for in a test.
fn concrete(key: &str) -> String {
    let kind = key.split('.').nth(4).unwrap_or_default();
    let name = match key.split('.').nth(1) {
        _ if key.contains(".middlewares.NAME.") => kind,
        Some("tcp") => "mail",
        Some("udp") => "dns",
        _ => "web",
    };
    let inner = if key.contains("statusrewrites") { "500-503" } else { "X-Test" };
    key.replace("NAME", name).replace("PLUGIN", "demo").replace("KEY", inner)
}

/// The codes of what is wrong with a container that has these labels with the values of their examples.
fn codes(labels: &[&Label]) -> Result<Vec<String>> {
    codes_of(&labels.iter().map(|label| (concrete(&label.key), label.example.clone())).collect())
}

/// The same of these labels.
#[expect(clippy::print_stdout, reason = "shown with the failed test")]
fn codes_of(labels: &BTreeMap<String, String>) -> Result<Vec<String>> {
    let compose = json!({
        "name": "demo",
        "services": {
            "app": { "image": "example.com/app", "expose": ["8080"], "networks": ["front"], "labels": escaped(labels) },
        },
        "networks": { "front": { "name": "front" } },
    });
    let scratch = tempfile::tempdir()?;
    let file = scratch.path().join("compose.yaml");
    #[expect(clippy::disallowed_methods, reason = "a file of a test")]
    fs::write(&file, compose.to_string())?;
    let mut command = program()?;
    command.args(["check", "--format", "json"]).arg(&file).env("PORTOLAN_CONFIG", "");
    let output = command.output()?;
    let found: Vec<Value> = serde_json::from_slice(&output.stdout)
        .with_context(|| String::from_utf8_lossy(&output.stderr).into_owned())?;
    if !found.is_empty() {
        println!("{found:#?}");
    }
    Ok(found.iter().filter_map(|finding| Some(finding["code"].as_str()?.to_owned())).collect())
}

/// As Compose wants dollar signs.
fn escaped(labels: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    labels.iter().map(|(key, value)| (key.clone(), value.replace('$', "$$"))).collect()
}
