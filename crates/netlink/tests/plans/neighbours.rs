//! What others do in the same namespace at the same time.

use portolan_netlink::{Allow, Done, OnError, Place, carry_out, plan};

use crate::sequence::{Strings, parts};
use crate::shown::Shown;
use crate::topology::Topology;

/// Has a plan fail, with a change by others between it and its being carried out, which is to stay.
#[track_caller]
fn check(ours: Strings<'_>, theirs: Strings<'_>) {
    let Some(topology) = Topology::new() else { return };
    let before = topology.state();
    let mut strings = ours.to_vec();
    strings.push(("route", "add 10.99.0.0/16 via 203.0.113.1"));
    let plan = plan(&parts(&strings), &before, Place::Host, Allow { host: true, flush: true });
    topology.send(theirs);
    let there = Shown::of(&topology.state());

    let outcome = topology.inside(|socket| carry_out(&plan, socket, &before, OnError::Rollback)).unwrap();
    assert!(matches!(outcome.steps.last(), Some(Done::Failed(_))), "{outcome:?}");
    let back = outcome.taken_back.unwrap();
    assert!(back.failures.is_empty(), "{back:?}");
    let difference = there.difference(&Shown::of(&topology.state()));
    assert!(difference.is_empty(), "{ours:?}, {theirs:?}:\n{difference}");
}

#[test]
fn what_others_change_stays() {
    let ours = [
        ("address", "add 10.0.0.9/24 dev eth0"),
        ("route", "replace default via 10.0.0.7"),
        ("route", "add 10.8.0.0/16 via 10.0.0.1"),
        ("rule", "add from 10.0.0.9 table 100 priority 100"),
    ];
    check(&ours, &[("route", "add 10.9.0.0/16 via 192.168.1.1")]);
    check(&ours, &[("route", "add 10.9.0.0/16 via 10.0.0.1")]);
    check(&ours, &[("route", "delete ::/0")]);
    check(&ours, &[("rule", "add from 10.0.0.8 table 101 priority 100")]);
    check(&ours, &[("rule", "delete table default")]);
    check(&ours, &[("address", "add 10.7.0.1/24 dev eth1")]);
    check(&ours, &[("address", "add 10.7.0.1/24 dev eth0")]);
    check(&ours, &[("address", "delete 192.168.1.2/24 dev eth1")]);
}
