//! `docker-watcher check` and `explain`: mistakes one by one with what is said of each, what is right beside them, and Traefik's own word.

mod explain;
mod formats;
mod mistakes;
mod sources;
mod traefik;
mod vectors;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context as _, Result};
use portolan_tests::{outcome, program};
use serde_json::Value;

/// What the program says as JSON, whatever it ends with.
fn findings(arguments: &[String], input: &[u8]) -> Result<Vec<Value>> {
    let mut command = program()?;
    command.args(arguments).env("PORTOLAN_CONFIG", "");
    let done = outcome(&mut command, input)?;
    serde_json::from_slice(&done.stdout).with_context(|| String::from_utf8_lossy(&done.stderr).into_owned())
}

/// What is printed on standard output, and the exit code, from the file's own directory.
fn check(source: &Path, more: &[&str]) -> Result<(String, Option<i32>)> {
    let text = fs::read_to_string(source).unwrap_or_default();
    let flags = text.lines().next().and_then(|line| line.strip_prefix("# check: ")).unwrap_or_default();
    let mut command = program()?;
    command.arg("check").args(flags.split_whitespace()).args(more);
    command.arg(source.file_name().context("a source is a file")?);
    command.current_dir(source.parent().context("a file is in a directory")?);
    command.env_clear().env("PORTOLAN_CONFIG", "").env("COMPOSE_PROJECT_NAME", "demo");
    let done = command.stdin(Stdio::null()).output()?;
    Ok((String::from_utf8(done.stdout)?, done.status.code()))
}

fn directory(kind: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("data/check").join(kind)
}

#[expect(clippy::disallowed_methods, reason = "files of a test, and of the sources")]
fn update(path: &Path, text: &str) -> Result<()> {
    fs::write(path, text).with_context(|| path.display().to_string())
}
