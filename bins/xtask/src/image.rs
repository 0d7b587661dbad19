//! `cargo xtask image`: docker-watcher as a container image.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::cli::{Engine, ImageOptions};
use crate::process::{capture, cargo, command, find, run as start};
use crate::{tools, workspace};

const CONTAINERFILE: &str = "bins/packaging/Containerfile";
const PROGRAM: &str = "docker-watcher";

/// Builds the program and the image, tagged with the version and as the latest.
pub(crate) fn run(options: &ImageOptions) -> Result<bool> {
    let engine = engine(options.engine)?;
    let program = match &options.program {
        Some(program) => program.clone(),
        None => build_static("release", options.target.as_deref())?,
    };
    if !tools::is_static(&read(&program)?) {
        bail!("`{}` needs a loader, and the image has none", program.display());
    }
    // A context of its own: engines send the whole of it, and the folder of programs is large.
    let context = tempfile::tempdir().context("cannot make a temporary directory")?;
    let copy = context.path().join(PROGRAM);
    fs::copy(&program, &copy).with_context(|| format!("cannot copy `{}`", program.display()))?;

    let version = env!("CARGO_PKG_VERSION");
    let tags = [format!("{PROGRAM}:{version}"), format!("{PROGRAM}:latest")];
    let mut build = command(engine);
    build.args(["build", "--file", CONTAINERFILE, "--build-arg", &format!("VERSION={version}")]);
    for tag in &tags {
        build.args(["--tag", tag]);
    }
    start(build.arg(context.path()))?;
    tags.iter().for_each(|tag| println!("{tag}"));
    Ok(true)
}

/// Builds docker-watcher so that it needs no library where it runs, and gives its path.
///
/// glibc's own archive will do, which a compiler for C brings on most systems; musl is asked for by its target.
pub(crate) fn build_static(profile: &str, target: Option<&str>) -> Result<PathBuf> {
    let target = target.map_or_else(host, |target| Ok(target.to_owned()))?;
    let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    // With a target named, what runs at compile time (procedural macros) is built without these flags.
    start(
        cargo()
            .args(["build", "--locked", "--package", PROGRAM, "--profile", profile, "--target", &target])
            .env("RUSTFLAGS", format!("{flags} -C target-feature=+crt-static").trim()),
    )
    .context(
        "a static program takes the C library as an archive: Debian has it in `libc6-dev`, Fedora in `glibc-static`",
    )?;
    let folder = if profile == "dev" { "debug" } else { profile };
    Ok(workspace::target().join(target).join(folder).join(PROGRAM))
}

/// The target that this machine's compiler builds for.
fn host() -> Result<String> {
    let told = capture(command(std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into())).arg("-vV"))?;
    let host = told.lines().find_map(|line| line.strip_prefix("host: "));
    host.map(str::to_owned).context("`rustc -vV` names no host")
}

fn engine(asked: Option<Engine>) -> Result<PathBuf> {
    let candidates = match asked {
        Some(Engine::Docker) => ["docker"].as_slice(),
        Some(Engine::Podman) => &["podman"],
        None => &["docker", "podman"],
    };
    let found = candidates.iter().find_map(|name| find(name));
    found.with_context(|| format!("found no `{}`", candidates.join("` and no `")))
}

fn read(program: &Path) -> Result<Vec<u8>> {
    fs::read(program).with_context(|| format!("cannot read `{}`", program.display()))
}
