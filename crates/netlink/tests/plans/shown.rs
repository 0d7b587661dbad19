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
        let mut shown = Self { addresses: lines(addresses), routes: lines(routes), rules: lines(rules) };
        if !priorities {
            shown.rules.dedup();
        }
        shown
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
        lines
    }
}

/// Whether it ends at all, and rounded so that a few seconds do not count.
fn lifetime(seconds: u32) -> u32 {
    if seconds == u32::MAX { seconds } else { seconds.div_ceil(60) * 60 }
}

fn lines<T: Debug>(messages: impl Iterator<Item = T>) -> Vec<String> {
    let mut lines: Vec<_> = messages.map(|message| format!("{message:?}")).collect();
    lines.sort();
    lines
}
