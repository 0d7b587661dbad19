//! A chart that follows changes is the chart that is drawn from scratch.
#![expect(clippy::expect_used, reason = "all of it is test code, and a test may panic")]

#[path = "../../routes/tests/generator/mod.rs"]
mod generator;

use std::collections::{BTreeMap, BTreeSet};

use portolan_blacklist::Blacklist;
use portolan_container::{Container, Diagnostic, Severity};
use portolan_reconcile::{Chart, ContainerKey, Policy, Told};
use portolan_traefik::Format;
use proptest::prelude::*;

/// What happens to containers.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "there are a handful of them in a case")]
enum Change {
    Put(usize, Container),
    Remove(ContainerKey),
    List(usize, Vec<Container>),
    Adopt(Policy),
}

fn policy() -> impl Strategy<Value = Policy> {
    generator::options().prop_map(|options| Policy {
        options,
        blacklist: Blacklist::default(),
        engines: Vec::new(),
    })
}

fn change() -> impl Strategy<Value = Change> {
    let engine = || prop_oneof![5 => Just(0usize), 1 => Just(1usize)];
    let key = (engine(), "[abc][12]").prop_map(|(engine, id)| ContainerKey { engine, id });
    prop_oneof![
        8 => (engine(), generator::container()).prop_map(|(engine, container)| Change::Put(engine, container)),
        3 => key.prop_map(Change::Remove),
        2 => (engine(), generator::containers(4)).prop_map(|(engine, containers)| Change::List(engine, containers)),
        1 => policy().prop_map(Change::Adopt),
    ]
}

/// What is there after some changes, kept as simply as can be.
#[derive(Debug, Default)]
struct Present {
    policy: Policy,
    containers: BTreeMap<ContainerKey, Container>,
}

impl Present {
    fn apply(&mut self, change: Change) {
        match change {
            Change::Put(engine, container) => {
                self.containers.insert(ContainerKey { engine, id: container.id.clone() }, container);
            }
            Change::Remove(key) => drop(self.containers.remove(&key)),
            Change::List(engine, containers) => {
                self.containers.retain(|key, _| key.engine != engine);
                containers.into_iter().for_each(|container| self.apply(Change::Put(engine, container)));
            }
            Change::Adopt(policy) => self.policy = policy,
        }
    }

    /// A chart that knows nothing of what was before.
    fn chart(&self, format: Format) -> Chart {
        let mut chart = Chart::new(self.policy.clone(), format, None);
        for (key, container) in &self.containers {
            chart.put(key.clone(), container.clone());
        }
        chart
    }
}

fn apply(chart: &mut Chart, change: Change) -> Told {
    match change {
        Change::Put(engine, container) => {
            chart.put(ContainerKey { engine, id: container.id.clone() }, container)
        }
        Change::Remove(key) => chart.remove(&key),
        Change::List(engine, containers) => chart.list(engine, containers),
        Change::Adopt(policy) => chart.adopt(policy),
    }
}

fn findings(chart: &Chart) -> Vec<Diagnostic> {
    chart.diagnostics().cloned().collect()
}

fn holds(format: Format, changes: Vec<Change>) {
    let mut chart = Chart::new(Policy::default(), format, None);
    let mut present = Present::default();
    for change in changes {
        let (text, before) = (chart.text(), findings(&chart));
        let told = apply(&mut chart, change.clone());
        present.apply(change);
        let anew = present.chart(format);
        assert_eq!(chart.text(), anew.text());
        assert_eq!(findings(&chart), findings(&anew));
        assert_eq!(told.changed, chart.text() != text, "the change is told wrongly");
        let new: BTreeSet<_> =
            findings(&chart).into_iter().filter(|finding| !before.contains(finding)).collect();
        let told: BTreeSet<_> = told.diagnostics.into_iter().collect();
        assert_eq!(
            new.difference(&told).collect::<Vec<_>>(),
            Vec::<&Diagnostic>::new(),
            "a finding is not told"
        );
    }
}

proptest! {
    #[test]
    fn following_changes_is_drawing_anew(changes in proptest::collection::vec(change(), 1..10), format in 0usize..3) {
        holds(Format::ALL[format], changes);
    }

    #[test]
    fn the_order_of_containers_changes_nothing(
        (containers, shuffled) in generator::containers(6).prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        policy in policy(),
    ) {
        let chart = |order: Vec<Container>| {
            let mut chart = Chart::new(policy.clone(), Format::Toml, None);
            for container in order {
                chart.put(ContainerKey { engine: 0, id: container.id.clone() }, container);
            }
            (chart.text(), findings(&chart))
        };
        let (listed, put) = (chart(containers.clone()), chart(shuffled));
        prop_assert_eq!(&listed, &put);
        let mut chart = Chart::new(policy.clone(), Format::Toml, None);
        chart.list(0, containers);
        prop_assert_eq!((chart.text(), findings(&chart)), put);
    }

    /// Where a label is in error, the container might as well not be there.
    #[test]
    fn a_broken_label_harms_no_other(containers in generator::containers(5), policy in policy()) {
        let alone = containers.into_iter().map(|container| Container { network_mode: Default::default(), ..container });
        let alone: Vec<Container> = alone.collect();
        let mut chart = Chart::new(policy.clone(), Format::Yaml, None);
        chart.list(0, alone.clone());
        let mut sound = Vec::new();
        for container in alone {
            let options = &policy.options;
            let share = portolan_routes::share(&container, options, &[][..]);
            if !share.diagnostics.iter().any(|it| it.severity == Severity::Error && it.label.is_some()) {
                sound.push(container);
            }
        }
        let mut without = Chart::new(policy, Format::Yaml, None);
        without.list(0, sound);
        prop_assert_eq!(chart.text(), without.text());
    }
}
