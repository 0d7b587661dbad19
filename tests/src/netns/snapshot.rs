use std::fmt;

use anyhow::{Result, ensure};

use super::message::{attributes, edit, number, push};
use super::rtnetlink::{
    EXCL_CREATE, RTM_GETADDR, RTM_GETNEXTHOP, RTM_GETROUTE, RTM_GETRULE, Rtnetlink, TENTATIVE,
};

const AF_INET: u8 = 2;
const AF_INET6: u8 = 10;
const ADDRESS_HEADER: usize = 8;
const ROUTE_HEADER: usize = 12;
const RULE_HEADER: usize = 12;
const NEXT_HOP_HEADER: usize = 8;
const IFA_CACHEINFO: u16 = 6;
const RTA_PRIORITY: u16 = 6;
const RTA_CACHEINFO: u16 = 12;
const FRA_PRIORITY: u16 = 6;

/// Everything that strings can change, as the kernel tells it: addresses, routes of all tables, rules, in its order.
///
/// Two namespaces of the same making with the same past are equal, byte for byte: times are left out, and what is left
/// of a lifetime is rounded up to ten seconds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    addresses: Vec<Vec<u8>>,
    routes: Vec<Vec<u8>>,
    rules: Vec<Vec<u8>>,
    next_hops: Vec<Vec<u8>>,
}

impl Snapshot {
    pub(super) fn take(rtnetlink: &mut Rtnetlink) -> Result<Self> {
        let mut addresses = rtnetlink.dump(RTM_GETADDR)?;
        for body in &mut addresses {
            edit(body, ADDRESS_HEADER, |kind, value| {
                if kind == IFA_CACHEINFO {
                    round(value, 0, 1);
                    round(value, 4, 1);
                    clear(value, 8..16);
                }
            });
        }
        let mut routes = rtnetlink.dump(RTM_GETROUTE)?;
        for body in &mut routes {
            edit(body, ROUTE_HEADER, |kind, value| {
                if kind == RTA_CACHEINFO {
                    // Uses, and when; kept are what is left of the lifetime, in hundredths, and the error.
                    clear(value, 0..8);
                    round(value, 8, 100);
                    clear(value, 16..32);
                }
            });
        }
        let rules = rtnetlink.dump(RTM_GETRULE)?;
        let next_hops = rtnetlink.dump(RTM_GETNEXTHOP)?;
        Ok(Self { addresses, routes, rules, next_hops })
    }

    /// Whether two links have all that they get by themselves: their addresses, routes to those, routes of multicast.
    pub(super) fn is_complete(&self) -> bool {
        const LOCAL: u8 = 2;
        const MULTICAST: u8 = 5;
        let routes_of = |family: u8, kind: u8| {
            self.routes
                .iter()
                .filter(|body| body.first() == Some(&family) && body.get(7) == Some(&kind))
                .count()
        };
        let tentative = |body: &Vec<u8>| body.get(2).is_some_and(|flags| flags & TENTATIVE != 0);
        self.addresses.len() == 8
            && !self.addresses.iter().any(tentative)
            && routes_of(AF_INET6, LOCAL) == 5
            && routes_of(AF_INET6, MULTICAST) == 2
            && routes_of(AF_INET, LOCAL) == 4
    }

    /// Makes the namespace so, as far as it goes.
    pub(super) fn restore(&self, rtnetlink: &mut Rtnetlink) -> Result<()> {
        clear_all(rtnetlink)?;
        for rule in &self.rules {
            let mut rule = rule.clone();
            if attributes(&rule, RULE_HEADER).all(|(kind, _)| kind != FRA_PRIORITY) {
                // 0 is not told, and without it the kernel would choose one.
                push(&mut rule, FRA_PRIORITY, &0_u32.to_ne_bytes());
            }
            rtnetlink.change(RTM_GETRULE - 2, EXCL_CREATE, &rule)?;
        }
        for address in &self.addresses {
            rtnetlink.change(RTM_GETADDR - 2, EXCL_CREATE, address)?;
        }
        rtnetlink.settle()?;
        // Most came with the addresses; multicast did not, and loopback had none when the kernel gave it its address.
        let there = Self::take(rtnetlink)?;
        for route in there.routes.iter().filter(|route| !self.routes.contains(route)) {
            rtnetlink.change(RTM_GETROUTE - 1, 0, route)?;
        }
        for route in self.routes.iter().filter(|route| !there.routes.contains(route)) {
            rtnetlink.change(RTM_GETROUTE - 2, EXCL_CREATE, route)?;
        }
        Ok(())
    }

    /// What is in one of the two alone, a line each; or that the order differs.
    pub fn difference(&self, other: &Self) -> String {
        let mut lines = String::new();
        for (what, header, one, two) in [
            ("address", ADDRESS_HEADER, &self.addresses, &other.addresses),
            ("route", ROUTE_HEADER, &self.routes, &other.routes),
            ("rule", RULE_HEADER, &self.rules, &other.rules),
            ("nexthop", NEXT_HOP_HEADER, &self.next_hops, &other.next_hops),
        ] {
            let alone = |one: &[Vec<u8>], two: &[Vec<u8>], sign| {
                let mut two = two.to_vec();
                let mut lines = String::new();
                for body in one {
                    match two.iter().position(|other| other == body) {
                        Some(at) => drop(two.remove(at)),
                        None => lines += &format!("{sign} {what} {}\n", show(body, header)),
                    }
                }
                lines
            };
            let found = alone(one, two, '-') + &alone(two, one, '+');
            if found.is_empty() && one != two {
                lines += &format!("the {what}s are in another order\n");
            }
            lines += &found;
        }
        lines
    }
}

impl fmt::Display for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let nothing =
            Self { addresses: Vec::new(), routes: Vec::new(), rules: Vec::new(), next_hops: Vec::new() };
        f.write_str(&nothing.difference(self))
    }
}

/// Takes everything away.
fn clear_all(rtnetlink: &mut Rtnetlink) -> Result<()> {
    const ROUNDS: usize = 10;
    for round in 0..=ROUNDS {
        let mut left = 0;
        // Next hops before the routes that use them; addresses before the routes that go with them.
        for (kind, delete, header) in [
            (RTM_GETNEXTHOP, RTM_GETNEXTHOP - 1, NEXT_HOP_HEADER),
            (RTM_GETADDR, RTM_GETADDR - 1, ADDRESS_HEADER),
            (RTM_GETRULE, RTM_GETRULE - 1, RULE_HEADER),
            (RTM_GETROUTE, RTM_GETROUTE - 1, ROUTE_HEADER),
        ] {
            let all = rtnetlink.dump(kind)?;
            let all = all.iter().filter(|body| kind != RTM_GETROUTE || !is_null_entry(body));
            for body in all {
                left += 1;
                let body = if kind == RTM_GETNEXTHOP { next_hop(body, header) } else { body.clone() };
                rtnetlink.change(delete, 0, &body)?;
            }
        }
        if left == 0 {
            return Ok(());
        }
        ensure!(round < ROUNDS, "{left} entries stay");
    }
    Ok(())
}

/// The message that names a next hop, from its dump: its number alone.
fn next_hop(body: &[u8], header: usize) -> Vec<u8> {
    const NHA_ID: u16 = 1;
    let mut message = vec![0; header];
    if let Some((_, id)) = attributes(body, header).find(|(kind, _)| *kind == NHA_ID) {
        push(&mut message, NHA_ID, id);
    }
    message
}

/// Whether it is the kernel's own last route of IPv6, which no one can delete.
fn is_null_entry(body: &[u8]) -> bool {
    attributes(body, ROUTE_HEADER).any(|(kind, value)| kind == RTA_PRIORITY && number(value) == u32::MAX)
        && body.first() == Some(&AF_INET6)
}

/// Rounds a lifetime up to ten seconds; a negative one, which the kernel makes of some, is all alike.
fn round(value: &mut [u8], at: usize, per_second: u32) {
    let Some(bytes) = value.get_mut(at..at + 4) else { return };
    let lifetime = number(bytes);
    let rounded = match lifetime {
        u32::MAX => lifetime,
        0x8000_0000.. => u32::MAX - 1,
        _ => lifetime.next_multiple_of(10 * per_second),
    };
    bytes.copy_from_slice(&rounded.to_ne_bytes());
}

fn clear(value: &mut [u8], range: std::ops::Range<usize>) {
    if let Some(bytes) = value.get_mut(range) {
        bytes.fill(0);
    }
}

/// A message for people who know the kernel's numbers: header, then `kind:value`.
fn show(body: &[u8], header: usize) -> String {
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let mut text = hex(body.get(..header).unwrap_or_default());
    for (kind, value) in attributes(body, header) {
        text += &format!(" {kind}:{}", hex(value));
    }
    text
}
