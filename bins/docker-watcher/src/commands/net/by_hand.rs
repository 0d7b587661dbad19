use std::collections::BTreeMap;
use std::process::ExitCode;

use portolan_container::{Container, Diagnostic, Severity};
use portolan_netlink::{Exit, Kind, Place, Step, apply_in, forecast_in, parts, place};
use portolan_settings::Settings;

use super::Asked;
use crate::cli::{NetArguments, NetFormat};
use crate::commands::explain;
use crate::{configure, report};

/// Carries out one label value as the service would.
pub(super) fn run(arguments: &NetArguments, asked: &Asked, settings: &Settings) -> anyhow::Result<ExitCode> {
    let policy = configure::network(settings);
    let labels = BTreeMap::from([(asked.kind.label(), with_family(arguments, &asked.text))]);
    let (parts, diagnostics) = parts(&labels, &policy.names, &|name| policy.variable(name));
    let label = Container { labels, ..Container::default() };
    let tell = |diagnostics: &[Diagnostic]| {
        for diagnostic in diagnostics {
            report::diagnostic(diagnostic, Some(&label));
        }
    };
    tell(&diagnostics);
    let parts = policy.conditions.on_error.keep(parts, &diagnostics);
    let unread = diagnostics.iter().any(|it| it.severity == Severity::Error);
    let mut exit = unread.then_some(Exit::Language);

    let (namespace, container) = asked.place(arguments, settings)?;
    let conditions = policy.conditions;
    let place = match asked.kind {
        Kind::HostRoute => Place::Host,
        Kind::Address | Kind::Route | Kind::Rule => {
            place(&namespace, &conditions.proc).map_err(report::network)?
        }
    };
    let attachments = container.map(|container| container.attachments).unwrap_or_default();
    if arguments.dry_run {
        let plan =
            forecast_in(&namespace, place, &parts, &attachments, &conditions).map_err(report::network)?;
        match arguments.format {
            NetFormat::Text => super::print_text(&explain::plan(&parts, &plan))?,
            NetFormat::Json => super::print(&plan.requests(), NetFormat::Json)?,
        }
        exit = exit.or_else(|| plan.steps.iter().find_map(refused));
        return Ok(code(exit));
    }
    let applied = apply_in(&namespace, place, &parts, &attachments, &conditions).map_err(report::network)?;
    tell(&applied.diagnostics);
    for command in &applied.done {
        report::line("done", command, None);
    }
    exit = exit.or(applied.exit);
    Ok(code(exit))
}

/// The code of a step that cannot or will not be done.
fn refused(step: &Step) -> Option<Exit> {
    match step {
        Step::Dangerous(_) => Some(Exit::Unusable),
        Step::Refused(refusal) => Some(refusal.exit),
        _ => None,
    }
}

fn code(exit: Option<Exit>) -> ExitCode {
    exit.map_or(ExitCode::SUCCESS, |exit| ExitCode::from(exit.code()))
}

/// The value with `-4` or `-6` before each of its strings.
fn with_family(arguments: &NetArguments, text: &str) -> String {
    let Some(family) = arguments.family() else { return text.to_owned() };
    let strings = text.split(';').filter(|text| !text.trim().is_empty());
    strings.map(|text| format!("{family} {}", text.trim())).collect::<Vec<_>>().join(";")
}
