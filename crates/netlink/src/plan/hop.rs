use std::net::IpAddr;

use netlink_packet_core::Nla;
use netlink_packet_route::route::{
    RouteAddress, RouteAttribute, RouteIp6Tunnel, RouteIpTunnel, RouteLwTunnelEncap, RouteVia,
    RouteXfrmTunnel,
};

/// Where a packet goes next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Hop {
    pub(super) gateway: Option<RouteAttribute>,
    /// The link's number; 0 where it is left to the kernel.
    pub(super) device: u32,
    /// The link that the kernel is likely to take, 0 where that is not known.
    pub(super) likely: u32,
    pub(super) weight: u8,
    pub(super) onlink: bool,
    /// Realms, encapsulation and what else there is.
    pub(super) others: Vec<RouteAttribute>,
}

impl Hop {
    pub(super) fn take(&mut self, attribute: &RouteAttribute) {
        match attribute {
            RouteAttribute::Gateway(_) | RouteAttribute::Via(_) => self.gateway = Some(attribute.clone()),
            RouteAttribute::Oif(index) => self.device = *index,
            RouteAttribute::Encap(_)
            | RouteAttribute::EncapType(_)
            | RouteAttribute::Realm(_)
            | RouteAttribute::TtlPropagate(_)
            | RouteAttribute::NewDestination(_) => {
                self.others.retain(|it| it.kind() != attribute.kind());
                self.others.push(attribute.clone());
            }
            _ => {}
        }
    }

    pub(super) fn is_same(&self, there: &Self) -> bool {
        self.gateway == there.gateway
            && (self.device == 0 || self.device == there.device)
            && self.weight == there.weight
            && self.onlink == there.onlink
            && self.others.len() == there.others.len()
            && self.others.iter().all(|wanted| there.others.iter().any(|it| is_same_other(wanted, it)))
    }

    pub(super) fn is_any(&self) -> bool {
        self.gateway.is_none() && self.device == 0
    }

    pub(super) fn means(&self, there: &Self) -> bool {
        let device = if there.device == 0 { there.likely } else { there.device };
        (self.gateway.is_none() || self.gateway == there.gateway)
            && (self.device == 0 || self.device == device)
    }

    pub(super) fn means_others(&self, there: &Self) -> bool {
        // Without a gateway or a device, the kernel does not come to them.
        self.is_any()
            || self.others.iter().all(|wanted| there.others.iter().any(|it| is_same_other(wanted, it)))
    }

    pub(super) fn gateway(&self) -> Option<IpAddr> {
        match self.gateway.as_ref()? {
            RouteAttribute::Gateway(address) => ip(address),
            RouteAttribute::Via(RouteVia::Inet(address)) => Some((*address).into()),
            RouteAttribute::Via(RouteVia::Inet6(address)) => Some((*address).into()),
            _ => None,
        }
    }
}

/// An encapsulation is told with all that it has, zeros where nothing was asked for.
fn is_same_other(wanted: &RouteAttribute, there: &RouteAttribute) -> bool {
    match (wanted, there) {
        (RouteAttribute::Encap(wanted), RouteAttribute::Encap(there)) => {
            wanted.iter().all(|it| there.contains(it))
                && there.iter().all(|it| wanted.contains(it) || is_zero(it))
        }
        (wanted, there) => wanted == there,
    }
}

fn is_zero(encapsulation: &RouteLwTunnelEncap) -> bool {
    use RouteLwTunnelEncap::{Ip, Ip6, Xfrm};
    let value = match encapsulation {
        // Of what netlink-packet-route does not know, its own length is another than the value's: it would panic.
        Ip(RouteIpTunnel::Other(it)) | Ip6(RouteIp6Tunnel::Other(it)) | Xfrm(RouteXfrmTunnel::Other(it)) => {
            value(it)
        }
        it => value(it),
    };
    value.iter().all(|byte| *byte == 0)
}

/// The bytes of an attribute.
pub(super) fn value(attribute: &impl Nla) -> Vec<u8> {
    let mut value = vec![0; attribute.value_len()];
    attribute.emit_value(&mut value);
    value
}

/// An address of either family.
pub(super) fn ip(address: &RouteAddress) -> Option<IpAddr> {
    match address {
        RouteAddress::Inet(address) => Some((*address).into()),
        RouteAddress::Inet6(address) => Some((*address).into()),
        _ => None,
    }
}
