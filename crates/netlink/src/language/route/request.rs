use netlink_packet_core::{
    DefaultNla, Emitable, NLA_F_NESTED, NLM_F_ACK, NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE,
    NLM_F_REQUEST, Nla,
};
use netlink_packet_route::route::{
    RouteAttribute, RouteHeader, RouteLwTunnelEncap, RouteMessage, RouteMetric, RouteNextHop,
    RouteSeg6LocalTunnel, RouteXfrmTunnel,
};

use crate::{Device, Links, Lookup, Refusal, Request, RouteChange, RouteVerb};

const RTM_NEWROUTE: u16 = 24;
const RTM_DELROUTE: u16 = 25;

impl RouteChange {
    /// The netlink message that `ip` sends for this change in a namespace with these links.
    ///
    /// # Errors
    /// `Cannot find device "X"`, code 1, or 255 where a next hop names it; `Invalid VRF`, code 255.
    pub fn request(&self, links: &Links) -> Result<Request, Refusal> {
        self.lookups.iter().try_for_each(|lookup| lookup.check(links))?;
        let mut message = self.message.clone();
        number_devices(&mut message.attributes, &self.tunnel_devices, links)?;
        if let Some(vrf) = &self.vrf {
            let table = vrf_table(vrf, links)?;
            let attribute = in_table(&mut message.header, table);
            message.attributes.extend(attribute);
        }
        if let Some(device) = &self.device {
            message.attributes.push(RouteAttribute::Oif(links.find(device)?));
        }
        // `ip` collects them to the end, after the device.
        message.attributes.sort_by_key(|it| matches!(it, RouteAttribute::Metrics(_)));
        if !self.hops.is_empty() {
            message.attributes.push(RouteAttribute::MultiPath(self.next_hops(links)?));
        }
        let (kind, flags) = match self.verb {
            RouteVerb::Add => (RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL),
            RouteVerb::Change => (RTM_NEWROUTE, NLM_F_REPLACE),
            RouteVerb::Replace => (RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE),
            RouteVerb::Prepend => (RTM_NEWROUTE, NLM_F_CREATE),
            RouteVerb::Append => (RTM_NEWROUTE, NLM_F_CREATE | NLM_F_APPEND),
            RouteVerb::Test => (RTM_NEWROUTE, NLM_F_EXCL),
            RouteVerb::Delete => (RTM_DELROUTE, 0),
        };
        Ok(Request { kind, flags: NLM_F_REQUEST | NLM_F_ACK | flags, body: body(&message) })
    }

    fn next_hops(&self, links: &Links) -> Result<Vec<RouteNextHop>, Refusal> {
        let mut hops = Vec::new();
        for hop in &self.hops {
            let mut next = hop.hop.clone();
            number_devices(&mut next.attributes, &hop.tunnel_devices, links)?;
            if let Some(device) = &hop.device {
                next.interface_index = links.find(device)?;
            }
            hops.push(next);
        }
        Ok(hops)
    }
}

/// Puts a route into a table: those above 255 have an attribute.
pub(super) fn in_table(header: &mut RouteHeader, table: u32) -> Option<RouteAttribute> {
    let small = u8::try_from(table).ok();
    header.table = small.unwrap_or(RouteHeader::RT_TABLE_UNSPEC);
    small.is_none().then_some(RouteAttribute::Table(table))
}

/// The table of a VRF.
pub(super) fn vrf_table(name: &str, links: &Links) -> Result<u32, Refusal> {
    Lookup::Vrf(name.to_owned()).check(links)?;
    Ok(links.vrf_table(name).unwrap_or_default())
}

/// Puts the numbers of the devices inside encapsulations where they belong.
fn number_devices(
    attributes: &mut [RouteAttribute],
    devices: &[Device],
    links: &Links,
) -> Result<(), Refusal> {
    let encaps = attributes.iter_mut().filter_map(|attribute| match attribute {
        RouteAttribute::Encap(encap) => Some(encap),
        _ => None,
    });
    let places = encaps.flatten().filter_map(|encap| match encap {
        RouteLwTunnelEncap::Seg6Local(
            RouteSeg6LocalTunnel::Iif(index) | RouteSeg6LocalTunnel::Oif(index),
        )
        | RouteLwTunnelEncap::Xfrm(RouteXfrmTunnel::Link(index)) => Some(index),
        _ => None,
    });
    for (place, device) in places.zip(devices) {
        *place = links.find(device)?;
    }
    Ok(())
}

/// The bytes of a message as `ip` writes them, where the types of packets differ in what makes no difference to the kernel: the
/// mark of nesting on an encapsulation, and no NUL after the name of a congestion control.
pub(super) fn body(message: &RouteMessage) -> Vec<u8> {
    let mut body = vec![0; message.header.buffer_len()];
    message.header.emit(&mut body);
    body.extend(bytes(&message.attributes));
    body
}

fn bytes(attributes: &[RouteAttribute]) -> Vec<u8> {
    emitted(&attributes.iter().map(plain).collect::<Vec<_>>())
}

fn plain(attribute: &RouteAttribute) -> DefaultNla {
    const RTAX_CC_ALGO: u16 = 16;
    let value = match attribute {
        RouteAttribute::Encap(encap) => {
            return DefaultNla::new(attribute.kind() | NLA_F_NESTED, emitted(encap));
        }
        RouteAttribute::Metrics(metrics) => {
            let plain = |metric: &RouteMetric| match metric {
                RouteMetric::CcAlgo(name) => DefaultNla::new(RTAX_CC_ALGO, name.clone().into_bytes()),
                metric => DefaultNla::new(metric.kind(), value(metric)),
            };
            emitted(&metrics.iter().map(plain).collect::<Vec<_>>())
        }
        RouteAttribute::MultiPath(hops) => hops.iter().flat_map(hop).collect(),
        attribute => value(attribute),
    };
    DefaultNla::new(attribute.kind(), value)
}

/// A next hop: length, flags, weight, device, attributes.
fn hop(hop: &RouteNextHop) -> Vec<u8> {
    const HEADER: usize = 8;
    let attributes = bytes(&hop.attributes);
    let length = u16::try_from(HEADER + attributes.len()).unwrap_or(u16::MAX);
    let mut bytes = length.to_ne_bytes().to_vec();
    bytes.extend([hop.flags.bits(), hop.hops]);
    bytes.extend(hop.interface_index.to_ne_bytes());
    bytes.extend(attributes);
    bytes
}

fn value(attribute: &impl Nla) -> Vec<u8> {
    let mut value = vec![0; attribute.value_len()];
    attribute.emit_value(&mut value);
    value
}

fn emitted<T: Nla>(attributes: &[T]) -> Vec<u8> {
    let mut bytes = vec![0; attributes.buffer_len()];
    attributes.emit(&mut bytes);
    bytes
}
