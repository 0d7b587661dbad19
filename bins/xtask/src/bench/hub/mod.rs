//! The routes of a JupyterHub: jupyterhub-proxy beside jupyterhub-traefik-proxy, and beside Traefik's own reloads.

mod table;

use std::fs::File;
use std::io::Write as _;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use self::table::{Figures, table};
use crate::aside;
use crate::cli::BenchOptions;
use crate::interrupt::Interrupt;
use crate::process::{capture, cargo, command, run as start};
use crate::progress::timed;
use crate::{tools, workspace};

/// What is measured, as the client calls it: Traefik alone, theirs, ours.
const SUBJECTS: [&str; 3] = ["floor", "traefik_file", "portolan"];

/// Measures all of them in a network of their own, since their ports are fixed, and prints them; tells why not where there can be none.
pub(super) fn outside(options: &BenchOptions, interrupt: &Interrupt) -> Result<()> {
    if let Some(obstacle) = aside::obstacle() {
        eprintln!("    routes of a hub are not measured: {obstacle}");
        return Ok(());
    }
    timed("jupyterhub-proxy, built as it is released", || {
        start(cargo().args(["build", "--locked", "--release", "--package", "jupyterhub-proxy"]))
    })?;
    timed("Traefik and jupyterhub-traefik-proxy", || tools::traefik().and_then(|_| tools::traefik_proxy()))?;
    let routes: Vec<String> = options.routes.iter().map(ToString::to_string).collect();
    let [events, limit] = [options.events, options.limit].map(|number| number.to_string());
    let arguments =
        ["bench", "--only", "hub", "--events", &events, "--limit", &limit, "--routes", &routes.join(",")];
    timed("routes of a hub", || aside::outside(&arguments, interrupt))?;
    Ok(())
}

/// The same, from inside.
pub(super) fn inside(directory: &Path, options: &BenchOptions, interrupt: &Interrupt) -> Result<bool> {
    let figures = aside::alone(directory, interrupt, || {
        let figures =
            SUBJECTS.map(|subject| timed(subject, || measure(directory, subject, options, interrupt)));
        figures.into_iter().collect::<Result<Vec<_>>>()
    })?;
    let [floor, theirs, ours] = &figures[..] else { bail!("not all was measured") };
    print!("{}", table(floor, theirs, ours));
    Ok(true)
}

fn measure(
    directory: &Path,
    subject: &str,
    options: &BenchOptions,
    interrupt: &Interrupt,
) -> Result<Figures> {
    if interrupt.is_set() {
        bail!("interrupted");
    }
    let directory = directory.join(subject);
    std::fs::create_dir(&directory).context("cannot make a directory")?;
    let client = directory.join("client.py");
    File::create(&client)
        .and_then(|mut file| file.write_all(include_bytes!("client.py")))
        .context("cannot write the client")?;
    // All find the same Traefik, and by its name.
    symlink(tools::traefik()?, directory.join("traefik")).context("cannot link Traefik")?;
    let log = File::create(directory.join("log")).context("cannot write a log")?;
    let mut python = command(tools::traefik_proxy()?);
    python.arg(client).arg(subject).arg(options.events.to_string());
    python.args(options.routes.iter().map(ToString::to_string));
    python.current_dir(&directory).env_clear().stderr(log);
    python.env("PATH", format!("{}:/usr/bin:/bin", directory.display())).env("HOME", &directory);
    python.env("PROGRAM", workspace::released("jupyterhub-proxy")).env("LIMIT", options.limit.to_string());
    let told = capture(&mut python).with_context(|| {
        let log = std::fs::read_to_string(directory.join("log")).unwrap_or_default();
        aside::last_lines(&log, 15)
    })?;
    let last = told.lines().last().unwrap_or_default();
    let told: Value = serde_json::from_str(last).with_context(|| format!("the client printed `{last}`"))?;
    Ok(Figures::read(&told))
}
