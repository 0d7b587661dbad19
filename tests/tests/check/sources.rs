use std::fs;

use anyhow::{Result, ensure};
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
    // Of the middleware's name two letters are wrong: that may be another name.
    let mended = text("rule", "ipallowlist", "Host").replace("=mm", "=m");
    let (left, _) = check(&file, &["--fix"])?;
    assert_eq!(fs::read_to_string(&file)?, mended);
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
