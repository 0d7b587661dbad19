use std::process::ExitCode;

use portolan_container::{Container, Severity, printable};
use portolan_netlink::{Part, Plan, Request, Step, asks, forecast, parts};
use portolan_reconcile::NetworkPolicy;
use portolan_settings::Settings;

use super::{net, render};
use crate::cli::ExplainArguments;
use crate::{configure, report};

pub(crate) fn run(arguments: &ExplainArguments) -> anyhow::Result<ExitCode> {
    let settings = configure::settings(&arguments.common, Vec::new())?;
    let container = net::find(&arguments.container, &settings)?;
    let (text, wrong) = container_in_words(&container, &configure::network(&settings));
    net::print_text(&text)?;
    Ok(if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// All containers with network labels: what `run` would do with them.
pub(crate) fn all(settings: &Settings) -> anyhow::Result<ExitCode> {
    let policy = configure::network(settings);
    let mut wrong = false;
    for container in render::from_engines(settings)?.iter().flatten().filter(|it| asks(&it.labels)) {
        let (text, is_wrong) = container_in_words(container, &policy);
        net::print_text(&text)?;
        wrong |= is_wrong;
    }
    Ok(if wrong { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A container and what would become of its network labels, and whether something is wrong with them.
fn container_in_words(container: &Container, policy: &NetworkPolicy) -> (String, bool) {
    let mut text = format!("{}\n", printable(&container.name));
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
