use portolan_blacklist::Verdict;
use portolan_container::{Container, Health, Severity, State};
use portolan_routes::LeftOut;
use portolan_routes::proxy::discover;
use serde::Serialize;

use crate::{Chart, ContainerKey};

/// Why something is not served.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reason {
    /// What kind of reason it is, in a word that never changes its meaning.
    pub code: &'static str,
    /// A clause for people.
    pub text: String,
}

impl Reason {
    pub(super) fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }

    /// Why a container that contributes nothing does so.
    pub(super) fn of_container(chart: &Chart, key: &ContainerKey, container: &Container) -> Self {
        let world = chart.world();
        if let Verdict::Denied(reason) = world.policy().blacklist.judge(container) {
            return Self::new("blacklisted", format!("{reason}, which the blacklist keeps off the proxy"));
        }
        let left_out = world.containers().find(|(other, ..)| *other == key).and_then(|(_, _, it)| it);
        match left_out {
            Some(LeftOut::Disabled) => Self::disabled(container),
            Some(LeftOut::Constraints) => {
                Self::new("constraints", "the setting `constraints` does not let its labels through")
            }
            Some(LeftOut::NotExplicit) => {
                Self::new("not-explicit", "its engine's name ends in `!`, and no label asks for a route")
            }
            Some(LeftOut::State(State::Other(word))) => Self::new("state", format!("its state is `{word}`")),
            Some(LeftOut::State(state)) => Self::new("state", format!("it is {state}")),
            Some(LeftOut::Health(Health::Other(word))) => {
                Self::new("health", format!("its health is `{word}`"))
            }
            Some(LeftOut::Health(health)) => Self::new("health", format!("it is {health}")),
            None => Self::of_findings(chart, key, container),
        }
    }

    fn disabled(container: &Container) -> Self {
        let labels = container.labels.iter();
        // The last in byte order holds, as with Traefik.
        let enable = labels.rev().find(|(key, _)| key.eq_ignore_ascii_case("traefik.enable"));
        let text = match enable {
            Some((key, value)) if !value.is_empty() => format!("label `{key}` is `{value}`"),
            _ => "no label `traefik.enable`, and the setting `exposedByDefault` is `false`".to_owned(),
        };
        Self::new("disabled", text)
    }

    /// What is wrong with it, else that nothing asks for a route.
    fn of_findings(chart: &Chart, key: &ContainerKey, container: &Container) -> Self {
        let world = chart.world();
        let options = world.policy().options_of(key.engine);
        if discover(container, options, &world.neighbours(key.engine)).is_excluded {
            return Self::new("excluded", "label `proxy.exclude` keeps it off the proxy");
        }
        let findings = world.diagnostics_of(key);
        let worst = [Severity::Error, Severity::Warning, Severity::Info];
        let worst = worst.into_iter().find_map(|severity| findings.iter().find(|it| it.severity == severity));
        match worst {
            Some(finding) => Self::new(finding.code.0, finding.message.clone()),
            None => {
                Self::new("unasked", "no label asks for a route, and the setting `defaultRoute` makes none")
            }
        }
    }
}
