//! What one change costs in a table of 1,000 containers: rendering its element, joining the text, replacing the file.

#![expect(clippy::expect_used, reason = "a benchmark that cannot run says so")]

use divan::Bencher;
use divan::counter::BytesCount;
use portolan_routes::Section;
use portolan_traefik::{Directory, Document, Format, Marker};
use serde::Serialize;

fn main() {
    divan::main();
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Router {
    rule: String,
    entry_points: Vec<String>,
    middlewares: Vec<String>,
    service: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Service {
    load_balancer: LoadBalancer,
}

#[derive(Serialize)]
struct LoadBalancer {
    servers: Vec<Server>,
}

#[derive(Serialize)]
struct Server {
    url: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Middleware {
    strip_prefix: StripPrefix,
}

#[derive(Serialize)]
struct StripPrefix {
    prefixes: Vec<String>,
}

fn router(number: usize) -> Router {
    Router {
        rule: format!("Host(`app-{number}.example.com`) && PathPrefix(`/api`)"),
        entry_points: vec!["websecure".into()],
        middlewares: vec![format!("strip-{number}"), "security@file".into()],
        service: format!("app-{number}"),
    }
}

/// Four elements a container.
fn document(format: Format, containers: usize) -> Document {
    let mut document = Document::new(format).with_header(&Marker::new("docker-watcher"));
    for number in 0..containers {
        let name = format!("app-{number}");
        let url = format!("http://172.18.{}.{}:8080", number / 250, number % 250);
        let service = Service { load_balancer: LoadBalancer { servers: vec![Server { url }] } };
        let strip = Middleware { strip_prefix: StripPrefix { prefixes: vec!["/api".into()] } };
        let set = [
            document.set(Section::HttpRouters, &name, &router(number)),
            document.set(Section::HttpRouters, &format!("{name}-plain"), &router(number)),
            document.set(Section::HttpServices, &name, &service),
            document.set(Section::HttpMiddlewares, &format!("strip-{number}"), &strip),
        ];
        assert!(set.into_iter().all(|changed| changed.unwrap_or(false)));
    }
    document
}

#[divan::bench(args = Format::ALL)]
fn set_one_element(bencher: Bencher<'_, '_>, format: Format) {
    let mut document = document(format, 1000);
    let mut number = 0;
    bencher.bench_local(move || {
        number += 1;
        document.set(Section::HttpRouters, "app-500", &router(number))
    });
}

#[divan::bench(args = Format::ALL)]
fn text_of_1000_containers(bencher: Bencher<'_, '_>, format: Format) {
    let document = document(format, 1000);
    bencher.counter(BytesCount::new(document.text().len())).bench(|| document.text());
}

#[divan::bench(args = Format::ALL)]
fn set_1000_containers(format: Format) -> Document {
    document(format, 1000)
}

/// Both formats: a change of one element, the text, the file on the disk.
#[divan::bench(args = [Format::Yaml, Format::Toml])]
fn change_to_file_at_1000_containers(bencher: Bencher<'_, '_>, format: Format) {
    let temp = tempfile::tempdir().expect("there is room");
    let mut directory = Directory::new(temp.path(), "docker-watcher", format).expect("is a name");
    let mut document = document(format, 1000);
    let mut number = 0;
    bencher.bench_local(move || {
        number += 1;
        document
            .set(Section::HttpRouters, "app-500", &router(number))
            .and_then(|_| directory.write(&document.text()))
    });
}
