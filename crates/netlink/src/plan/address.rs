use std::net::IpAddr;

use netlink_packet_route::address::{AddressAttribute, AddressFlags, AddressMessage};

use super::Idle;
use super::trial::{Found, Trial, Verdicts};
use crate::{Action, AddressVerb, State};

/// A link and an address on it.
pub(crate) type Key = (u32, Option<IpAddr>);

pub(super) fn judge(actions: &[Option<&Action>], state: &State, verdicts: &mut Verdicts) {
    let there = state.addresses.iter().map(|it| (key(&it.message), it.message.clone()));
    let mut judge = Judge { trial: Trial::new(there), gone: Vec::new(), verdicts };
    for (at, action) in actions.iter().enumerate() {
        match action {
            Some(Action::Address(change)) => {
                // A device that is not there is told when the message is made.
                let Some(wanted) = super::read::<AddressMessage>(change.request(&state.links)) else {
                    continue;
                };
                judge.one(at, change.verb, &wanted);
            }
            Some(Action::FlushAddresses(filter)) => {
                // A device that is not there is told when it is asked for.
                let Ok(dump) = filter.dump(&state.links) else { continue };
                let matches = |there: &AddressMessage| {
                    super::is_asked(&dump, there.header.family.into()) && filter.matches(there, &state.links)
                };
                let all = state.addresses.iter().map(|it| &it.message);
                judge.gone.extend(all.filter(|there| matches(there)).map(key));
                if judge.trial.take_all(at, false, matches) == 0 && state.unread == 0 {
                    judge.verdicts.put(at, Idle::Gone);
                }
            }
            _ => {}
        }
    }
    for at in judge.trial.undone(|_| None::<()>, same) {
        judge.verdicts.put(at, Idle::Undone);
    }
}

/// Whether an address goes away, and routes with it.
pub(super) fn moves(actions: &[Option<&Action>], verdicts: &Verdicts) -> bool {
    actions.iter().enumerate().any(|(at, action)| match action {
        Some(Action::FlushAddresses(_)) => verdicts.idle(at).is_none(),
        Some(Action::Address(change)) => change.verb == AddressVerb::Delete && verdicts.idle(at).is_none(),
        _ => false,
    })
}

struct Judge<'a> {
    trial: Trial<Key, AddressMessage>,
    /// What goes away: of IPv4, others may go with it.
    gone: Vec<Key>,
    verdicts: &'a mut Verdicts,
}

impl Judge<'_> {
    fn one(&mut self, at: usize, verb: AddressVerb, wanted: &AddressMessage) {
        let key = key(wanted);
        let is_same = |there: &AddressMessage| is_same_address(wanted, there);
        let there = |there: &AddressMessage| same(wanted, there);
        match verb {
            AddressVerb::Delete => self.delete(at, key, wanted),
            AddressVerb::Add => match self.trial.find(&key, is_same) {
                Some(found) => self.put_there(at, key, found),
                // The kernel refuses it: of IPv6, the length makes no difference.
                None if is_v6(&key) && self.trial.find(&key, |_| true).is_some() => {
                    self.trial.doubt(at, &key);
                }
                None => self.trial.add(at, key, wanted.clone()),
            },
            AddressVerb::Change | AddressVerb::Replace => match self.trial.find(&key, there) {
                Some(found) => self.put_there(at, key, found),
                None if self.trial.replace(at, &key, wanted.clone(), is_same) => {}
                // The length of one that is there is left as it is.
                None if is_v6(&key) && self.trial.find(&key, |_| true).is_some() => {
                    self.trial.doubt(at, &key);
                }
                None => self.trial.add(at, key, wanted.clone()),
            },
        }
    }

    fn delete(&mut self, at: usize, key: Key, wanted: &AddressMessage) {
        let is_meant = |there: &AddressMessage| is_meant(wanted, there);
        if self.trial.take(at, &key, is_meant) {
            if self.after_others(at, key) {
                self.verdicts.put_lenient(at);
            }
            self.gone.push(key);
        } else if self.trial.had(&key, is_meant) {
            self.verdicts.put_lenient(at);
            self.trial.touch(at, &key);
        } else {
            self.verdicts.put(at, Idle::Gone);
        }
    }

    fn put_there(&mut self, at: usize, key: Key, found: Found) {
        if self.after_others(at, key) || found == Found::New {
            self.verdicts.put_lenient(at);
            self.trial.touch(at, &key);
        } else {
            self.verdicts.put(at, Idle::There);
        }
    }

    /// Whether others of IPv4 on its link go before: it may be one that goes with them. It is left alone if they are.
    fn after_others(&mut self, at: usize, key: Key) -> bool {
        let others: Vec<Key> = self
            .gone
            .iter()
            .filter(|gone| gone.0 == key.0 && !is_v6(gone) && !is_v6(&key))
            .copied()
            .collect();
        for other in &others {
            self.trial.touch(at, other);
        }
        !others.is_empty()
    }
}

fn is_v6(key: &Key) -> bool {
    matches!(key.1, Some(IpAddr::V6(_)))
}

pub(crate) fn key(message: &AddressMessage) -> Key {
    (message.header.index, local(message))
}

fn local(message: &AddressMessage) -> Option<IpAddr> {
    let local = message.attributes.iter().rev().find_map(|attribute| match attribute {
        AddressAttribute::Local(address) => Some(*address),
        _ => None,
    });
    local.or_else(|| peer(message))
}

fn peer(message: &AddressMessage) -> Option<IpAddr> {
    message.attributes.iter().rev().find_map(|attribute| match attribute {
        AddressAttribute::Address(address) => Some(*address),
        _ => None,
    })
}

/// The kernel's test of whether an address is there already; of IPv6, it does without the length.
fn is_same_address(wanted: &AddressMessage, there: &AddressMessage) -> bool {
    local(wanted) == local(there)
        && wanted.header.prefix_len == there.header.prefix_len
        && peer(wanted).or(local(wanted)) == peer(there).or(local(there))
}

/// Whether it is there with all that can be changed of an address: its lifetimes, its metric, and of IPv6 some flags.
fn same(wanted: &AddressMessage, there: &AddressMessage) -> bool {
    /// What can be changed: no detection of duplicates, home address, temporary ones managed, no route to the prefix.
    const CHANGED: u32 = 0x2 | 0x10 | 0x100 | 0x200;
    let metric = |message: &AddressMessage| {
        message.attributes.iter().rev().find_map(|attribute| match attribute {
            AddressAttribute::RoutePriority(metric) => Some(*metric),
            _ => None,
        })
    };
    let flags = |message: &AddressMessage| {
        let v6 = matches!(local(message), Some(IpAddr::V6(_)));
        let byte = u32::from(message.header.flags.bits());
        let whole = message.attributes.iter().rev().find_map(|attribute| match attribute {
            AddressAttribute::Flags(flags) => Some(AddressFlags::bits(flags)),
            _ => None,
        });
        if v6 { whole.unwrap_or(byte) & CHANGED } else { 0 }
    };
    is_same_address(wanted, there)
        && metric(wanted).unwrap_or(0) == metric(there).unwrap_or(0)
        && flags(wanted) == flags(there)
        // A life that ends is counted anew each time.
        && lives_for_ever(wanted)
        && lives_for_ever(there)
}

fn lives_for_ever(message: &AddressMessage) -> bool {
    message.attributes.iter().all(|attribute| match attribute {
        AddressAttribute::CacheInfo(info) => (info.ifa_preferred, info.ifa_valid) == (u32::MAX, u32::MAX),
        _ => true,
    })
}

/// The kernel's test of whether this is the address to delete.
fn is_meant(wanted: &AddressMessage, there: &AddressMessage) -> bool {
    let label = |message: &AddressMessage| {
        message.attributes.iter().rev().find_map(|attribute| match attribute {
            AddressAttribute::Label(label) => Some(label.clone()),
            _ => None,
        })
    };
    let by_prefix = match peer(wanted) {
        Some(peer_wanted) => {
            wanted.header.prefix_len == there.header.prefix_len
                && Some(peer_wanted) == peer(there).or(local(there))
        }
        // Without a length, the first with that address.
        None => true,
    };
    local(wanted) == local(there)
        && by_prefix
        && label(wanted).is_none_or(|wanted| Some(wanted) == label(there))
}
