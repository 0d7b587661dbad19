//! What a container's labels come to: routes, then addresses, routes and rules in its network.

mod routes;

use std::process::ExitCode;

use anyhow::bail;
use portolan_container::{Container, Severity, printable};
use portolan_netlink::{Part, Plan, Request, Step, asks, forecast, parts};
use portolan_program::engines::{Followed, engines};
use portolan_reconcile::{Chart, ContainerKey, NetworkPolicy};
use portolan_settings::Settings;

use super::{listing, net};
use crate::cli::ExplainArguments;
use crate::{configure, report};

pub(crate) fn run(arguments: &ExplainArguments) -> anyhow::Result<ExitCode> {
    let settings = configure::settings(&arguments.common, Vec::new())?;
    let engines = engines(&settings)?;
    let (chart, all_answered) = chart(&settings, &engines)?;
    let is_meant = |container: &Container| {
        container.name == arguments.container || container.id.starts_with(&arguments.container)
    };
    let found: Vec<&ContainerKey> = chart
        .world()
        .containers()
        .filter(|(_, container, _)| is_meant(container))
        .map(|(key, ..)| key)
        .collect();
    if found.is_empty() {
        let which = if all_answered { "no engine" } else { "no engine that answers" };
        bail!("{which} has a container `{}`", arguments.container);
    }
    let policy = configure::network(&settings);
    let mut wrong = false;
    for key in found {
        let Some(container) = chart.world().container(key) else { continue };
        let engine = engines.get(key.engine);
        let (network, is_wrong) = match engine {
            Some(engine) if !engine.endpoint.is_local() && asks(&container.labels) => {
                let line = "  network labels: carried out by a watcher on the engine's own machine alone\n";
                (line.to_owned(), false)
            }
            _ => network_in_words(container, &policy),
        };
        let text =
            format!("{}\n{}{network}", printable(&container.name), routes::in_words(&chart, key, engine));
        net::print_text(&text)?;
        wrong |= is_wrong;
        let several = chart.world().engine_name(key.engine);
        for finding in chart.findings_of(&container.name) {
            // Of two containers of one name, each with its own.
            if finding.engine.is_none() || finding.engine.as_deref() == several {
                wrong |= finding.severity == Severity::Error;
                report::diagnostic(finding, Some(container));
            }
        }
    }
    Ok(if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// The containers of all engines that answer, charted; those that do not are told. Whether all did.
fn chart(settings: &Settings, engines: &[Followed]) -> anyhow::Result<(Chart, bool)> {
    let policy = configure::policy_for(settings, engines)?;
    let mut chart = Chart::new(policy, configure::format(settings), None);
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
            let (text, is_wrong) = network_in_words(container, &policy);
            net::print_text(&format!("{}\n{text}", printable(&container.name)))?;
            wrong |= is_wrong;
        }
    }
    Ok(if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// What would become of a container's network labels, and whether something is wrong with them.
fn network_in_words(container: &Container, policy: &NetworkPolicy) -> (String, bool) {
    let mut text = String::new();
    let (parts, mut diagnostics) = parts(&container.labels, &policy.names, &|name| policy.variable(name));
    let parts = policy.conditions.on_error.keep(parts, &diagnostics);
    if !asks(&container.labels) {
        text.push_str("  no network labels\n");
    } else if container.pid.is_none() {
        text.push_str("  does not run: its network labels are carried out when it starts\n");
        for part in &parts {
            text.push_str(&format!("    {}\n", printable(&part.command())));
        }
    } else {
        for made in forecast(container, &parts, &policy.conditions) {
            match made {
                Ok((parts, made)) => text.push_str(&plan(&parts, &made)),
                Err(diagnostic) => diagnostics.push(diagnostic),
            }
        }
    }
    let wrong = diagnostics.iter().any(|it| it.severity == Severity::Error);
    for mut diagnostic in diagnostics {
        diagnostic.container = Some(container.name.clone());
        report::diagnostic(&diagnostic, Some(container));
    }
    (text, wrong)
}

/// What becomes of each string, line by line.
pub(super) fn plan(parts: &[Part], plan: &Plan) -> String {
    let mut text = String::new();
    for (part, step) in parts.iter().zip(&plan.steps) {
        let kind = part.kind.label();
        let (what, requests): (String, Vec<&Request>) = match step {
            Step::Send { request, .. } => ("will be sent".to_owned(), vec![request]),
            Step::Flush { forecast, .. } => {
                (format!("will delete {} of what is there now", forecast.len()), forecast.iter().collect())
            }
            Step::Done { why, .. } => (why.describe().to_owned(), vec![]),
            Step::Dangerous(danger) => {
                (format!("refused: {}\n      help: {}", danger.describe(), danger.help()), vec![])
            }
            Step::Refused(refusal) => (format!("not possible: {}", refusal.text), vec![]),
            _ => continue,
        };
        text.push_str(&format!("  {kind}: {}\n    {what}\n", printable(&part.command())));
        for request in requests {
            text.push_str(&format!(
                "    {} {} {}\n",
                request.name(),
                request.flag_names().join(","),
                request.hex()
            ));
        }
    }
    text
}
