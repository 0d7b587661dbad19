use portolan_container::{Attachment, Container, Health, Port, State as Life};
use portolan_traefik::Format;
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::State;
use crate::{Chart, ContainerKey, EnginePolicy, Journal, Policy};

fn container(name: &str, address: &str, labels: &[(&str, &str)]) -> Container {
    let attachment = Attachment { ipv4: address.parse().ok(), ..Attachment::default() };
    let port = |number, protocol| Port { number, protocol, bindings: vec![] };
    Container {
        id: format!("{name}{}", "0".repeat(60)),
        name: name.to_owned(),
        image: portolan_container::Image::parse("nginx:1.27"),
        labels: labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        attachments: [("front".to_owned(), attachment)].into(),
        ports: vec![port(80, portolan_container::Protocol::Tcp), port(80, portolan_container::Protocol::Udp)],
        state: Life::Running,
        ..Container::default()
    }
}

/// The state of these containers, each with the place of its engine, as JSON.
fn state(policy: Policy, engines: &[&str], containers: Vec<(usize, Container)>) -> Value {
    let mut chart = Chart::new(policy, Format::Yaml, None);
    for (engine, container) in containers {
        chart.put(ContainerKey { engine, id: container.id.clone() }, container);
    }
    let engines = engines.iter().map(|engine| (*engine).to_owned()).collect();
    let journal = Journal::new(engines, OffsetDateTime::UNIX_EPOCH);
    let report = journal.report(&chart, "/srv/file.yml".as_ref());
    serde_json::to_value(State::of(&chart, report, journal.history())).unwrap()
}

fn one(containers: Vec<Container>) -> Value {
    let containers = containers.into_iter().map(|container| (0, container)).collect();
    state(Policy::default(), &["unix:///run/docker.sock"], containers)
}

const ENGINE: &str = "unix:///run/docker.sock";

#[test]
fn a_route_is_a_router_a_service_and_their_container() {
    let labels = [
        ("traefik.http.routers.web.rule", "Host(`web.example.org`) && PathPrefix(`/api`)"),
        ("traefik.http.routers.web.entrypoints", "websecure, web"),
        ("traefik.http.routers.web.priority", "10"),
        ("traefik.http.routers.web.tls", "true"),
        ("traefik.http.routers.web.middlewares", "strip,auth"),
        ("traefik.http.middlewares.auth.basicauth.users", "s3cret"),
        ("traefik.http.middlewares.strip.stripprefix.prefixes", "/api"),
        ("com.docker.compose.project", "shop"),
        ("com.docker.compose.service", "web"),
    ];
    let mut web = container("web", "172.18.0.2", &labels);
    web.health = Some(Health::Healthy);
    let state = one(vec![web]);
    let of_web = json!([{"engine": ENGINE, "name": "web"}]);
    assert_eq!(
        state["containers"],
        json!([{
            "engine": ENGINE, "name": "web", "id": "web000000000", "image": "nginx:1.27", "state": "running",
            "health": "healthy", "project": "shop", "service": "web", "address": "172.18.0.2", "network": "front",
            "ports": [80], "routers": [{"protocol": "http", "name": "web"}],
            "services": [{"protocol": "http", "name": "web-shop"}],
        }])
    );
    assert_eq!(
        state["routers"],
        json!([{
            "protocol": "http", "name": "web", "rule": "Host(`web.example.org`) && PathPrefix(`/api`)",
            "hosts": ["web.example.org"], "entryPoints": ["websecure", "web"], "priority": 10, "tls": true,
            "middlewares": ["strip", "auth"], "service": "web-shop", "containers": of_web,
        }])
    );
    assert_eq!(
        state["services"],
        json!([{
            "protocol": "http", "name": "web-shop", "servers": ["http://172.18.0.2:80"], "containers": of_web,
        }])
    );
    assert_eq!((&state["version"], &state["history"]), (&json!(env!("CARGO_PKG_VERSION")), &json!([])));
}

#[test]
fn lists_are_in_the_order_of_names_and_replicas_share() {
    let shared = [
        ("traefik.http.routers.r.rule", "Host(`r`)"),
        ("traefik.http.routers.r.service", "s"),
        ("traefik.http.services.s.loadbalancer.server.port", "80"),
    ];
    let tcp = [("traefik.tcp.routers.a.rule", "HostSNI(`*`)")];
    let udp = [("traefik.udp.routers.a.entrypoints", "dns")];
    let state = one(vec![
        container("two", "10.0.0.2", &shared),
        container("one", "10.0.0.1", &shared),
        container("udp", "10.0.0.3", &udp),
        container("tcp", "10.0.0.4", &tcp),
    ]);
    let names = |list: &Value| {
        let names = list.as_array().into_iter().flatten().filter_map(|it| it["name"].as_str());
        names.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(names(&state["containers"]), ["one", "tcp", "two", "udp"]);
    assert_eq!(names(&state["routers"]), ["a", "a", "r"]);
    assert_eq!(state["routers"][0]["protocol"], "tcp");
    assert_eq!(state["routers"][0]["hosts"], json!(["*"]));
    assert_eq!(
        state["routers"][1],
        json!({
            "protocol": "udp", "name": "a", "hosts": [], "entryPoints": ["dns"], "tls": false, "middlewares": [],
            "service": "udp", "containers": [{"engine": ENGINE, "name": "udp"}],
        })
    );
    let service = state["services"].as_array().into_iter().flatten().find(|it| it["name"] == "s");
    assert_eq!(service.map(|it| &it["servers"]), Some(&json!(["http://10.0.0.1:80", "http://10.0.0.2:80"])));
    assert_eq!(service.map(|it| names(&it["containers"])), Some(vec!["one".to_owned(), "two".to_owned()]));
}

#[test]
fn what_is_left_out_has_its_reason() {
    #[track_caller]
    fn check(container: Container, expected: &str) {
        let state = one(vec![container]);
        assert_eq!(state["containers"][0]["leftOut"], *expected);
        assert_eq!(state["routers"], json!([]));
    }
    let plain = |labels: &[(&str, &str)]| container("web", "10.0.0.1", labels);
    check(
        Container { image: portolan_container::Image::parse("postgres:17"), ..plain(&[]) },
        "blacklisted: image `postgres:17` is a database, which the blacklist keeps off the proxy",
    );
    check(
        plain(&[("traefik.enable", "false")]),
        "disabled: its label `traefik.enable` keeps it off the proxy",
    );
    check(Container { state: Life::Exited, ..plain(&[]) }, "state: it is exited");
    check(Container { health: Some(Health::Starting), ..plain(&[]) }, "health: it is starting");
    check(
        plain(&[("traefik.http.routers.web.rul", "s3cret")]),
        "unknown-field: a name that Traefik does not have at that place",
    );
    check(plain(&[("proxy.exclude", "true")]), "excluded: label `proxy.exclude` keeps it off the proxy");
}

#[test]
fn a_conflict_is_told_of_both_and_names_them() {
    let with = |rule| [("traefik.http.routers.r.rule", rule)];
    let state = one(vec![
        container("one", "10.0.0.1", &with("Host(`one`)")),
        container("two", "10.0.0.2", &with("Host(`two`)")),
    ]);
    assert_eq!(state["routers"], json!([]));
    let finding = &state["findings"][0];
    assert_eq!(finding["code"], "conflict");
    assert_eq!(finding["element"], json!({"section": "http.routers", "name": "r"}));
    assert_eq!(
        finding["containers"],
        json!([{"engine": ENGINE, "name": "one"}, {"engine": ENGINE, "name": "two"}])
    );
    // Their services are there all the same.
    assert_eq!(state["containers"][0].get("leftOut"), None);
    assert_eq!(state["services"].as_array().map(Vec::len), Some(2));
}

#[test]
fn of_two_engines_each_finding_and_container_names_its_own() {
    let engine = |name: &str| EnginePolicy { name: name.to_owned(), ..EnginePolicy::default() };
    let policy = Policy { engines: vec![engine("near"), engine("far")], ..Policy::default() };
    let bad = [("traefik.http.routers.web.rul", "x")];
    let state = state(
        policy,
        &["near", "far"],
        vec![(1, container("web", "10.0.0.1", &bad)), (0, container("web", "10.0.0.1", &[]))],
    );
    let engines = |list: &Value| {
        let engines = list.as_array().into_iter().flatten().map(|it| it["engine"].clone());
        engines.collect::<Vec<_>>()
    };
    assert_eq!(engines(&state["containers"]), ["near", "far"]);
    let found: Vec<_> =
        state["findings"].as_array().unwrap().iter().filter(|it| it["code"] == "unknown-field").collect();
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0]["engine"], &found[0]["severity"]), (&json!("far"), &json!("error")));
    assert_eq!(found[0]["label"], "traefik.http.routers.web.rul");
    assert!(found[0]["page"].as_str().unwrap().ends_with("/docs/findings/unknown-field.md"));
    assert!(!found[0]["help"].as_str().unwrap().is_empty());
}

#[test]
fn no_secret_is_in_a_state() {
    let labels = [
        ("traefik.http.routers.a.rule", "Host(`a`) && Header(`X-Token`, `s3cret`) && Query(`k`, `s3cret`)"),
        ("traefik.http.routers.a.middlewares", "auth"),
        ("traefik.http.routers.b.rule", "HeaderRegexp(`X-Token`, `s3cret`) || QueryRegexp(`k`, `s3cret`)"),
        ("traefik.http.routers.c.rule", "Headers(`X-Token`, `s3cret`) || Query(`k=s3cret`)"),
        ("traefik.http.routers.c.rulesyntax", "v2"),
        ("traefik.http.routers.d.rule", "Header(`X-Token`, `s3cret`"),
        ("traefik.http.routers.a.service", "s"),
        ("traefik.http.routers.b.service", "s"),
        ("traefik.http.routers.c.service", "s"),
        ("traefik.http.routers.d.service", "s"),
        ("traefik.http.services.s.loadbalancer.server.url", "http://user:s3cret@10.0.0.9:80/?token=s3cret"),
        ("traefik.http.middlewares.auth.basicauth.users", "user:s3cret"),
        ("traefik.http.middlewares.auth.basicauth.removeheader", "s3cret"),
        ("other", "s3cret"),
    ];
    let more = [
        ("traefik.enable", "s3cret"),
        ("proxy.web.port", "s3cret"),
        ("traefik.http.middlewares.m.headers.customrequestheaders.X-Token", "s3cret"),
    ];
    for labels in [&labels[..], &more[..]] {
        for count in 0..=labels.len() {
            // Without one after the other: a mistake hides what stands beside it.
            let some: Vec<_> =
                labels.iter().enumerate().filter(|(at, _)| *at != count).map(|(_, it)| *it).collect();
            let text = one(vec![container("web", "10.0.0.1", &some)]).to_string();
            assert!(!text.contains("s3cret"), "{text}");
        }
    }
}
