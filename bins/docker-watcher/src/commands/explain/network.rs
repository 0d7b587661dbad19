use portolan_container::{Container, Diagnostic, Severity, printable};
use portolan_netlink::{Part, Plan, Request, Step, asks, forecast, parts};
use portolan_reconcile::NetworkPolicy;
use serde::Serialize;

/// What would become of a container's network labels.
#[derive(Debug, Default, Serialize)]
pub(super) struct Network {
    /// Why nothing is done now, where that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<&'static str>,
    actions: Vec<Action>,
    /// What is wrong with them.
    #[serde(skip)]
    pub(super) findings: Vec<Diagnostic>,
}

/// What becomes of one string of a label.
#[derive(Debug, Serialize)]
struct Action {
    label: String,
    command: String,
    /// What would become of it; absent where no namespace is looked into.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    requests: Vec<Message>,
}

/// A message to the kernel.
#[derive(Debug, Serialize)]
struct Message {
    r#type: &'static str,
    flags: Vec<&'static str>,
    hex: String,
}

/// Where the namespace of a container is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whereabouts {
    /// On this machine.
    Here,
    /// On another.
    Elsewhere,
    /// Nowhere: the container is read from a file.
    File,
}

impl Network {
    pub(super) fn of(container: &Container, policy: &NetworkPolicy, whereabouts: Whereabouts) -> Self {
        let is_asked = asks(&container.labels);
        if whereabouts == Whereabouts::Elsewhere && is_asked {
            let note = "network labels: carried out by a watcher on the engine's own machine alone";
            return Self { note: Some(note), ..Self::default() };
        }
        let (parts, mut findings) = parts(&container.labels, &policy.names, &|name| policy.variable(name));
        let parts = policy.conditions.on_error.keep(parts, &findings);
        let note = if !is_asked {
            Some("no network labels")
        } else if whereabouts == Whereabouts::File {
            Some("network labels: read from a file, so no namespace is looked into")
        } else if container.pid.is_none() {
            Some("does not run: its network labels are carried out when it starts")
        } else {
            None
        };
        let mut actions: Vec<Action> = Vec::new();
        if note.is_some() {
            actions.extend(parts.iter().map(|part| Action::new(part, None, Vec::new())));
        } else {
            for made in forecast(container, &parts, &policy.conditions) {
                match made {
                    Ok((parts, plan)) => actions.extend(of_plan(&parts, &plan)),
                    Err(diagnostic) => findings.push(diagnostic),
                }
            }
        }
        let findings = findings.into_iter().map(|finding| finding.in_container(&container.name)).collect();
        Self { note, actions, findings }
    }

    /// Whether something is wrong with the labels.
    pub(super) fn is_wrong(&self) -> bool {
        self.findings.iter().any(|it| it.severity == Severity::Error)
    }

    /// Line by line.
    pub(super) fn in_words(&self) -> String {
        let note = self.note.map(|note| format!("  {note}\n")).unwrap_or_default();
        note + &in_words(&self.actions)
    }
}

impl Action {
    fn new(part: &Part, outcome: Option<String>, requests: Vec<&Request>) -> Self {
        let message = |it: &Request| Message { r#type: it.name(), flags: it.flag_names(), hex: it.hex() };
        let requests = requests.into_iter().map(message).collect();
        Self { label: part.kind.label(), command: part.command(), outcome, help: None, requests }
    }
}

fn of_plan(parts: &[Part], plan: &Plan) -> Vec<Action> {
    let action = |(part, step): (&Part, &Step)| {
        let new = |outcome: String, requests| Action::new(part, Some(outcome), requests);
        Some(match step {
            Step::Send { request, .. } => new("will be sent".to_owned(), vec![request]),
            Step::Flush { forecast, .. } => {
                let outcome = format!("will delete {} of what is there now", forecast.len());
                new(outcome, forecast.iter().collect())
            }
            Step::Done { why, .. } => new(why.describe().to_owned(), vec![]),
            Step::Dangerous(danger) => {
                let help = Some(danger.help().to_owned());
                Action { help, ..new(format!("refused: {}", danger.describe()), vec![]) }
            }
            Step::Refused(refusal) => new(format!("not possible: {}", refusal.text), vec![]),
            _ => return None,
        })
    };
    parts.iter().zip(&plan.steps).filter_map(action).collect()
}

/// What becomes of each string of a plan, line by line.
pub(in crate::commands) fn plan(parts: &[Part], plan: &Plan) -> String {
    in_words(&of_plan(parts, plan))
}

fn in_words(actions: &[Action]) -> String {
    let mut text = String::new();
    for action in actions {
        text.push_str(&format!("  {}: {}\n", action.label, printable(&action.command)));
        if let Some(outcome) = &action.outcome {
            text.push_str(&format!("    {outcome}\n"));
        }
        if let Some(help) = &action.help {
            text.push_str(&format!("      help: {help}\n"));
        }
        for message in &action.requests {
            text.push_str(&format!("    {} {} {}\n", message.r#type, message.flags.join(","), message.hex));
        }
    }
    text
}
