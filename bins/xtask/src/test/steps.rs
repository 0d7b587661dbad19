use std::fs;

use anyhow::{Context as _, Result, bail};

use super::tally::Tally;
use crate::image::build_static;
use crate::process::{Event, capture, cargo, command, lines, run};
use crate::progress::seconds;
use crate::{docs as pages, tools, wheel, workspace};

/// Where what is Python stands.
const PYTHON: [&str; 3] = ["bins/jupyterhub-proxy/python", "bins/xtask", "tests"];

pub(super) fn tools() -> Result<Tally> {
    let mut tally = Tally::default();
    let needs = [tools::ENGINE, tools::IMAGE, tools::TESTS, tools::PAGE].concat();
    match tools::install(&needs) {
        Ok(_) => {}
        // The tests that need it will say so too; those that do not can run.
        Err(error) if !tools::is_root() => tally.skips.push(format!("tools: {error}")),
        Err(error) => return Err(error),
    }
    tools::traefik()?;
    tools::cargo_deny()?;
    tools::ruff()?;
    tools::maturin()?;
    tools::jupyterhub()?;
    Ok(tally)
}

pub(super) fn format() -> Result<Tally> {
    run(cargo().args(["fmt", "--all", "--check"]))?;
    for manifest in example_manifests()? {
        run(cargo().args(["fmt", "--check", "--manifest-path"]).arg(manifest))?;
    }
    run(command(tools::ruff()?).args(["format", "--quiet", "--check"]).args(PYTHON))?;
    Ok(Tally::default())
}

pub(super) fn deny() -> Result<Tally> {
    // Advisories are left out: their list is no package, and a build must not change with the day.
    run(command(tools::cargo_deny()?).args([
        "--locked",
        "--all-features",
        "check",
        "bans",
        "licenses",
        "sources",
    ]))?;
    Ok(Tally::default())
}

pub(super) fn clippy() -> Result<Tally> {
    run(cargo().args(["clippy", "--locked", "--workspace", "--all-targets", "--", "--deny", "warnings"]))?;
    run(command(tools::ruff()?).args(["check", "--quiet"]).args(PYTHON))?;
    Ok(Tally::default())
}

pub(super) fn docs() -> Result<Tally> {
    run(cargo()
        .args(["doc", "--locked", "--workspace", "--no-deps"])
        .env("RUSTDOCFLAGS", "--deny warnings"))?;
    // What is made of tables and models is compared by tests.
    if !pages::commands_up_to_date()? {
        bail!("generated pages are not up to date: `cargo xtask docs` writes them anew");
    }
    Ok(Tally::default())
}

pub(super) fn build() -> Result<Tally> {
    // With what the tests depend on, so that the tests find everything built with the same features.
    run(cargo().args(["build", "--locked", "--workspace", "--bins", "--tests"]))?;
    // For the test of the image.
    build_static("dev", None)?;
    // For those of the Python package.
    wheel::build("dev")?;
    Ok(Tally::default())
}

pub(super) fn package() -> Result<Tally> {
    // Whether what is packaged builds, says the workspace's own build: it is the same.
    let mut package = cargo();
    package.args(["package", "--locked", "--no-verify", "--allow-dirty", "--quiet"]);
    // All in one, since they depend on one another: none of them is in a registry yet.
    for entry in fs::read_dir(workspace::root().join("crates")).context("cannot read `crates`")? {
        package.arg(format!("--package=portolan-{}", entry?.file_name().to_string_lossy()));
    }
    run(&mut package)?;
    Ok(Tally::default())
}

pub(super) fn examples() -> Result<Tally> {
    for manifest in example_manifests()? {
        let Some(directory) = manifest.parent() else { continue };
        // The versions that the workspace is tested with: a lock file of its own would age.
        fs::copy(workspace::root().join("Cargo.lock"), directory.join("Cargo.lock"))
            .context("cannot copy the lock file")?;
        let printed = capture(
            cargo()
                .args(["run", "--quiet", "--manifest-path"])
                .arg(&manifest)
                .env("CARGO_TARGET_DIR", workspace::target().join("examples"))
                .stderr(std::process::Stdio::inherit()),
        )?;
        let expected = directory.join("expected.txt");
        let wanted =
            fs::read_to_string(&expected).with_context(|| format!("cannot read `{}`", expected.display()))?;
        if printed != wanted {
            bail!("`{}` printed\n{printed}\nand not what `expected.txt` says:\n{wanted}", manifest.display());
        }
    }
    Ok(Tally::default())
}

pub(super) fn fuzz() -> Result<Tally> {
    let directory = workspace::root().join("fuzz");
    // The versions that the workspace is tested with, as for the examples.
    fs::copy(workspace::root().join("Cargo.lock"), directory.join("Cargo.lock"))
        .context("cannot copy the lock file")?;
    let manifest = directory.join("Cargo.toml");
    run(cargo().args(["fmt", "--check", "--manifest-path"]).arg(&manifest))?;
    run(cargo()
        .args(["test", "--quiet", "--manifest-path"])
        .arg(&manifest)
        .env("CARGO_TARGET_DIR", workspace::target()))?;
    Ok(Tally::default())
}

/// As many failures as are tried once more: beyond, something is broken.
const SECOND_TRIES: usize = 8;

pub(super) fn tests() -> Result<Tally> {
    let mut tally = run_tests(&[])?;
    if (1..=SECOND_TRIES).contains(&tally.failed) && tally.failures.len() == tally.failed {
        eprintln!("    {} failed, once more by themselves: {}", tally.failed, tally.failures.join(", "));
        tally.settle(&run_tests(&tally.failures)?);
    }
    Ok(tally)
}

/// Runs the tests of these names, or all.
fn run_tests(names: &[String]) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut tests = cargo();
    tests.args(["test", "--locked", "--workspace", "--no-fail-fast", "--", "--show-output"]);
    if !names.is_empty() {
        tests.arg("--exact").args(names);
    }
    tests
        .env("PORTOLAN_TRAEFIK", tools::traefik()?)
        .env("PORTOLAN_WATCHER", workspace::built("docker-watcher"))
        .env("PORTOLAN_HOOK", workspace::built("podman-hook"))
        .env("PORTOLAN_HUB_PROXY", workspace::built("jupyterhub-proxy"))
        .env("PORTOLAN_JUPYTERHUB", tools::jupyterhub()?)
        .env("PORTOLAN_WHEEL", wheel::build("dev")?)
        .env("PORTOLAN_STATIC_WATCHER", build_static("dev", None)?);
    let status = lines(&mut tests, |event| match event {
        Event::Line(line) => {
            if tally.read(&line) {
                println!("{line}");
            }
        }
        Event::Silence(elapsed) => {
            eprintln!("    tests still run ({}; {})", seconds(elapsed), tally.line());
        }
    })?;
    if !status.success() && tally.failed == 0 {
        tally.failed = 1;
        tally.failures.push(format!(
            "`cargo test` ended with {status}: a test program did not build or did not finish"
        ));
    }
    Ok(tally)
}

/// The manifests of the crates under `examples/`, which are no members of the workspace.
fn example_manifests() -> Result<Vec<std::path::PathBuf>> {
    let examples = workspace::root().join("examples");
    let entries = fs::read_dir(&examples).with_context(|| format!("cannot read `{}`", examples.display()))?;
    let mut manifests: Vec<_> = entries
        .filter_map(|entry| Some(entry.ok()?.path().join("Cargo.toml")))
        .filter(|path| path.exists())
        .collect();
    manifests.sort();
    Ok(manifests)
}
