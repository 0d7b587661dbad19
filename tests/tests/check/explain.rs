//! `docker-watcher explain` of a container in a file. `UPDATE=1` writes what is expected anew.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context as _, Result, ensure};
use portolan_tests::{Need, program, unmet};
use serde_json::Value;

use super::update;

/// What is printed, and the exit code, from the directory of the sources.
fn explain(arguments: &[&str]) -> Result<(String, String, Option<i32>)> {
    let mut command = program()?;
    command.arg("explain").args(arguments).current_dir(directory());
    command.env_clear().env("PORTOLAN_CONFIG", "").env("COMPOSE_PROJECT_NAME", "demo");
    let done = command.stdin(Stdio::null()).output()?;
    Ok((String::from_utf8(done.stdout)?, String::from_utf8(done.stderr)?, done.status.code()))
}

fn directory() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/data/explain"))
}

/// The text of a file, or what stands in it from now on.
fn expected(name: &str, printed: &str) -> Result<String> {
    let path = directory().join(name);
    if std::env::var_os("UPDATE").is_some() {
        update(&path, printed)?;
    }
    std::fs::read_to_string(&path).with_context(|| path.display().to_string())
}

#[test]
fn a_container_is_explained_to_people() -> Result<()> {
    if unmet(&[Need::Watcher])?.is_some() {
        return Ok(());
    }
    let (printed, errors, code) = explain(&["demo-web-1", "web.yaml"])?;
    assert_eq!(printed, expected("web.txt", &printed)?, "{errors}");
    ensure!(code == Some(0), "{code:?}: {errors}");
    Ok(())
}

#[test]
fn a_container_is_explained_to_tools() -> Result<()> {
    if unmet(&[Need::Watcher])?.is_some() {
        return Ok(());
    }
    let (printed, errors, code) = explain(&["--format", "json", "demo-web-1", "web.yaml"])?;
    let expected: Value = serde_json::from_str(&expected("web.json", &printed)?)?;
    assert_eq!(serde_json::from_str::<Value>(&printed)?, expected, "{errors}");
    ensure!(code == Some(0), "{code:?}: {errors}");
    Ok(())
}

#[test]
fn a_container_that_is_not_there_is_told() -> Result<()> {
    if unmet(&[Need::Watcher])?.is_some() {
        return Ok(());
    }
    let (_, errors, code) = explain(&["nobody", "web.yaml"])?;
    ensure!(errors.contains("`web.yaml` has no container `nobody`"), "{errors}");
    ensure!(code == Some(2), "{code:?}");
    Ok(())
}

#[test]
fn a_rule_that_traefik_refuses_is_told() -> Result<()> {
    if unmet(&[Need::Watcher])?.is_some() {
        return Ok(());
    }
    let (printed, errors, code) = explain(&["demo-web-1", "rule.yaml"])?;
    ensure!(printed.contains("Hots(`b.example.com`)") && code == Some(1), "{code:?}: {printed}");
    ensure!(errors.contains("rule-syntax") && errors.contains("did you mean `Host`?"), "{errors}");
    ensure!(!errors.contains("demo-other-1"), "what is wrong with others is not asked: {errors}");
    Ok(())
}
