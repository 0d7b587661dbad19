use std::env;

use portolan_netlink::{Done, Idle, Kind, OnError, Part, Step};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};

use crate::sequence::{borrowed, parts, sequences};
use crate::shown::Shown;
use crate::topology::Topology;

/// Tries a law on random sequences, the same ones each time.
fn law<S: Strategy>(strategy: S, holds: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    if Topology::new().is_none() {
        return;
    }
    let cases = env::var("PORTOLAN_PLANS").ok().map_or(60, |number| number.parse().unwrap());
    let seed: u8 = env::var("PORTOLAN_SEED").ok().map_or(0, |number| number.parse().unwrap());
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 600, ..Config::default() };
    let random = TestRng::from_seed(RngAlgorithm::ChaCha, &[seed; 32]);
    if let Err(error) = TestRunner::new_with_rng(config, random).run(&strategy, holds) {
        panic!("{error}");
    }
}

fn texts(parts: &[Part]) -> String {
    parts.iter().map(Part::command).collect::<Vec<_>>().join("; ")
}

/// Carries out a sequence, and again without what failed, in a namespace of its own each time, until nothing does.
fn carried_out(mut parts: Vec<Part>) -> (Topology, Vec<Part>) {
    loop {
        let topology = Topology::new().unwrap();
        let (_, outcome) = topology.carry_out(&parts, OnError::Continue);
        let fits = |step: &Done| matches!(step, Done::Did | Done::Nothing);
        if outcome.steps.iter().all(fits) {
            return (topology, parts);
        }
        let mut steps = outcome.steps.iter();
        parts.retain(|_| steps.next().is_some_and(fits));
    }
}

#[test]
fn twice_is_once() {
    law(sequences(), |sequence| {
        let (topology, parts) = carried_out(parts(&borrowed(&sequence)));
        let before = Shown::of(&topology.state());
        let plan = topology.plan(&parts);
        let (again, outcome) = topology.carry_out(&parts, OnError::Continue);
        let after = Shown::of(&topology.state());
        if before != after && !is_other_the_second_time(&parts) {
            let difference = before.difference(&after);
            return Err(TestCaseError::fail(format!(
                "{}\n{difference}{again:?}\n{outcome:?}",
                texts(&parts)
            )));
        }
        if !plan.is_empty() && !is_other_the_second_time(&parts) && !may_be_sent_again(&parts) {
            return Err(TestCaseError::fail(format!("{}: sends\n{plan:?}", texts(&parts))));
        }
        Ok(())
    });
}

/// Whether the kernel itself does something else the second time.
fn is_other_the_second_time(parts: &[Part]) -> bool {
    moves_the_first(parts) || is_taken_apart(parts) || takes_others_along(parts)
}

/// Whether a route is put beside others and what is first among them is then changed: the second time it is another one.
fn moves_the_first(parts: &[Part]) -> bool {
    let begins = |part: &Part, words: &[&str]| words.iter().any(|word| part.text.contains(word));
    let beside = parts.iter().position(|part| begins(part, &["append", "prepend"]));
    let rest = beside.and_then(|at| parts.get(at..)).unwrap_or_default();
    rest.iter().any(|part| begins(part, &["replace", "change", "delete"]))
}

/// Whether an address is added and then the first of its network deleted, and the new one with it: the second time it stays.
fn takes_others_along(parts: &[Part]) -> bool {
    let all = || parts.iter().filter(|part| part.kind == Kind::Address);
    let added = all().position(|part| !part.text.starts_with("delete") && !part.text.contains("flush"));
    let gone = |part: &Part| part.text.starts_with("delete") || part.text.contains("flush");
    added.is_some_and(|at| all().skip(at).any(gone))
}

/// Whether of several hops of IPv6 one is deleted, and all of them are added: the second time, the kernel refuses to.
fn is_taken_apart(parts: &[Part]) -> bool {
    let v6 = |part: &Part, verb: &str, way: &str| {
        part.text.contains(verb) && part.text.contains(way) && part.text.contains("::")
    };
    parts.iter().any(|part| v6(part, "delete", "via"))
        && parts.iter().any(|part| v6(part, "add", "nexthop") || v6(part, "replace", "nexthop"))
}

/// Strings that are sent once more, and change nothing then.
fn may_be_sent_again(parts: &[Part]) -> bool {
    parts.iter().any(|part| {
        let says = |word: &str| part.text.contains(word);
        // What ends some time is given its time anew.
        says("_lft") || says("expires")
            // Fails where there is nothing to change, as when a string after it took that away.
            || says("change")
            // Takes away what a string before it has added.
            || says("flush") && part.kind != Kind::Rule
    })
}

#[test]
fn what_a_plan_leaves_out_makes_no_difference() {
    law(sequences(), |sequence| {
        let parts = parts(&borrowed(&sequence));
        let (planned, raw) = (Topology::new().unwrap(), Topology::new().unwrap());
        let (plan, outcome) = planned.carry_out(&parts, OnError::Continue);
        let is_other = |(part, step): (&Part, &Step)| match step {
            Step::Dangerous(_) => true,
            // An address that goes and comes back takes others along, and routes: that is left out.
            Step::Done { why: Idle::Undone, .. } => part.text.contains("dev") && part.kind == Kind::Address,
            _ => false,
        };
        if parts.iter().zip(&plan.steps).any(is_other) {
            return Ok(());
        }
        let sent = raw.send_raw(&parts);
        let (ours, theirs) =
            (Shown::without_priorities(&planned.state()), Shown::without_priorities(&raw.state()));
        if ours != theirs {
            let difference = theirs.difference(&ours);
            return Err(TestCaseError::fail(format!(
                "{}\n{difference}{plan:?}\n{outcome:?}\n{sent:?}",
                texts(&parts)
            )));
        }
        Ok(())
    });
}

#[test]
fn what_fails_is_taken_back_whole() {
    let strategy = (sequences(), sequences(), any::<prop::sample::Index>());
    law(strategy, |(mut present, mut sequence, at)| {
        // No route can come back to a gateway that is not to be found: by the rules; since the address or the route is gone
        // that was of its network; or since the kernel takes the route to that network for one that has ended long ago, as it does
        // where it gives an address of IPv6 another life.
        let leads_nowhere = |kind: &str, text: &str| match kind {
            "rule" => text.contains("not") || text.contains("blackhole"),
            "address" => ["delete", "flush", "_lft", "noprefixroute"].iter().any(|word| text.contains(word)),
            _ => false,
        };
        present.retain(|(kind, text)| !leads_nowhere(kind, text));
        // What the kernel refuses: a label that is too long, bits behind the prefix, a traffic class that it does not have.
        let at = at.index(sequence.len());
        let (kind, _) = sequence[at];
        let refused = match kind {
            "address" => "add 10.7.7.7/24 dev eth0 label 0123456789abcdef",
            "rule" => "add tos 1 table 5",
            _ => "add 172.31.0.1/16 dev eth0",
        };
        sequence.insert(at, (kind, refused.to_owned()));

        let topology = Topology::new().unwrap();
        topology.send_raw(&parts(&borrowed(&present)));
        let before = Shown::in_order(&topology.state());
        let parts = parts(&borrowed(&sequence));
        let (plan, outcome) = topology.carry_out(&parts, OnError::Rollback);
        let after = Shown::in_order(&topology.state());
        if !outcome.steps.iter().any(|step| matches!(step, Done::Failed(_))) {
            // A string after it takes away what it would have added.
            return Ok(());
        }
        let is_whole = outcome.taken_back.as_ref().is_some_and(|back| back.failures.is_empty());
        if before != after || !is_whole {
            let difference = before.difference(&after);
            let texts = texts(&parts);
            return Err(TestCaseError::fail(format!("{texts}\n{difference}{plan:?}\n{outcome:?}")));
        }
        Ok(())
    });
}
