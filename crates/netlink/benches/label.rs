//! What the labels of one container cost before anything is sent: read from their text, and planned against what its namespace
//! holds.

#![expect(clippy::expect_used, reason = "a benchmark that cannot run ends")]

use std::collections::BTreeMap;

use divan::Bencher;
use netlink_packet_core::Parseable;
use portolan_netlink::{Allow, Dumped, Kind, Link, Links, Names, Part, Place, State, Step, parts, plan};

fn main() {
    divan::main();
}

/// Four routes and two rules.
fn labels() -> BTreeMap<String, String> {
    let route = "delete default; add default via 10.0.0.1; add 10.8.0.0/16 via 10.0.0.1 metric 50; \
                 add default via 10.0.0.254 dev eth0 table 100";
    let rule = "add from 10.0.0.2 table 100 priority 100; add to 10.8.0.0/16 fwmark 0x10/0xff table 100";
    [(Kind::Route.label(), route.to_owned()), (Kind::Rule.label(), rule.to_owned())].into()
}

fn read() -> Vec<Part> {
    let (parts, findings) = parts(&labels(), &Names::built_in(), &|_| None);
    assert!(parts.len() == 6 && findings.is_empty(), "{findings:?}");
    parts
}

/// A namespace with a link, an address, so many routes beside the default one, and the kernel's rules.
fn state(routes: usize) -> State {
    let link = |(index, name): (u32, &str)| Link { index, name: name.to_owned(), ..Link::default() };
    let mut state =
        State { links: Links::new([(1, "lo"), (2, "eth0")].map(link).into()), ..State::default() };
    let route =
        (0..routes).map(|number| format!("add 10.{}.{}.0/24 via 10.0.0.1", 16 + number / 256, number % 256));
    let route = route.fold("add default via 10.0.0.1".to_owned(), |all, route| all + ";" + &route);
    let rule = "add table local priority 0; add table main priority 32766; add table default priority 32767";
    let address = "add 10.0.0.2/24 dev eth0";
    let labels = [(Kind::Address, address), (Kind::Route, &*route), (Kind::Rule, rule)];
    let labels = labels.map(|(kind, value)| (kind.label(), value.to_owned())).into();
    let (parts, findings) = parts(&labels, &Names::built_in(), &|_| None);
    assert!(findings.is_empty(), "{findings:?}");
    let steps = plan(&parts, &state, Place::Container, Allow::default()).steps;
    for (part, step) in parts.iter().zip(steps) {
        let Step::Send { request, .. } = step else { panic!("{step:?}") };
        match part.kind {
            Kind::Address => state.addresses.push(dumped(request.body)),
            Kind::Rule => state.rules.push(dumped(request.body)),
            Kind::Route | Kind::HostRoute => state.routes.push(dumped(request.body)),
        }
    }
    state
}

fn dumped<T: Parseable<[u8]>>(body: Vec<u8>) -> Dumped<T> {
    Dumped { message: T::parse(&body).expect("is a message"), body }
}

#[divan::bench]
fn read_4_routes_and_2_rules(bencher: Bencher<'_, '_>) {
    let (labels, names) = (labels(), Names::built_in());
    bencher.bench(|| parts(&labels, &names, &|_| None));
}

#[divan::bench(args = [1, 100, 10_000])]
fn plan_against_routes(bencher: Bencher<'_, '_>, routes: usize) {
    let (parts, state) = (read(), state(routes));
    bencher.bench(|| plan(&parts, &state, Place::Container, Allow::default()));
}
