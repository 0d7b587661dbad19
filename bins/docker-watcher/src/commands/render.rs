use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use portolan_container::{Container, Diagnostic, Severity};
use portolan_engine::files;
use portolan_netlink::{asks, parts};
use portolan_program::engines::{Followed, engines};
use portolan_reconcile::Chart;
use portolan_settings::Settings;
use portolan_traefik::{Directory, Format};

use super::listing;
use crate::cli::{PrintFormat, RenderArguments};
use crate::{configure, report};

/// The file's name in the directory, without its extension.
pub(crate) const STEM: &str = "docker-watcher";

pub(crate) fn run(arguments: &RenderArguments) -> anyhow::Result<ExitCode> {
    let settings = configure::settings(&arguments.common, Vec::new())?;
    // A file is read as if its containers were here.
    let engines = if arguments.source.is_none() { engines(&settings)? } else { Vec::new() };
    let policy = configure::policy_for(&settings, &engines)?;
    let format = match arguments.format {
        Some(PrintFormat::Yaml) => Format::Yaml,
        Some(PrintFormat::Toml) => Format::Toml,
        Some(PrintFormat::Json) => Format::Json,
        None => configure::format(&settings),
    };
    let (lists, findings) = containers(arguments.source.as_deref(), &settings, &engines)?;
    for finding in &findings {
        report::diagnostic(finding, None);
    }
    let unread = findings.iter().any(|finding| finding.severity == Severity::Error);
    if unread && lists.iter().all(Vec::is_empty) {
        // An empty configuration would take every route away: it must come of containers, not of a mistake.
        bail!("no container could be read, nothing is written");
    }

    // A directory is written to where one is asked for, not where the settings of `run` have theirs.
    let mut directory = match &arguments.common.output {
        Some(path) => Some(Directory::new(path, STEM, format).map_err(report::directory)?),
        None => None,
    };
    let mut chart = Chart::new(policy, format, directory.as_ref().map(Directory::marker));
    for (engine, containers) in lists.into_iter().enumerate() {
        chart.list(engine, containers);
    }
    let named: BTreeMap<&str, &Container> =
        chart.world().containers().map(|(_, container, _)| (container.name.as_str(), container)).collect();
    let network = network_findings(&chart, &settings);
    for finding in chart.diagnostics().chain(&network) {
        let container = finding.container.as_deref().and_then(|name| named.get(name).copied());
        report::diagnostic(finding, container);
    }

    match &mut directory {
        Some(directory) => {
            directory.prepare().map_err(report::directory)?;
            directory.write(&chart.text()).map_err(report::directory)?;
        }
        None => print(&chart.text()).context("standard output")?,
    }
    Ok(ExitCode::SUCCESS)
}

/// What is wrong with network labels as far as their text tells; no namespace is looked into.
fn network_findings(chart: &Chart, settings: &Settings) -> Vec<Diagnostic> {
    let containers = chart.world().containers().map(|(_, container, _)| container);
    let mut asking = containers.filter(|container| asks(&container.labels)).peekable();
    if !settings.network.enabled || asking.peek().is_none() {
        return Vec::new();
    }
    let policy = configure::network(settings);
    asking
        .flat_map(|container| {
            let (_, findings) = parts(&container.labels, &policy.names, &|name| policy.variable(name));
            findings.into_iter().map(|finding| finding.in_container(&container.name))
        })
        .collect()
}

/// The containers of each engine, or those of a file as if it were one, and what is wrong with the file.
pub(super) fn containers(
    source: Option<&Path>,
    settings: &Settings,
    engines: &[Followed],
) -> anyhow::Result<(Vec<Vec<Container>>, Vec<Diagnostic>)> {
    match source {
        None => Ok((listing::all(engines, settings.timeout)?, Vec::new())),
        Some(path) if path == Path::new("-") => {
            let mut text = String::new();
            let limit = u64::try_from(files::MAX_INSPECT).unwrap_or(u64::MAX);
            io::stdin().take(limit).read_to_string(&mut text).context("standard input")?;
            let directory = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("/"));
            let (containers, findings) = files::parse_text(&text, &directory, &environment().collect());
            Ok((vec![containers], findings))
        }
        Some(path) => {
            let (containers, findings) =
                files::read(path, &environment().collect()).map_err(report::engine)?;
            Ok((vec![containers], findings))
        }
    }
}

/// The variables of this process that are text.
pub(super) fn environment() -> impl Iterator<Item = (String, String)> {
    std::env::vars_os().filter_map(|(key, value)| Some((key.into_string().ok()?, value.into_string().ok()?)))
}

/// A reader that goes away, such as `head`, is no failure.
pub(crate) fn print(text: &str) -> io::Result<()> {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}
