use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};
use portolan_tests::{FileProvider, Loaded, Need, render, unmet};

/// A Compose file of a shop with most of what labels can ask for; `UPDATE=1` writes its file anew.
#[test]
fn a_compose_file_comes_to_the_file_that_was_looked_at() -> Result<()> {
    if unmet(&[Need::Watcher])?.is_some() {
        return Ok(());
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("data/proxy");
    let path = |name: &str| folder.join(name).to_string_lossy().into_owned();
    let file = render(&["--config", &path("settings.yml"), &path("compose.yaml")], b"")?;
    if std::env::var_os("UPDATE").is_some() {
        File::create(path("expected.yml"))?.write_all(file.as_bytes())?;
    }
    let expected = fs::read_to_string(path("expected.yml")).context("`UPDATE=1` writes it")?;
    assert_eq!(file, expected);

    if unmet(&[Need::Traefik])?.is_some() {
        return Ok(());
    }
    let loaded = FileProvider::start("yml")?.load(&file)?;
    assert!(matches!(loaded, Loaded::Configuration(_)), "{loaded:?}");
    Ok(())
}
