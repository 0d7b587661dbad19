//! What a container's labels come to: routes, then addresses, routes and rules in its network.

mod network;
mod text;

use std::process::ExitCode;

use anyhow::bail;
use portolan_check::Surroundings;
use portolan_container::{Container, Severity, printable};
use portolan_netlink::asks;
use portolan_program::engines::{Followed, engines};
use portolan_reconcile::{Chart, ContainerKey, Explanation, explain};
use portolan_settings::Settings;
use serde_json::{Value, json};

use super::check::findings::of_container;
use super::check::print;
use super::{listing, net, render};
use crate::cli::{ExplainArguments, ExplainFormat};
use crate::{configure, report};

pub(super) use network::plan;
use network::{Network, Whereabouts};

pub(crate) fn run(arguments: &ExplainArguments) -> anyhow::Result<ExitCode> {
    let settings = configure::settings(&arguments.common, Vec::new())?;
    // A file is read as if its containers were here.
    let engines = if arguments.source.is_none() { engines(&settings)? } else { Vec::new() };
    let (chart, all_answered) = chart(arguments, &settings, &engines)?;
    let found = found(&chart, &arguments.container);
    if found.is_empty() {
        let which = match &arguments.source {
            Some(source) => format!("`{}` has no", source.display()),
            None if all_answered => "no engine has a".to_owned(),
            None => "no engine that answers has a".to_owned(),
        };
        bail!("{which} container `{}`", arguments.container);
    }
    let policy = configure::network(&settings);
    let blacklist = configure::policy_for(&settings, &engines)?.blacklist;
    let surroundings = Surroundings { blacklist, ..Surroundings::default() };
    let mut wrong = false;
    let mut objects = Vec::new();
    for key in found {
        let Some(container) = chart.world().container(key) else { continue };
        let Some(mut explanation) = explain(&chart, key) else { continue };
        explanation.findings = of_container(&chart, key, &explanation.findings, &surroundings);
        let engine = engines.get(key.engine);
        let whereabouts = match engine {
            None => Whereabouts::File,
            Some(engine) if engine.endpoint.is_local() => Whereabouts::Here,
            Some(_) => Whereabouts::Elsewhere,
        };
        let network = Network::of(container, &policy, whereabouts);
        wrong |= network.is_wrong() || explanation.findings.iter().any(|it| it.severity == Severity::Error);
        match arguments.format {
            ExplainFormat::Json => objects.push(object(&explanation, &network, engine)?),
            ExplainFormat::Text => {
                net::print_text(&(text::in_words(&explanation, engine) + &network.in_words()))?;
                for finding in explanation.findings.iter().chain(&network.findings) {
                    report::diagnostic(finding, Some(container));
                }
            }
        }
    }
    if arguments.format == ExplainFormat::Json {
        net::print_text(&(serde_json::to_string_pretty(&objects)? + "\n"))?;
    }
    Ok(if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The containers of this name, or whose identifier begins so.
fn found<'c>(chart: &'c Chart, name: &str) -> Vec<&'c ContainerKey> {
    let is_meant = |container: &Container| {
        container.name == name || (!name.is_empty() && container.id.starts_with(name))
    };
    let containers = chart.world().containers();
    containers.filter(|(_, container, _)| is_meant(container)).map(|(key, ..)| key).collect()
}

/// The whole for tools.
fn object(
    explanation: &Explanation,
    network: &Network,
    engine: Option<&Followed>,
) -> serde_json::Result<Value> {
    let mut object = serde_json::to_value(explanation)?;
    let findings = explanation.findings.iter().chain(&network.findings);
    let more = [
        ("findings", print::findings(findings)),
        ("network", serde_json::to_value(network)?),
        ("engine", engine.map(in_json).unwrap_or_default()),
    ];
    if let Some(object) = object.as_object_mut() {
        let known = more.into_iter().filter(|(_, value)| !value.is_null());
        object.extend(known.map(|(key, value)| (key.to_owned(), value)));
    }
    Ok(object)
}

fn in_json(engine: &Followed) -> Value {
    json!({ "name": engine.name, "address": engine.endpoint.to_string(), "remote": engine.remote })
}

/// The containers of a file, or of all engines that answer, charted; those that do not are told. Whether all did.
fn chart(
    arguments: &ExplainArguments,
    settings: &Settings,
    engines: &[Followed],
) -> anyhow::Result<(Chart, bool)> {
    let policy = configure::policy_for(settings, engines)?;
    let mut chart = Chart::new(policy, configure::format(settings), None);
    if let Some(source) = &arguments.source {
        let (lists, findings) = render::containers(Some(source), settings, engines)?;
        findings.iter().for_each(|finding| report::diagnostic(finding, None));
        drop(chart.list(0, lists.into_iter().flatten().collect()));
        return Ok((chart, true));
    }
    let mut failures = Vec::new();
    for (place, answer) in listing::list(engines, settings.timeout)?.into_iter().enumerate() {
        match answer {
            Ok(containers) => drop(chart.list(place, containers)),
            Err(error) => failures.push(error),
        }
    }
    if failures.len() == engines.len()
        && let Some(last) = failures.pop()
    {
        return Err(report::engine(last));
    }
    let all_answered = failures.is_empty();
    for error in failures {
        report::line("warning", &error.to_string(), error.help().as_deref());
    }
    Ok((chart, all_answered))
}

/// All containers with network labels: what `run` would do with them.
pub(crate) fn all(settings: &Settings) -> anyhow::Result<ExitCode> {
    let policy = configure::network(settings);
    let engines = engines(settings)?;
    let mut wrong = false;
    for answer in listing::list(&engines, settings.timeout)? {
        for container in answer.map_err(report::engine)?.iter().filter(|it| asks(&it.labels)) {
            let network = Network::of(container, &policy, Whereabouts::Here);
            net::print_text(&format!("{}\n{}", printable(&container.name), network.in_words()))?;
            network.findings.iter().for_each(|finding| report::diagnostic(finding, Some(container)));
            wrong |= network.is_wrong();
        }
    }
    Ok(if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}
