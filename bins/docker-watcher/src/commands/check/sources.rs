use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use portolan_container::{Container, NetworkMode, Port, Protocol};
use portolan_engine::files::{self, Finding, Places};
use portolan_program::engines::Followed;
use portolan_settings::Settings;

use crate::commands::{listing, render};
use crate::report;

/// One engine, or a file in place of one.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) containers: Vec<Container>,
    /// What is wrong with the file.
    pub(super) findings: Vec<Finding>,
    /// Where labels stand; engines have no places.
    pub(super) places: Option<Places>,
}

/// What is to be looked at: files, what directories hold, standard input, or else these engines in their order.
pub(super) fn gather(
    paths: &[PathBuf],
    engines: &[Followed],
    settings: &Settings,
) -> anyhow::Result<Vec<Source>> {
    if paths.is_empty() {
        let of_engine = |containers| Source { containers, findings: Vec::new(), places: None };
        let lists = listing::all(engines, settings.timeout)?;
        return Ok(lists.into_iter().map(of_engine).collect());
    }
    let environment: BTreeMap<String, String> = render::environment().collect();
    let mut sources = Vec::new();
    for path in paths {
        for file in files_of(path)? {
            let reading = if file == Path::new("-") {
                let mut text = String::new();
                let limit = u64::try_from(files::MAX_INSPECT).unwrap_or(u64::MAX);
                std::io::stdin().take(limit).read_to_string(&mut text).context("standard input")?;
                let directory = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
                files::open_text(&text, &directory, &environment)
            } else {
                files::open(&file, &environment).map_err(report::engine)?
            };
            let tells_every_port = reading.places.tells_every_port();
            sources.push(Source {
                containers: reading
                    .containers
                    .into_iter()
                    .map(|it| with_ports(it, tells_every_port))
                    .collect(),
                findings: reading.findings,
                places: Some(reading.places),
            });
        }
    }
    Ok(sources)
}

/// A container, of which nothing is wrong for a port that its image may expose: where the file does not tell, it is taken to have one.
///
/// On the host's network an engine tells of none, whatever the image exposes.
fn with_ports(container: Container, tells_every_port: bool) -> Container {
    if tells_every_port || !container.ports.is_empty() || container.network_mode == NetworkMode::Host {
        return container;
    }
    let any = Port { number: 80, protocol: Protocol::Tcp, bindings: Vec::new() };
    Container { ports: vec![any], ..container }
}

/// The path itself, or of a directory itself, for its Compose files, and its quadlet units.
fn files_of(path: &Path) -> anyhow::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let compose = (!files::compose_files(path).is_empty()).then(|| path.to_owned());
    let mut units = Vec::new();
    let shown = || format!("cannot read `{}`", path.display());
    for entry in fs::read_dir(path).with_context(shown)? {
        let file = entry.with_context(shown)?.path();
        if file.extension().is_some_and(|extension| extension == "container") && file.is_file() {
            units.push(file);
        }
    }
    units.sort();
    let found: Vec<PathBuf> = compose.into_iter().chain(units).collect();
    if found.is_empty() {
        bail!("`{}` has neither a Compose file nor a `.container` unit", path.display());
    }
    Ok(found)
}
