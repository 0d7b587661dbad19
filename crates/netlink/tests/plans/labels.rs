//! What labels come to, a container's life long.

use std::collections::BTreeMap;
use std::fmt::Write;

use portolan_container::Attachment;
use portolan_netlink::{
    Allow, Applied, Conditions, DANGER, FAILED, Kind, Names, OnError, Part, Place, State, apply_in,
    withdraw_in,
};

use crate::shown::Shown;
use crate::topology::{LONG, Topology};

fn conditions() -> Conditions {
    Conditions { timeout: LONG, ..Conditions::default() }
}

/// The parts of labels, by their kind.
fn parts(labels: &[(Kind, &str)]) -> Vec<Part> {
    let labels = labels.iter().map(|(kind, value)| (kind.label(), (*value).to_owned())).collect();
    let (parts, diagnostics) = portolan_netlink::parts(&labels, &Names::built_in(), &|_| None);
    assert_eq!(diagnostics, []);
    parts
}

/// The container is on the network `back` by the link with the number 4.
fn attachments() -> BTreeMap<String, Attachment> {
    let back = Attachment { mac: Some("02:00:00:00:00:04".to_owned()), ..Attachment::default() };
    [("back".to_owned(), back)].into()
}

fn apply(topology: &Topology, labels: &[(Kind, &str)]) -> Applied {
    apply_in(&topology.namespace, Place::Container, &parts(labels), &attachments(), &conditions()).unwrap()
}

#[track_caller]
fn check_done(applied: &Applied, expected: &[&str]) {
    assert_eq!(applied.diagnostics, []);
    assert_eq!(applied.done, expected);
}

#[test]
fn a_default_route_that_is_put_in_the_place_of_another() {
    let Some(topology) = Topology::new() else { return };
    let label = [(Kind::Route, "delete default; add default via 10.0.0.254")];
    check_done(
        &apply(&topology, &label),
        &["ip route delete default", "ip route add default via 10.0.0.254"],
    );
    // Without a gap, since nothing is sent.
    check_done(&apply(&topology, &label), &[]);
    // The one to be deleted is not missed.
    topology.send(&[("route", "delete default")]);
    check_done(&apply(&topology, &label), &["ip route add default via 10.0.0.254"]);
    topology.send(&[("route", "replace default via 10.0.0.1")]);
    assert_eq!(apply(&topology, &label).done.len(), 2);
}

#[test]
fn a_flush_that_is_followed_by_what_is_to_be() {
    let Some(topology) = Topology::new() else { return };
    let label = [(
        Kind::Route,
        "flush table 100; add default via 10.0.0.1 table 100; add 10.3.0.0/16 dev eth1 table 100",
    )];
    // There is no such table yet, which is no failure.
    assert_eq!(apply(&topology, &label).done.len(), 2);
    check_done(&apply(&topology, &label), &[]);
    topology.send(&[("route", "add 10.4.0.0/16 dev eth1 table 100")]);
    assert_eq!(apply(&topology, &label).done.len(), 3);
    check_done(&apply(&topology, &label), &[]);
}

#[test]
fn a_network_that_is_disconnected_and_connected_again() {
    let Some(topology) = Topology::new() else { return };
    let label = [
        (Kind::Address, "add 192.168.1.9/24 dev network:back"),
        (
            Kind::Route,
            "add 172.20.0.0/16 via 192.168.1.1; add default via 192.168.1.1 table 100; add 172.21.0.0/16 via 10.0.0.1",
        ),
        (Kind::Rule, "add from 192.168.1.9 table 100; -6 add fwmark 1 table 100"),
    ];
    assert_eq!(apply(&topology, &label).done.len(), 6);
    check_done(&apply(&topology, &label), &[]);
    let before = rules(&topology.state());

    topology.unplug("eth1");
    topology.plug("eth7", "peer7", 4);
    topology.send(&[("address", "add 192.168.1.2/24 brd + dev eth7")]);
    let missing = [
        "ip address add 192.168.1.9/24 dev network:back",
        "ip route add 172.20.0.0/16 via 192.168.1.1",
        "ip route add default via 192.168.1.1 table 100",
    ];
    check_done(&apply(&topology, &label), &missing);
    check_done(&apply(&topology, &label), &[]);
    assert_eq!(rules(&topology.state()), before);
}

fn rules(state: &State) -> Vec<String> {
    Shown::in_order(state).rules
}

#[test]
fn a_string_that_fails_does_not_stop_the_others() {
    let Some(topology) = Topology::new() else { return };
    let mut label = String::new();
    for number in 0..200 {
        match number % 10 {
            0 => write!(label, "add 172.16.{number}.0/24 via 203.0.113.{number};").unwrap(),
            1 => write!(label, "add 172.16.{number}.0/24 dev gone{number};").unwrap(),
            _ => write!(label, "add 172.16.{number}.0/24 via 10.0.0.1;").unwrap(),
        }
    }
    let applied = apply(&topology, &[(Kind::Route, &label)]);
    assert_eq!(applied.done.len(), 160);
    assert_eq!(applied.exit.map(|exit| exit.code()), Some(2));
    assert_eq!(applied.diagnostics.len(), 40);
    for (at, diagnostic) in applied.diagnostics.iter().enumerate() {
        let number = at / 2 * 10 + at % 2;
        let reason = match at % 2 {
            0 => format!(
                "`ip route add 172.16.{number}.0/24 via 203.0.113.{number}`: Nexthop has invalid gateway"
            ),
            _ => format!(
                "`ip route add 172.16.{number}.0/24 dev gone{number}`: Cannot find device \"gone{number}\""
            ),
        };
        assert_eq!((diagnostic.code, &*diagnostic.message), (FAILED, &*reason));
        let place = diagnostic.label.as_ref().unwrap();
        assert!(
            label[place.start..place.end].starts_with(&format!("add 172.16.{number}.0/24 ")),
            "{place:?}"
        );
    }
    assert_eq!(apply(&topology, &[(Kind::Route, &label)]).done.len(), 0);
}

#[test]
fn a_label_of_64_kilobytes() {
    let Some(topology) = Topology::new() else { return };
    let mut label = String::new();
    let mut count = 0_u32;
    while label.len() < 64 * 1024 {
        let [.., high, low] = count.to_be_bytes();
        write!(label, "add 172.16.{high}.{low} via 10.0.0.1; ").unwrap();
        count += 1;
    }
    let applied = apply(&topology, &[(Kind::Route, &label)]);
    assert_eq!(applied.diagnostics, []);
    assert_eq!(applied.done.len(), usize::try_from(count).unwrap());
    check_done(&apply(&topology, &[(Kind::Route, &label)]), &[]);
}

#[test]
fn all_is_taken_back_where_that_is_wanted() {
    let Some(topology) = Topology::new() else { return };
    let label = [
        (Kind::Address, "delete 10.0.0.2/24 dev eth0; add 10.0.0.9/24 dev eth0"),
        (Kind::Route, "replace ::/0 via 2001:db8::9; flush table main; add 10.9.0.0/16 via 203.0.113.1"),
        (Kind::Rule, "add from 10.0.0.9 table 100"),
    ];
    let before = Shown::in_order(&topology.state());
    let conditions = Conditions { on_error: OnError::Rollback, ..conditions() };
    let applied =
        apply_in(&topology.namespace, Place::Container, &parts(&label), &attachments(), &conditions).unwrap();
    assert_eq!(Shown::in_order(&topology.state()), before);
    assert_eq!(applied.done, Vec::<String>::new());
    let messages: Vec<_> = applied.diagnostics.iter().map(|it| &*it.message).collect();
    let expected = "`ip route add 10.9.0.0/16 via 203.0.113.1`: Nexthop has invalid gateway, and what the other strings did is taken back";
    assert_eq!(messages, [expected]);
}

#[test]
fn routes_on_the_host_are_withdrawn() {
    let Some(topology) = Topology::new() else { return };
    topology.send(&[("route", "add 10.5.0.0/16 via 10.0.0.1")]);
    let before = Shown::of(&topology.state());
    let strings = "add 10.5.0.0/16 via 10.0.0.1; add 10.6.0.0/16 via 10.0.0.1 metric 7 mtu 1400; add 2001:db8:6::/48 via 2001:db8::1";
    let parts = parts(&[(Kind::HostRoute, strings)]);
    let apply =
        || apply_in(&topology.namespace, Place::Host, &parts, &BTreeMap::new(), &conditions()).unwrap();
    let applied = apply();
    assert_eq!((applied.host.added.len(), applied.host.there.len()), (2, 1));
    let again = apply();
    assert_eq!((again.host.added.len(), again.host.there.len()), (0, 3));

    let withdraw = || withdraw_in(&topology.namespace, &applied.host.added, &conditions()).unwrap();
    assert_eq!(withdraw(), []);
    assert_eq!(Shown::of(&topology.state()), before);
    assert_eq!(withdraw(), [], "they are gone already");
}

#[test]
fn the_host_is_changed_by_its_own_label_alone() {
    let Some(topology) = Topology::new() else { return };
    let before = Shown::of(&topology.state());
    let label = [
        (Kind::Address, "add 10.0.0.9/24 dev eth0"),
        (Kind::Route, "add 10.9.0.0/16 via 10.0.0.1"),
        (Kind::Rule, "add from 10.0.0.9 table 100"),
        (Kind::HostRoute, "flush table main"),
    ];
    let apply = |allow| {
        let conditions = Conditions { allow, ..conditions() };
        apply_in(&topology.namespace, Place::Host, &parts(&label), &BTreeMap::new(), &conditions).unwrap()
    };
    let applied = apply(Allow::default());
    assert_eq!(applied.diagnostics.iter().map(|it| it.code).collect::<Vec<_>>(), [DANGER; 4]);
    assert_eq!(Shown::of(&topology.state()), before);
    assert_eq!(apply(Allow { host: true, flush: false }).done.len(), 3);
}
