//! In `data/check/wrong` each file has one mistake, and a text beside it with what is printed; in `data/check/right` the same
//! files are mended, and nothing is. A first line `# check: FLAGS` says what the program is called with. `UPDATE=1` writes
//! the texts anew.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result, ensure};
use portolan_tests::{Need, unmet};

use super::{check, directory, update};

/// The formats of sources, by their extensions.
const SOURCES: [&str; 3] = ["yaml", "json", "container"];

#[test]
fn each_mistake_is_told() -> Result<()> {
    if unmet(&[Need::Watcher])?.is_some() {
        return Ok(());
    }
    let sources = sources("wrong")?;
    ensure!(sources.len() >= 120, "there are {} mistakes", sources.len());
    let mut wrong = Vec::new();
    for source in sources {
        let (printed, code) = check(&source, &[])?;
        let expected = if printed.contains("error[") { 1 } else { 0 };
        ensure!(code == Some(expected), "{}: ends with {code:?}\n{printed}", source.display());
        ensure!(!printed.is_empty(), "{}: nothing is said", source.display());
        let page = source.with_extension("txt");
        if std::env::var_os("UPDATE").is_some() {
            update(&page, &printed)?;
        } else if fs::read_to_string(&page).with_context(|| page.display().to_string())? != printed {
            wrong.push(format!("{}: printed is\n{printed}", source.display()));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    Ok(())
}

#[test]
fn what_is_right_is_left_in_peace() -> Result<()> {
    if unmet(&[Need::Watcher])?.is_some() {
        return Ok(());
    }
    let mut wrong = Vec::new();
    for source in sources("right")? {
        let (printed, code) = check(&source, &["--deny-warnings"])?;
        if code != Some(0) || !printed.is_empty() {
            wrong.push(format!("{}: {printed}", source.display()));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
    Ok(())
}

#[test]
fn every_mistake_has_one_that_is_mended() -> Result<()> {
    let names = |kind| -> Result<BTreeSet<_>> {
        Ok(sources(kind)?.iter().filter_map(|path| Some(path.file_name()?.to_owned())).collect())
    };
    let (wrong, right) = (names("wrong")?, names("right")?);
    // What has no right counterpart but an empty file.
    let alone: Vec<_> = wrong.difference(&right).map(|name| name.to_string_lossy().into_owned()).collect();
    assert_eq!(alone, ["inspect-truncated.json", "quadlet-section.container"]);
    assert_eq!(right.difference(&wrong).count(), 0);
    Ok(())
}

#[test]
fn warnings_may_be_denied() -> Result<()> {
    if unmet(&[Need::Watcher])?.is_some() {
        return Ok(());
    }
    let source = directory("wrong").join("ignored-port.yaml");
    ensure!(check(&source, &[])?.1 == Some(0));
    ensure!(check(&source, &["--deny-warnings"])?.1 == Some(1));
    Ok(())
}

#[test]
fn what_cannot_be_read_is_no_finding() -> Result<()> {
    if unmet(&[Need::Watcher])?.is_some() {
        return Ok(());
    }
    let (printed, code) = check(&directory("wrong").join("none.yaml"), &[])?;
    ensure!((printed.as_str(), code) == ("", Some(2)), "{printed} {code:?}");
    Ok(())
}

fn sources(kind: &str) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(directory(kind))? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| SOURCES.iter().any(|known| extension == *known)) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}
