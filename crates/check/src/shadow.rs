use std::collections::{BTreeMap, BTreeSet};

use portolan_container::Diagnostic;
use portolan_labels::eq_fold;
use portolan_routes::rule::{Alternatives, Protocol, Rule, Syntax};
use portolan_routes::{Element, Merged, Name, Section, Table, service_name};

use crate::codes::SHADOWED_ROUTER;
use crate::router::{self, Routers};
use crate::{Subject, Surroundings};

/// A router as Traefik weighs it against others.
#[derive(Debug)]
struct Weighed<'t> {
    name: &'t Name,
    /// The container that defines it.
    subject: usize,
    takes: Alternatives,
    priority: i64,
    /// `None` where it names none and nobody knows which are meant.
    entry_points: Option<BTreeSet<String>>,
    is_tls: bool,
}

/// Routers that another takes all requests from, by container.
pub(crate) fn find(
    subjects: &[Subject<'_>],
    routers: &Routers<'_>,
    table: &Table,
    surroundings: &Surroundings,
) -> BTreeMap<usize, Vec<Diagnostic>> {
    let weighed = weigh(subjects, table, surroundings);
    let mut by_host: BTreeMap<(Section, &str), Vec<&Weighed<'_>>> = BTreeMap::new();
    for router in &weighed {
        for host in router.takes.hosts() {
            by_host.entry((router.name.0, host)).or_default().push(router);
        }
    }
    let mut found: BTreeMap<usize, Vec<Diagnostic>> = BTreeMap::new();
    for router in &weighed {
        // Only one that names the same host, or no single host, can take all of its requests.
        let hosts = router.takes.hosts().into_iter().chain([""]);
        let others: BTreeMap<&Name, &&Weighed<'_>> = hosts
            .flat_map(|host| by_host.get(&(router.name.0, host)).into_iter().flatten())
            .map(|other| (other.name, other))
            .collect();
        let Some((other, chance)) = others.values().find_map(|other| Some((*other, other.hides(router)?)))
        else {
            continue;
        };
        let (kind, name) = (router.name.0.element(), &other.name.1);
        let of =
            subjects.get(other.subject).map(|subject| subject.container.name.as_str()).unwrap_or_default();
        let of = if other.subject == router.subject { String::new() } else { format!(" of `{of}`") };
        let (message, help) = if chance {
            (
                format!(
                    "{kind} `{name}`{of} takes the same requests with the same priority: which is asked is left to chance"
                ),
                "give one of them another rule, or a `priority`".to_owned(),
            )
        } else {
            (
                format!(
                    "the router is never reached: {kind} `{name}`{of}, with priority {}, takes all of its requests",
                    other.priority
                ),
                format!(
                    "give this one a `priority` above {}, or the other one a narrower rule",
                    other.priority
                ),
            )
        };
        let labels = routers.of(router.subject).iter();
        let mut own =
            labels.filter(|own| own.section == router.name.0 && eq_fold(own.node.name, &router.name.1));
        let finding = Diagnostic::warning(SHADOWED_ROUTER, message).with_help(help);
        let finding = match own.next() {
            Some(own) => finding.at(router::place(own.node)),
            None => finding,
        };
        found.entry(router.subject).or_default().push(finding);
    }
    found
}

impl Weighed<'_> {
    /// Whether it takes all requests of the other; true within where that is left to chance.
    fn hides(&self, other: &Self) -> Option<bool> {
        let before = self.priority > other.priority;
        let tied = self.priority == other.priority && self.name < other.name;
        if self.name == other.name || self.is_tls != other.is_tls || !(before || tied) {
            return None;
        }
        let is_everywhere = match (&self.entry_points, &other.entry_points) {
            (None, None) => true,
            (Some(ours), Some(theirs)) => theirs.is_subset(ours),
            _ => false,
        };
        if !is_everywhere || !self.takes.cover(&other.takes) {
            return None;
        }
        if before { Some(false) } else { other.takes.cover(&self.takes).then_some(true) }
    }
}

fn weigh<'t>(subjects: &[Subject<'_>], table: &'t Table, surroundings: &Surroundings) -> Vec<Weighed<'t>> {
    let keys: BTreeMap<String, usize> = subjects
        .iter()
        .enumerate()
        .map(|(number, Subject { engine, container })| {
            let key = format!("{}-{}", service_name(container), container.id);
            (if *engine > 0 { format!("{key}-{engine}") } else { key }, number)
        })
        .collect();
    let weighed = table.names().filter_map(|name| {
        let protocol = match name.0 {
            Section::HttpRouters => Protocol::Http,
            Section::TcpRouters => Protocol::Tcp,
            _ => return None,
        };
        let subject = table.definers(name).find_map(|key| keys.get(key).copied())?;
        let Merged::One(element) = table.get(name)? else { return None };
        let (rule, syntax, priority, entry_points, is_tls) = match element.as_ref() {
            Element::HttpRouters(it) => {
                (&it.rule, &it.rule_syntax, it.priority, &it.entry_points, it.tls.is_some())
            }
            Element::TcpRouters(it) => {
                (&it.rule, &it.rule_syntax, it.priority, &it.entry_points, it.tls.is_some())
            }
            _ => return None,
        };
        let syntax = syntax.as_deref().filter(|said| !said.is_empty());
        let syntax = syntax.map_or(surroundings.rule_syntax, Syntax::of_label);
        let rule = Rule::parse(rule.as_deref()?, protocol, syntax).ok()?;
        let said = entry_points.iter().flatten().filter(|name| !name.is_empty()).cloned();
        let said: BTreeSet<String> = said.collect();
        let entry_points = if said.is_empty() { defaults(surroundings) } else { Some(said) };
        let priority = priority.filter(|priority| *priority != 0).unwrap_or_else(|| rule.default_priority());
        Some(Weighed { name, subject, takes: rule.alternatives()?, priority, entry_points, is_tls })
    });
    weighed.collect()
}

/// The entry points of routers that name none.
fn defaults(surroundings: &Surroundings) -> Option<BTreeSet<String>> {
    let points = surroundings.entry_points.as_ref()?;
    Some(points.iter().filter(|(_, point)| point.is_default).map(|(name, _)| name.clone()).collect())
}
