//! A Compose file as containers.

mod environment;
mod extends;
mod findings;
mod include;
mod load;
mod merge;
mod paths;
pub(super) mod ports;
mod project;
mod reader;
mod service;

use std::path::Path;

use portolan_container::Container;

pub use self::findings::Finding;
use self::findings::too_large;
use self::load::Loader;
use self::project::Project;
use super::Context;
use super::yaml::Budget;

/// All that a project may grow to in memory, in bytes.
const LARGEST_PROJECT: usize = 64 << 20;

/// A text of a Compose file, and where it was found, if anywhere; absolute.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layer<'t> {
    pub(super) path: Option<&'t Path>,
    pub(super) text: &'t str,
}

/// Reads Compose files, each laid over the one before, as the containers that `docker compose up` would start, in order of service and
/// number.
pub(super) fn parse(layers: &[Layer<'_>], context: &Context<'_>) -> (Vec<Container>, Vec<Finding>) {
    let budget = Budget::new(LARGEST_PROJECT);
    let mut loader = Loader::new(context, &budget);
    let (name, mut unit) = loader.project(layers);
    let mut project = Project::new(name, &unit, &budget);
    let mut containers = Vec::new();
    let mut findings = Vec::new();

    let services = loader.services(&mut unit);
    project.first = services
        .iter()
        .filter(|(_, loaded)| loader.is_active(loaded))
        .map(|(service, loaded)| (service.clone(), project.container_name(service, &loaded.fields, 1)))
        .collect();
    for (service, loaded) in services {
        let Some(fields) = loader.is_active(&loaded).then_some(&loaded.fields) else { continue };
        let first = project.container_name(&service, fields, 1);
        findings.extend(loaded.findings.iter().map(|finding| finding.clone().in_container(&first)));
        if loaded.broken {
            continue;
        }
        if budget.is_spent() {
            findings.push(Finding::of_text(too_large()));
            break;
        }
        let found = match loader.label_files(&service, &loaded) {
            Err(found) => found,
            Ok(labels) => {
                let (started, found) = match project.containers(&service, fields, labels) {
                    Ok(started) => started,
                    Err(found) => (Vec::new(), found),
                };
                containers.extend(started);
                found.into_iter().map(|diagnostic| loaded.finding(diagnostic)).collect()
            }
        };
        findings.extend(found.into_iter().map(|finding| finding.in_container(&first)));
    }
    let mut all = loader.into_findings();
    all.append(&mut findings);
    (containers, all)
}
