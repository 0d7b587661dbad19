use std::collections::BTreeMap;
use std::fs;

use proptest::prelude::*;
use serde_json::Value as Json;

use super::layer::merge;
use super::value::{Content, Value};
use super::*;
use crate::Duration;

const GRAMMAR: Grammar = Grammar {
    root: "proxy",
    reserved: &["aliases", "exclude", "network"],
    shortcuts: &[
        ("ports", "port"),
        ("protos", "scheme"),
        ("protocols", "scheme"),
        ("schemes", "scheme"),
        ("hosts", "host"),
        ("binds", "bind"),
        ("roots", "root"),
        ("spas", "spa"),
        ("indexes", "index"),
        ("no_tls_verifies", "no_tls_verify"),
        ("response_header_timeouts", "response_header_timeout"),
        ("max_conns_per_hosts", "max_conns_per_host"),
        ("disable_compressions", "disable_compression"),
        ("ssl_server_names", "ssl_server_name"),
        ("ssl_trusted_certificates", "ssl_trusted_certificate"),
        ("ssl_certificates", "ssl_certificate"),
        ("ssl_certificate_keys", "ssl_certificate_key"),
        ("agents", "agent"),
        ("inbound_mtls_profiles", "inbound_mtls_profile"),
        ("rule_files", "rule_file"),
        ("tls_terminations", "tls_termination"),
        ("proxy_protocol_headers", "relay_proxy_protocol_header"),
    ],
};

/// The recorded behaviour of GoDoxy's parser, by kind.
fn records(kind: &str) -> Vec<Json> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/proxy.jsonl");
    let text = fs::read_to_string(path).unwrap();
    let records = text.lines().map(|line| serde_json::from_str::<Json>(line).unwrap());
    let records: Vec<Json> = records.filter(|record| record["kind"] == kind).collect();
    assert!(!records.is_empty(), "{kind}");
    records
}

fn texts(json: &Json) -> Vec<String> {
    json.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().to_owned()).collect()
}

fn labels(json: &Json) -> BTreeMap<String, String> {
    let entries = json.as_object().unwrap().iter();
    entries.map(|(key, value)| (key.clone(), value.as_str().unwrap().to_owned())).collect()
}

fn json(value: &Value<'_>) -> Json {
    match &value.content {
        Content::Label(text) => (*text).into(),
        Content::Text(text) => text.clone().into(),
        Content::Null => Json::Null,
        Content::Bool(value) => (*value).into(),
        Content::Integer(text) | Content::Float(text) => serde_json::from_str(text).unwrap(),
        Content::List(items) => items.iter().map(json).collect(),
        Content::Map(map) => map.iter().map(|(name, value)| (name.clone(), json(value))).collect(),
    }
}

fn label<'a>(content: Content<'a>) -> Value<'a> {
    Value { content, key: "proxy.a", text: "", name: None }
}

/// What the selectors say before they are resolved, an item of a list as if it had been given by its index.
fn parsed(selection: &Selection<'_>) -> Json {
    let mut all = serde_json::Map::new();
    for (selector, layer) in &selection.selectors {
        all.insert((*selector).to_owned(), json(layer.0.as_ref().unwrap()));
    }
    for (index, fields) in selection.shortcuts.iter().enumerate() {
        let fields = fields.iter().map(|(name, value)| (name.clone(), json(value))).collect();
        all.insert(format!("#{}", index + 1), fields);
    }
    all.into()
}

#[test]
fn labels_are_parsed_as_recorded() {
    for record in records("parse_labels") {
        let name = &record["name"];
        let aliases = texts(&record["input"]["aliases"]);
        let labels = labels(&record["input"]["labels"]);
        let (selection, errors) = parse(&labels, &GRAMMAR);
        let Some(expected) = record.get("expected") else {
            check_ours(&record, &selection, &errors);
            continue;
        };
        let got = if selection.wildcard.is_some() {
            // The record has the wildcard's fields by the index of each alias.
            let (routes, _) = selection.clone().resolve(&aliases);
            let index = |alias| aliases.iter().position(|other| other == alias).unwrap() + 1;
            routes.iter().map(|(alias, value)| (format!("#{}", index(alias)), json(value))).collect()
        } else {
            parsed(&selection)
        };
        assert_eq!(got, expected["parsed"], "{name}");
        assert_eq!(!errors.is_empty(), expected["error"] == true, "{name}: {errors:?}");
        let told: Vec<String> =
            errors.iter().map(|error| format!("{}: {}", error.place.key, error.message)).collect();
        for part in texts(&expected["error_contains"]) {
            assert!(told.iter().any(|error| error.contains(&part)), "{name}: `{part}` in {told:?}");
        }
    }
}

/// What we do where GoDoxy panics.
fn check_ours(record: &Json, selection: &Selection<'_>, errors: &[LabelError]) {
    match record["ours"].as_str().unwrap() {
        "treat as an empty object" => {
            assert_eq!(parsed(selection), serde_json::json!({"app": {"port": "81"}}));
            assert!(errors.is_empty());
        }
        "report label error 'empty alias' and ignore the label; never panic" => {
            assert_eq!(parsed(selection), serde_json::json!({}));
            assert_eq!(errors[0].message, "empty alias");
        }
        other => panic!("{other}"),
    }
}

#[test]
fn objects_are_read_as_recorded() {
    for record in records("parse_label_object") {
        let value = label(Content::Label(record["input"]["value"].as_str().unwrap()));
        match value.mapping() {
            Ok(map) => assert_eq!(json(&label(Content::Map(map.into_owned()))), record["expected"]["value"]),
            Err(error) => assert_eq!(record["expected"]["ok"], false, "{error}"),
        }
    }
    for record in records("string_to_map") {
        let text = record["input"]["value"].as_str().unwrap();
        let map = label(Content::Label(text)).mapping().unwrap().into_owned();
        assert_eq!(json(&label(Content::Map(map))), record["expected"]["map"]);
    }
}

#[test]
fn lists_are_read_as_recorded() {
    for record in records("string_to_list") {
        let text = record["input"]["value"].as_str().unwrap();
        let list = label(Content::Label(text)).texts().unwrap();
        assert_eq!(list, texts(&record["expected"]["list"]), "{record}");
    }
}

#[test]
fn mappings_are_merged_as_recorded() {
    for record in records("merge_label_maps") {
        let [mut into, from] = ["dst", "src"].map(|side| {
            let text = record["input"][side].to_string();
            let value = label(Content::Null);
            yaml::read_object(&text, &value).unwrap()
        });
        match merge(&mut into, from) {
            Ok(()) => assert_eq!(json(&label(Content::Map(into))), record["expected"]["dst"]),
            Err(error) => {
                let expected = texts(&record["expected"]["error_contains"]);
                assert!(error.message.contains(&expected[0]), "{} {record}", error.message);
            }
        }
    }
}

#[test]
fn labels_are_ordered_as_recorded() {
    for record in records("compare_label_keys") {
        let side = |side: &str| record["input"][side].as_str().unwrap().to_owned();
        let sign = order(&side("a"), &side("b")) as i64;
        assert_eq!(record["expected"]["sign"], sign, "{record}");
    }
}

/// GoDoxy makes texts of what a wildcard says and loses lists on the way; here it keeps its structure, and reads the same.
#[test]
fn a_wildcard_keeps_its_structure() {
    for record in records("flatten") {
        let labels = BTreeMap::from([("proxy.*".to_owned(), record["input"]["map"].to_string())]);
        let (selection, _) = parse(&labels, &GRAMMAR);
        let (routes, errors) = selection.resolve(&["a".to_owned()]);
        assert_eq!(errors, []);
        for (path, expected) in record["expected"]["flat"].as_object().unwrap() {
            let value = path.split('.').try_fold(&routes["a"], |node, name| node.child(name)).unwrap();
            match value.text() {
                Ok(text) => assert_eq!(&Json::from(text), expected, "{path}"),
                Err(_) => assert_eq!(value.texts().unwrap(), ["1", "2"]),
            }
        }
    }
}

#[test]
fn durations_have_long_units_as_recorded() {
    for record in records("duration") {
        let read = |text: &Json| Duration::parse_long(text.as_str().unwrap()).unwrap();
        assert_eq!(read(&record["input"]["value"]), read(&record["expected"]["equals"]), "{record}");
    }
}

fn resolved(pairs: &[(&str, &str)], aliases: &[&str]) -> (Json, Vec<String>) {
    let labels: BTreeMap<String, String> =
        pairs.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    let aliases: Vec<String> = aliases.iter().map(|alias| (*alias).to_owned()).collect();
    let (selection, errors) = parse(&labels, &GRAMMAR);
    let (routes, more) = selection.resolve(&aliases);
    let routes = routes.iter().map(|(alias, value)| (alias.clone(), json(value))).collect();
    (routes, errors.into_iter().chain(more).map(|error| error.message).collect())
}

fn check(pairs: &[(&str, &str)], aliases: &[&str], expected: Json) {
    assert_eq!(resolved(pairs, aliases), (expected, Vec::new()), "{pairs:?}");
}

fn check_error(pairs: &[(&str, &str)], aliases: &[&str], expected: &Json, error: &str) {
    let (routes, errors) = resolved(pairs, aliases);
    assert_eq!(&routes, expected, "{pairs:?}");
    assert_eq!(errors, [error], "{pairs:?}");
}

#[test]
fn what_is_more_specific_holds() {
    let port = |port: &str| serde_json::json!({"a": {"port": port}});
    check(&[("proxy.a.port", "1"), ("proxy.*.port", "2")], &["a"], port("1"));
    check(&[("proxy.#1.port", "1"), ("proxy.*.port", "2")], &["a"], port("1"));
    check(&[("proxy.a.port", "1"), ("proxy.#1.port", "2")], &["a"], port("1"));
    check(&[("proxy.A.port", "1"), ("proxy.$1.port", "2")], &["a"], port("1"));
    check(&[("proxy.a", "port: 9"), ("proxy.a.port", "1")], &["a"], port("1"));
    check(&[("proxy.a", "port: '1'"), ("proxy.*.port", "2")], &["a"], port("1"));
    check(&[("proxy.a.Port", "1"), ("proxy.ports", "2")], &["a"], serde_json::json!({"a": {"Port": "1"}}));
    check(
        &[("proxy.a.health_check.path", "/x"), ("proxy.*", "healthcheck: {disable: true, path: /y}")],
        &["a"],
        serde_json::json!({"a": {"health_check": {"path": "/x", "disable": true}}}),
    );
    check(
        &[("proxy.a.healthcheck", "path: /x"), ("proxy.*.healthcheck.disable", "true")],
        &["a"],
        serde_json::json!({"a": {"healthcheck": {"path": "/x", "disable": "true"}}}),
    );
}

#[test]
fn a_wildcard_is_for_aliases_that_labels_name_too() {
    check(
        &[("proxy.b.port", "1"), ("proxy.*.scheme", "https")],
        &["a"],
        serde_json::json!({"a": {"scheme": "https"}, "b": {"port": "1", "scheme": "https"}}),
    );
}

#[test]
fn what_cannot_be_read_names_no_alias() {
    check_error(
        &[("proxy.enable", "true")],
        &["a"],
        &serde_json::json!({"a": {}}),
        "expect mapping, got bool",
    );
    check_error(&[("proxy.", "x: y")], &["a"], &serde_json::json!({"a": {}}), "empty alias");
    check_error(&[("proxy.#2.port", "1")], &["a"], &serde_json::json!({"a": {}}), "2: index out of range");
    check_error(
        &[("proxy.ports", "1,2")],
        &["a"],
        &serde_json::json!({"a": {"port": "1"}}),
        "2: index out of range",
    );
}

#[test]
fn layers_that_do_not_fit_are_told_once() {
    check_error(
        &[
            ("proxy.*.healthcheck", "nothing"),
            ("proxy.a.healthcheck.path", "/"),
            ("proxy.b.healthcheck.path", "/"),
        ],
        &["a", "b"],
        &serde_json::json!({"a": {"healthcheck": {"path": "/"}}, "b": {"healthcheck": {"path": "/"}}}),
        "expect mapping, got string",
    );
}

#[test]
fn fields_are_read_once_and_the_rest_is_unknown() {
    let value = label(Content::Label("Port: 80\nHOST: x\nhost: y\nshceme: http\nempty:\nweight: heavy"));
    let mut fields = Fields::of(&value);
    assert_eq!(fields.read("port", Value::integer), Some(80));
    assert_eq!(fields.read("host", Value::text).as_deref(), Some("x"));
    assert_eq!(fields.read("empty", Value::text), None);
    assert_eq!(fields.read("weight", Value::integer), None);
    assert_eq!(fields.read("scheme", Value::text), None);
    let errors = fields.finish();
    let told: Vec<_> = errors.iter().map(|error| error.message.as_str()).collect();
    assert_eq!(
        told,
        [
            "`host` and `HOST` are the same field: it is given twice",
            "weight: strconv.ParseInt: parsing \"heavy\": invalid syntax",
            "unknown field `shceme`"
        ]
    );
    assert_eq!(errors[2].help.as_deref(), Some("did you mean `scheme`?"));
}

/// Labels that hit upon each other.
fn any_labels() -> impl Strategy<Value = BTreeMap<String, String>> {
    let key = "proxy(\\.(a|b|A|#1|#3|\\$2|\\*|ports|protos|port|x|)){0,4}";
    let value = "[a1,: \\[{}\\-\n#]{0,12}|port: 1|x: \\{a: 1, b: \\[2\\]\\}|# x|null|\t|true";
    proptest::collection::btree_map(key, value, 0..8)
}

proptest! {
    #[test]
    fn any_labels_are_read_and_errors_point_into_them(labels in any_labels()) {
        let (selection, mut errors) = parse(&labels, &GRAMMAR);
        let (routes, more) = selection.resolve(&["a".to_owned(), "b".to_owned()]);
        errors.extend(more);
        for value in routes.values() {
            let mut fields = Fields::of(value);
            fields.read("port", Value::integer);
            fields.section("x", |below| below.read("a", Value::texts));
            errors.extend(fields.finish());
        }
        for error in errors {
            let (key, value) = labels.get_key_value(&error.place.key).expect("the label is there");
            let part = if error.place.part == portolan_container::Part::Key { key } else { value };
            prop_assert!(part.get(error.place.start..error.place.end).is_some(), "{:?}", error);
        }
    }
}
