#![doc = include_str!("../README.md")]

pub mod codes;
mod database;
mod entry_point;
mod fix;
mod label;
mod password;
mod place;
mod reference;
mod router;
mod rule;
mod shadow;
mod surroundings;
mod value;

use portolan_container::{Container, Diagnostic};
use portolan_labels::{Tree, parse};
use portolan_routes::Table;

pub use fix::{Fix, fix};
pub use place::{blamed, definition};
pub use surroundings::{EntryPoint, Surroundings};

use router::Routers;

/// The labels that say what is routed (Traefik 3.7).
const DYNAMIC: [&str; 4] = ["traefik.http", "traefik.tcp", "traefik.udp", "traefik.tls.stores.default"];

/// A container that is routed, and the engine or file that it is of.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'c> {
    /// Its engine, by number: two may know one name.
    pub engine: usize,
    /// The container.
    pub container: &'c Container,
}

/// What was found, and of which of the subjects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The subject, by its place among those given.
    pub subject: usize,
    /// What is wrong with it.
    pub diagnostic: Diagnostic,
}

/// What is wrong with containers' labels that decoding and merging do not tell, in the order of the containers.
///
/// `table` is what all of them come to. Pure and total.
pub fn check(subjects: &[Subject<'_>], table: &Table, surroundings: &Surroundings) -> Vec<Finding> {
    let trees: Vec<Tree<'_>> =
        subjects.iter().map(|subject| parse(&subject.container.labels, &DYNAMIC)).collect();
    let routers = Routers::gather(&trees);
    let names = reference::Names::gather(table, &trees, surroundings);
    let mut shadowed = shadow::find(subjects, &routers, table, surroundings);
    let mut findings = Vec::new();
    for (subject, tree) in trees.iter().enumerate() {
        let Some(container) = subjects.get(subject).map(|subject| subject.container) else { continue };
        let mut found = label::check(container);
        if let Some(root) = &tree.root {
            found.extend(label::fields(root));
            found.extend(value::check(root));
            found.extend(password::check(root));
            found.extend(reference::check(root, &names, surroundings));
        }
        for router in routers.of(subject) {
            found.extend(rule::check(router, surroundings));
            found.extend(entry_point::check(router, surroundings));
        }
        found.extend(database::check(container, &surroundings.blacklist, table));
        found.append(&mut shadowed.remove(&subject).unwrap_or_default());
        let named = found.into_iter().map(|diagnostic| diagnostic.in_container(&container.name));
        findings.extend(named.map(|diagnostic| Finding { subject, diagnostic }));
    }
    findings
}

/// What is wrong with the labels of a container that is not routed: nothing that only matters on a route.
pub fn check_unrouted(container: &Container) -> Vec<Diagnostic> {
    label::foreign(container).into_iter().map(|finding| finding.in_container(&container.name)).collect()
}
