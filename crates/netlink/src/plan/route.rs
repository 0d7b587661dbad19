use std::net::IpAddr;

use netlink_packet_route::AddressFamily;
use netlink_packet_route::route::{
    RouteAddress, RouteAttribute, RouteFlags, RouteHeader, RouteMessage, RouteNextHop, RoutePreference,
    RouteProtocol, RouteScope, RouteType,
};

use super::Done;
use super::trial::{Trial, Verdicts};
use crate::{Action, RouteVerb, State};

/// Family, table and destination: routes that differ in one of them are not in each other's way.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    v6: bool,
    table: u32,
    destination: Option<IpAddr>,
    length: u8,
}

/// `moves`: addresses go away before, and with them routes that are there now.
pub(super) fn judge(actions: &[Option<&Action>], state: &State, moves: bool, verdicts: &mut Verdicts) {
    let there = state.routes.iter().map(|it| (key(&it.message), it.message.clone()));
    let mut trial = Trial::new(there);
    for (at, action) in actions.iter().enumerate() {
        match action {
            Some(Action::Route(change)) => {
                // A device that is not there is told when the message is made.
                let Some(wanted) = super::read::<RouteMessage>(change.request(&state.links)) else {
                    continue;
                };
                match try_one(at, change.verb, &wanted, &mut trial) {
                    Some(done) if moves => verdicts.put_lenient(at, done),
                    Some(done) => verdicts.put(at, done),
                    None => {}
                }
            }
            Some(Action::FlushRoutes(_)) => {
                trial.doubt_all();
                return;
            }
            _ => {}
        }
    }
    if !moves {
        for at in trial.undone(is_same) {
            verdicts.put(at, Done::Undone);
        }
    }
}

fn try_one(
    at: usize,
    verb: RouteVerb,
    wanted: &RouteMessage,
    trial: &mut Trial<Key, RouteMessage>,
) -> Option<Done> {
    let key = key(wanted);
    match verb {
        RouteVerb::Test => {
            trial.doubt(at, &key);
            return None;
        }
        RouteVerb::Delete => {
            let gone = !trial.take(at, &key, |there| is_meant(wanted, there));
            return gone.then_some(Done::Gone);
        }
        RouteVerb::Add if trial.has(&key, |there| is_same(wanted, there)) => return Some(Done::There),
        RouteVerb::Append | RouteVerb::Prepend if trial.has(&key, |there| is_same(wanted, there)) => {
            return Some(Done::There);
        }
        RouteVerb::Replace | RouteVerb::Change => {
            let protocol = wanted.header.protocol;
            if trial.has(&key, |there| is_same(wanted, there) && there.header.protocol == protocol) {
                return Some(Done::There);
            }
            trial.take(at, &key, |there| {
                metric(wanted) == metric(there) && wanted.header.tos == there.header.tos
            });
        }
        RouteVerb::Add | RouteVerb::Append | RouteVerb::Prepend => {}
    }
    trial.add(at, key, wanted.clone());
    None
}

/// The table of a route: the attribute's, or the header's.
pub(super) fn table(message: &RouteMessage) -> u32 {
    let attribute = message.attributes.iter().rev().find_map(|attribute| match attribute {
        RouteAttribute::Table(table) => Some(*table),
        _ => None,
    });
    match attribute.unwrap_or(message.header.table.into()) {
        0 => RouteHeader::RT_TABLE_MAIN.into(),
        table => table,
    }
}

pub(super) fn key(message: &RouteMessage) -> Key {
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

/// The metric, where none is given the kernel's own.
fn metric(message: &RouteMessage) -> u32 {
    let given = message.attributes.iter().rev().find_map(|attribute| match attribute {
        RouteAttribute::Priority(metric) => Some(*metric),
        _ => None,
    });
    match given.unwrap_or(0) {
        0 if message.header.address_family == AddressFamily::Inet6 => 1024,
        metric => metric,
    }
}

/// Whether a route that is there goes where the wanted one goes, in the same manner. Who made it does not count.
fn is_same(wanted: &RouteMessage, there: &RouteMessage) -> bool {
    let onlink = |message: &RouteMessage| message.header.flags.contains(RouteFlags::Onlink);
    let expires = wanted.attributes.iter().any(|attribute| matches!(attribute, RouteAttribute::Expires(_)));
    let says = |message: &RouteMessage, wanted: &RouteAttribute| {
        message.attributes.iter().any(|attribute| is_same_attribute(wanted, attribute))
    };
    // A time to live is counted anew each time.
    !expires
        && metric(wanted) == metric(there)
        && wanted.header.tos == there.header.tos
        && wanted.header.kind == there.header.kind
        && wanted.header.source_prefix_length == there.header.source_prefix_length
        && onlink(wanted) == onlink(there)
        && wanted.attributes.iter().filter(|it| counts(it)).all(|it| says(there, it))
        && there.attributes.iter().filter(|it| counts(it)).all(|it| says(wanted, it) || may_be_more(it))
}

/// The attributes that say where a route goes, and how.
fn counts(attribute: &RouteAttribute) -> bool {
    matches!(
        attribute,
        RouteAttribute::Gateway(_)
            | RouteAttribute::Via(_)
            | RouteAttribute::Oif(_)
            | RouteAttribute::PrefSource(_)
            | RouteAttribute::Source(_)
            | RouteAttribute::Metrics(_)
            | RouteAttribute::MultiPath(_)
            | RouteAttribute::Preference(_)
            | RouteAttribute::Encap(_)
            | RouteAttribute::EncapType(_)
            | RouteAttribute::Realm(_)
            | RouteAttribute::NhId(_)
            | RouteAttribute::TtlPropagate(_)
            | RouteAttribute::NewDestination(_)
    )
}

/// What the kernel tells of a route although nobody asked for it.
fn may_be_more(attribute: &RouteAttribute) -> bool {
    matches!(attribute, RouteAttribute::Oif(_) | RouteAttribute::Preference(RoutePreference::Medium))
}

fn is_same_attribute(wanted: &RouteAttribute, there: &RouteAttribute) -> bool {
    match (wanted, there) {
        (RouteAttribute::Metrics(wanted), RouteAttribute::Metrics(there)) => {
            wanted.len() == there.len() && wanted.iter().all(|metric| there.contains(metric))
        }
        (RouteAttribute::MultiPath(wanted), RouteAttribute::MultiPath(there)) => {
            wanted.len() == there.len()
                && wanted.iter().zip(there).all(|(wanted, there)| is_same_hop(wanted, there))
        }
        (wanted, there) => wanted == there,
    }
}

fn is_same_hop(wanted: &RouteNextHop, there: &RouteNextHop) -> bool {
    (wanted.interface_index == 0 || wanted.interface_index == there.interface_index)
        && wanted.hops == there.hops
        && wanted.attributes == there.attributes
}

/// The kernel's test of whether this is the route to delete.
fn is_meant(wanted: &RouteMessage, there: &RouteMessage) -> bool {
    let given = |attribute: &&RouteAttribute| {
        matches!(
            attribute,
            RouteAttribute::Gateway(_)
                | RouteAttribute::Via(_)
                | RouteAttribute::Oif(_)
                | RouteAttribute::PrefSource(_)
                | RouteAttribute::Metrics(_)
        )
    };
    let priority =
        wanted.attributes.iter().any(|it| matches!(it, RouteAttribute::Priority(metric) if *metric != 0));
    let v6 = wanted.header.address_family == AddressFamily::Inet6;
    (v6 || wanted.header.tos == there.header.tos)
        && (!priority || metric(wanted) == metric(there))
        && (wanted.header.kind == RouteType::Unspec || wanted.header.kind == there.header.kind)
        && (wanted.header.protocol == RouteProtocol::Unspec
            || wanted.header.protocol == there.header.protocol)
        && (v6 || wanted.header.scope == RouteScope::NoWhere || wanted.header.scope == there.header.scope)
        && wanted.attributes.iter().filter(given).all(|it| {
            there.attributes.iter().any(|attribute| is_same_attribute(it, attribute)) || is_hop(it, there)
        })
}

/// Whether a route with several next hops has one of this gateway or device.
fn is_hop(wanted: &RouteAttribute, there: &RouteMessage) -> bool {
    there.attributes.iter().any(|attribute| match attribute {
        RouteAttribute::MultiPath(hops) => hops.iter().any(|hop| match wanted {
            RouteAttribute::Oif(index) => hop.interface_index == *index,
            other => hop.attributes.contains(other),
        }),
        _ => false,
    })
}

fn ip(address: &RouteAddress) -> Option<IpAddr> {
    match address {
        RouteAddress::Inet(address) => Some((*address).into()),
        RouteAddress::Inet6(address) => Some((*address).into()),
        _ => None,
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
