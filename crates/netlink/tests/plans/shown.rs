use std::fmt::Debug;

use netlink_packet_route::address::AddressAttribute;
use netlink_packet_route::route::{RouteAttribute, RouteFlags};
use netlink_packet_route::rule::RuleAttribute;
use portolan_netlink::State;

/// What a namespace holds, a sorted line each, without what ticks: two that are the same are equal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    pub(crate) addresses: Vec<String>,
    pub(crate) routes: Vec<String>,
    pub(crate) rules: Vec<String>,
}

impl Shown {
    pub(crate) fn of(state: &State) -> Self {
        Self::with(state, true)
    }

    /// Without the priorities of rules, and each rule once.
    pub(crate) fn without_priorities(state: &State) -> Self {
        Self::with(state, false)
    }

    fn with(state: &State, priorities: bool) -> Self {
        let mut shown = Self::unsorted(state, priorities);
        shown.addresses.sort();
        shown.routes.sort();
        shown.rules.sort();
        if !priorities {
            shown.rules.dedup();
        }
        shown
    }

    fn unsorted(state: &State, priorities: bool) -> Self {
        let addresses = state.addresses.iter().map(|it| {
            let mut message = it.message.clone();
            for attribute in &mut message.attributes {
                if let AddressAttribute::CacheInfo(info) = attribute {
                    info.cstamp = 0;
                    info.tstamp = 0;
                    info.ifa_valid = lifetime(info.ifa_valid);
                    info.ifa_preferred = lifetime(info.ifa_preferred);
                }
            }
            message
        });
        let routes = state.routes.iter().map(|it| {
            let mut message = it.message.clone();
            message.header.flags &= RouteFlags::Onlink;
            for attribute in &mut message.attributes {
                if let RouteAttribute::CacheInfo(info) = attribute {
                    (info.clntref, info.last_use, info.used) = (0, 0, 0);
                    info.expires = u32::from(info.expires != 0);
                }
            }
            message
        });
        let rules = state.rules.iter().map(|it| {
            let mut message = it.message.clone();
            let counts =
                |attribute: &RuleAttribute| priorities || !matches!(attribute, RuleAttribute::Priority(_));
            message.attributes.retain(counts);
            message
        });
        Self { addresses: lines(addresses), routes: lines(routes), rules: lines(rules) }
    }

    /// With all of IPv4, and all rules, in the kernel's order.
    pub(crate) fn in_order(state: &State) -> Self {
        let in_order = |lines: Vec<String>| -> Vec<String> {
            let (mut rest, first): (Vec<_>, Vec<_>) =
                lines.into_iter().partition(|line| line.contains("family: Inet6"));
            rest.sort();
            first.into_iter().chain(rest).collect()
        };
        let all = Self::unsorted(state, true);
        Self { addresses: in_order(all.addresses), routes: in_order(all.routes), rules: all.rules }
    }

    /// What is in one of the two alone.
    pub(crate) fn difference(&self, other: &Self) -> String {
        let mut lines = String::new();
        let pairs =
            [(&self.addresses, &other.addresses), (&self.routes, &other.routes), (&self.rules, &other.rules)];
        for (one, two) in pairs {
            let mut two = two.clone();
            for line in one {
                match two.iter().position(|it| it == line) {
                    Some(at) => drop(two.remove(at)),
                    None => lines += &format!("- {line}\n"),
                }
            }
            lines.extend(two.iter().map(|line| format!("+ {line}\n")));
        }
        for (one, two) in pairs {
            let mut moved = one.iter().zip(two).filter(|(one, two)| lines.is_empty() && one != two);
            if let Some((one, two)) = moved.next() {
                lines = format!("another order: {one}\n          now: {two}\n");
            }
        }
        lines
    }
}

/// Whether it ends at all, and rounded so that a few seconds do not count.
fn lifetime(seconds: u32) -> u32 {
    if seconds == u32::MAX { seconds } else { seconds.div_ceil(60) * 60 }
}

fn lines<T: Debug>(messages: impl Iterator<Item = T>) -> Vec<String> {
    messages.map(|message| format!("{message:?}")).collect()
}
