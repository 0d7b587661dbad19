//! What GoDoxy's parser was seen to do, and what we do where it is wrong: each record is a container and what it comes to.

#![expect(clippy::expect_used, reason = "a record that is none must fail the test")]

use std::collections::BTreeMap;
use std::fs;

use portolan_blacklist::{Blacklist, Verdict};
use portolan_container::{Container, NetworkMode, Severity};
use portolan_labels::aliased::{Content, Value};
use portolan_labels::{BAD_KEY, BAD_VALUE, MISPLACED_VALUE, UNKNOWN_FIELD};
use portolan_routes::proxy::{
    Discovery, Hosts, IdleWatcher, Ports, Route, Scheme, StopMethod, discover, preferred,
};
use portolan_routes::{Element, Options, share};
use serde_json::{Value as Json, json};

fn records(kind: &str) -> Vec<Json> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/proxy.jsonl");
    let text = fs::read_to_string(path).expect("the records are there");
    let records = text.lines().map(|line| serde_json::from_str::<Json>(line).expect("a record is JSON"));
    let records: Vec<Json> = records.filter(|record| record["kind"] == kind).collect();
    assert!(!records.is_empty(), "{kind}");
    records
}

fn text(value: &Json) -> &str {
    value.as_str().unwrap_or_default()
}

fn texts(value: &Json) -> Vec<String> {
    value.as_array().into_iter().flatten().map(|item| text(item).to_owned()).collect()
}

/// The container as an engine would list it. One on another host is known by its published ports alone.
fn container(input: &Json) -> (Container, Options) {
    let given = &input["container"];
    let networks = given["networks"].as_object().into_iter().flatten();
    let networks: BTreeMap<_, _> =
        networks.map(|(name, address)| (name.clone(), json!({"IPAddress": address}))).collect();
    let ports = given["ports"].as_array().into_iter().flatten().map(|port| {
        json!({"PrivatePort": port["private"], "PublicPort": port["public"], "Type": port["type"], "IP": port["ip"]})
    });
    let mounts = given["mounts"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|mount| json!({"Source": mount["source"], "Destination": mount["destination"]}));
    let entry = json!({
        "Id": "1f", "Names": given["names"], "Image": given["image"], "Labels": input["labels"], "State": given["state"],
        "Status": given["status"], "HostConfig": {"NetworkMode": given["network_mode"]},
        "NetworkSettings": {"Networks": networks}, "Ports": ports.collect::<Vec<_>>(), "Mounts": mounts.collect::<Vec<_>>(),
    });
    let mut container = Container::from_summary(&entry).expect("the record has a container");
    let mut options = Options::default();
    if let Some(host) = other_host(text(&input["docker_url"]), text(&input["docker_host_env"])) {
        container.attachments.clear();
        options.published_at = host;
    }
    (container, options)
}

/// The host of an engine that is not on this one.
fn other_host(url: &str, docker_host: &str) -> Option<String> {
    let (_, rest) = url.split_once("://").filter(|(scheme, _)| *scheme != "unix" && *scheme != "npipe")?;
    let host = rest.rsplit_once('@').map_or(rest, |(_, host)| host).rsplit_once(':')?.0;
    let is_here = url == docker_host || matches!(host, "" | "127.0.0.1" | "[::1]" | "localhost");
    (!is_here).then(|| host.to_owned())
}

fn found(container: &Container, options: &Options) -> Discovery<'static> {
    // Records are few, and each is looked at as long as the test runs.
    let container: &'static Container = Box::leak(Box::new(container.clone()));
    discover(container, options, &[][..])
}

fn label_errors(found: &Discovery<'_>) -> Vec<String> {
    let codes = [BAD_KEY, BAD_VALUE, MISPLACED_VALUE, UNKNOWN_FIELD];
    let errors =
        found.diagnostics.iter().filter(|it| it.severity == Severity::Error && codes.contains(&it.code));
    errors.map(ToString::to_string).collect()
}

#[test]
fn ports_are_read_as_recorded() {
    for record in records("port") {
        let (ports, error) = Ports::parse(text(&record["input"]["value"]));
        let expected = &record["expected"];
        assert_eq!(error.is_some(), expected["error"] == true, "{record}");
        match (error, text(&expected["error_kind"])) {
            (Some(error), "syntax") => assert!(error.contains("invalid"), "{error}"),
            (Some(error), _) => texts(&expected["error_contains"])
                .iter()
                .for_each(|part| assert!(error.contains(part), "{error}")),
            (None, _) => assert_eq!(
                json!({"l": ports.listening, "p": ports.target}),
                json!({"l": expected["listening"], "p": expected["proxy"]})
            ),
        }
    }
    assert!(
        Ports::parse("1234:1234:1234")
            .1
            .is_some_and(|error| error.contains("expect [listening_port:]target_port"))
    );
}

#[test]
fn the_preferred_port_is_as_recorded() {
    for record in records("preferred_port") {
        let ports = record["input"]["port_mapping"].as_object().expect("ports");
        let ports = ports.iter().map(|(port, entry)| {
            (
                port.parse().expect("a port"),
                u16::try_from(entry["private"].as_u64().expect("a port")).expect("a port"),
            )
        });
        assert_eq!(preferred(&ports.collect()).map(Json::from), Some(record["expected"]["port"].clone()));
    }
}

#[test]
fn start_endpoints_are_read_as_recorded() {
    for record in records("start_endpoint") {
        let labels =
            [("proxy.idle_timeout", "1m"), ("proxy.start_endpoint", text(&record["input"]["value"]))];
        let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
        let (_, errors) = IdleWatcher::read(&Container { labels, ..Container::default() });
        assert_eq!(!errors.is_empty(), record["expected"]["error"] == true, "{record}");
    }
}

/// The hosts that answer to an alias, as Traefik compares them: in lower case, without a port or a dot at the end.
fn answers(alias: &str, domains: &[String], host: &str) -> bool {
    let host = host.to_lowercase();
    let host = host.split(':').next().unwrap_or_default().trim_end_matches('.');
    let hosts = Hosts::of(alias, domains).expect("an alias of a record is a host");
    match hosts.pattern() {
        Some(pattern) => {
            regex::Regex::new(&pattern).expect("a pattern is a regular expression").is_match(host)
        }
        None => hosts.names().iter().any(|name| name == host),
    }
}

/// The alias whose router Traefik would take.
fn winner<'a>(aliases: &'a [String], domains: &[String], host: &str) -> Option<&'a str> {
    let answering = aliases.iter().filter(|alias| answers(alias, domains, host));
    answering.max_by_key(|alias| Hosts::of(alias, domains).map(|hosts| hosts.priority())).map(String::as_str)
}

#[test]
fn hosts_are_matched_as_recorded() {
    for record in records("host_match") {
        let [aliases, domains] = ["aliases", "match_domains"].map(|key| texts(&record["input"][key]));
        for host in texts(&record["expected"]["match"]) {
            assert!(winner(&aliases, &domains, &host).is_some(), "{host}: {record}");
        }
        for host in texts(&record["expected"]["no_match"]) {
            assert_eq!(winner(&aliases, &domains, &host), None, "{host}: {record}");
        }
    }
    for record in records("host_match_winner") {
        let [aliases, domains] = ["aliases", "match_domains"].map(|key| texts(&record["input"][key]));
        let winner = winner(&aliases, &domains, text(&record["input"]["host"]));
        assert_eq!(winner, record["expected"]["winner"].as_str(), "{record}");
    }
    for record in records("sni_match") {
        let [aliases, domains] = ["aliases", "match_domains"].map(|key| texts(&record["input"][key]));
        for (host, expected) in record["expected"].as_object().expect("hosts") {
            assert_eq!(winner(&aliases, &domains, host), expected.as_str(), "{host}: {record}");
        }
    }
}

#[test]
fn options_of_middlewares_are_checked_as_recorded() {
    for record in records("middleware_options") {
        let name = text(&record["input"]["middleware"]);
        let value =
            json!({"port": 80, "host": "10.0.0.2", "middlewares": {name: record["input"]["options"]}});
        let labels = [("proxy.app".to_owned(), value.to_string())].into();
        let container = Container { name: "app".to_owned(), labels, ..Container::default() };
        let share = share(&container, &Options::default(), &[][..]);
        let is_refused = share.elements.is_empty();
        assert_eq!(is_refused, record["expected"]["error"] == true, "{record}\n{:?}", share.diagnostics);
        for part in texts(&record["expected"]["error_contains"]) {
            let told = share.diagnostics.iter().any(|finding| finding.message.contains(&part));
            assert!(told, "{part}: {:?}", share.diagnostics);
        }
    }
}

#[test]
fn fields_are_converted_as_recorded() {
    for record in records("convert") {
        let Some(expected) = record["expected"]["route"].as_object() else { continue };
        let labels = [("proxy.app".to_owned(), record["input"]["fields"].to_string())].into();
        let container = Container { name: "app".to_owned(), labels, ..Container::default() };
        let found = found(&container, &Options::default());
        assert_eq!(label_errors(&found), Vec::<String>::new());
        for (field, expected) in expected {
            assert_eq!(&shown(&found.routes["app"], field, &container), expected, "{field}");
        }
    }
}

/// A null is as if the field were not there.
#[test]
fn a_null_clears_a_field() {
    let labels = [("proxy.app.port", "1"), ("proxy.*", "port: null\nhost: ~")];
    let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let container = Container { name: "app".to_owned(), labels, ..Container::default() };
    let found = found(&container, &Options::default());
    assert_eq!(label_errors(&found), Vec::<String>::new());
    assert_eq!(found.routes["app"].host, None);
}

/// Records that expect what the specification of the seed overrules, each with the reason.
const OVERRULED: &[(&str, &str)] = &[
    ("derived container: image sha256:0123abcd", "an image without a name is known by its digest"),
    (
        "derived container: bl image watchtower",
        "it is on GoDoxy's list, where a mistake keeps it from being found",
    ),
    ("derived container: bl mount /var/lib/mysql/", "a slash at the end of a path makes it no other"),
];

#[test]
fn containers_are_as_recorded() {
    let mut checked = 0;
    for record in records("container") {
        let name = text(&record["name"]);
        let (container, options) = container(&record["input"]);
        let found = found(&container, &options);
        let Some(expected) = record["expected"].as_object() else {
            check_ours_of_container(name, text(&record["ours"]), &container, &found);
            continue;
        };
        if OVERRULED.iter().any(|(overruled, _)| name == *overruled) {
            continue;
        }
        check_container(name, expected, &container, &found);
        checked += 1;
    }
    assert!(checked > 90, "{checked}");
}

fn check_container(
    name: &str,
    expected: &serde_json::Map<String, Json>,
    container: &Container,
    found: &Discovery<'_>,
) {
    for (key, expected) in expected {
        let got = match key.as_str() {
            "name" => json!(container.name),
            "aliases" => json!(found.aliases),
            "is_explicit" => json!(found.is_explicit),
            "is_excluded" => json!(found.is_excluded),
            "is_host_network_mode" => json!(container.network_mode == NetworkMode::Host),
            "running" => json!(container.state.is_running()),
            "health_check_enabled" => json!(container.health.is_some()),
            "blacklisted" => json!(!matches!(Blacklist::default().judge(container), Verdict::Allowed)),
            // What an engine's address says of where it is, is the engine crate's.
            "public_hostname" | "private_hostname" | "network" if name.contains("container: url ") => {
                continue;
            }
            "private_hostname" if found.is_broken => continue,
            "private_hostname" => json!(found.reach.private),
            "public_hostname" => json!(found.reach.public),
            // Which of a container's networks its address is of.
            "network" => {
                let mut on = container.attachments.iter().filter(|(_, at)| at.address().is_some());
                let network = on.find(|(_, at)| at.address().as_deref() == Some(&*found.reach.private));
                if found.reach.private.is_empty() { continue } else { json!(network.map(|(name, _)| name)) }
            }
            "image" => {
                for (part, expected) in expected.as_object().expect("parts of an image") {
                    let got = match part.as_str() {
                        "author" => container.image.author.as_str(),
                        "name" => &container.image.name,
                        "tag" => &container.image.tag,
                        "version" => container.image_version().unwrap_or_default(),
                        // The identifier of what the name stood for when the container was made.
                        "sha256" => continue,
                        other => panic!("{name}: {other}"),
                    };
                    assert_eq!(got, text(expected), "{name}: {part}");
                }
                continue;
            }
            "idlewatcher" => {
                let idle = found.idle.as_ref().unwrap_or_else(|| panic!("{name}: {:?}", found.diagnostics));
                check_idle(name, expected, idle);
                continue;
            }
            // An engine of another kind: see `public_hostname`.
            "errors" if name.contains("npipe") => continue,
            "errors" => {
                assert!(found.is_broken && found.routes.is_empty(), "{name}");
                let told: Vec<&str> =
                    found.diagnostics.iter().map(|finding| finding.message.as_str()).collect();
                for line in text(expected).lines() {
                    let line = line.split(", Do you mean").next().unwrap_or_default().replace('"', "`");
                    let is_told = told.iter().any(|told| told.replace('"', "`").contains(&line));
                    assert!(is_told, "{name}: {line} in {told:?}");
                }
                continue;
            }
            other => panic!("{name}: {other}"),
        };
        assert_eq!(&got, expected, "{name}: {key}");
    }
}

fn check_idle(name: &str, expected: &Json, idle: &IdleWatcher) {
    let got = json!({
        "idle_timeout": idle.idle_timeout,
        "wake_timeout": idle.wake_timeout,
        "stop_timeout": idle.stop_timeout,
        "stop_method": match idle.stop_method {
            StopMethod::Pause => "pause",
            StopMethod::Stop => "stop",
            StopMethod::Kill => "kill",
        },
        "no_loading_page": idle.no_loading_page,
        "stop_signal": idle.stop_signal,
        "start_endpoint": idle.start_endpoint,
    });
    for (key, expected) in expected.as_object().expect("idle settings") {
        // Half a second is `500ms` in both.
        assert_eq!(&got[key], expected, "{name}: {key}");
    }
}

/// What we do where GoDoxy is wrong, by the words of the record.
fn check_ours_of_container(name: &str, ours: &str, container: &Container, found: &Discovery<'_>) {
    let image = (&*container.image.author, &*container.image.name, &*container.image.tag);
    let is_denied = matches!(Blacklist::default().judge(container), Verdict::Denied(_));
    match ours {
        "author localhost:5000/foo, name bar, tag tag" => {
            assert_eq!(image, ("localhost:5000/foo", "bar", "tag"))
        }
        "author registry:5000, name foo, tag latest" => assert_eq!(image, ("registry:5000", "foo", "latest")),
        "name nginx, tag 1.2" => assert_eq!(image, ("library", "nginx", "1.2")),
        "name r" => assert_eq!(image.1, "r"),
        "pick deterministically (e.g. lexical first) and warn" => {
            assert_eq!(found.reach.private, "10.0.0.3");
            assert_eq!(found.diagnostics[0].code.0, "several-networks");
        }
        _ if ours.contains("blacklisted") => assert!(is_denied, "{name}"),
        other => panic!("{name}: {other}"),
    }
}

#[test]
fn routes_are_as_recorded() {
    let mut checked = 0;
    for record in records("routes") {
        let name = text(&record["name"]);
        let (container, options) = container(&record["input"]);
        let found = found(&container, &options);
        let expected = &record["expected"];
        if expected.is_null() {
            check_ours_of_routes(name, text(&record["ours"]), &container, &found, &options);
            continue;
        }
        if let Some(of_container) = expected["container"].as_object() {
            check_container(name, of_container, &container, &found);
        }
        let errors = label_errors(&found);
        assert_eq!(!errors.is_empty(), expected["error"] == true, "{name}: {errors:?}");
        for part in texts(&expected["error_contains"]) {
            assert!(errors.iter().any(|error| error.contains(&part)), "{name}: {part} in {errors:?}");
        }
        let Some(routes) = expected["routes"].as_object() else { continue };
        if name.starts_with("derived") {
            // A test of GoDoxy's looks at some of the routes alone.
            assert_eq!(found.routes.keys().collect::<Vec<_>>(), routes.keys().collect::<Vec<_>>(), "{name}");
        }
        for (alias, fields) in routes {
            for (field, expected) in fields.as_object().expect("fields") {
                check_field(name, &found.routes[alias], field, expected, &container);
            }
        }
        checked += 1;
    }
    assert!(checked > 110, "{checked}");
}

fn check_field(name: &str, route: &Route<'_>, field: &str, expected: &Json, container: &Container) {
    match field {
        // Nothing of a homepage is Traefik's, and what GoDoxy keeps of a log neither.
        "homepage" | "access_log" | "reference_validate_error" | "use_idle_watcher" | "excluded_reason" => {}
        "port" => {
            for (key, port) in expected.as_object().expect("ports") {
                let got =
                    if key == "listening" { route.target.ports.listening } else { route.target.ports.target };
                assert_eq!(&json!(got), port, "{name}: {key}");
            }
        }
        "middlewares" => assert_eq!(&middlewares(route, expected), expected, "{name}"),
        "healthcheck" => {
            let got = shown(route, field, container);
            for (key, expected) in expected.as_object().expect("a health check") {
                assert_eq!(&got[key], expected, "{name}: {key}");
            }
        }
        _ => assert_eq!(&shown(route, field, container), expected, "{name}: {field}"),
    }
}

/// The options of middlewares as they are given; those that cannot be read are null.
fn middlewares(route: &Route<'_>, expected: &Json) -> Json {
    let options = |(name, value): (&String, &Value<'_>)| {
        let wanted = &expected[name];
        let options = match value.mapping() {
            Ok(map) if !(map.is_empty() && wanted.is_null()) => {
                map.iter().map(|(name, value)| (name.clone(), plain(value))).collect()
            }
            _ => Json::Null,
        };
        (name.clone(), options)
    };
    route.middlewares.iter().map(options).collect()
}

fn plain(value: &Value<'_>) -> Json {
    match &value.content {
        Content::Label(text) => (*text).into(),
        Content::Text(text) => text.clone().into(),
        Content::Null => Json::Null,
        Content::Bool(value) => (*value).into(),
        Content::Integer(text) | Content::Float(text) => serde_json::from_str(text).expect("a number"),
        Content::List(items) => items.iter().map(plain).collect(),
        Content::Map(map) => map.iter().map(|(name, value)| (name.clone(), plain(value))).collect(),
    }
}

fn shown(route: &Route<'_>, field: &str, container: &Container) -> Json {
    let target = &route.target;
    match field {
        "alias" => json!(route.alias),
        "scheme" | "target_url_scheme" => json!(target.scheme.to_string()),
        "host" => json!(target.host),
        "bind" => json!(route.bind),
        "no_tls_verify" => json!(route.tls.no_verify.unwrap_or_default()),
        "ssl_protocols" => json!(route.tls.protocols),
        "ssl_server_name" => json!(route.tls.server_name.clone().unwrap_or_default()),
        "tls_termination" => json!(route.tls_termination.unwrap_or_default()),
        "max_conns_per_host" => json!(route.max_conns_per_host),
        "response_header_timeout" => json!(route.response_header_timeout),
        "use_health_check" => json!(route.is_monitored(container.health.is_some())),
        "excluded" => {
            let denied = matches!(Blacklist::default().judge(container), Verdict::Denied(_));
            json!(route.exclusion.is_some() || denied)
        }
        "healthcheck" => {
            let check = route.health_check.clone().unwrap_or_default();
            json!({"disable": check.disable, "interval": check.interval, "path": check.path, "retries": check.retries(),
                "timeout": check.timeout, "use_get": check.use_get})
        }
        "load_balance" => {
            let balance = route.load_balance.clone().unwrap_or_default();
            let mode = balance.mode.map(|mode| format!("{mode:?}").to_lowercase()).unwrap_or_default();
            json!({"link": balance.link, "mode": mode, "weight": balance.weight, "sticky": balance.sticky,
                "sticky_max_age": balance.sticky_max_age.0})
        }
        other => panic!("{other}"),
    }
}

/// What we do where GoDoxy is wrong, by the words of the record.
fn check_ours_of_routes(
    name: &str,
    ours: &str,
    container: &Container,
    found: &Discovery<'_>,
    options: &Options,
) {
    let errors = label_errors(found);
    let port = |alias: &str| found.routes[alias].target.ports.target;
    let aliases: Vec<&str> = found.routes.keys().map(String::as_str).collect();
    match ours {
        "report the error, create no route" => {
            assert_eq!(errors.len(), 1, "{name}");
            assert_eq!(aliases, ["a"], "{name}");
        }
        "resolve $1 before wildcard expansion -> alias a" => {
            assert_eq!((aliases.as_slice(), port("a")), (&["a"][..], 1));
            assert_eq!(found.routes["a"].scheme, Some(Scheme::Https));
        }
        "keep alias b and give it the wildcard fields, no error" => {
            assert!(errors.is_empty());
            assert!(found.routes.values().all(|route| route.scheme == Some(Scheme::Https)));
            assert_eq!(aliases, ["app", "b"]);
        }
        "declare alias 'public' with defaults" => {
            assert_eq!((errors.len(), port("public")), (0, 8080));
        }
        "treat as an empty object: alias declared, nothing set" => {
            assert_eq!((errors.len(), port("app")), (0, 8080));
        }
        "reject the value: keep port unset" => assert_eq!((errors.len(), port("app")), (1, 8080), "{name}"),
        "{} (no options), no error" => {
            assert!(errors.is_empty(), "{errors:?}");
            assert_eq!(found.routes["app"].middlewares.len(), 1);
        }
        "named label wins over index label" | "the specific label wins: port 1" => {
            assert_eq!((errors.len(), port("app")), (0, 1), "{name}");
        }
        "exclude with warning" | "no router while stopped (host is empty)" => {
            assert!(found.routes["app"].exclusion.is_some(), "{name}");
            let share = share(container, options, &[][..]);
            let is_router = |(_, element): &(String, Element)| matches!(element, Element::HttpRouters(_));
            assert!(!share.elements.iter().any(is_router) || !found.is_explicit, "{name}");
        }
        "choose among published ports" => assert_eq!(port("app"), 19000),
        "80 (a default chosen from private ports must not be remapped)" => assert_eq!(port("app"), 80),
        "8080 (do not let an unpublished duplicate overwrite)" => assert_eq!(port("app"), 8080),
        "unsupported in Traefik" => {
            let share = share(container, options, &[][..]);
            assert_eq!(share.elements, []);
            assert!(share.diagnostics.iter().any(|finding| finding.code.0 == "unsupported-field"));
        }
        "reject: unsupported conversion" | "reject: unit required" | "report a duplicate-field error" => {
            assert_eq!(errors.len(), 1, "{name}: {errors:?}");
        }
        other => panic!("{name}: {other}"),
    }
}
