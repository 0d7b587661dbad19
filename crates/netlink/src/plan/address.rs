use std::net::IpAddr;

use netlink_packet_route::address::{AddressAttribute, AddressMessage};

use super::Done;
use super::trial::{Trial, Verdicts};
use crate::{Action, AddressVerb, State};

/// A link and an address on it.
type Key = (u32, Option<IpAddr>);

pub(super) fn judge(actions: &[Option<&Action>], state: &State, verdicts: &mut Verdicts) {
    let there = state.addresses.iter().map(|it| (key(&it.message), it.message.clone()));
    let mut trial = Trial::new(there);
    for (at, action) in actions.iter().enumerate() {
        match action {
            Some(Action::Address(change)) => {
                // A device that is not there is told when the message is made.
                let Some(wanted) = super::read::<AddressMessage>(change.request(&state.links)) else {
                    continue;
                };
                if let Some(done) = try_one(at, change.verb, &wanted, &mut trial) {
                    verdicts.put(at, done);
                }
            }
            Some(Action::FlushAddresses(_)) => {
                trial.doubt_all();
                // What comes after may find gone what is there now.
                return;
            }
            _ => {}
        }
    }
    for at in trial.undone(same) {
        verdicts.put(at, Done::Undone);
    }
}

/// Whether an address goes away, and routes with it.
pub(super) fn moves(actions: &[Option<&Action>], verdicts: &Verdicts) -> bool {
    actions.iter().enumerate().any(|(at, action)| match action {
        Some(Action::FlushAddresses(_)) => true,
        Some(Action::Address(change)) => change.verb == AddressVerb::Delete && verdicts.get(at).is_none(),
        _ => false,
    })
}

fn try_one(
    at: usize,
    verb: AddressVerb,
    wanted: &AddressMessage,
    trial: &mut Trial<Key, AddressMessage>,
) -> Option<Done> {
    let key = key(wanted);
    match verb {
        AddressVerb::Delete => {
            let gone = !trial.take(at, &key, |there| is_meant(wanted, there));
            return gone.then_some(Done::Gone);
        }
        AddressVerb::Add if trial.has(&key, |there| is_same_address(wanted, there)) => {
            return Some(Done::There);
        }
        AddressVerb::Change | AddressVerb::Replace => {
            if trial.has(&key, |there| same(wanted, there)) {
                return Some(Done::There);
            }
            trial.take(at, &key, |there| is_same_address(wanted, there));
        }
        AddressVerb::Add => {}
    }
    trial.add(at, key, wanted.clone());
    None
}

fn key(message: &AddressMessage) -> Key {
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

/// The kernel's test of whether an address is there already.
fn is_same_address(wanted: &AddressMessage, there: &AddressMessage) -> bool {
    let v6 = matches!(local(wanted), Some(IpAddr::V6(_)));
    local(wanted) == local(there)
        && (v6 || wanted.header.prefix_len == there.header.prefix_len)
        && peer(wanted).or(local(wanted)) == peer(there).or(local(there))
}

/// Whether it is there with all that can be changed of an address: its lifetimes and its metric.
fn same(wanted: &AddressMessage, there: &AddressMessage) -> bool {
    let metric = |message: &AddressMessage| {
        message.attributes.iter().rev().find_map(|attribute| match attribute {
            AddressAttribute::RoutePriority(metric) => Some(*metric),
            _ => None,
        })
    };
    let lifetime = |message: &AddressMessage| {
        message.attributes.iter().rev().find_map(|attribute| match attribute {
            AddressAttribute::CacheInfo(info) => Some((info.ifa_preferred, info.ifa_valid)),
            _ => None,
        })
    };
    const FOR_EVER: (u32, u32) = (u32::MAX, u32::MAX);
    is_same_address(wanted, there)
        && metric(wanted).unwrap_or(0) == metric(there).unwrap_or(0)
        // A life that ends is counted anew each time.
        && lifetime(wanted).unwrap_or(FOR_EVER) == FOR_EVER
        && lifetime(there).unwrap_or(FOR_EVER) == FOR_EVER
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
