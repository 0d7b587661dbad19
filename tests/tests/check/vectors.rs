//! Containers that a real Traefik was given, and what it made of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use anyhow::{Context as _, Result, ensure};
use portolan_tests::{Need, Traefik, Vector, eventually, render, unmet, vectors};
use serde_json::{Value, json};

use super::{directory, findings, update};

/// What Traefik takes and does not do, or will not do for long: it is right to say so, and there is nothing to ask it.
const ADVICE: [&str; 8] = [
    "deprecated-name",
    "ignored-field",
    "ignored-index",
    "ignored-label",
    "quoted-value",
    "rule-never-matches",
    "shadowed-router",
    "switched-off",
];

#[test]
fn a_container_in_error_to_traefik_is_one_here() -> Result<()> {
    if unmet(&[Need::Watcher])?.is_some() {
        return Ok(());
    }
    let mut different = Vec::new();
    let vectors = vectors()?;
    for vector in &vectors {
        let told = told(vector)?;
        let errors = told.iter().filter(|it| it["severity"] == "error");
        let ours: BTreeSet<&str> = errors.filter_map(|it| it["container"].as_str()).collect();
        let missing: Vec<_> =
            vector.containers_in_error().into_iter().filter(|it| !ours.contains(it)).collect();
        if !missing.is_empty() {
            different.push(format!("{}: Traefik has errors for {missing:?}", vector.name));
        }
    }
    ensure!(
        different.is_empty(),
        "{} of {} differ:\n{}",
        different.len(),
        vectors.len(),
        different.join("\n")
    );
    Ok(())
}

#[test]
fn nothing_is_said_of_what_traefik_takes() -> Result<()> {
    if unmet(&[Need::Watcher, Need::Traefik])?.is_some() {
        return Ok(());
    }
    let mut witness = Witness::start()?;
    let mut alarms = Vec::new();
    let mut asked = 0;
    for vector in vectors()?.iter().filter(|vector| vector.is_without_errors()) {
        let told = told(vector)?;
        let grave = told.iter().filter(|it| it["severity"] != "note");
        let grave: Vec<_> = grave.filter(|it| !ADVICE.iter().any(|code| it["code"] == *code)).collect();
        if grave.is_empty() {
            continue;
        }
        asked += 1;
        let said = witness.ask(vector)?;
        let false_alarms = grave.into_iter().filter(|finding| !is_confirmed(finding, vector, &said));
        alarms.extend(false_alarms.map(|it| format!("{}: {it}\nTraefik says {said:?}", vector.name)));
    }
    ensure!(asked > 0, "some of what Traefik's provider takes is refused later");
    assert_eq!(alarms, Vec::<String>::new());
    Ok(())
}

#[test]
fn traefik_refuses_what_is_said_to_be_refused() -> Result<()> {
    if unmet(&[Need::Watcher, Need::Traefik])?.is_some() {
        return Ok(());
    }
    let mut witness = Witness::start()?;
    let mut asked = 0;
    for (kind, is_refused) in [("wrong", true), ("right", false)] {
        for entry in fs::read_dir(directory(kind))? {
            let path = entry?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if !name.starts_with("refused-") || path.extension().is_none_or(|it| it != "yaml") {
                continue;
            }
            asked += 1;
            let shown = path.to_string_lossy().into_owned();
            let rendered = |format: &str| render(&[format!("--format={format}"), shown.clone()], b"");
            let said = witness.ask_of(&rendered("yaml")?, &serde_json::from_str(&rendered("json")?)?)?;
            let is_told = said.values().any(|text| !text.is_empty());
            ensure!(is_told == is_refused, "{kind}/{name}: Traefik says {said:?}");
        }
    }
    ensure!(asked >= 18, "{asked} were asked");
    Ok(())
}

/// Whether Traefik does not run what a finding is about: it has an error of it, or it is not there.
fn is_confirmed(finding: &Value, vector: &Vector, said: &BTreeMap<String, String>) -> bool {
    if finding["code"] == "ambiguous-service" {
        // Traefik's provider logs it with its message alone, which is not among what was recorded; but the router is missing
        // from what it made.
        let router =
            finding["message"].as_str().and_then(|message| message.split(' ').nth(1)).unwrap_or_default();
        let made = ["http", "tcp", "udp"].map(|protocol| &vector.configuration[protocol]["routers"][router]);
        return made.iter().any(|router| router.is_null());
    }
    let mut label = finding["label"].as_str().unwrap_or_default().split('.').skip(1);
    let (Some(protocol), Some(elements), Some(name)) = (label.next(), label.next(), label.next()) else {
        return said.values().any(|text| !text.is_empty());
    };
    let protocol = if protocol.eq_ignore_ascii_case("http") { "" } else { protocol };
    let element = format!("{protocol}{elements} {name}@file").to_lowercase();
    let found = said.iter().find(|(known, _)| known.to_lowercase() == element);
    found.is_none_or(|(_, text)| !text.is_empty())
}

fn told(vector: &Vector) -> Result<Vec<Value>> {
    let mut arguments = ["check", "--no-blacklist", "--format", "json"].map(str::to_owned).to_vec();
    arguments.extend(vector.flags());
    arguments.push("-".to_owned());
    findings(&arguments, vector.containers.to_string().as_bytes())
}

/// A Traefik that is given the file of one vector after the other.
struct Witness {
    traefik: Traefik,
    scratch: tempfile::TempDir,
    asked: usize,
}

impl Witness {
    fn start() -> Result<Self> {
        let scratch = tempfile::tempdir()?;
        let dynamic = scratch.path().join("dynamic");
        fs::create_dir(&dynamic)?;
        let traefik = Traefik::start(&dynamic, scratch.path())?;
        Ok(Self { traefik, scratch, asked: 0 })
    }

    /// What it says of each router, service and middleware, by name. It makes a middleware for a router that names it alone, so
    /// that there is one for each.
    fn ask(&mut self, vector: &Vector) -> Result<BTreeMap<String, String>> {
        let rendered = |format: &str| {
            let mut arguments = vec!["--no-blacklist".to_owned(), format!("--format={format}")];
            arguments.extend(vector.flags());
            arguments.push("-".to_owned());
            render(&arguments, vector.containers.to_string().as_bytes())
        };
        self.ask_of(&rendered("yaml")?, &serde_json::from_str(&rendered("json")?)?)
    }

    /// The same of a configuration, in YAML and as a value.
    fn ask_of(&mut self, text: &str, configuration: &Value) -> Result<BTreeMap<String, String>> {
        let mut routers = serde_json::Map::new();
        let middlewares = configuration["http"]["middlewares"].as_object().into_iter().flatten();
        for (number, (name, _)) in middlewares.enumerate() {
            let router =
                json!({ "rule": "Host(`probe`)", "service": "noop@internal", "middlewares": [name] });
            routers.insert(format!("probe-{number}"), router);
        }
        let mark = format!("mark-{}", self.asked);
        self.asked += 1;
        routers.insert(mark.clone(), json!({ "rule": "Host(`mark`)", "service": "noop@internal" }));
        let dynamic = self.scratch.path().join("dynamic");
        // Traefik reads files in the order of their names: what has the mark has the routes.
        let mut probes = json!({ "http": { "routers": routers } });
        let middlewares = configuration["tcp"]["middlewares"].as_object().into_iter().flatten();
        for (number, (name, _)) in middlewares.enumerate() {
            // There is no service of Traefik's own for these.
            probes["tcp"]["services"]["probe"] = json!({ "loadBalancer": { "servers": [] } });
            probes["tcp"]["routers"][format!("probe-{number}")] =
                json!({ "rule": "HostSNI(`*`)", "service": "probe", "middlewares": [name] });
        }
        let probes = probes.to_string();
        put(&dynamic.join("a-routes.yml"), text)?;
        put(&dynamic.join("b-probes.yml"), &probes)?;
        eventually("Traefik has the routers", || {
            let data = self.traefik.raw_data()?;
            let sections = data.as_object().context("data has sections")?;
            let mut said = BTreeMap::new();
            for (section, elements) in sections {
                for (name, element) in elements.as_object().into_iter().flatten() {
                    let errors = element["error"].as_array().into_iter().flatten().filter_map(Value::as_str);
                    said.insert(format!("{section} {name}"), errors.collect::<Vec<_>>().join("; "));
                }
            }
            ensure!(said.contains_key(&format!("routers {mark}@file")), "no {mark} yet");
            Ok(said)
        })
    }
}

/// Puts a file in its place in one rename.
fn put(path: &std::path::Path, text: &str) -> Result<()> {
    let new = path.with_extension("new");
    update(&new, text)?;
    fs::rename(&new, path)?;
    Ok(())
}
