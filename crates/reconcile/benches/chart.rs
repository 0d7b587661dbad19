//! What one changed container costs at 10 and at 1,000 containers: its share, the elements that it touches, the text.

use divan::Bencher;
use divan::counter::ItemsCount;
use portolan_container::{Attachment, Container, Port, Protocol, State};
use portolan_reconcile::{Chart, ContainerKey, Journal, Policy};
use portolan_routes::Options;
use portolan_traefik::{Format, Marker};
use time::OffsetDateTime;

fn main() {
    divan::main();
}

const SIZES: [usize; 2] = [10, 1000];

/// One router, one service and two middlewares each.
fn container(number: usize, host: &str) -> Container {
    let http = "traefik.http";
    let label = |key: String, value: &str| (key, value.to_owned());
    Container {
        id: format!("{number:064x}"),
        name: format!("app{number}"),
        labels: [
            label("traefik.enable".into(), "true"),
            label(format!("{http}.routers.app{number}.rule"), &format!("Host(`{host}`)")),
            label(format!("{http}.routers.app{number}.entrypoints"), "websecure"),
            label(
                format!("{http}.routers.app{number}.middlewares"),
                &format!("strip{number},headers{number}"),
            ),
            label(format!("{http}.routers.app{number}.tls.certresolver"), "le"),
            label(format!("{http}.middlewares.strip{number}.stripprefix.prefixes"), "/api"),
            label(format!("{http}.middlewares.headers{number}.headers.customresponseheaders.X-App"), "app"),
            label(format!("{http}.services.app{number}.loadbalancer.server.port"), "8080"),
            label(format!("{http}.services.app{number}.loadbalancer.healthcheck.path"), "/health"),
        ]
        .into(),
        state: State::Running,
        attachments: [(
            "bridge".to_owned(),
            Attachment { ipv4: Some([172, 17, 0, 2].into()), ..Attachment::default() },
        )]
        .into(),
        ports: vec![Port { number: 8080, protocol: Protocol::Tcp, bindings: Vec::new() }],
        ..Container::default()
    }
}

fn key(number: usize) -> ContainerKey {
    ContainerKey { engine: 0, id: format!("{number:064x}") }
}

fn chart(containers: usize, format: Format) -> Chart {
    let policy = Policy { options: Options::default(), ..Policy::default() };
    let mut chart = Chart::new(policy, format, Some(&Marker::new("docker-watcher")));
    chart.list(0, (0..containers).map(|number| container(number, "app.example.com")).collect());
    assert_eq!(chart.len(), containers * 4);
    chart
}

/// Another rule for one container.
#[divan::bench(args = SIZES)]
fn put(bencher: Bencher<'_, '_>, containers: usize) {
    let mut chart = chart(containers, Format::Yaml);
    let mut number = 0;
    bencher
        .with_inputs(|| {
            number += 1;
            container(containers / 2, &format!("changed{number}.example.com"))
        })
        .bench_local_values(|changed| chart.put(key(containers / 2), changed));
}

/// The same, and the whole text.
#[divan::bench(args = SIZES)]
fn put_and_text(bencher: Bencher<'_, '_>, containers: usize) {
    let mut chart = chart(containers, Format::Yaml);
    let mut number = 0;
    bencher
        .with_inputs(|| {
            number += 1;
            container(containers / 2, &format!("changed{number}.example.com"))
        })
        .bench_local_values(|changed| {
            chart.put(key(containers / 2), changed);
            chart.text()
        });
}

/// An inspect that brings nothing new.
#[divan::bench(args = SIZES)]
fn put_unchanged(bencher: Bencher<'_, '_>, containers: usize) {
    let mut chart = chart(containers, Format::Yaml);
    bencher
        .with_inputs(|| container(containers / 2, "app.example.com"))
        .bench_local_values(|same| chart.put(key(containers / 2), same));
}

/// What one who looks at the status page costs: the state, which the loop makes, and its text, which it does not.
#[divan::bench(args = SIZES)]
fn state(bencher: Bencher<'_, '_>, containers: usize) {
    let chart = chart(containers, Format::Yaml);
    bencher.bench_local(|| told(&chart));
}

#[divan::bench(args = SIZES)]
fn state_as_text(bencher: Bencher<'_, '_>, containers: usize) {
    let state = told(&chart(containers, Format::Yaml));
    bencher.bench_local(|| serde_json::to_vec(&state).map(|text| text.len()));
}

fn told(chart: &Chart) -> portolan_reconcile::State {
    let journal = Journal::new(vec!["unix:///var/run/docker.sock".to_owned()], OffsetDateTime::UNIX_EPOCH);
    portolan_reconcile::State::of(
        chart,
        journal.report(chart, "/srv/docker-watcher.yml".as_ref()),
        journal.history(),
    )
}

/// What a start costs.
#[divan::bench(args = [Format::Yaml, Format::Toml])]
fn list_1000_containers(bencher: Bencher<'_, '_>, format: Format) {
    bencher.counter(ItemsCount::new(1000usize)).bench(|| chart(1000, format));
}
