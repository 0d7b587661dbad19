use std::net::IpAddr;

use netlink_packet_route::AddressFamily;
use netlink_packet_route::address::{AddressAttribute, AddressMessage};
use netlink_packet_route::route::{RouteAttribute, RouteHeader, RouteMessage};

use super::Idle;
use super::hop::ip;
use super::trial::{Found, Trial, Verdicts};
use super::way::{Slot, Way};
use crate::{Action, Dumped, RouteVerb, State};

/// Family, table and destination: routes that differ in one of them are not in each other's way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    v6: bool,
    table: u32,
    destination: Option<IpAddr>,
    length: u8,
}

impl Key {
    /// Whether its destination is in the network that an address of this length is in.
    pub(crate) fn is_within(&self, address: IpAddr, length: u8) -> bool {
        let same =
            |to: IpAddr| to.is_ipv4() == address.is_ipv4() && masked(to, length) == masked(address, length);
        self.length >= length && self.destination.is_some_and(same)
    }
}

/// `moves`: addresses go away before, and with them routes that are there now.
pub(super) fn judge(actions: &[Option<&Action>], state: &State, moves: bool, verdicts: &mut Verdicts) {
    let there = state.routes.iter().flat_map(|it| {
        let key = key(&it.message);
        Way::new(&it.message).one_by_one().into_iter().map(move |way| (key.clone(), way))
    });
    let mut judge =
        Judge { trial: Trial::new(there), moves, refused: Vec::new(), settled: Vec::new(), verdicts };
    for (at, action) in actions.iter().enumerate() {
        match action {
            Some(Action::Route(change)) => {
                // A device that is not there is told when the message is made.
                let Some(wanted) = super::read::<RouteMessage>(change.request(&state.links)) else {
                    continue;
                };
                let mut way = Way::new(&wanted);
                way.guess_links(|gateway| link_to(gateway, state));
                judge.one(at, change.verb, &key(&wanted), way);
            }
            Some(Action::FlushRoutes(filter)) if filter.is_cache() => {}
            Some(Action::FlushRoutes(filter)) => {
                // A device that is not there is told when it is asked for.
                let Ok(dump) = filter.dump(&state.links) else { continue };
                let matches = |way: &Way| {
                    super::is_asked(&dump, way.message.header.address_family.into())
                        && filter.matches(&way.message, &state.links)
                };
                let gone = judge.trial.take_all(at, false, matches) == 0;
                if gone && !moves && state.unread == 0 {
                    judge.verdicts.put(at, Idle::Gone);
                }
            }
            _ => {}
        }
    }
    if !moves {
        let rank = |way: &Way| (!way.v6).then(|| way.slot.clone());
        let same = |way: &Way, was: &Way| way.is_equal(was) && !way.expires && !was.expires;
        for at in judge.trial.undone(rank, same) {
            if !judge.is_refused_for_good(at) {
                judge.verdicts.put(at, Idle::Undone);
            }
        }
    }
}

struct Judge<'a> {
    trial: Trial<Key, Way>,
    moves: bool,
    /// Where the kernel refuses a string, since something is in its slot or nothing is.
    refused: Vec<(usize, Key, Slot)>,
    /// Where the other strings do something.
    settled: Vec<(usize, Key, Slot)>,
    verdicts: &'a mut Verdicts,
}

impl Judge<'_> {
    fn one(&mut self, at: usize, verb: RouteVerb, key: &Key, wanted: Way) {
        let in_slot = |there: &Way| there.slot == wanted.slot;
        let is_free = self.trial.find(key, in_slot).is_none();
        match verb {
            RouteVerb::Test => return,
            RouteVerb::Delete => {
                self.delete(at, key, &wanted);
                return;
            }
            _ if self.is_done(at, verb, key, &wanted) => {}
            RouteVerb::Add if !is_free => return self.refuse(at, key, wanted.slot),
            RouteVerb::Change if is_free => return self.refuse(at, key, wanted.slot),
            RouteVerb::Replace | RouteVerb::Change => self.replace(at, key, wanted.clone()),
            RouteVerb::Prepend if !wanted.v6 => {
                let metric = wanted.slot.metric;
                let after = |there: &Way| there.slot == wanted.slot || there.slot.metric > metric;
                self.trial.insert(at, key.clone(), wanted.clone(), after);
            }
            RouteVerb::Add | RouteVerb::Append | RouteVerb::Prepend => self.add(at, key, wanted.clone()),
        }
        self.settled.push((at, key.clone(), wanted.slot));
    }

    fn refuse(&mut self, at: usize, key: &Key, slot: Slot) {
        self.trial.touch(at, key);
        self.refused.push((at, key.clone(), slot));
    }

    /// Whether a string is refused, and not only because a string after it has been carried out already.
    fn is_refused_for_good(&self, at: usize) -> bool {
        let refused = self.refused.iter().find(|refused| refused.0 == at);
        refused.is_some_and(|(at, key, slot)| {
            !self.settled.iter().any(|settled| settled.0 > *at && settled.1 == *key && settled.2 == *slot)
        })
    }

    /// Whether it is there already as the kernel would have it; if so, that is its verdict.
    fn is_done(&mut self, at: usize, verb: RouteVerb, key: &Key, wanted: &Way) -> bool {
        let same = match verb {
            RouteVerb::Add => Way::is_same,
            RouteVerb::Append | RouteVerb::Prepend if wanted.v6 => Way::is_duplicate,
            RouteVerb::Replace | RouteVerb::Change if !self.is_final(key, wanted) => return false,
            _ => Way::is_equal,
        };
        self.is_there(at, key, wanted, same)
    }

    /// Whether there is no more to what is there than can be compared, for a route that takes its place.
    fn is_final(&self, key: &Key, wanted: &Way) -> bool {
        // What ends some time is given its time anew.
        let in_slot = || self.trial.all(key).filter(|there| there.slot == wanted.slot);
        if wanted.expires || in_slot().any(|there| there.expires) {
            return false;
        }
        // Of IPv6, all that are shared go. Of the others, it is the first.
        let mut alike = in_slot().filter(|there| there.is_shared() == wanted.is_shared());
        match wanted.is_shared() {
            true => alike.count() == wanted.hops.len(),
            false => !wanted.v6 || alike.next().is_some_and(|first| wanted.is_equal(first)),
        }
    }

    /// Whether each of its hops is there already; if so, that is its verdict.
    fn is_there(&mut self, at: usize, key: &Key, wanted: &Way, same: fn(&Way, &Way) -> bool) -> bool {
        let ways = wanted.clone().one_by_one();
        let found: Vec<_> = ways.iter().map(|way| self.trial.find(key, |there| same(way, there))).collect();
        if !found.iter().all(Option::is_some) {
            return false;
        }
        if found.contains(&Some(Found::New)) || self.moves {
            self.verdicts.put_lenient(at);
            self.trial.touch(at, key);
        } else {
            self.verdicts.put(at, Idle::There);
        }
        true
    }

    fn delete(&mut self, at: usize, key: &Key, wanted: &Way) {
        if self.trial.all(key).any(|there| wanted.is_unsure(there)) {
            return self.trial.doubt(at, key);
        }
        let taken: Vec<Slot> =
            wanted.clone().one_by_one().iter().flat_map(|way| self.take(at, key, way)).collect();
        if taken.is_empty() {
            if self.moves || self.trial.had(key, |there| wanted.means(there)) {
                self.verdicts.put_lenient(at);
                self.trial.touch(at, key);
            } else {
                self.verdicts.put(at, Idle::Gone);
            }
        } else if self.moves {
            self.verdicts.put_lenient(at);
        }
        self.settled.extend(taken.into_iter().map(|slot| (at, key.clone(), slot)));
    }

    /// Takes away what a string means. Of IPv6, what is shared goes with all that it is shared among, unless a gateway is given.
    fn take(&mut self, at: usize, key: &Key, way: &Way) -> Option<Slot> {
        let there = self.trial.all(key).find(|there| way.means(there))?.clone();
        self.trial.take(at, key, |there| way.means(there));
        if there.is_shared() && !way.is_shared() {
            while self.trial.take(at, key, |it| it.is_shared() && it.slot == there.slot) {}
        }
        Some(there.slot)
    }

    fn replace(&mut self, at: usize, key: &Key, wanted: Way) {
        let slot = wanted.slot.clone();
        if !wanted.v6 {
            if !self.trial.replace(at, key, wanted.clone(), |there| there.slot == slot) {
                self.add(at, key, wanted);
            }
            return;
        }
        // One of its kind, that is all that are shared or the first of the others; else whatever comes first.
        let in_slot = || self.trial.all(key).filter(|there| there.slot == slot);
        let has_alike = in_slot().any(|there| there.is_shared() == wanted.is_shared());
        let shared = if has_alike { wanted.is_shared() } else { !wanted.is_shared() };
        let goes = |there: &Way| there.slot == slot && there.is_shared() == shared;
        while self.trial.take(at, key, goes) && shared {}
        self.add(at, key, wanted);
    }

    fn add(&mut self, at: usize, key: &Key, wanted: Way) {
        // They stand by their metrics.
        let metric = wanted.slot.metric;
        for way in wanted.one_by_one() {
            self.trial.insert(at, key.clone(), way, |there| there.slot.metric > metric);
        }
    }
}

/// The link on whose network a gateway is, by the addresses that are there.
fn link_to(gateway: IpAddr, state: &State) -> Option<u32> {
    let of_network = |it: &&Dumped<AddressMessage>| {
        let length = it.message.header.prefix_len;
        it.message.attributes.iter().any(|attribute| match attribute {
            AddressAttribute::Address(address) => {
                address.is_ipv4() == gateway.is_ipv4() && masked(*address, length) == masked(gateway, length)
            }
            _ => false,
        })
    };
    let nearest = state.addresses.iter().filter(of_network).max_by_key(|it| it.message.header.prefix_len);
    nearest.map(|it| it.message.header.index)
}

/// The table of a route: the attribute's, or the header's.
pub(crate) fn table(message: &RouteMessage) -> u32 {
    let attribute = message.attributes.iter().rev().find_map(|attribute| match attribute {
        RouteAttribute::Table(table) => Some(*table),
        _ => None,
    });
    match attribute.unwrap_or(message.header.table.into()) {
        0 => RouteHeader::RT_TABLE_MAIN.into(),
        table => table,
    }
}

/// What a route is of, by which it may be in the way of others.
pub(crate) fn key(message: &RouteMessage) -> Key {
    let length = message.header.destination_prefix_length;
    let destination = message.attributes.iter().rev().find_map(|attribute| match attribute {
        RouteAttribute::Destination(address) => ip(address),
        _ => None,
    });
    Key {
        v6: message.header.address_family == AddressFamily::Inet6,
        table: table(message),
        destination: destination.filter(|_| length > 0).map(|address| masked(address, length)),
        length,
    }
}

/// The address without its host bits.
fn masked(address: IpAddr, length: u8) -> IpAddr {
    match address {
        IpAddr::V4(address) => {
            let mask = u32::MAX.checked_shl(32_u32.saturating_sub(length.into())).unwrap_or(0);
            IpAddr::V4((u32::from(address) & mask).into())
        }
        IpAddr::V6(address) => {
            let mask = u128::MAX.checked_shl(128_u32.saturating_sub(length.into())).unwrap_or(0);
            IpAddr::V6((u128::from(address) & mask).into())
        }
    }
}
