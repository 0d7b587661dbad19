//! Laws of reading files that hold for any text.
#![expect(clippy::unwrap_used, reason = "all of it is test code, and a test may panic")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, io};

use portolan_container::{Container, Diagnostic};
use portolan_engine::files::{self, Context};
use proptest::prelude::*;
use serde_json::{Value, json};

/// Any file that is asked for says `beside`, so that `include` and `extends` find something, or themselves.
fn read_once(text: &str, beside: &str) -> (Vec<Container>, Vec<Diagnostic>) {
    let environment = BTreeMap::from([("A".to_owned(), "1".to_owned())]);
    let read = |path: &Path| match path.extension() {
        Some(_) => Ok(beside.to_owned()),
        None => Err(io::ErrorKind::NotFound.into()),
    };
    files::parse(text, &Context { directory: "/srv/p".into(), environment, read: &read })
}

fn read_with(text: &str, beside: &str) -> (Vec<Container>, Vec<Diagnostic>) {
    let first = read_once(text, beside);
    holds(&first);
    assert_eq!(read_once(text, beside), first, "another reading differs");
    first
}

fn read(text: &str) -> (Vec<Container>, Vec<Diagnostic>) {
    read_with(text, text)
}

/// What is true of every outcome of a Compose file.
fn holds((containers, findings): &(Vec<Container>, Vec<Diagnostic>)) {
    let ids: BTreeSet<&str> = containers.iter().map(|container| &*container.id).collect();
    // What an engine printed may name anything twice.
    if !containers.iter().all(|container| container.id.starts_with("compose:")) {
        return;
    }
    assert_eq!(ids.len(), containers.len(), "two containers have one identifier");
    let names: BTreeSet<&str> = containers.iter().map(|container| &*container.name).collect();
    assert_eq!(names.len(), containers.len(), "two containers have one name");
    for finding in findings {
        assert!(!finding.message.is_empty() && !finding.message.ends_with('.'), "{finding}");
        assert!(finding.message.len() < 1_000, "{finding}");
    }
}

/// A tree of the words that Compose files are made of, in and out of place.
fn tree() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-2i64..70_000).prop_map(Value::from),
        proptest::sample::select(vec![1.0, 0.5, -0.0, 1e6, 1e-5, 80.0]).prop_map(Value::from),
        "[a-z0-9${}:=/.?+-]{0,12}".prop_map(Value::from),
        proptest::sample::select(vec![
            "${A}",
            "${B:-x}",
            "${B:?m}",
            "${",
            "$$",
            "80:80",
            "1-3:5-7/udp",
            "[::1]:1:2",
            "web",
            "db",
            "base.yaml",
            "service:web",
            "container:x",
            "host",
            "bridge",
            "./a:/b",
            "v:/c",
            "true",
            "a=b",
            "default",
            "front",
        ])
        .prop_map(Value::from),
    ];
    let key = proptest::sample::select(vec![
        "services",
        "networks",
        "volumes",
        "include",
        "name",
        "web",
        "db",
        "front",
        "default",
        "labels",
        "ports",
        "expose",
        "image",
        "extends",
        "service",
        "file",
        "path",
        "scale",
        "deploy",
        "replicas",
        "container_name",
        "network_mode",
        "profiles",
        "external",
        "ipv4_address",
        "target",
        "published",
        "host_ip",
        "source",
        "type",
        "label_file",
        "depends_on",
        "env_file",
        "project_directory",
        "<<",
        "x-a",
        "${A}",
    ]);
    scalar.prop_recursive(6, 60, 6, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(key.clone().prop_map(str::to_owned), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// A Compose file whose services have arbitrary fields.
fn project() -> impl Strategy<Value = Value> {
    let services = prop::collection::btree_map("[a-z]{1,3}|web|db", tree(), 0..5);
    (services, tree(), tree()).prop_map(|(services, networks, include)| {
        json!({"services": services, "networks": networks, "include": include})
    })
}

proptest! {
    #[test]
    fn any_text_is_read(text in any::<String>(), beside in any::<String>()) {
        read_with(&text, &beside);
    }

    #[test]
    fn any_text_of_yaml_characters_is_read(text in "([ \n:{}\\[\\]&*!|>'\"#%@`,?<$-]|[a-c]|services|labels|\\PC){0,200}") {
        read(&text);
        read(&format!("services:\n  web:\n    labels: {text}"));
    }

    #[test]
    fn any_json_is_read(value in tree(), cut in 0usize..400) {
        let text = value.to_string();
        read(&text);
        read(&format!("[{text}, {{\"Id\": \"1\"}}]"));
        read(text.get(..cut).unwrap_or(&text));
    }

    #[test]
    fn any_project_is_read(project in project(), beside in project()) {
        let text = serde_yaml::to_string(&project).expect("a tree is YAML");
        read_with(&text, &serde_yaml::to_string(&beside).expect("a tree is YAML"));
    }

    #[test]
    fn a_project_reads_the_same_from_yaml_and_from_json(project in project()) {
        let yaml = serde_yaml::to_string(&project).expect("a tree is YAML");
        prop_assert_eq!(read_with(&yaml, ""), read_with(&project.to_string(), ""));
    }

    #[test]
    fn a_service_that_cannot_be_read_harms_no_other(fields in tree()) {
        let good = json!({"image": "nginx", "labels": {"a": "b"}, "ports": ["80:80"]});
        let alone = read_with(&json!({"services": {"good": good}}).to_string(), "");
        let text = json!({"services": {"good": good, "odd": fields}}).to_string();
        let (containers, _) = read_with(&text, "");
        prop_assert!(alone.1.is_empty());
        prop_assert!(containers.contains(&alone.0[0]), "{}", text);
    }

    #[test]
    fn spliced_files_are_read(at in 0usize..2_000, length in 0usize..40, with in "\\PC{0,10}|[\n \t:{}$*&-]{0,6}") {
        for text in folders() {
            let mut characters: Vec<char> = text.chars().collect();
            let at = at.min(characters.len());
            let end = (at + length).min(characters.len());
            characters.splice(at..end, with.chars());
            read(&characters.into_iter().collect::<String>());
        }
    }
}

fn folders() -> Vec<String> {
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/data/compose");
    let read =
        |folder: io::Result<fs::DirEntry>| fs::read_to_string(folder.ok()?.path().join("compose.yaml")).ok();
    let texts: Vec<String> = fs::read_dir(data).unwrap().filter_map(read).collect();
    assert!(texts.len() > 8, "{}", texts.len());
    texts
}

/// Texts that ask for more than they are, each read within the time that a whole directory may take.
#[test]
fn small_files_cannot_ask_for_much() {
    let check = |what: &str, text: &str, beside: &str| {
        let start = Instant::now();
        let (containers, findings) = read_once(text, beside);
        let took = start.elapsed();
        assert!(took < Duration::from_secs(60), "{what} took {took:?}");
        assert!(containers.len() <= 10_000, "{what}");
        assert!(!findings.is_empty(), "{what} is no mistake");
    };
    let large = files::MAX_COMPOSE / 4;
    for open in [
        "[", "{", "- ", "{a: ", "? ", "&a ", "*a ", "!a ", "\"", "'", "|\n ", "a: &b ", "${A:-", "\t", "- - ",
    ] {
        check(open, &format!("a: {}", open.repeat(large / open.len())), "");
        check(open, &format!("x:\n{}", open.repeat(large / open.len())), "");
    }
    let label = "x".repeat(large / 2);
    check("replicas", &format!("services: {{web: {{scale: 10000, labels: {{a: {label}}}}}}}"), "");
    let many: String = (0..2_000).map(|n| format!("  s{n}: {{scale: 1000}}\n")).collect();
    check("many replicas", &format!("services:\n{many}"), "");
    let wide: String = (0..1_000).map(|n| format!("  s{n}: {{expose: ['1-65535']}}\n")).collect();
    check("port ranges", &format!("services:\n{wide}"), "");
    let heirs: String = (0..10_000).map(|n| format!("  s{n}: {{extends: base}}\n")).collect();
    check("heirs", &format!("services:\n  base: {{labels: {{a: {label}}}}}\n{heirs}"), "");
    let chain: String = (0..10_000).map(|n| format!("  s{n}: {{extends: s{}}}\n", n + 1)).collect();
    check("a chain", &format!("services:\n{chain}"), "");
    let variables: String = (0..50_000).map(|n| format!("V{n}={n}\n")).collect();
    let includes: String = (0..300).map(|n| format!("  - {n}.yaml\n")).collect();
    check("includes", &format!("include:\n{includes}"), &variables);
    check("itself", "include: [a.yaml, b.yaml]", "include: [a.yaml, b.yaml]\nservices: {a: {image: x}}");
    let doubled = "a: &a [b, b, b, b, b, b, b, b, b, b]\nb: &b [*a, *a, *a, *a, *a, *a, *a, *a, *a, *a]\n";
    let many: String = (0..50_000).map(|n| format!("c{n}: *b\n")).collect();
    check("aliases", &format!("{doubled}{many}"), "");
}
