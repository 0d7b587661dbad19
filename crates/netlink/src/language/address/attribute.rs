use std::net::IpAddr;

use netlink_packet_core::DefaultNla;
use netlink_packet_route::address::AddressAttribute;

/// `IFA_ADDRESS`, which is the peer where there is one.
pub(super) const ADDRESS: u16 = 1;
/// `IFA_LOCAL`.
pub(super) const LOCAL: u16 = 2;
/// `IFA_BROADCAST`.
pub(super) const BROADCAST: u16 = 4;
/// `IFA_ANYCAST`.
pub(super) const ANYCAST: u16 = 5;

/// An attribute that is an address; of no bytes where there is none, which the kernel refuses in its own words.
pub(super) fn attribute(kind: u16, address: Option<IpAddr>) -> AddressAttribute {
    match (kind, address) {
        (ADDRESS, Some(address)) => AddressAttribute::Address(address),
        (LOCAL, Some(address)) => AddressAttribute::Local(address),
        (BROADCAST, Some(IpAddr::V4(address))) => AddressAttribute::Broadcast(address),
        (ANYCAST, Some(IpAddr::V6(address))) => AddressAttribute::Anycast(address),
        (kind, Some(IpAddr::V4(address))) => other(kind, address.octets().to_vec()),
        (kind, Some(IpAddr::V6(address))) => other(kind, address.octets().to_vec()),
        (kind, None) => other(kind, Vec::new()),
    }
}

fn other(kind: u16, value: Vec<u8>) -> AddressAttribute {
    AddressAttribute::Other(DefaultNla::new(kind, value))
}
