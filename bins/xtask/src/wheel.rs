//! `cargo xtask wheel`: jupyterhub-proxy and its Python module, as `pip` installs them.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

use crate::process::{command, run as start};
use crate::{tools, workspace};

const PROJECT: &str = "bins/jupyterhub-proxy/python";

/// Builds the wheel as it is released, and prints its path.
pub(crate) fn run() -> Result<bool> {
    println!("{}", build("release")?.display());
    Ok(true)
}

/// Builds the wheel, and gives its path.
pub(crate) fn build(profile: &str) -> Result<PathBuf> {
    let folder = workspace::target().join("wheels").join(profile);
    let wheels = || -> Vec<PathBuf> {
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
        entries.filter(|path| path.extension().is_some_and(|extension| extension == "whl")).collect()
    };
    // Of another version, perhaps.
    for old in wheels() {
        fs::remove_file(&old).with_context(|| format!("cannot remove `{}`", old.display()))?;
    }
    start(
        command(tools::maturin()?)
            .args(["build", "--locked", "--quiet", "--profile", profile, "--out"])
            .arg(&folder)
            // The libraries that it takes are the C library's alone; which version of that is the builder's.
            .args(["--auditwheel", "skip"])
            .current_dir(workspace::root().join(PROJECT))
            .env("CARGO_TARGET_DIR", workspace::target()),
    )?;
    wheels().pop().with_context(|| format!("maturin left no wheel in `{}`", folder.display()))
}
