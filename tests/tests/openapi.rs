//! What `docs/reference/openapi.json` says of the API of the status page is so: a state that has everything is described in full, and
//! nothing is described that no state has.

#![expect(clippy::expect_used, reason = "these are tests")]

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use portolan_container::{Attachment, Container, Health, Port, Protocol, State as Life};
use portolan_engine::{Endpoint, Error, Requests};
use portolan_reconcile::{Chart, ContainerKey, EnginePolicy, Event, Journal, Policy, Report, State, Told};
use portolan_tests::OpenApi;
use portolan_traefik::Format;
use serde_json::{Value, json};
use time::OffsetDateTime;

const FILE: &str = "/srv/traefik/dynamic/docker-watcher.yml";

fn container(name: &str, labels: &[(&str, &str)]) -> Container {
    let attachment = Attachment { ipv4: Some([10, 0, 0, 1].into()), ..Attachment::default() };
    Container {
        id: name.repeat(20),
        name: name.to_owned(),
        labels: labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        attachments: [("front".to_owned(), attachment)].into(),
        ports: vec![Port { number: 80, protocol: Protocol::Tcp, bindings: vec![] }],
        health: Some(Health::Healthy),
        state: Life::Running,
        ..Container::default()
    }
}

/// A chart and a journal that everything has happened to, and in the chart one container more or less.
struct Full {
    chart: Chart,
    journal: Journal,
    now: OffsetDateTime,
}

impl Full {
    fn new() -> Self {
        let now = OffsetDateTime::from_unix_timestamp(1_700_000_000).expect("a time");
        let mut journal = Journal::new(vec!["near".to_owned(), "far".to_owned()], now);
        let endpoint = Endpoint::parse("tcp://127.0.0.1:1").expect("an address");
        journal.note(
            &Event::Away { engine: 0, error: Error::Ended { endpoint, reason: "test".to_owned() } },
            now,
        );
        journal.note(&Event::Listed { engine: 0, containers: vec![] }, now);
        let engine = |name: &str| EnginePolicy { name: name.to_owned(), ..EnginePolicy::default() };
        // Of one alone, findings do not name it in a report.
        let policy = Policy { engines: vec![engine("near"), engine("far")], ..Policy::default() };
        let chart = Chart::new(policy, Format::Yaml, None);
        Self { chart, journal: journal.with_requests(vec![Requests::default()]), now }
    }

    fn put(&mut self, container: Container) {
        let key = ContainerKey { engine: 0, id: container.id.clone() };
        let told = self.chart.put(key, container);
        self.written(&told);
    }

    fn remove(&mut self, name: &str) {
        let told = self.chart.remove(&ContainerKey { engine: 0, id: name.repeat(20) });
        self.written(&told);
    }

    fn written(&mut self, told: &Told) {
        let now = Instant::now();
        self.journal.changed(&told.news, None, now);
        self.journal.written(Some(Duration::from_millis(1)), self.chart.len(), now, self.now);
    }

    fn report(&self) -> Report {
        self.journal.report(&self.chart, Path::new(FILE))
    }

    fn state(&self) -> Result<Value> {
        Ok(serde_json::to_value(State::of(&self.chart, self.report(), self.journal.history()))?)
    }
}

#[test]
fn everything_is_described_and_everything_described_is_there() -> Result<()> {
    let mut api = OpenApi::read()?;
    let mut full = Full::new();
    full.put(container(
        "web",
        &[
            ("traefik.http.routers.web.rule", "Host(`web.example.com`)"),
            ("traefik.http.routers.web.entrypoints", "websecure"),
            ("traefik.http.routers.web.priority", "7"),
            ("traefik.http.routers.web.middlewares", "strip"),
            ("traefik.http.middlewares.strip.stripprefix.prefixes", "/api"),
            ("com.docker.compose.project", "shop"),
            ("com.docker.compose.service", "web"),
        ],
    ));
    full.put(container("udp", &[("traefik.udp.routers.udp.entrypoints", "dns")]));
    full.put(container("bad", &[("traefik.http.routers.bad.rul", "Host(`bad`)")]));
    full.put(container("one", &[("traefik.http.routers.both.rule", "Host(`one`)")]));
    full.put(container("two", &[("traefik.http.routers.both.rule", "Host(`two`)")]));
    let many: Vec<(String, &str)> =
        (0..60).map(|number| (format!("traefik.http.routers.r{number}.rule"), "Path(`/`)")).collect();
    full.put(container("many", &many.iter().map(|(key, value)| (key.as_str(), *value)).collect::<Vec<_>>()));
    full.remove("many");
    let state = full.state()?;
    api.hold("State", &state)?;
    api.hold("Report", &state["report"])?;
    full.journal.failed("no space left");
    api.hold("State", &full.state()?)?;
    ensure!(api.unseen().is_empty(), "no state has these: {:?}", api.unseen());

    let mut other = state;
    other["containers"][0]["environment"] = json!([]);
    ensure!(api.hold("State", &other).is_err(), "a field of which nothing is said is let through");
    Ok(())
}

#[test]
fn a_report_is_what_a_state_has_of_it() -> Result<()> {
    let mut api = OpenApi::read()?;
    let full = Full::new();
    let report = serde_json::to_value(full.report())?;
    api.hold("Report", &report)?;
    assert_eq!(full.state()?["report"], report);
    Ok(())
}

#[test]
fn it_is_of_this_version_and_says_what_it_leads_to() -> Result<()> {
    let api = OpenApi::read()?;
    let document = api.document();
    assert_eq!(document["openapi"], "3.1.0");
    assert_eq!(document["info"]["version"], env!("CARGO_PKG_VERSION"));
    let mut references = Vec::new();
    collect(document, &mut references);
    ensure!(references.len() > 20, "{references:?}");
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap_or_default();
        ensure!(document.pointer(pointer).is_some(), "`{reference}` leads nowhere");
    }
    Ok(())
}

fn collect<'v>(value: &'v Value, references: &mut Vec<&'v str>) {
    references.extend(value.get("$ref").and_then(Value::as_str));
    for inner in value.as_object().into_iter().flat_map(|object| object.values()) {
        collect(inner, references);
    }
    for inner in value.as_array().into_iter().flatten() {
        collect(inner, references);
    }
}
