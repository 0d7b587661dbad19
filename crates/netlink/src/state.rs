use std::net::IpAddr;

use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST, Parseable};
use netlink_packet_route::address::{AddressAttribute, AddressMessage};
use netlink_packet_route::link::LinkMessage;
use netlink_packet_route::route::{RouteFlags, RouteMessage};
use netlink_packet_route::rule::RuleMessage;

use crate::message::attributes;
use crate::{Error, Link, Links, Request, Socket};

/// What a network namespace has: links, and of IPv4 and IPv6 all addresses, all routes of all tables, all rules.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The links.
    pub links: Links,
    /// The addresses, in the kernel's order.
    pub addresses: Vec<Dumped<AddressMessage>>,
    /// The routes, in the kernel's order, but for what it only remembers of destinations.
    pub routes: Vec<Dumped<RouteMessage>>,
    /// The rules, by priority, IPv4 first.
    pub rules: Vec<Dumped<RuleMessage>>,
    /// How many more there are that can't be read: of a kernel that is newer than we are.
    pub unread: usize,
}

/// What the kernel listed, read and as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dumped<T> {
    /// The message.
    pub message: T,
    /// The same in bytes, after the netlink header: what the kernel takes to delete it, though there is in it what we can't
    /// read.
    pub body: Vec<u8>,
}

impl State {
    /// Reads it.
    ///
    /// # Errors
    /// As [`Socket::dump`]. What only can't be read is counted in [`unread`](Self::unread), and fails nothing.
    pub fn read(socket: &mut Socket) -> Result<Self, Error> {
        let mut state = Self::default();
        state.links = Links::new(links(socket, &mut state.unread)?);
        state.addresses = read(socket, 22, 8, &mut state.unread)?;
        state.routes = read(socket, 26, 12, &mut state.unread)?;
        // What the kernel remembers of a destination, a smaller MTU for one, is listed by kernels before 4.20.
        state.routes.retain(|route| !route.message.header.flags.contains(RouteFlags::Cloned));
        state.rules = read(socket, 34, 12, &mut state.unread)?;
        Ok(state)
    }

    /// The addresses of links, each with its link's number: what [`Links::with_networks`] finds networks by.
    pub fn addresses_of_links(&self) -> Vec<(u32, IpAddr)> {
        let address = |dumped: &Dumped<AddressMessage>| {
            let message = &dumped.message;
            let local = message.attributes.iter().find_map(|attribute| match attribute {
                AddressAttribute::Local(address) => Some(*address),
                _ => None,
            });
            // On a point-to-point link the other one is the peer's; IPv6 has only that one elsewhere.
            let address = local.or_else(|| {
                message.attributes.iter().find_map(|attribute| match attribute {
                    AddressAttribute::Address(address) => Some(*address),
                    _ => None,
                })
            });
            Some((message.header.index, address?))
        };
        self.addresses.iter().filter_map(address).collect()
    }
}

/// Lists all of one kind, in both families; their header has this length.
fn read<T: Parseable<[u8]>>(
    socket: &mut Socket,
    kind: u16,
    header: usize,
    unread: &mut usize,
) -> Result<Vec<Dumped<T>>, Error> {
    let request = Request { kind, flags: NLM_F_REQUEST | NLM_F_DUMP, body: vec![0; header] };
    let mut all = Vec::new();
    for body in socket.dump(&request)? {
        // Multicast routing and others, which have lists of the same kind, are not ours.
        if !matches!(body.first(), Some(&(IPV4 | IPV6))) {
            continue;
        }
        match T::parse(&body) {
            Ok(message) => all.push(Dumped { message, body }),
            Err(_) => *unread += 1,
        }
    }
    Ok(all)
}

/// `AF_INET`.
const IPV4: u8 = 2;
/// `AF_INET6`.
const IPV6: u8 = 10;

fn links(socket: &mut Socket, unread: &mut usize) -> Result<Vec<Link>, Error> {
    let mut body = vec![0; LINK_HEADER];
    // `IFLA_EXT_MASK`, an attribute of eight bytes, with `RTEXT_FILTER_SKIP_STATS`.
    body.extend([8_u16.to_ne_bytes(), 29_u16.to_ne_bytes()].concat());
    body.extend(8_u32.to_ne_bytes());
    let request = Request { kind: 18, flags: NLM_F_REQUEST | NLM_F_DUMP, body };
    let mut links = Vec::new();
    for body in socket.dump(&request)? {
        match link(&body) {
            Some(link) => links.push(link),
            None => *unread += 1,
        }
    }
    Ok(links)
}

const LINK_HEADER: usize = 16;
/// `IFLA_LINKINFO`.
const LINK_INFO: u16 = 18;
/// `IFLA_ADDRESS`, `IFLA_IFNAME`, `IFLA_MASTER`, `IFLA_LINKINFO`, `IFLA_GROUP`, `IFLA_PROP_LIST`: all that is made use of.
const USED: [u16; 6] = [1, 3, 10, LINK_INFO, 27, 52];

/// Reads a link from no more than is made use of: it must be known by its name, whatever else a newer kernel says of it.
fn link(body: &[u8]) -> Option<Link> {
    let parse = |used: &dyn Fn(u16) -> bool| {
        let (header, rest) = body.split_at_checked(LINK_HEADER)?;
        let used = attributes(rest).filter(|(kind, ..)| used(*kind)).flat_map(|(_, _, whole)| whole);
        LinkMessage::parse(&header.iter().chain(used).copied().collect::<Vec<_>>()).ok()
    };
    let message = parse(&|kind| USED.contains(&kind))
        .or_else(|| parse(&|kind| kind != LINK_INFO && USED.contains(&kind)))?;
    Some(Link::from(&message))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attribute(kind: u16, value: &[u8]) -> Vec<u8> {
        let length = u16::try_from(4 + value.len()).unwrap();
        let mut bytes = [&length.to_ne_bytes()[..], &kind.to_ne_bytes(), value].concat();
        bytes.resize(bytes.len().next_multiple_of(4), 0);
        bytes
    }

    #[test]
    fn a_link_of_a_newer_kernel() {
        let header = [&[0, 0, 1, 0][..], &7_u32.to_ne_bytes(), &1_u32.to_ne_bytes(), &[0; 4]].concat();
        let check = |parts: &[Vec<u8>], kind: Option<&str>| {
            let link = link(&[header.clone(), parts.concat()].concat()).unwrap();
            assert_eq!((link.index, &*link.name, link.flags, link.kind.as_deref()), (7, "eth0", 1, kind));
        };
        let name = attribute(3, b"eth0\0");
        check(&[name.clone(), attribute(LINK_INFO, &attribute(1, b"veth\0"))], Some("veth"));
        check(&[attribute(4, &[1]), name.clone()], None);
        check(&[attribute(999, &[1]), name.clone()], None);
        check(&[attribute(LINK_INFO, &[9, 0, 1, 0, 1]), name], None);
        assert_eq!(link(&header[..15]), None);
    }
}
