//! What the blacklist says of containers, over the whole of its list.

use portolan_blacklist::{Blacklist, Reason, Rules, Verdict};
use portolan_container::{Container, Image, Mount, Port, Protocol, Severity};

fn of_image(reference: &str) -> Container {
    Container { name: "c".into(), image: Image::parse(reference), ..Container::default() }
}

fn with_mount(destination: &str) -> Container {
    let mount = Mount { kind: "volume".into(), source: "data".into(), destination: destination.into() };
    Container { mounts: vec![mount], ..of_image("app") }
}

fn with_port(number: u16, protocol: Protocol) -> Container {
    Container { ports: vec![Port { number, protocol, bindings: Vec::new() }], ..of_image("app") }
}

fn labelled(mut container: Container, key: &str, value: &str) -> Container {
    container.labels.insert(key.into(), value.into());
    container
}

fn check(container: &Container, expected: Option<Reason>) {
    let got = Blacklist::default().judge(container);
    assert_eq!(got, expected.map_or(Verdict::Allowed, Verdict::Denied), "{container:?}");
}

#[test]
fn images_by_name_of_any_author() {
    for name in [
        "postgres",
        "mysql",
        "mariadb",
        "redis",
        "memcached",
        "mongo",
        "rabbitmq",
        "couchdb",
        "neo4j",
        "telegraf",
        "elasticsearch",
        "meilisearch",
        "kibana",
        "solr",
        "watchtower",
    ] {
        for reference in
            [name.to_owned(), format!("ghcr.io/x/{name}:1"), format!("docker.io/library/{name}@sha256:0f")]
        {
            let container = of_image(&reference);
            check(&container, Some(Reason::Image(container.image.to_string())));
        }
    }
    for other in
        ["bitnami/postgresql", "mongo-express", "valkey", "Postgres", "postgres-exporter", "", "sha256:00"]
    {
        check(&of_image(other), None);
    }
}

#[test]
fn images_by_their_whole_name() {
    for reference in [
        "gcr.io/zenika-hub/alpine-chrome:124",
        "eu.gcr.io/zenika-hub/alpine-chrome:1",
        "us.gcr.io/zenika-hub/alpine-chrome:1",
        "asia.gcr.io/zenika-hub/alpine-chrome:1",
        "getwud/wud:8",
        "containrrr/watchtower:1",
        "docker.io/getwud/wud:8",
    ] {
        let image = Image::parse(reference).to_string();
        check(&of_image(reference), Some(Reason::Image(image)));
    }
    for other in ["ghcr.io/getwud/wud", "x/wud", "alpine-chrome", "zenika-hub/alpine-chrome"] {
        check(&of_image(other), None);
    }
}

#[test]
fn images_by_their_author_on_docker_hub() {
    for author in ["selenium", "browserless", "zenika", "zabbix", "moby", "docker"] {
        check(&of_image(&format!("{author}/x")), Some(Reason::Author(author.into())));
        check(&of_image(&format!("docker.io/{author}/x")), Some(Reason::Author(author.into())));
        check(&of_image(&format!("ghcr.io/{author}/x")), None);
    }
    check(&of_image("docker:dind"), None);
}

#[test]
fn mounts_by_their_whole_path() {
    for path in [
        "/var/lib/postgresql/data",
        "/var/lib/mysql",
        "/var/lib/mongodb",
        "/var/lib/mariadb",
        "/var/lib/memcached",
        "/var/lib/rabbitmq",
    ] {
        check(&with_mount(path), Some(Reason::Mount(path.into())));
        check(&with_mount(&format!("{path}/")), Some(Reason::Mount(path.into())));
        check(&with_mount(&format!("{path}/sub")), None);
    }
    for other in ["/data/db", "/var/lib/postgresql", "/var/lib", "/", ""] {
        check(&with_mount(other), None);
    }
}

#[test]
fn ports_of_any_protocol() {
    for number in [5432, 3306, 6379, 11211, 27017] {
        for protocol in [Protocol::Tcp, Protocol::Udp] {
            check(&with_port(number, protocol), Some(Reason::Port(number, protocol)));
        }
    }
    check(&with_port(80, Protocol::Tcp), None);
}

#[test]
fn a_port_of_the_host_says_nothing() {
    let mut container = with_port(80, Protocol::Tcp);
    let binding = portolan_container::Binding { host_ip: None, host_port: Some(5432) };
    container.ports.iter_mut().for_each(|port| port.bindings.push(binding.clone()));
    check(&container, None);
}

#[test]
fn the_first_of_image_author_mount_and_port_is_the_reason() {
    let mut container = with_port(6379, Protocol::Tcp);
    container.mounts = with_mount("/var/lib/mysql").mounts;
    check(&container, Some(Reason::Mount("/var/lib/mysql".into())));
    container.image = Image::parse("selenium/hub:4");
    check(&container, Some(Reason::Author("selenium".into())));
    container.image = Image::parse("redis:8");
    check(&container, Some(Reason::Image("redis:8".into())));
}

fn check_override(rules: Rules, container: &Container, expected: Option<&str>) {
    let verdict = Blacklist::new(rules).judge(container);
    match (&verdict, expected) {
        (Verdict::Overridden { by, .. }, Some(expected)) => assert_eq!(by, expected),
        (Verdict::Denied(_), None) => {}
        _ => panic!("expected {expected:?}, got {verdict:?}"),
    }
    assert_eq!(verdict.lets_through(), expected.is_some());
}

#[test]
fn labels_override() {
    let check = |key, value, expected| {
        check_override(Rules::default(), &labelled(of_image("redis"), key, value), expected);
    };
    check("traefik.enable", "true", Some("label `traefik.enable=true`"));
    check("proxy.aliases", "r", Some("label `proxy.aliases`"));
    check("traefik.enable", "false", None);
    check("traefik.http.routers.r.rule", "Host(`r`)", None);
}

#[test]
fn settings_override() {
    let allow = |entry: &str| Rules { allow: vec![entry.into()], ..Rules::default() };
    check_override(allow("c"), &of_image("redis"), Some("setting `blacklist.allow` with `c`"));
    check_override(allow("x/*"), &of_image("x/redis"), Some("setting `blacklist.allow` with `x/*`"));
    check_override(allow("x/*"), &of_image("y/redis"), None);
    check_override(allow("d"), &of_image("redis"), None);
    let off = Rules { enabled: false, ..Rules::default() };
    check_override(off, &of_image("redis"), Some("setting `blacklist.enabled`"));
}

#[test]
fn settings_add_entries() {
    let rules = Rules {
        images: vec!["bitnami/*".into()],
        ports: vec![9042],
        mounts: vec!["/data/db/".into()],
        ..Rules::default()
    };
    let blacklist = Blacklist::new(rules);
    let check = |container: &Container, reason: Reason| {
        assert_eq!(blacklist.judge(container), Verdict::Denied(reason));
    };
    check(&of_image("bitnami/valkey:8"), Reason::Image("bitnami/valkey:8".into()));
    check(&with_port(9042, Protocol::Tcp), Reason::Port(9042, Protocol::Tcp));
    check(&with_mount("/data/db"), Reason::Mount("/data/db".into()));
    assert_eq!(blacklist.judge(&of_image("nginx")), Verdict::Allowed);
}

#[test]
fn the_finding_names_container_reason_and_next_step() {
    let blacklist = Blacklist::default();
    let finding = blacklist.diagnostic(&with_port(5432, Protocol::Tcp)).unwrap();
    assert_eq!(
        finding.to_string(),
        "info[blacklisted]: c: not routed: port `5432/tcp` is that of PostgreSQL"
    );
    assert_eq!(finding.help.as_deref(), Some("set the label `traefik.enable=true` if it shall be routed"));

    let described = labelled(of_image("redis"), "traefik.http.routers.r.rule", "Host(`r`)");
    assert_eq!(blacklist.diagnostic(&described).map(|finding| finding.severity), Some(Severity::Warning));
}

#[test]
fn what_is_let_through_or_declined_needs_no_finding() {
    let blacklist = Blacklist::default();
    for container in [
        of_image("nginx"),
        labelled(of_image("redis"), "traefik.enable", "true"),
        labelled(of_image("redis"), "traefik.enable", "false"),
    ] {
        assert_eq!(blacklist.diagnostic(&container), None);
    }
}
