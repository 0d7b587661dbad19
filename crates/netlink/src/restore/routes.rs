use std::collections::{BTreeMap, BTreeSet};

use netlink_packet_core::{NLM_F_APPEND, Parseable};
use netlink_packet_route::AddressFamily;
use netlink_packet_route::route::{
    RouteAttribute, RouteFlags, RouteMessage, RouteNextHopFlags, RouteProtocol, RouteScope,
};

use super::{DELETE_ROUTE, NEW_ROUTE, add, addresses, body, delete, turn};
use crate::plan::route::{Key, key, table};
use crate::plan::way::{Slot, Way};
use crate::state::Dumped;
use crate::{Request, State};

/// The routes that a plan may have changed, and those that may have gone with addresses.
pub(super) struct Concerns {
    named: BTreeSet<Key>,
    addresses: addresses::Concerns,
    links: BTreeSet<u32>,
    /// The routes that are to be there, by their place, as far as they are of this plan.
    to_be: BTreeMap<Place, Vec<Dumped<RouteMessage>>>,
}

impl Concerns {
    /// `now` is what there is before anything is taken back.
    pub(super) fn of(
        sent: &[&Request],
        addresses: &addresses::Concerns,
        before: &State,
        now: &State,
    ) -> Self {
        let of = sent.iter().filter(|request| matches!(request.kind, NEW_ROUTE | DELETE_ROUTE));
        let named = of.filter_map(|request| RouteMessage::parse(&request.body).ok());
        let named = named.map(|message| key(&message)).collect();
        let mut concerns =
            Self { named, addresses: addresses.clone(), links: addresses.links(), to_be: BTreeMap::new() };
        let (there, bereft) = (by_place(now), addresses.bereft());
        for (place, was) in by_place(before) {
            // What somebody else took away stays away.
            let is_there = |it: &Dumped<RouteMessage>| {
                there
                    .get(&place)
                    .is_some_and(|there| there.iter().any(|is| is_same(&is.message, &it.message)))
            };
            let ours = |it: &&&Dumped<RouteMessage>| {
                concerns.named.contains(&place.0)
                    || is_there(it)
                    || may_go_with(&it.message, &bereft)
                    || concerns.is_kernels(&place.0, &it.message)
            };
            let ours = was.iter().filter(ours).copied().cloned().collect();
            concerns.to_be.insert(place, ours);
        }
        concerns
    }

    pub(super) fn is_empty(&self) -> bool {
        self.named.is_empty() && self.links.is_empty()
    }

    pub(super) fn repairs(&self, now: &State) -> Vec<Request> {
        let there = by_place(now);
        let places: BTreeSet<&Place> = self.to_be.keys().chain(there.keys()).collect();
        let (mut goes, mut comes) = (Vec::new(), Vec::new());
        for place in places {
            let is = there.get(place).map(Vec::as_slice).unwrap_or_default();
            let mut to_be: Vec<_> = self.to_be.get(place).into_iter().flatten().collect();
            if !self.named.contains(&place.0) {
                if !is.iter().copied().chain(to_be.iter().copied()).any(|it| self.is_by_address(&it.message))
                {
                    continue;
                }
                // Where the plan names nothing, what came is somebody else's, unless the kernel made it for an address.
                let is_others = |it: &&&Dumped<RouteMessage>| {
                    !self.is_kernels(&place.0, &it.message)
                        && !to_be.iter().any(|was| is_same(&it.message, &was.message))
                };
                let others: Vec<_> = is.iter().filter(is_others).copied().collect();
                to_be.extend(others);
            }
            let (go, come) = turn(is, &to_be, |is, was| is_same(&is.message, &was.message));
            goes.extend(go);
            comes.push(come);
        }
        // Those to neighbours first: others go through them.
        comes.sort_by_key(|come| come.iter().any(|it| is_far(&it.message)));
        let comes = comes.iter().flatten();
        let mut requests: Vec<Request> =
            goes.iter().map(|it| delete(DELETE_ROUTE, body::of_all_hops(&it.body))).collect();
        requests.extend(comes.map(|it| add(NEW_ROUTE, NLM_F_APPEND, body::route(&it.body))));
        requests
    }

    /// Whether the kernel may have made a route for an address that the plan names.
    fn is_kernels(&self, destination: &Key, route: &RouteMessage) -> bool {
        route.header.protocol == RouteProtocol::Kernel
            && self.is_by_address(route)
            && is_on(route, |link| self.addresses.is_network(link, destination), false)
    }

    /// Whether a route may have come or gone with an address: by its link or its source.
    ///
    /// Those that IPv6 makes for an address itself come back with it, a moment later; were they added, they would stay when it
    /// goes.
    fn is_by_address(&self, route: &RouteMessage) -> bool {
        const LOCAL: u32 = 255;
        let own = route.header.address_family == AddressFamily::Inet6
            && route.header.protocol == RouteProtocol::Kernel
            && table(route) == LOCAL;
        !own && is_on(route, |link| self.links.contains(&link), !self.links.is_empty())
    }
}

/// Whether a route may go with an address of these links: by its link, or by its source, which is an address of any link.
fn may_go_with(route: &RouteMessage, bereft: &BTreeSet<(u32, bool)>) -> bool {
    let v6 = route.header.address_family == AddressFamily::Inet6;
    is_on(route, |link| bereft.contains(&(link, v6)), bereft.iter().any(|it| it.1 == v6))
}

fn is_on(route: &RouteMessage, link: impl Fn(u32) -> bool, by_source: bool) -> bool {
    route.attributes.iter().any(|it| match it {
        RouteAttribute::Oif(index) => link(*index),
        RouteAttribute::MultiPath(hops) => hops.iter().any(|hop| link(hop.interface_index)),
        RouteAttribute::PrefSource(_) => by_source,
        _ => false,
    })
}

fn by_place(state: &State) -> BTreeMap<Place, Vec<&Dumped<RouteMessage>>> {
    let mut places: BTreeMap<Place, Vec<_>> = BTreeMap::new();
    for route in &state.routes {
        places.entry(place(&route.message)).or_default().push(route);
    }
    places
}

/// Where routes stand one after another.
type Place = (Key, Slot);

fn place(route: &RouteMessage) -> Place {
    (key(route), Way::new(route).slot)
}

/// Whether packets go on to a gateway.
fn is_far(route: &RouteMessage) -> bool {
    let gateway = |it: &RouteAttribute| {
        matches!(it, RouteAttribute::Gateway(_) | RouteAttribute::Via(_) | RouteAttribute::MultiPath(_))
    };
    route.header.scope == RouteScope::Universe && route.attributes.iter().any(gateway)
}

/// Whether they are the same but for use counts, ages and what the links are like.
fn is_same(one: &RouteMessage, other: &RouteMessage) -> bool {
    /// In hundredths of a second.
    const PATIENCE: u32 = 1_000;
    let expires = |message: &RouteMessage| {
        message.attributes.iter().find_map(|it| match it {
            RouteAttribute::CacheInfo(info) if info.expires != 0 => Some(info.expires),
            _ => None,
        })
    };
    let live_alike = match (expires(one), expires(other)) {
        (Some(one), Some(other)) => one.abs_diff(other) <= PATIENCE,
        (one, other) => one.is_none() && other.is_none(),
    };
    live_alike && lasting(one) == lasting(other)
}

fn lasting(message: &RouteMessage) -> RouteMessage {
    let mut message = message.clone();
    message.header.flags &= RouteFlags::Onlink;
    message.attributes.retain(|it| !matches!(it, RouteAttribute::CacheInfo(_)));
    for attribute in &mut message.attributes {
        if let RouteAttribute::MultiPath(hops) = attribute {
            for hop in hops {
                hop.flags &= RouteNextHopFlags::Onlink;
            }
        }
    }
    message
}
