use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::mpsc::channel;
use std::thread;
use std::time::Duration;

use netlink_packet_core::{NLM_F_ACK, NLM_F_REQUEST};
use netlink_packet_route::route::{RouteAddress, RouteAttribute};
use portolan_netlink::{Device, Socket, State};

use crate::scratch::{LONG, address, done, good, inside, namespace};

#[test]
fn what_a_namespace_has() {
    let Some(namespace) = namespace() else { return };
    let read = |socket: &mut Socket| socket.send(&[good(7)]).and_then(|_| State::read(socket));
    let state = namespace.run(LONG, read).unwrap().unwrap();
    assert_eq!(state.unread, 0);
    assert_eq!(state.links.index(&Device::Name("lo".to_owned())), Some(1));
    let ours: IpAddr = [10, 0, 0, 2].into();
    assert!(state.addresses_of_links().contains(&(1, ours)), "{:?}", state.addresses_of_links());
    // The route that was added, and those to the address.
    let tables: Vec<_> = state.routes.iter().map(|route| route.message.header.table).collect();
    assert!(tables.contains(&254) && tables.contains(&255), "{tables:?}");
    assert_eq!(count(&state), BTreeMap::from([(7, 1)]));
    let rules: Vec<_> = state.rules.iter().map(|rule| (rule.body[0], rule.message.header.table)).collect();
    assert_eq!(rules[..3], [(2, 255), (2, 254), (2, 253)]);
}

#[test]
fn a_thousand_routes() {
    let Some(namespace) = namespace() else { return };
    let requests: Vec<_> = (0..1_000).map(good).collect();
    let answers = namespace.run(LONG, |socket| socket.send(&requests)).unwrap().unwrap();
    assert!(answers.iter().all(|answer| *answer == done()));
    let state = namespace.run(LONG, State::read).unwrap().unwrap();
    assert_eq!(count(&state).len(), 1_000);
}

#[test]
fn a_list_that_changes_while_it_is_read() {
    let Some(namespace) = namespace() else { return };
    // Several parts of a dump, which the kernel counts its way into: where one before goes, one after is left out.
    let lasting: Vec<_> = (0..2_000_u16).map(|number| lasting(number.to_be_bytes())).collect();
    let adding: Vec<_> = lasting.iter().map(|it| address(*it)).collect();
    let answers = namespace.run(LONG, |socket| socket.send(&adding)).unwrap().unwrap();
    assert!(answers.iter().all(|answer| *answer == done()));

    let (begin, begun) = channel();
    let states: Vec<_> = thread::scope(|scope| {
        let change = |socket: &mut Socket| begun.into_iter().for_each(|after| change(socket, after));
        scope.spawn(|| inside(&namespace, change));
        let read = |number: u64| {
            begin.send(Duration::from_micros(number * 40)).unwrap();
            namespace.run(LONG, State::read)
        };
        let states = (0..50).map(read).collect();
        drop(begin);
        states
    });
    for state in states {
        let mut found: Vec<_> =
            state.unwrap().unwrap().addresses_of_links().into_iter().map(|(_, address)| address).collect();
        found.retain(|address| matches!(address, IpAddr::V4(it) if it.octets().starts_with(&[10, 1])));
        found.sort();
        let expected: Vec<_> = lasting.iter().map(|it| IpAddr::from(*it)).collect();
        // All 2,000 would be much to print.
        assert!(found == expected, "{} of {}", found.len(), expected.len());
    }
}

const CHANGING: [u8; 4] = [10, 0, 0, 2];

fn lasting([high, low]: [u8; 2]) -> [u8; 4] {
    [10, 1, high, low]
}

/// Takes one address away and gives it again, once: at some moment, it is hoped, in the middle of a dump.
fn change(socket: &mut Socket, after: Duration) {
    let mut delete = address(CHANGING);
    delete.kind = 21;
    delete.flags = NLM_F_REQUEST | NLM_F_ACK;
    thread::sleep(after);
    assert_eq!(socket.send(&[delete, address(CHANGING)]).unwrap(), [done(), done()]);
}

/// How often each of the routes made by `good` is there, by its number.
fn count(state: &State) -> BTreeMap<usize, usize> {
    let mut counts = BTreeMap::new();
    for attribute in state.routes.iter().flat_map(|route| &route.message.attributes) {
        if let RouteAttribute::Destination(RouteAddress::Inet(to)) = attribute
            && let [172, 16, high, low] = to.octets()
        {
            *counts.entry(usize::from(u16::from_be_bytes([high, low]))).or_default() += 1;
        }
    }
    counts
}
