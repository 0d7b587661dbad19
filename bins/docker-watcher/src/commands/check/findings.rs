use std::collections::{BTreeMap, BTreeSet};

use portolan_check::{Subject, Surroundings, blamed, check, check_unrouted, codes, definition};
use portolan_container::{Diagnostic, Severity};
use portolan_engine::files::COMPOSE_VARIABLE_UNSET;
use portolan_labels::has_prefix_fold;
use portolan_netlink::{asks, parts};
use portolan_reconcile::{Chart, ContainerKey, Policy};
use portolan_routes::codes::{NETWORK_NOT_FOUND, NO_ADDRESS, NOT_PUBLISHED, SERVICE_ERROR};
use portolan_settings::Settings;
use portolan_traefik::Format;

use super::Told;
use super::sources::Source;
use crate::configure;

/// All that is wrong with the sources, in the order of the files.
pub(super) fn gather(
    sources: Vec<Source>,
    settings: &Settings,
    policy: Policy,
    surroundings: &Surroundings,
) -> Vec<Told> {
    // Nobody reads its text, and this is the quickest to write.
    let mut chart = Chart::new(policy, Format::Json, None);
    let mut places = Vec::new();
    let mut told = Vec::new();
    for (number, source) in sources.into_iter().enumerate() {
        for finding in source.findings {
            let container = finding.diagnostic.container.as_ref();
            let container = container.and_then(|name| source.containers.iter().find(|it| it.name == *name));
            let location = source.places.as_ref().and_then(|places| places.finding(&finding, container));
            let diagnostic = finding.diagnostic;
            told.push(Told { diagnostic, container: None, location, is_label: false, source: number });
        }
        chart.list(number, source.containers);
        places.push(source.places);
    }
    let mut found: Vec<(&ContainerKey, Diagnostic)> =
        chart.world().findings().map(|(key, finding)| (key, finding.clone())).collect();
    of_names(&chart, &mut found);
    of_networks(&chart, settings, &mut found);
    of_labels(&chart, surroundings, &mut found);
    found.retain(|(key, it)| {
        is_asked_for(&chart, key, it) || places.get(key.engine).is_none_or(Option::is_none)
    });
    as_before_a_start(&mut found);
    told_once(&mut found);
    for (key, mut diagnostic) in found {
        let Some(container) = chart.world().container(key) else { continue };
        if let Some(engine) = chart.world().engine_name(key.engine) {
            diagnostic = diagnostic.on_engine(engine);
        }
        let places = places.get(key.engine).and_then(Option::as_ref);
        if diagnostic.label.is_none() {
            diagnostic.label = blamed(container, &diagnostic);
        }
        let label =
            places.zip(diagnostic.label.as_ref()).and_then(|(places, place)| places.label(container, place));
        let is_label = label.is_some();
        let location = label.or_else(|| places.and_then(|places| places.container(container)));
        let container = Some(container.clone());
        told.push(Told { diagnostic, container, location, is_label, source: key.engine });
    }
    explain(&mut told);
    // The program ends soon, and gives everything back at once.
    std::mem::forget(chart);
    in_order(told)
}

/// What is wrong with one container that runs: these findings, and what its labels say besides that decoding and merging do not mind.
pub(in crate::commands) fn of_container(
    chart: &Chart,
    key: &ContainerKey,
    findings: &[Diagnostic],
    surroundings: &Surroundings,
) -> Vec<Diagnostic> {
    let mut found: Vec<(&ContainerKey, Diagnostic)> =
        findings.iter().map(|finding| (key, finding.clone())).collect();
    let mut of_all = Vec::new();
    of_labels(chart, surroundings, &mut of_all);
    let engine = chart.world().engine_name(key.engine);
    let own = of_all.into_iter().filter(|(other, _)| *other == key).map(|(_, finding)| match engine {
        Some(engine) => finding.on_engine(engine),
        None => finding,
    });
    found.extend(own.map(|finding| (key, finding)));
    told_once(&mut found);
    found.into_iter().map(|(_, finding)| finding).collect()
}

/// Whether a finding is about what somebody wants: in a file, that a service without a label cannot be reached is no mistake of anybody.
fn is_asked_for(chart: &Chart, key: &ContainerKey, finding: &Diagnostic) -> bool {
    let of_reaching = [NO_ADDRESS, NOT_PUBLISHED, SERVICE_ERROR].contains(&finding.code);
    let asks = |label: &String| has_prefix_fold(label, "traefik.") || label.starts_with("proxy.");
    !of_reaching || chart.world().container(key).is_some_and(|container| container.labels.keys().any(asks))
}

/// Where a hash lost its dollar signs, the variables that were looked for in it are no second mistake.
fn explain(told: &mut Vec<Told>) {
    let label =
        |it: &Told| it.diagnostic.label.as_ref().map(|place| (it.source, format!("labels.{}`", place.key)));
    let hashes = told.iter().filter(|it| it.diagnostic.code == codes::PASSWORD_HASH);
    let hashes: BTreeSet<(usize, String)> = hashes.filter_map(label).collect();
    told.retain(|it| {
        let of_hash =
            |(source, key): &(usize, String)| *source == it.source && it.diagnostic.message.contains(key);
        it.diagnostic.code != COMPOSE_VARIABLE_UNSET || !hashes.iter().any(of_hash)
    });
}

/// Names that several define differently, or that a file cannot carry: told of each container that defines it.
fn of_names<'c>(chart: &'c Chart, found: &mut Vec<(&'c ContainerKey, Diagnostic)>) {
    let world = chart.world();
    for (name, finding) in chart.findings_of_names() {
        for key in world.table().definers(name).filter_map(|share| world.key_of_share(share)) {
            let Some(container) = world.container(key) else { continue };
            let finding = finding.clone().in_container(&container.name);
            let finding = match definition(container, name) {
                Some(place) => finding.at(place),
                None => finding,
            };
            found.push((key, finding));
        }
    }
}

/// Network labels, as far as their text tells; no namespace is looked into.
fn of_networks<'c>(chart: &'c Chart, settings: &Settings, found: &mut Vec<(&'c ContainerKey, Diagnostic)>) {
    let mut asking =
        chart.world().containers().filter(|(_, container, _)| asks(&container.labels)).peekable();
    if asking.peek().is_none() {
        return;
    }
    let policy = configure::network(settings);
    for (key, container, _) in asking {
        let (_, findings) = parts(&container.labels, &policy.names, &|name| policy.variable(name));
        found.extend(findings.into_iter().map(|finding| (key, finding.in_container(&container.name))));
    }
}

/// What labels say that decoding and merging do not mind.
fn of_labels<'c>(
    chart: &'c Chart,
    surroundings: &Surroundings,
    found: &mut Vec<(&'c ContainerKey, Diagnostic)>,
) {
    let (mut keys, mut subjects) = (Vec::new(), Vec::new());
    for (key, container, left_out) in chart.world().containers() {
        if left_out.is_none() && surroundings.blacklist.judge(container).lets_through() {
            keys.push(key);
            subjects.push(Subject { engine: key.engine, container });
        } else {
            found.extend(check_unrouted(container).into_iter().map(|finding| (key, finding)));
        }
    }
    for finding in check(&subjects, chart.world().table(), surroundings) {
        if let Some(key) = keys.get(finding.subject) {
            found.push((key, finding.diagnostic));
        }
    }
}

/// Before a start it is an error that a network is named that the container is not on; what is routed by another all the same is a
/// warning to those who run it.
fn as_before_a_start(found: &mut [(&ContainerKey, Diagnostic)]) {
    for (_, it) in found.iter_mut().filter(|(_, it)| it.code == NETWORK_NOT_FOUND) {
        it.severity = Severity::Error;
    }
}

/// One mistake is told once: quotes around a value explain the error that they make, and a label of another dialect that its field is
/// unknown.
fn told_once(found: &mut Vec<(&ContainerKey, Diagnostic)>) {
    let label = |diagnostic: &Diagnostic| diagnostic.label.as_ref().map(|place| place.key.clone());
    let places = |is: fn(&Diagnostic) -> bool| -> BTreeSet<(ContainerKey, Option<String>)> {
        let those = found.iter().filter(|(_, it)| it.label.is_some() && is(it));
        those.map(|(key, it)| ((*key).clone(), label(it))).collect()
    };
    let errors = places(|it| it.severity == Severity::Error);
    let foreign = places(|it| it.code == codes::OTHER_DIALECT);
    found.retain(|(key, it)| {
        it.code != codes::UNKNOWN_FIELD || !foreign.contains(&((*key).clone(), label(it)))
    });
    let mut helps = BTreeMap::new();
    found.retain(|(key, it)| {
        let place = ((*key).clone(), label(it));
        if it.code != codes::QUOTED_VALUE || it.severity == Severity::Error || !errors.contains(&place) {
            return true;
        }
        helps.insert(
            place,
            format!("the quotes are part of the value: {}", it.help.clone().unwrap_or_default()),
        );
        false
    });
    for (key, it) in found.iter_mut().filter(|(_, it)| it.help.is_none()) {
        it.help = helps.get(&((*key).clone(), label(it))).cloned();
    }
}

/// By file and place; what several replicas have in common is told once.
fn in_order(mut told: Vec<Told>) -> Vec<Told> {
    let place = |it: &Told| it.location.as_ref().map(|at| (at.path.clone(), at.bytes.start, at.bytes.end));
    told.sort_by(|one, two| {
        let key = |it: &Told| (it.source, place(it));
        key(one).cmp(&key(two)).then_with(|| one.diagnostic.cmp(&two.diagnostic))
    });
    let mut seen = BTreeSet::new();
    told.retain(|it| {
        let Some(place) = place(it) else { return true };
        // A file may be read by several sources.
        seen.insert((place, it.diagnostic.code, it.diagnostic.message.clone()))
    });
    told
}
