use netlink_packet_core::Emitable;
use netlink_packet_route::AddressFamily;
use netlink_packet_route::route::{
    RouteAddress, RouteAttribute, RouteFlags, RouteHeader, RouteMessage, RouteType, RouteVia,
};

use super::{Realms, RouteFilter, Span};
use crate::language::route::address::Network;
use crate::{Device, Links};

/// The value of one kind of attribute.
macro_rules! pick {
    ($attribute:expr, $kind:ident) => {
        match $attribute {
            RouteAttribute::$kind(value) => Some(*value),
            _ => None,
        }
    };
}

impl RouteFilter {
    /// Whether a dumped route is to be deleted.
    ///
    /// The kernel's own last resort of IPv6 never is.
    pub fn matches(&self, message: &RouteMessage, links: &Links) -> bool {
        let header = &message.header;
        let of = |wanted: AddressFamily| wanted == AddressFamily::Unspec || wanted == header.address_family;
        of(self.given)
            && self.cached == header.flags.contains(RouteFlags::Cloned)
            && self.is_of_table(message, links)
            && self.class.is_none_or(|class| class == header.tos)
            && self.protocol.is_none_or(|protocol| protocol == header.protocol)
            && self.scope.is_none_or(|scope| scope == header.scope)
            && (self.kinds == 0 || self.kinds & 1 << (u8::from(header.kind) % 32) != 0)
            && self.metric.is_none_or(|metric| metric == metric_of(message))
            && self.mark.is_none_or(|mark| mark == number(message, |it| pick!(it, Mark)))
            && self.realms.is_none_or(|realms| realms.matches(message))
            && leaves_by(self.outgoing.as_ref(), number(message, |it| pick!(it, Oif)), links)
            && leaves_by(self.incoming.as_ref(), number(message, |it| pick!(it, Iif)), links)
            && self.destination.matches(message, &destination(message), header.destination_prefix_length)
            && self.source.matches(message, &source(message), header.source_prefix_length)
            && self.is_via(message)
            && self.is_preferred_source(message)
            && !is_last_resort(message)
    }

    fn is_of_table(&self, message: &RouteMessage, links: &Links) -> bool {
        const MAIN: u32 = RouteHeader::RT_TABLE_MAIN as u32;
        let Ok(wanted) = self.table(links) else { return false };
        let table = message.attributes.iter().find_map(|it| pick!(it, Table));
        let table = table.unwrap_or_else(|| u32::from(message.header.table));
        let is_local = message.header.kind == RouteType::Local;
        match (message.header.address_family, table) {
            // Kernels without tables of IPv6 have all of it in one, and `ip` tells them apart by their type.
            (AddressFamily::Inet6, MAIN) => match wanted {
                0 => true,
                255 => is_local,
                MAIN => !is_local,
                _ => false,
            },
            _ => wanted == 0 || wanted == table,
        }
    }

    fn is_via(&self, message: &RouteMessage) -> bool {
        let Some(wanted) = &self.via else { return true };
        let via = message.attributes.iter().find_map(|it| match it {
            RouteAttribute::Via(via) => Some(via),
            _ => None,
        });
        let family = match via {
            Some(RouteVia::Inet(_)) => AddressFamily::Inet,
            Some(RouteVia::Inet6(_)) => AddressFamily::Inet6,
            Some(RouteVia::Packet(_)) => AddressFamily::Packet,
            Some(RouteVia::Other((family, _))) => *family,
            _ => message.header.address_family,
        };
        let bytes = match via {
            Some(via) => bytes(via).split_off(2),
            None => address(message, |it| match it {
                RouteAttribute::Gateway(address) => Some(address),
                _ => None,
            }),
        };
        wanted.address.family == AddressFamily::Unspec
            || wanted.address.family == family && same(&bytes, wanted, wanted.length)
    }

    fn is_preferred_source(&self, message: &RouteMessage) -> bool {
        let Some(wanted) = &self.preferred_source else { return true };
        let bytes = address(message, |it| match it {
            RouteAttribute::PrefSource(address) => Some(address),
            _ => None,
        });
        wanted.address.family == AddressFamily::Unspec
            || wanted.address.family == message.header.address_family && same(&bytes, wanted, wanted.length)
    }
}

impl Span {
    fn matches(&self, message: &RouteMessage, bytes: &[u8], length: u8) -> bool {
        // `any` and `all` are no limit where nothing tells the family.
        let limit = |network: &Network| network.address.family != AddressFamily::Unspec || network.has_length;
        let of = |family| family == AddressFamily::Unspec || family == message.header.address_family;
        let within = self.within.as_ref().filter(|network| limit(network)).is_none_or(|network| {
            of(network.address.family) && network.length <= length && same(bytes, network, network.length)
        });
        let covers = self.covers.as_ref().filter(|network| limit(network)).is_none_or(|network| {
            of(network.address.family) && network.length >= length && same(bytes, network, length)
        });
        within && covers
    }
}

impl Realms {
    fn matches(self, message: &RouteMessage) -> bool {
        let realms = message.attributes.iter().find_map(|it| pick!(it, Realm));
        let (source, destination) = realms.map_or((0, 0), |it| (it.source, it.destination));
        self.source.is_none_or(|it| it == source) && self.destination.is_none_or(|it| it == destination)
    }
}

fn number(message: &RouteMessage, pick: impl FnMut(&RouteAttribute) -> Option<u32>) -> u32 {
    message.attributes.iter().find_map(pick).unwrap_or_default()
}

fn metric_of(message: &RouteMessage) -> u32 {
    number(message, |it| pick!(it, Priority))
}

fn leaves_by(device: Option<&Device>, index: u32, links: &Links) -> bool {
    device.is_none_or(|device| links.index(device) == Some(index))
}

fn destination(message: &RouteMessage) -> Vec<u8> {
    address(message, |it| match it {
        RouteAttribute::Destination(address) => Some(address),
        _ => None,
    })
}

fn source(message: &RouteMessage) -> Vec<u8> {
    address(message, |it| match it {
        RouteAttribute::Source(address) => Some(address),
        _ => None,
    })
}

fn address(message: &RouteMessage, pick: impl FnMut(&RouteAttribute) -> Option<&RouteAddress>) -> Vec<u8> {
    message.attributes.iter().find_map(pick).map(bytes).unwrap_or_default()
}

fn bytes(address: &impl Emitable) -> Vec<u8> {
    let mut bytes = vec![0; address.buffer_len()];
    address.emit(&mut bytes);
    bytes
}

/// Whether the first so many bits are the same; what is missing is zero.
fn same(bytes: &[u8], network: &Network, length: u8) -> bool {
    let at = |bytes: &[u8], at: usize| bytes.get(at).copied().unwrap_or_default();
    let (whole, rest) = (usize::from(length / 8), length % 8);
    let differs = |place: usize| at(bytes, place) ^ at(&network.address.bytes, place);
    (0..whole).all(|place| differs(place) == 0) && u16::from(differs(whole)) >> (8 - rest) == 0
}

/// The route of IPv6 that the kernel has for what no other takes.
fn is_last_resort(message: &RouteMessage) -> bool {
    message.header.address_family == AddressFamily::Inet6
        && message.header.destination_prefix_length == 0
        && message.header.kind == RouteType::Unreachable
        && metric_of(message) == u32::MAX
}
