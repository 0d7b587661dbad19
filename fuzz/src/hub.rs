use std::collections::BTreeSet;

use portolan_jupyterhub::{
    Call, Change, ErrorPages, Instant, Request, Route, RouteSpec, Rule, Setting, Table, Target, element_name,
    elements, parse_state, read, rule, state_text,
};
use portolan_traefik::{Document, Format};
use serde_json::Value;

/// Paths of routes as the hub writes them, one a line.
///
/// Each is read or refused; what is read is written as a file that has no template, in which its router has the rule that was made for it,
/// and two routes share neither name nor rule. Of two that take one request the longer wins.
pub fn hub_path(text: &str) {
    let specs: BTreeSet<RouteSpec> =
        text.lines().take(8).filter_map(|path| RouteSpec::from_escaped(path).ok()).collect();
    for host_routing in [false, true] {
        let (mut names, mut rules) = (BTreeSet::new(), BTreeSet::new());
        for spec in &specs {
            let rule = rule(spec, host_routing);
            assert!(Rule::LOWEST < rule.priority && rule.priority < Rule::HIGHEST);
            assert!(rule.text.is_ascii() && rule.text.matches('`').count() % 2 == 0, "{}", rule.text);
            assert!(names.insert(element_name(spec)), "two routes are `{}`", element_name(spec));
            // Hosts are the same in letters of any case.
            assert!(
                host_routing || rules.insert(rule.text.clone()),
                "two routes have the rule {}",
                rule.text
            );
            for other in specs.iter().filter(|other| other.as_str().starts_with(&format!("{spec}/"))) {
                assert!(portolan_jupyterhub::rule(other, host_routing).priority > rule.priority);
            }
            written(spec, &rule, host_routing);
        }
    }
}

/// What the file says of a route, read back.
fn written(spec: &RouteSpec, rule: &Rule, host_routing: bool) {
    let setting = Setting {
        entry_points: vec!["http".to_owned()],
        host_routing,
        error_pages: ErrorPages::EachRoute,
        backend_tls: true,
    };
    let target = Target::parse("https://127.0.0.1:1/x").expect("is a URL");
    let route = Route { target, data: serde_json::Map::new(), last_activity: day() };
    for format in Format::ALL {
        let mut document = Document::new(format);
        elements(&mut document, spec, Some(&route), &setting).expect("can be written");
        let text = document.text();
        assert!(!text.contains("{{") || format == Format::Json, "{text}");
        let value: Value = match format {
            Format::Yaml => serde_yaml::from_str(&text).expect("is YAML"),
            Format::Toml => toml_edit::de::from_str(&text).expect("is TOML"),
            Format::Json => serde_json::from_str(&text).expect("is JSON"),
        };
        assert_eq!(value["http"]["routers"][element_name(spec)]["rule"], rule.text.as_str());
        elements(&mut document, spec, None, &setting).expect("can be taken away");
        assert!(document.is_empty(), "something is left of `{spec}`");
    }
}

/// A request to the API: method and path in the first line, the header `Authorization` in the second, and the body.
///
/// Each is answered, or asks for something. What is added is given back as it came, is nothing new the second time, and is the same after a
/// restart.
pub fn hub_body(text: &str) {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let (authorization, body) = rest.split_once('\n').unwrap_or((rest, ""));
    let (method, target) = line.split_once(' ').unwrap_or((line, "/"));
    let request = Request { method, target, authorization: Some(authorization), body: body.as_bytes() };
    let call = match read(&request, Some("secret")) {
        Ok(call) => call,
        Err(answer) => {
            assert!((400..500).contains(&answer.status), "{answer:?}");
            assert!(!answer.body.contains("secret") || text.contains("secret"), "{answer:?}");
            return;
        }
    };
    assert!(authorization.contains("secret"), "{authorization}");
    let Call::Add { spec, target, data } = call else { return };
    for host_routing in [false, true] {
        let mut table = Table::new(host_routing);
        assert_eq!(table.add(spec.clone(), target.clone(), data.clone(), day()), Change::Route);
        assert_eq!(table.add(spec.clone(), target.clone(), data.clone(), day()), Change::Nothing);
        let shown = table.show(&spec).expect("is there");
        for (key, value) in data.iter().filter(|(key, _)| !matches!(key.as_str(), "last_activity" | "host")) {
            assert_eq!(&shown[key], value);
        }
        let kept = parse_state(&state_text(&table), host_routing).expect("what was kept can be read");
        assert_eq!(kept.list(None), table.list(None));
        assert!(table.remove(&spec) && table.is_empty());
    }
}

fn day() -> Instant {
    Instant::parse("2026-01-31").expect("is a day")
}
