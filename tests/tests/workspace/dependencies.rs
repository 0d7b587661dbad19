use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::{array, cargo, folder, members, metadata, read, root, short_name, text};

/// What each crate may depend on, among ours. A crate that is not listed is new: say here where it stands.
const ARROWS: &[(&str, &[&str])] = &[
    ("container", &[]),
    ("agent", &[]),
    ("labels", &["container"]),
    ("blacklist", &["container"]),
    ("engine", &["container"]),
    ("netlink", &["container"]),
    ("settings", &[]),
    ("routes", &["container", "labels"]),
    ("traefik", &["container", "labels", "routes"]),
    ("jupyterhub", &["routes", "traefik"]),
    ("reconcile", &["container", "labels", "blacklist", "engine", "netlink", "routes", "traefik"]),
    (
        "docker-watcher",
        &[
            "agent",
            "container",
            "labels",
            "blacklist",
            "engine",
            "netlink",
            "settings",
            "routes",
            "traefik",
            "reconcile",
            "program",
            "check",
        ],
    ),
    ("check", &["container", "labels", "blacklist", "routes"]),
    ("hook", &["container"]),
    (
        "program",
        &[
            "agent",
            "container",
            "blacklist",
            "engine",
            "netlink",
            "reconcile",
            "routes",
            "settings",
            "traefik",
        ],
    ),
    (
        "podman-hook",
        &["container", "engine", "hook", "netlink", "program", "reconcile", "settings", "traefik"],
    ),
    ("jupyterhub-proxy", &["jupyterhub", "program", "settings", "traefik"]),
    ("xtask", &[]),
    (
        "tests",
        &[
            "container",
            "labels",
            "blacklist",
            "engine",
            "netlink",
            "settings",
            "routes",
            "traefik",
            "reconcile",
        ],
    ),
];

/// Who may depend on these crates of others.
const KEPT: &[(&str, &[&str])] = &[
    ("bollard", &["engine"]),
    ("hyper", &["agent", "docker-watcher", "jupyterhub-proxy"]),
    ("tokio", &["agent", "engine", "reconcile", "docker-watcher", "jupyterhub-proxy", "podman-hook"]),
];

/// Crates that do no I/O: not even what their dependencies bring may hold a runtime or a network.
const PURE: &[&str] =
    &["container", "labels", "blacklist", "routes", "traefik", "settings", "jupyterhub", "check"];

#[test]
fn dependencies_point_one_way() {
    let arrows: BTreeMap<_, _> = ARROWS.iter().copied().collect();
    let ours: BTreeSet<_> = members().map(|package| text(&package["name"])).collect();
    let mut wrong = Vec::new();
    for package in members() {
        let from = short_name(package);
        let Some(allowed) = arrows.get(from) else {
            wrong.push(format!("`{from}` has no place among the arrows"));
            continue;
        };
        for dependency in
            array(&package["dependencies"]).filter(|dependency| text(&dependency["kind"]) != "dev")
        {
            let to = text(&dependency["name"]);
            if ours.contains(to) && !allowed.contains(&to.strip_prefix("portolan-").unwrap_or(to)) {
                wrong.push(format!("`{from}` may not depend on `{to}`"));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn runtime_and_engine_client_stay_where_they_belong() {
    let mut wrong = Vec::new();
    for (kept, homes) in KEPT {
        let users = members().filter(|package| {
            array(&package["dependencies"])
                .any(|dependency| text(&dependency["name"]) == *kept && text(&dependency["kind"]) != "dev")
        });
        let strangers = users.map(short_name).filter(|user| !homes.contains(user));
        wrong.extend(strangers.map(|user| format!("`{user}` may not depend on `{kept}`")));
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn the_pure_core_brings_no_runtime() {
    let nodes: BTreeMap<&str, &Value> =
        array(&metadata()["resolve"]["nodes"]).map(|node| (text(&node["id"]), node)).collect();
    let names: BTreeMap<&str, &str> = array(&metadata()["packages"])
        .map(|package| (text(&package["id"]), text(&package["name"])))
        .collect();
    let mut wrong = Vec::new();
    for package in members().filter(|package| PURE.contains(&short_name(package))) {
        let mut reached = BTreeSet::new();
        let mut open = vec![text(&package["id"])];
        while let Some(id) = open.pop() {
            if !reached.insert(id) {
                continue;
            }
            let used = array(&nodes[id]["deps"])
                .filter(|dependency| array(&dependency["dep_kinds"]).any(|kind| kind["kind"].is_null()));
            open.extend(used.map(|dependency| text(&dependency["pkg"])));
        }
        assert!(reached.len() > 1, "`{}` depends on something", short_name(package));
        for unwanted in ["tokio", "mio", "hyper", "bollard", "async-std", "smol"] {
            if reached.iter().any(|id| names[id] == unwanted) {
                wrong.push(format!("`{}` brings `{unwanted}`", short_name(package)));
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_member_takes_the_lints_of_the_workspace() {
    assert!(read("Cargo.toml").contains("\nunsafe_code = \"forbid\"\n"));
    for package in members() {
        let manifest = read(&folder(package).join("Cargo.toml").to_string_lossy());
        assert!(manifest.contains("\n[lints]\nworkspace = true\n"), "`{}`", short_name(package));
    }
}

/// What is published says which compiler it takes, and all say the same; a registry shows what else there is to say.
#[test]
fn every_manifest_is_one_that_a_registry_takes() {
    let manifest = read("Cargo.toml");
    let stated = |manifest: &str| {
        let line = manifest.lines().find_map(|line| line.strip_prefix("rust-version = \""));
        line.and_then(|line| line.strip_suffix('"')).map(str::to_owned)
    };
    let oldest = stated(&manifest).expect("the workspace states a version");
    assert_eq!(stated(&read("fuzz/Cargo.toml")).as_deref(), Some(oldest.as_str()));
    assert!(read("README.md").contains(&format!("Rust {oldest} or later")), "the README says so too");
    for package in members() {
        let name = short_name(package);
        assert_eq!(text(&package["rust_version"]), oldest, "`{name}`");
        if !folder(package).starts_with("crates") {
            continue;
        }
        assert!(package["publish"].is_null(), "`{name}` is published");
        for field in ["description", "repository", "readme"] {
            assert!(!text(&package[field]).is_empty(), "`{name}` has no {field}");
        }
        for dependency in array(&package["dependencies"]) {
            let has_version = text(&dependency["req"]) != "*";
            assert!(has_version, "`{name}` depends on any version of `{}`", text(&dependency["name"]));
        }
    }
}

/// The compiler that we say is enough is so for what we depend on; which of its library there is then, says clippy (`incompatible_msrv`).
#[test]
fn no_dependency_takes_a_newer_compiler() {
    let version = |text: &str| -> Vec<u64> { text.split('.').filter_map(|part| part.parse().ok()).collect() };
    let ours =
        members().next().map(|package| version(text(&package["rust_version"]))).expect("there are members");
    let mut stated = 0;
    let mut wrong = Vec::new();
    for package in array(&metadata()["packages"]) {
        let Some(takes) = package["rust_version"].as_str() else { continue };
        stated += 1;
        if version(takes) > [ours.as_slice(), &[u64::MAX]].concat() {
            wrong.push(format!("`{}` takes {takes}", text(&package["name"])));
        }
    }
    assert!(stated > 50, "most say what they take: {stated}");
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn every_member_has_the_licence_and_a_readme() {
    assert!(read("LICENSE-MIT").starts_with("MIT License\n"));
    assert!(read("LICENSE-APACHE").contains("Apache License"));
    for package in members() {
        let name = short_name(package);
        assert_eq!(text(&package["license"]), "MIT OR Apache-2.0", "`{name}`");
        let readme = folder(package).join("README.md");
        let readme = read(&readme.to_string_lossy());
        assert!(readme.starts_with("# "), "the README of `{name}` has a title");
        let library = folder(package).join("src/lib.rs");
        if folder(package).starts_with("crates") {
            assert!(
                read(&library.to_string_lossy()).starts_with("#![doc = include_str!(\"../README.md\")]\n"),
                "the documentation of `{name}` begins with its README"
            );
            assert!(readme.lines().count() > 1, "the README of `{name}` says something");
        }
    }
}

#[test]
fn continuous_integration_runs_what_the_readme_says() {
    let script = read(".ci/run");
    assert!(script.lines().any(|line| line == "CI=true exec cargo xtask test"), "{script}");
    assert!(read("README.md").lines().any(|line| line == "cargo xtask test"));
}

#[test]
fn the_lock_file_is_up_to_date() {
    cargo(&["metadata", "--format-version=1", "--locked", "--no-deps"]);
    assert!(root().join("Cargo.lock").exists());
}
