mod reason;
#[cfg(test)]
mod tests;

use portolan_blacklist::Verdict;
use portolan_container::{Container, Diagnostic, Health, Port, State};
use portolan_routes::explain::{ChosenPort, Field, Network, Origins, Place};
use portolan_routes::{Merged, Name};
use serde::Serialize;

use crate::{Chart, ContainerKey, describe};

pub use reason::Reason;

/// What became of one container's labels, and why: all that `docker-watcher explain` tells, as data.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Explanation {
    /// The container's name.
    pub container: String,
    /// The engine's identifier.
    pub id: String,
    /// The image that it was created from.
    pub image: String,
    /// Where it is in its life.
    pub state: State,
    /// The result of its health check.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
    /// Where Traefik reaches it, and why there.
    pub place: Place,
    /// The networks that it is on.
    pub networks: Vec<Network>,
    /// The port that is taken where no label names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<ChosenPort>,
    /// The ports that it exposes.
    pub ports: Vec<Port>,
    /// Why it has no route; `None` where it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<Reason>,
    /// What speaks against it by the blacklist, and what lets it through all the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub let_through: Option<String>,
    /// What it contributes to the configuration.
    pub elements: Vec<Explained>,
    /// What is wrong or worth knowing; not part of what is serialised, since programs have a form of their own for findings.
    #[serde(skip)]
    pub findings: Vec<Diagnostic>,
}

/// One router, service or other element that a container defines.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Explained {
    /// What it is, such as `HTTP router`.
    pub kind: &'static str,
    /// Where it stands: `http.routers`.
    pub section: String,
    /// Its name there.
    pub name: String,
    /// Where its requests end, such as `web.example.com -> 172.17.0.4:80`; `None` where it is not served, or ends nowhere itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub route: Option<String>,
    /// Why it is not served; `None` where it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub left_out: Option<Reason>,
    /// The other containers that define it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<String>,
    /// Its values, each with the labels or the default that it comes from.
    pub fields: Vec<Field>,
}

/// Explains one container of a chart; `None` where the chart does not have it.
///
/// ```
/// use portolan_container::Container;
/// use portolan_reconcile::{Chart, ContainerKey, Policy, explain};
/// use portolan_traefik::Format;
///
/// let mut chart = Chart::new(Policy::default(), Format::Yaml, None);
/// let labels = [("traefik.enable".to_owned(), "false".to_owned())].into();
/// let key = ContainerKey { engine: 0, id: "1f".to_owned() };
/// chart.put(key.clone(), Container { id: key.id.clone(), labels, ..Container::default() });
/// let reason = explain(&chart, &key).and_then(|it| it.left_out).ok_or("it has no route")?;
/// assert_eq!(reason.code, "disabled");
/// # Ok::<(), &str>(())
/// ```
pub fn explain(chart: &Chart, key: &ContainerKey) -> Option<Explanation> {
    let world = chart.world();
    let container = world.container(key)?;
    let engine = world.engine_name(key.engine);
    let options = world.policy().options_of(key.engine);
    let origins = Origins::of(container, options, &world.neighbours(key.engine));
    let elements = elements(chart, key, &origins);
    // Of two containers of one name, each with its own.
    let is_own = |it: &&Diagnostic| it.engine.is_none() || it.engine.as_deref() == engine;
    let findings: Vec<_> = chart.findings_of(&container.name).filter(is_own).cloned().collect();
    Some(Explanation {
        container: container.name.clone(),
        id: container.id.clone(),
        image: container.image.to_string(),
        state: container.state.clone(),
        health: container.health.clone(),
        place: origins.place().clone(),
        networks: origins.networks(),
        port: origins.port().cloned(),
        ports: container.ports.clone(),
        left_out: elements.is_empty().then(|| Reason::of_container(chart, key, container)),
        let_through: let_through(chart, container),
        elements,
        findings,
    })
}

fn let_through(chart: &Chart, container: &Container) -> Option<String> {
    match chart.world().policy().blacklist.judge(container) {
        Verdict::Overridden { reason, by } => Some(format!("{reason}, but {by} lets it through")),
        Verdict::Allowed | Verdict::Denied(_) => None,
    }
}

fn elements(chart: &Chart, key: &ContainerKey, origins: &Origins<'_>) -> Vec<Explained> {
    let world = chart.world();
    let Some(share) = world.share_of(key) else { return Vec::new() };
    let explained = |name: &Name| {
        let element = world.table().definition(name, share)?;
        let others = world.table().definers(name).filter(|definer| *definer != share);
        let also: Vec<String> = others.map(|other| world.definer(other)).collect();
        let left_out = not_served(chart, name, share, &also);
        let route = if left_out.is_none() { describe(world, name) } else { None };
        let (section, element_name) = name;
        Some(Explained {
            kind: section.element(),
            section: section.to_string(),
            name: element_name.clone(),
            route,
            left_out,
            also,
            fields: origins.fields(name, element),
        })
    };
    world.table().names().filter_map(explained).collect()
}

/// Why an element of a share is not served, where it is not.
fn not_served(chart: &Chart, name: &Name, share: &str, also: &[String]) -> Option<Reason> {
    let world = chart.world();
    let overruled = world.table().overruled(name).filter(|(_, others)| others.contains(&share));
    match (overruled, world.table().get(name)) {
        (Some((keeper, _)), _) => {
            Some(Reason::new("overruled", format!("`{}` keeps the name", world.definer(keeper))))
        }
        (None, Some(Merged::Conflict)) => {
            let others: Vec<String> = also.iter().map(|other| format!("`{other}`")).collect();
            let defines = if others.len() == 1 { "defines" } else { "define" };
            Some(Reason::new("conflict", format!("{} {defines} it differently", others.join(", "))))
        }
        (None, _) => {
            let finding = chart.findings_of_names().find(|(other, _)| *other == name)?.1;
            (finding.code == crate::CANNOT_CARRY)
                .then(|| Reason::new(finding.code.0, finding.message.clone()))
        }
    }
}
