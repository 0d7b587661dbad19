use std::collections::BTreeSet;
use std::net::IpAddr;
use std::thread;
use std::time::{Duration, Instant};

use netlink_packet_core::{NLM_F_EXCL, NLM_F_REPLACE, Parseable};
use netlink_packet_route::address::{AddressAttribute, AddressHeaderFlags, AddressMessage, CacheInfo};

use super::{DELETE_ADDRESS, NEW_ADDRESS, add, delete, turn};
use crate::plan::address::{Key, key};
use crate::plan::route;
use crate::state::Dumped;
use crate::{Error, Request, Socket, State};

/// The addresses that a plan may have changed, and those that may have gone with them.
#[derive(Clone)]
pub(super) struct Concerns {
    named: BTreeSet<Key>,
    deleted: BTreeSet<Key>,
    /// The link, an address of the network, and its length.
    networks: BTreeSet<(u32, IpAddr, u8)>,
}

impl Concerns {
    pub(super) fn of(sent: &[&Request]) -> Self {
        let of = sent.iter().filter(|request| matches!(request.kind, NEW_ADDRESS | DELETE_ADDRESS));
        let read = |request: &&Request| Some((request.kind, AddressMessage::parse(&request.body).ok()?));
        let all: Vec<_> = of.filter_map(read).collect();
        let deleted = all.iter().filter(|(kind, _)| *kind == DELETE_ADDRESS).map(|(_, it)| key(it)).collect();
        let named = all.iter().map(|(_, it)| key(it)).collect();
        let network = |message: &AddressMessage| {
            let on = message.attributes.iter().find_map(|it| match it {
                AddressAttribute::Address(address) => Some(*address),
                _ => None,
            });
            Some((message.header.index, on?, message.header.prefix_len))
        };
        Self { named, deleted, networks: all.iter().filter_map(|(_, it)| network(it)).collect() }
    }

    /// Whether the kernel may have made a route with this destination for one of them.
    pub(super) fn is_network(&self, link: u32, destination: &route::Key) -> bool {
        self.networks
            .iter()
            .any(|(on, address, length)| *on == link && destination.is_within(*address, *length))
    }

    /// The links of which addresses may be gone, each with whether those are of IPv6; and routes with them.
    pub(super) fn bereft(&self) -> BTreeSet<(u32, bool)> {
        let v6 = |address: &Option<IpAddr>| address.is_some_and(|it| it.is_ipv6());
        self.deleted.iter().map(|(link, address)| (*link, v6(address))).collect()
    }

    /// The links that they are on.
    pub(super) fn links(&self) -> BTreeSet<u32> {
        self.named.iter().map(|(link, _)| *link).collect()
    }

    pub(super) fn repairs(&self, before: &State, now: &State) -> Vec<Request> {
        self.links().into_iter().flat_map(|link| self.repair(link, before, now)).collect()
    }

    fn repair(&self, link: u32, before: &State, now: &State) -> Vec<Request> {
        let of = |state: &'_ State, v4: bool| -> Vec<Dumped<AddressMessage>> {
            let there = |it: &&Dumped<AddressMessage>| {
                it.message.header.index == link && key(&it.message).1.is_some_and(|it| it.is_ipv4()) == v4
            };
            state.addresses.iter().filter(there).cloned().collect()
        };
        let mut requests = Vec::new();
        for v4 in [true, false] {
            let (is, mut was) = (of(now, v4), of(before, v4));
            // What is neither of before nor of this plan is somebody else's, and stays.
            let known = |it: &Dumped<AddressMessage>| {
                let key = key(&it.message);
                self.named.contains(&key) || was.iter().any(|was| self::key(&was.message) == key)
            };
            let others: Vec<_> = is.iter().filter(|it| !known(it)).cloned().collect();
            was.extend(others);
            let (is, was): (Vec<_>, Vec<_>) = (is.iter().collect(), was.iter().collect());
            let (goes, comes) = if v4 { turn(&is, &was, is_in_place) } else { difference(&is, &was) };
            requests.extend(goes.iter().map(|it| delete(DELETE_ADDRESS, it.body.clone())));
            requests.extend(comes.iter().map(|it| add(NEW_ADDRESS, NLM_F_EXCL, it.body.clone())));
            // What is in its place may have been changed there.
            let changed = was.iter().filter(|was| {
                is.iter().any(|is| is_in_place(is, was) && !is_same(&is.message, &was.message))
                    && !comes.iter().any(|it| key(&it.message) == key(&was.message))
            });
            requests.extend(changed.map(|it| add(NEW_ADDRESS, NLM_F_REPLACE, it.body.clone())));
        }
        requests
    }

    /// Waits until addresses of IPv6 that came back can be used: a route that has one for its source cannot come back before.
    pub(super) fn wait(&self, before: &State, socket: &mut Socket) -> Result<(), Error> {
        /// The kernel asks for duplicates for a second or two, unless told not to.
        const LIMIT: Duration = Duration::from_secs(3);
        let tried = |it: &AddressMessage| it.header.flags.contains(AddressHeaderFlags::Tentative);
        let was_tried = |key: &Key| {
            before.addresses.iter().any(|it| self::key(&it.message) == *key && tried(&it.message))
        };
        let begun = Instant::now();
        while begun.elapsed() < LIMIT {
            let now = State::read(socket)?;
            let waits = |it: &Dumped<AddressMessage>| {
                let key = key(&it.message);
                tried(&it.message) && self.links().contains(&key.0) && !was_tried(&key)
            };
            if !now.addresses.iter().any(waits) {
                break;
            }
            // The kernel tells of it only to those who listen to all that happens.
            thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}

/// What goes and what comes where the order does not count. The kernel lists the newest of IPv6 first.
fn difference<'a>(
    is: &[&'a Dumped<AddressMessage>],
    was: &[&'a Dumped<AddressMessage>],
) -> (Vec<&'a Dumped<AddressMessage>>, Vec<&'a Dumped<AddressMessage>>) {
    let lacks = |of: &[&Dumped<AddressMessage>], it: &Dumped<AddressMessage>| {
        !of.iter().any(|other| is_in_place(other, it))
    };
    let goes = is.iter().filter(|it| lacks(was, it)).copied().collect();
    let comes = was.iter().rev().filter(|it| lacks(is, it)).copied().collect();
    (goes, comes)
}

/// Whether it is the same address with all that cannot be changed of it.
fn is_in_place(one: &Dumped<AddressMessage>, other: &Dumped<AddressMessage>) -> bool {
    let lasting = |message: &AddressMessage| -> Vec<_> {
        let lasts = |it: &&AddressAttribute| {
            !matches!(
                it,
                AddressAttribute::CacheInfo(_)
                    | AddressAttribute::Flags(_)
                    | AddressAttribute::RoutePriority(_)
            )
        };
        message.attributes.iter().filter(lasts).cloned().collect()
    };
    let v4 = |message: &AddressMessage| matches!(key(message).1, Some(IpAddr::V4(_)));
    // Of IPv4 whether it is the first of its network; of IPv6 the same bit says that it is a temporary one.
    let secondary = |message: &AddressMessage| message.header.flags.contains(AddressHeaderFlags::Secondary);
    let (one, other) = (&one.message, &other.message);
    one.header.prefix_len == other.header.prefix_len
        && one.header.scope == other.header.scope
        && secondary(one) == secondary(other)
        // Of IPv4 this cannot be changed; of IPv6 the metric cannot be taken away.
        && (!v4(one) || is_without_route(one) == is_without_route(other))
        && (v4(one) || metric(one) == metric(other))
        && lasting(one) == lasting(other)
}

/// Whether the kernel makes no route to its network.
fn is_without_route(message: &AddressMessage) -> bool {
    use netlink_packet_route::address::AddressFlags;
    message
        .attributes
        .iter()
        .any(|it| matches!(it, AddressAttribute::Flags(flags) if flags.contains(AddressFlags::Noprefixroute)))
}

fn metric(message: &AddressMessage) -> Option<u32> {
    message.attributes.iter().find_map(|it| match it {
        AddressAttribute::RoutePriority(metric) => Some(*metric),
        _ => None,
    })
}

fn is_same(one: &AddressMessage, other: &AddressMessage) -> bool {
    let life = |message: &AddressMessage| {
        message.attributes.iter().find_map(|it| match it {
            AddressAttribute::CacheInfo(info) => Some(*info),
            _ => None,
        })
    };
    // Whether it is still tried is the kernel's.
    const TRIED: AddressHeaderFlags = AddressHeaderFlags::Tentative;
    one.header.flags - TRIED == other.header.flags - TRIED
        && is_without_route(one) == is_without_route(other)
        && metric(one) == metric(other)
        && match (life(one), life(other)) {
            (Some(one), Some(other)) => live_alike(&one, &other),
            (one, other) => one.is_none() && other.is_none(),
        }
}

/// Whether two lifetimes are the same but for the time in between.
fn live_alike(one: &CacheInfo, other: &CacheInfo) -> bool {
    let alike = |one: u32, other: u32| (one == u32::MAX) == (other == u32::MAX) && one.abs_diff(other) <= 10;
    alike(one.ifa_valid, other.ifa_valid) && alike(one.ifa_preferred, other.ifa_preferred)
}
