//! Our findings are Traefik's errors, in its words, so that people find them where they search.
//!
//! `data/errors.jsonl` holds what Traefik 3.7 logged for made-up containers: a line has containers as `docker inspect` gives
//! them, options of the provider under Traefik's names, and the errors of the first container, or of `all`.
#![expect(clippy::expect_used, reason = "all of it is test code, and a test may panic")]

use std::collections::BTreeSet;

use portolan_container::{Container, Diagnostic, Severity};
use portolan_routes::constraints::Constraint;
use portolan_routes::template::Template;
use portolan_routes::{Options, Table, share};
use serde_json::Value;

fn options(given: &Value) -> Options {
    let text = |key: &str| given[key].as_str();
    let flag = |key: &str, default: bool| given[key].as_bool().unwrap_or(default);
    Options {
        exposed_by_default: flag("exposedByDefault", true),
        use_bind_port_ip: flag("useBindPortIP", false),
        allow_empty_services: flag("allowEmptyServices", false),
        network: text("network").unwrap_or_default().to_owned(),
        default_rule: text("defaultRule")
            .map_or_else(Template::default, |rule| Template::parse(rule).expect("parses")),
        constraints: Constraint::parse(text("constraints").unwrap_or_default()).expect("parses"),
        ..Options::default()
    }
}

/// What we say of the first container or of all, and of names that several define.
fn findings(case: &Value) -> Vec<Diagnostic> {
    let containers = case["containers"].as_array().expect("has containers");
    let containers =
        containers.iter().map(|container| Container::from_inspect(container).expect("is a container"));
    let containers: Vec<Container> = containers.collect();
    let options = options(&case["options"]);
    let mut table = Table::default();
    let mut findings = Vec::new();
    for container in &containers {
        let mut made = share(container, &options, &containers[..]);
        if container.id == containers[0].id || case["all"] == true {
            findings.append(&mut made.diagnostics);
        }
        table.replace(made);
    }
    findings.extend(table.configuration().1);
    findings
}

/// Traefik lists services in no order, and containers by the engine's name for them, which begins with a slash.
fn comparable(message: &str) -> (String, BTreeSet<String>) {
    let message = message.replace("container \"/", "container \"").replace("for \"/", "for \"");
    match message.split_once("with multiple Services: [") {
        Some((before, services)) => {
            let services = services.trim_end_matches(']').split(' ').map(str::to_owned).collect();
            (before.to_owned(), services)
        }
        None => (message, BTreeSet::new()),
    }
}

/// We say the same, or the same and more.
fn says(finding: &Diagnostic, error: &str) -> bool {
    let (ours, theirs) = (comparable(&finding.message), comparable(error));
    ours.0.starts_with(&theirs.0) && ours.1 == theirs.1
}

#[test]
fn traefiks_errors_are_ours() {
    let mut missing = Vec::new();
    let mut checked = 0;
    for line in include_str!("data/errors.jsonl").lines() {
        let case: Value = serde_json::from_str(line).expect("is JSON");
        let findings = findings(&case);
        for error in case["errors"].as_array().expect("has errors") {
            let error = error.as_str().expect("is a text");
            checked += 1;
            if !findings.iter().any(|finding| says(finding, error)) {
                let ours: Vec<String> = findings.iter().map(Diagnostic::to_string).collect();
                missing.push(format!(
                    "{error}\n  ours: {}\n  labels: {}",
                    ours.join("\n        "),
                    case["containers"][0]["Config"]["Labels"]
                ));
            }
        }
    }
    assert!(missing.is_empty(), "{} of {checked} are not told:\n{}", missing.len(), missing.join("\n"));
    assert!(checked > 100, "{checked}");
}

/// Where Traefik logs one error of several, the first of ours is that one.
#[test]
fn the_first_error_in_labels_is_traefiks() {
    let mut checked = 0;
    for line in include_str!("data/errors.jsonl").lines() {
        let case: Value = serde_json::from_str(line).expect("is JSON");
        if case["all"] == true {
            continue;
        }
        let findings = findings(&case);
        let Some(first) =
            findings.iter().find(|finding| finding.label.is_some() && finding.severity == Severity::Error)
        else {
            continue;
        };
        let errors = case["errors"].as_array().expect("has errors");
        assert!(
            errors.iter().filter_map(Value::as_str).any(|error| says(first, error)),
            "{first}\nTraefik: {errors:?}"
        );
        checked += 1;
    }
    assert!(checked > 40, "{checked}");
}
