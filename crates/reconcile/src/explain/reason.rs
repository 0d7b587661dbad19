use portolan_blacklist::Verdict;
use portolan_container::{Container, Diagnostic, Health, Severity, State};
use portolan_routes::LeftOut;
use portolan_routes::proxy::discover;
use serde::Serialize;

use crate::{About, Chart, ContainerKey};

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
        let left_out = chart.world().containers().find(|(other, ..)| *other == key);
        let left_out = left_out.and_then(|(_, _, left_out)| left_out);
        match Cause::of(chart, key, container, left_out) {
            Cause::Told(reason) => reason,
            Cause::Disabled => Self::disabled(container),
            Cause::Finding(finding) => Self::new(finding.code.0, finding.message.clone()),
        }
    }

    /// The same, in words that have no value of a label.
    pub(crate) fn without_values(
        chart: &Chart,
        key: &ContainerKey,
        container: &Container,
        left_out: Option<&LeftOut>,
    ) -> Self {
        match Cause::of(chart, key, container, left_out) {
            Cause::Told(reason) => reason,
            Cause::Disabled if has_enable(container) => {
                Self::new("disabled", "its label `traefik.enable` keeps it off the proxy")
            }
            Cause::Disabled => Self::disabled(container),
            Cause::Finding(finding) => Self::of_code(finding.code.0),
        }
    }

    /// That there are findings of this code.
    pub(crate) fn of_code(code: &'static str) -> Self {
        Self::new(code, About::code(code).map_or("something is wrong with its labels", |about| about.summary))
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
}

fn has_enable(container: &Container) -> bool {
    let mut labels = container.labels.iter();
    labels.any(|(key, value)| key.eq_ignore_ascii_case("traefik.enable") && !value.is_empty())
}

/// Why a container contributes nothing, before it is put into words.
enum Cause<'c> {
    /// It has words in which there is no value of a label.
    Told(Reason),
    /// A label, or that there is none.
    Disabled,
    /// What is wrong with it.
    Finding(&'c Diagnostic),
}

impl<'c> Cause<'c> {
    fn of(chart: &'c Chart, key: &ContainerKey, container: &Container, left_out: Option<&LeftOut>) -> Self {
        let told = |code, text: String| Self::Told(Reason::new(code, text));
        if let Verdict::Denied(reason) = chart.world().policy().blacklist.judge(container) {
            return told("blacklisted", format!("{reason}, which the blacklist keeps off the proxy"));
        }
        match left_out {
            Some(LeftOut::Disabled) => Self::Disabled,
            Some(LeftOut::Constraints) => {
                told("constraints", "the setting `constraints` does not let its labels through".to_owned())
            }
            Some(LeftOut::NotExplicit) => told(
                "not-explicit",
                "its engine's name ends in `!`, and no label asks for a route".to_owned(),
            ),
            Some(LeftOut::State(State::Other(word))) => told("state", format!("its state is `{word}`")),
            Some(LeftOut::State(state)) => told("state", format!("it is {state}")),
            Some(LeftOut::Health(Health::Other(word))) => told("health", format!("its health is `{word}`")),
            Some(LeftOut::Health(health)) => told("health", format!("it is {health}")),
            None => Self::of_findings(chart, key, container),
        }
    }

    /// What is wrong with it, else that nothing asks for a route.
    fn of_findings(chart: &'c Chart, key: &ContainerKey, container: &Container) -> Self {
        let world = chart.world();
        let options = world.policy().options_of(key.engine);
        let is_proxied = container.labels.keys().any(|label| label.starts_with("proxy."));
        if is_proxied && discover(container, options, &world.neighbours(key.engine)).is_excluded {
            return Self::Told(Reason::new("excluded", "label `proxy.exclude` keeps it off the proxy"));
        }
        let findings = world.diagnostics_of(key);
        let worst = [Severity::Error, Severity::Warning, Severity::Info];
        let worst = worst.into_iter().find_map(|severity| findings.iter().find(|it| it.severity == severity));
        match worst {
            Some(finding) => Self::Finding(finding),
            None => {
                let text = "no label asks for a route, and the setting `defaultRoute` makes none";
                Self::Told(Reason::new("unasked", text))
            }
        }
    }
}
