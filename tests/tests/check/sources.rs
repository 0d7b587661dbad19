use std::fs;

use anyhow::{Context as _, Result, ensure};
use portolan_tests::{Need, unmet};

use super::{check, update};

#[test]
fn what_is_certain_is_mended_and_the_rest_of_the_file_stays() -> Result<()> {
    if unmet(&[Need::Watcher])?.is_some() {
        return Ok(());
    }
    let scratch = tempfile::tempdir()?;
    let file = scratch.path().join("compose.yaml");
    let text = |rule: &str, allow: &str, host: &str| {
        format!(
            "# who: me\nservices:\n  web:   # the site\n    image: nginx\n    expose: [ 80 ]\n    labels:\n\
             \x20     - \"traefik.http.routers.web.{rule}={host}(`a.example`)\"   # ü\n\
             \x20     - 'traefik.http.middlewares.m.{allow}.sourcerange=10.0.0.0/8'\n\
             \x20     - traefik.http.routers.web.middlewares=mm\n"
        )
    };
    update(&file, &text("rul", "ipwhitelist", "Hosts"))?;
    check(&file, &["--fix"])?;
    // Somebody else may define a middleware `mm`, unless all that there is is given.
    let mended = text("rule", "ipallowlist", "Host");
    let (left, _) = check(&file, &["--fix"])?;
    assert_eq!(fs::read_to_string(&file)?, mended);
    ensure!(left.contains("nobody defines the HTTP middleware `mm`"), "{left}");
    let dynamic = scratch.path().join("dynamic.yml");
    update(&dynamic, "http: {middlewares: {other: {compress: {}}}}")?;
    let all = ["--dynamic", dynamic.to_str().context("a path")?, "--fix"];
    let (left, _) = check(&file, &all)?;
    assert_eq!(fs::read_to_string(&file)?, mended.replace("=mm", "=m"));
    assert_eq!(left, "");
    Ok(())
}

#[test]
fn several_sources_are_one_proxy() -> Result<()> {
    if unmet(&[Need::Watcher])?.is_some() {
        return Ok(());
    }
    let scratch = tempfile::tempdir()?;
    let service =
        |labels: &str| format!("services:\n  x:\n    image: nginx\n    expose: [80]\n    labels: {labels}\n");
    let one = scratch.path().join("one.yaml");
    update(&one, &service("{traefik.http.middlewares.m.addprefix.prefix: /x}"))?;
    let two = scratch.path().join("two.yaml");
    let rule = "traefik.http.routers.r.rule: Host(`r.example`)";
    update(&two, &service(&format!("{{{rule}, traefik.http.routers.r.middlewares: m}}")))?;
    let (alone, _) = check(&two, &[])?;
    ensure!(alone.contains("nobody defines the HTTP middleware `m`"), "{alone}");
    let (together, _) = check(&two, &["one.yaml"])?;
    ensure!(!together.contains("nobody defines"), "{together}");
    Ok(())
}

#[test]
fn a_directory_is_what_compose_takes_of_it() -> Result<()> {
    if unmet(&[Need::Watcher])?.is_some() {
        return Ok(());
    }
    let scratch = tempfile::tempdir()?;
    let shop = scratch.path().join("shop");
    fs::create_dir(&shop)?;
    let service = |labels: &str| {
        format!("services:\n  web:\n    image: nginx\n    expose: [80]\n    labels:\n{labels}")
    };
    update(
        &shop.join("docker-compose.yml"),
        &service("      traefik.http.routers.r.rul: Host(`a.example`)\n"),
    )?;
    let over = shop.join("docker-compose.override.yml");
    update(
        &over,
        "services:\n  web:\n    ports: [nonsense]\n    labels:\n      traefik.http.routers.r.entrypoint: web\n",
    )?;
    let places = |json: &str| -> Result<Vec<(String, u64, String)>> {
        let list: Vec<serde_json::Value> = serde_json::from_str(json)?;
        let text = |it: &serde_json::Value, key: &str| it[key].as_str().unwrap_or_default().to_owned();
        Ok(list
            .iter()
            .map(|it| (text(it, "file"), it["line"].as_u64().unwrap_or(0), text(it, "code")))
            .collect())
    };
    let expect = |found: &str, expected: &[(&str, u64, &str)]| -> Result<()> {
        let expected: Vec<_> =
            expected.iter().map(|(file, line, code)| (file.to_string(), *line, code.to_string())).collect();
        ensure!(places(found)? == expected, "{found}");
        Ok(())
    };
    // What keeps it from starting is at the file that says so.
    let (found, _) = check(&shop, &["--format", "json"])?;
    expect(&found, &[("shop/docker-compose.override.yml", 3, "compose-service")])?;
    let text = fs::read_to_string(&over)?.replace("    ports: [nonsense]\n", "");
    update(&over, &text)?;
    let (found, _) = check(&shop, &["--format", "json"])?;
    let each = [
        ("shop/docker-compose.override.yml", 4, "unknown-field"),
        ("shop/docker-compose.yml", 6, "unknown-field"),
    ];
    expect(&found, &each)?;
    // A name that is given stands alone.
    let (found, _) = check(&shop.join("docker-compose.yml"), &["--format", "json"])?;
    expect(&found, &[("docker-compose.yml", 6, "unknown-field")])?;
    // Both are mended where they stand, and both are rendered.
    check(&shop, &["--fix"])?;
    ensure!(fs::read_to_string(&over)?.contains("r.entrypoints: web"));
    let mut render = portolan_tests::program()?;
    render.arg("render").arg(&shop).env("PORTOLAN_CONFIG", "");
    let rendered = portolan_tests::output(&mut render, b"")?;
    ensure!(rendered.contains("Host(`a.example`)") && rendered.contains("- web"), "{rendered}");

    fs::remove_file(shop.join("docker-compose.yml"))?;
    let told = portolan_tests::outcome(&mut render, b"")?;
    let said = String::from_utf8_lossy(&told.stderr).into_owned();
    ensure!(told.status.code() == Some(2) && said.contains("no Compose file"), "{said}");
    Ok(())
}

#[test]
fn a_mistake_in_a_file_that_is_named_is_told_at_its_place_there() -> Result<()> {
    if unmet(&[Need::Watcher])?.is_some() {
        return Ok(());
    }
    let scratch = tempfile::tempdir()?;
    let file = scratch.path().join("compose.yaml");
    let below = scratch.path().join("below");
    fs::create_dir(&below)?;
    let told = |root: &str, below_text: &str| -> Result<String> {
        update(&file, root)?;
        update(&below.join("x.yaml"), below_text)?;
        let (found, _) = check(&file, &["--format", "json"])?;
        let list: Vec<serde_json::Value> = serde_json::from_str(&found)?;
        let place = |it: &serde_json::Value| {
            let text = |key: &str| it[key].as_str().unwrap_or_default().to_owned();
            format!("{}:{}:{} {}", text("file"), it["line"], it["column"], text("code"))
        };
        Ok(list.iter().map(place).collect::<Vec<_>>().join(", "))
    };
    let include = "# one\n# two\ninclude: [below/x.yaml]\n";
    let extends = "services:\n  web:\n    extends: {file: below/x.yaml, service: base}\n";
    let check = |root: &str, text: &str, expected: &str| -> Result<()> {
        let found = told(root, text)?;
        ensure!(found == expected, "{text}: {found}, and not {expected}");
        Ok(())
    };
    check(include, "services:\n  a: [\n", "below/x.yaml:3:1 compose-syntax")?;
    check(include, "services:\n  a:\n    image: x\n    ports: [y]\n", "below/x.yaml:4:13 compose-service")?;
    check(include, "services:\n  a: 1\n", "below/x.yaml:2:3 compose-service")?;
    check(include, "networks: []\nservices: {}\n", "below/x.yaml:1:1 compose-syntax")?;
    check(include, "include: [none.yaml]\n", "below/x.yaml:1:11 compose-file")?;
    check(include, "services: {a: {image: \"${\"}}\n", "below/x.yaml:1:16 compose-interpolation")?;
    check(extends, "services:\n  base:\n    image: '${'\n", "below/x.yaml:3:5 compose-interpolation")?;
    check("include: [below/none.yaml]\n", "", "compose.yaml:1:11 compose-file")?;
    update(&below.join(".env"), "A=1\nb c\n")?;
    check(include, "services: {}\n", "below/.env:2:1 compose-environment")
}
