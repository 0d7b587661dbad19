//! The reference page is what the table of keys says, and what it says is so.

use std::path::{Path, PathBuf};
use std::{env, fs};

use portolan_settings::{File, KEYS, Settings, Sources, reference};

fn load(text: &str) -> Settings {
    let file = File { path: PathBuf::from("docker-watcher.yml"), text: text.to_owned() };
    let sources = Sources { file: Some(file), ..Sources::default() };
    let (settings, warnings) =
        Settings::load(&sources).unwrap_or_else(|problems| panic!("{text}: {problems:#?}"));
    assert_eq!(warnings, []);
    settings
}

/// A settings file that sets one key.
fn setting(path: &str, value: &str) -> String {
    match path.split_once('.') {
        Some((section, name)) => format!("{section}:\n  {name}: {value}\n"),
        None => format!("{path}: {value}\n"),
    }
}

#[test]
fn the_page_is_up_to_date() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reference/settings.md");
    if env::var_os("UPDATE").is_some() {
        #[expect(
            clippy::disallowed_methods,
            reason = "a page of the repository, which nothing reads meanwhile"
        )]
        fs::write(&path, reference()).unwrap();
    }
    let page = fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(page, reference(), "run `UPDATE=1 cargo test -p portolan-settings`");
}

#[test]
fn defaults_are_those_that_hold() {
    for key in KEYS {
        let default = key.default_text();
        // An empty default is none, or an empty text; YAML wants quotes around what begins like something else.
        let value = match default.as_str() {
            "" => "\"\"".to_owned(),
            other => other.to_owned(),
        };
        assert_eq!(load(&setting(key.path, &value)), Settings::default(), "{key:?}");
    }
}

#[test]
fn examples_load_and_mean_something() {
    let same = ["engine", "output"];
    for key in KEYS.iter().filter(|key| !same.contains(&key.path)) {
        let text = match key.path {
            "tls.cert" | "tls.key" => "tls: {cert: /c.pem, key: /k.pem}".to_owned(),
            path => setting(path, key.example),
        };
        assert_ne!(load(&text), Settings::default(), "{key:?}");
    }
    assert_eq!(load(&setting("output", "/srv/traefik/dynamic")), Settings::default());
}

#[test]
fn settings_are_written_as_a_file_that_loads_to_them() {
    let text = serde_yaml::to_string(&Settings::default()).unwrap();
    assert_eq!(load(&text), Settings::default());

    let mut settings = load(
        "{engine: x, tls: {ca: a}, timeout: 90s, blacklist: {ports: 1, allow: [a, b]}, \
              network: {default: n, variables: {A: '1, 2', B: ''}, allow: [host, flush]}}",
    );
    settings.default_rule = "Host(`a`) # \"{{ .Name }}\"\n".to_owned();
    assert_eq!(load(&serde_yaml::to_string(&settings).unwrap()), settings);
}

/// The paths of the values in a serialized mapping.
fn leaves(value: &serde_yaml::Value, path: &str, found: &mut Vec<String>) {
    match value.as_mapping() {
        // A map of names is one value.
        Some(entries) if KEYS.iter().all(|key| key.path != path) => {
            entries.iter().for_each(|(name, value)| {
                let name = name.as_str().unwrap_or("a name that is no text");
                leaves(
                    value,
                    &if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") },
                    found,
                );
            })
        }
        _ => found.push(path.to_owned()),
    }
}

#[test]
fn every_field_has_its_key_and_every_key_its_field() {
    let mut fields = Vec::new();
    leaves(&serde_yaml::to_value(Settings::default()).unwrap(), "", &mut fields);
    let keys: Vec<&str> = KEYS.iter().map(|key| key.path).collect();
    assert_eq!(fields, keys);
}

#[test]
fn the_packaged_file_shows_every_key() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../bins/packaging/docker-watcher.yml");
    let text = fs::read_to_string(path).unwrap();
    assert_eq!(load(&text), Settings::default(), "as it is packaged, it changes nothing");

    // A key is commented out without a blank after the `#`, words are with one.
    let uncomment = |line: &str| match line.strip_prefix('#') {
        Some(rest) if !rest.starts_with(' ') || rest.starts_with("  ") => rest.to_owned(),
        _ => line.to_owned(),
    };
    let text: String = text.lines().map(|line| uncomment(line) + "\n").collect();
    let mut shown = Vec::new();
    leaves(&serde_yaml::from_str(&text).unwrap(), "", &mut shown);
    let keys: Vec<&str> = KEYS.iter().map(|key| key.path).collect();
    assert_eq!(shown, keys);
    load(&text);
}
