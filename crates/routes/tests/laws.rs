//! Laws of one container's share that hold for any labels.
#![expect(clippy::expect_used, reason = "all of it is test code, and a test may panic")]

mod generator;

use portolan_container::{Container, Diagnostic, NetworkMode, Part, Severity};
use portolan_routes::{Configuration, Options, Share, Table, share};
use proptest::prelude::*;

/// What is true of every share.
fn holds(container: &Container, share: &Share) {
    for diagnostic in &share.diagnostics {
        holds_of(container, diagnostic);
    }
    assert!(
        !is_refused(share) || share.elements.is_empty(),
        "a container with an error in its labels contributes"
    );
    assert!(
        share.left_out.is_none() || share.elements.is_empty(),
        "a container that is left out contributes"
    );
}

/// Whether a label is in error.
fn is_refused(share: &Share) -> bool {
    share.diagnostics.iter().any(|it| it.severity == Severity::Error && it.label.is_some())
}

fn holds_of(container: &Container, diagnostic: &Diagnostic) {
    assert_eq!(diagnostic.container.as_ref(), Some(&container.name));
    assert!(!diagnostic.message.is_empty());
    let Some(place) = &diagnostic.label else { return };
    let (key, value) =
        container.labels.get_key_value(&place.key).expect("a place is in a label of the container");
    let text = if place.part == Part::Key { key } else { value };
    assert!(text.get(place.start..place.end).is_some(), "{place:?} is no part of {text:?}");
}

proptest! {
    #[test]
    fn any_labels_come_to_a_share(containers in generator::containers(3), options in generator::options()) {
        for container in &containers {
            let made = share(container, &options, &containers[..]);
            holds(container, &made);
            prop_assert_eq!(&share(container, &options, &containers[..]), &made);
        }
    }

    #[test]
    fn any_keys_come_to_a_share(labels in proptest::collection::btree_map("traefik\\.(http|tcp|udp|docker)\\.\\PC{0,20}|(?s).{0,20}", "(?s).{0,20}", 0..6)) {
        let container = Container { id: "1".into(), name: "web".into(), labels, ..Container::default() };
        holds(&container, &share(&container, &Options::default(), &[][..]));
    }

    #[test]
    fn the_order_of_shares_changes_nothing(
        (containers, shuffled) in generator::containers(6).prop_flat_map(|all| (Just(all.clone()), Just(all).prop_shuffle())),
        options in generator::options(),
    ) {
        let configuration = |order: &[Container]| {
            let mut table = Table::default();
            for container in order {
                table.replace(share(container, &options, &containers[..]));
            }
            table.configuration()
        };
        prop_assert_eq!(configuration(&containers), configuration(&shuffled));
    }

    /// Taken apart into elements and put together again, a configuration is the same.
    #[test]
    fn elements_are_the_whole(containers in generator::containers(1)) {
        for container in &containers {
            let made = share(container, &Options::default(), &containers[..]);
            let configuration: Configuration = made.elements.iter().cloned().collect();
            let mut elements = configuration.into_elements();
            let mut expected = made.elements;
            elements.sort_by_key(|(name, element)| (element.section(), name.clone()));
            expected.sort_by_key(|(name, element)| (element.section(), name.clone()));
            prop_assert_eq!(elements, expected);
        }
    }

    #[test]
    fn a_broken_label_harms_no_other(containers in generator::containers(5), options in generator::options()) {
        // Whoever shares the stack of a broken container has no address: that is not a neighbour.
        let alone: Vec<Container> = containers
            .into_iter()
            .map(|container| match container.network_mode {
                NetworkMode::Container(_) => Container { network_mode: NetworkMode::Networks, ..container },
                _ => container,
            })
            .collect();
        let shares: Vec<Share> = alone.iter().map(|container| share(container, &options, &alone[..])).collect();
        let sound: Vec<&Share> = shares.iter().filter(|share| !is_refused(share)).collect();
        let table = |shares: &mut dyn Iterator<Item = &Share>| {
            let mut table = Table::default();
            for share in shares {
                table.replace(share.clone());
            }
            table.configuration()
        };
        prop_assert_eq!(table(&mut shares.iter()), table(&mut sound.into_iter()));
    }
}

/// The generator is of use only if routes come of what it makes.
#[test]
fn generated_containers_are_mostly_sound() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;

    let mut runner = TestRunner::deterministic();
    let (mut routed, mut refused) = (0, 0);
    for _ in 0..400 {
        let container = generator::container().new_tree(&mut runner).expect("draws").current();
        let made = share(&container, &Options::default(), &[][..]);
        routed += usize::from(!made.elements.is_empty());
        refused += usize::from(is_refused(&made));
    }
    assert!(routed > 100, "{routed} of 400 contribute");
    assert!(refused > 60, "{refused} of 400 have an error in a label");
}
