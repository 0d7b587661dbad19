use std::collections::BTreeSet;

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
    links: BTreeSet<u32>,
}

impl Concerns {
    pub(super) fn of(sent: &[&Request], addresses: &addresses::Concerns) -> Self {
        let of = sent.iter().filter(|request| matches!(request.kind, NEW_ROUTE | DELETE_ROUTE));
        let named = of.filter_map(|request| RouteMessage::parse(&request.body).ok());
        Self { named: named.map(|message| key(&message)).collect(), links: addresses.links() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.named.is_empty() && self.links.is_empty()
    }

    pub(super) fn repairs(&self, before: &State, now: &State) -> Vec<Request> {
        let all = || before.routes.iter().chain(&now.routes).map(|it| &it.message);
        let places: BTreeSet<Place> = all().filter(|it| self.concerns(it)).map(place).collect();
        let (mut goes, mut comes) = (Vec::new(), Vec::new());
        for at in places {
            let there = |it: &&Dumped<RouteMessage>| place(&it.message) == at;
            let is: Vec<_> = now.routes.iter().filter(there).collect();
            let was: Vec<_> = before.routes.iter().filter(there).collect();
            let (go, come) = turn(&is, &was, |is, was| is_same(&is.message, &was.message));
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

    /// Whether a route is one that the plan names, or may have gone with an address: by its link or its source.
    ///
    /// Those that IPv6 makes for an address itself come back with it, a moment later; were they added, they would stay when it
    /// goes.
    fn concerns(&self, route: &RouteMessage) -> bool {
        const LOCAL: u32 = 255;
        let own = route.header.address_family == AddressFamily::Inet6
            && route.header.protocol == RouteProtocol::Kernel
            && table(route) == LOCAL;
        let by_address = |it: &RouteAttribute| match it {
            RouteAttribute::Oif(link) => self.links.contains(link),
            RouteAttribute::MultiPath(hops) => {
                hops.iter().any(|hop| self.links.contains(&hop.interface_index))
            }
            RouteAttribute::PrefSource(_) => !self.links.is_empty(),
            _ => false,
        };
        self.named.contains(&key(route)) || !own && route.attributes.iter().any(by_address)
    }
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
