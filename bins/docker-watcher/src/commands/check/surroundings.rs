use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use portolan_check::Surroundings;
use portolan_reconcile::Policy;
use serde_json::Value;

use crate::cli::CheckArguments;
use crate::report;

/// The largest file of Traefik's that is read, in bytes.
const LARGEST: u64 = 16 << 20;

/// What Traefik's own files say, as far as they are given.
pub(super) fn gather(arguments: &CheckArguments, policy: &Policy) -> anyhow::Result<Surroundings> {
    let mut surroundings = Surroundings { blacklist: policy.blacklist.clone(), ..Surroundings::default() };
    let mut dynamic = arguments.dynamic.clone();
    if let Some(path) = &arguments.static_file {
        let file = read(path)?;
        surroundings.read_static(&file);
        if let Some(named) = Surroundings::dynamic_path(&file) {
            let named = path.parent().unwrap_or(Path::new("")).join(named);
            if named.exists() {
                dynamic.push(named);
            } else {
                let help = "give the files that Traefik reads there with `--dynamic`";
                let message =
                    format!("`{}`, of which `{}` speaks, is not here", named.display(), path.display());
                report::line("warning", &message, Some(help));
            }
        }
    }
    for path in &dynamic {
        for file in files(path)? {
            match read(&file) {
                Ok(value) => surroundings.read_dynamic(&value),
                // Files in a directory may be templates: what they define cannot be told.
                Err(error) if path.is_dir() => report::line("warning", &format!("{error:#}"), None),
                Err(error) => return Err(error),
            }
        }
        surroundings.defined.get_or_insert_default();
    }
    Ok(surroundings)
}

/// The file, or the files of a directory and those below it that Traefik reads.
fn files(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut found = Vec::new();
    let mut open = vec![path.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in
            fs::read_dir(&directory).with_context(|| format!("cannot read `{}`", directory.display()))?
        {
            let path = entry?.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|it| it == "yml" || it == "yaml" || it == "toml") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

/// A file of Traefik's, YAML or TOML by its name, as plain data.
fn read(path: &Path) -> anyhow::Result<Value> {
    let shown = path.display();
    let size = fs::metadata(path).with_context(|| format!("cannot read `{shown}`"))?.len();
    if size > LARGEST {
        return Err(anyhow!("`{shown}` is larger than {} MiB", LARGEST >> 20));
    }
    let text = fs::read_to_string(path).with_context(|| format!("cannot read `{shown}`"))?;
    if path.extension().is_some_and(|extension| extension == "toml") {
        return toml_edit::de::from_str(&text).with_context(|| format!("`{shown}` is not TOML"));
    }
    let value: Value = serde_yaml::from_str(&text).with_context(|| format!("`{shown}` is not YAML"))?;
    Ok(value)
}
