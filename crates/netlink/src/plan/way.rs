use std::collections::BTreeMap;
use std::net::IpAddr;

use netlink_packet_core::Nla;
use netlink_packet_route::AddressFamily;
use netlink_packet_route::route::{
    RouteAddress, RouteAttribute, RouteFlags, RouteMessage, RouteMetric, RouteNextHopFlags, RoutePreference,
    RouteProtocol, RouteScope, RouteType,
};

use super::hop::{Hop, ip, value};

/// A route in a form in which what was asked for and what the kernel tells can be compared.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    pub(super) message: RouteMessage,
    pub(super) v6: bool,
    /// With it, routes to the same destination are not in each other's way: IPv6 has none but with a source.
    pub(crate) slot: Slot,
    metrics: BTreeMap<u16, Vec<u8>>,
    preferred_source: Option<RouteAddress>,
    preference: RoutePreference,
    /// The kernel's number of next hops that are kept apart from routes.
    shared_hops: Option<u32>,
    /// Whether it goes by itself some time.
    pub(super) expires: bool,
    pub(super) hops: Vec<Hop>,
    /// Whether it is listed with another: of what it has, the kernel then tells the hop alone.
    joined: bool,
}

/// What tells routes to one destination from each other.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Slot {
    pub(super) metric: u32,
    pub(super) class: u8,
    pub(super) source: (Option<IpAddr>, u8),
}

impl Way {
    pub(crate) fn new(message: &RouteMessage) -> Self {
        let v6 = message.header.address_family == AddressFamily::Inet6;
        let mut way = Self {
            message: message.clone(),
            v6,
            slot: Slot {
                metric: 0,
                class: if v6 { 0 } else { message.header.tos },
                source: (None, message.header.source_prefix_length),
            },
            metrics: BTreeMap::new(),
            preferred_source: None,
            preference: RoutePreference::Medium,
            shared_hops: None,
            expires: false,
            hops: Vec::new(),
            joined: false,
        };
        let onlink = message.header.flags.contains(RouteFlags::Onlink);
        let mut hop = Hop { gateway: None, device: 0, likely: 0, weight: 0, onlink, others: Vec::new() };
        // Of what stands twice, the last counts.
        for attribute in &message.attributes {
            match attribute {
                RouteAttribute::Priority(metric) => way.slot.metric = *metric,
                RouteAttribute::Source(address) => way.slot.source.0 = ip(address),
                RouteAttribute::PrefSource(address) => way.preferred_source = Some(address.clone()),
                RouteAttribute::Preference(preference) => way.preference = *preference,
                RouteAttribute::NhId(number) => way.shared_hops = Some(*number).filter(|it| *it != 0),
                RouteAttribute::Expires(seconds) => way.expires = *seconds != 0,
                RouteAttribute::CacheInfo(info) => way.expires = info.expires != 0,
                RouteAttribute::Metrics(metrics) => way.metrics = values(metrics),
                RouteAttribute::MultiPath(hops) => {
                    way.hops = hops
                        .iter()
                        .map(|it| {
                            let mut hop = Hop {
                                gateway: None,
                                device: it.interface_index,
                                likely: 0,
                                weight: it.hops,
                                onlink: it.flags.contains(RouteNextHopFlags::Onlink),
                                others: Vec::new(),
                            };
                            it.attributes.iter().for_each(|attribute| hop.take(attribute));
                            hop
                        })
                        .collect();
                }
                attribute => hop.take(attribute),
            }
        }
        if v6 && way.slot.metric == 0 {
            way.slot.metric = 1024;
        }
        if is_refusing(message.header.kind) {
            // The kernel forgets what it has no use for.
            way.preference = RoutePreference::Medium;
        } else if way.shared_hops.is_some() {
            way.hops.clear();
        } else if way.hops.is_empty() {
            way.hops.push(hop);
        }
        // There is nothing to share among one, and the kernel does not tell its weight.
        if let [only] = way.hops.as_mut_slice() {
            only.weight = 0;
        }
        way
    }

    /// Says which link each gateway is likely to be reached by, where the kernel has to find one.
    pub(super) fn guess_links(&mut self, link: impl Fn(IpAddr) -> Option<u32>) {
        for hop in &mut self.hops {
            hop.likely = hop.gateway().and_then(&link).unwrap_or(0);
        }
    }

    /// Whether this names a link and it is not known whether that of the other is the one.
    pub(super) fn is_unsure(&self, there: &Self) -> bool {
        let known = |hop: &Hop| hop.device != 0 || hop.likely != 0;
        self.hops.iter().any(|hop| hop.device != 0) && !there.hops.iter().all(known)
    }

    /// The same by each of its hops alone: so the kernel keeps those of IPv6.
    pub(super) fn one_by_one(self) -> Vec<Self> {
        if !self.v6 || self.hops.len() < 2 {
            return vec![self];
        }
        let one = |(at, hop): (usize, &Hop)| Self { hops: vec![hop.clone()], joined: at > 0, ..self.clone() };
        self.hops.iter().enumerate().map(one).collect()
    }

    /// Whether a route that is there goes where this goes, in the same manner. Who made it does not count, nor how long it lives.
    pub(super) fn is_same(&self, there: &Self) -> bool {
        let (ours, theirs) = (&self.message.header, &there.message.header);
        let is_same_manner = || {
            (self.v6 || ours.scope == theirs.scope)
                && self.metrics == there.metrics
                && self.preferred_source == there.preferred_source
                && (!self.v6 || self.preference == there.preference)
        };
        self.slot == there.slot
            && ours.kind == theirs.kind
            && (there.joined || is_same_manner())
            && self.shared_hops == there.shared_hops
            && self.hops.len() == there.hops.len()
            && self.hops.iter().zip(&there.hops).all(|(ours, theirs)| ours.is_same(theirs))
    }

    /// The same, and who made it counts.
    pub(super) fn is_equal(&self, there: &Self) -> bool {
        let is_from_same = self.message.header.protocol == there.message.header.protocol;
        self.is_same(there) && (there.joined || is_from_same)
    }

    /// The kernel's test of whether a route of IPv6 that is to be put beside others is one of them already.
    pub(super) fn is_duplicate(&self, there: &Self) -> bool {
        self.slot == there.slot
            && self.shared_hops == there.shared_hops
            && self.hops.len() == there.hops.len()
            && self.hops.iter().zip(&there.hops).all(|(ours, theirs)| {
                let as_theirs = Hop { weight: theirs.weight, onlink: theirs.onlink, ..ours.clone() };
                as_theirs.is_same(theirs)
            })
    }

    /// Whether the kernel would share packets among this and others of its kind: those of IPv6 with a gateway.
    pub(super) fn is_shared(&self) -> bool {
        self.v6 && self.hops.iter().all(|hop| hop.gateway.is_some()) && !self.hops.is_empty()
    }

    /// The kernel's test of whether a route that is there is meant by this, which is to delete one.
    pub(super) fn means(&self, there: &Self) -> bool {
        let (ours, theirs) = (&self.message.header, &there.message.header);
        // The kernel's own metric stands in it unless one is given.
        let metric = self.message.attributes.iter().any(|it| matches!(it, RouteAttribute::Priority(1..)));
        if metric && self.slot.metric != there.slot.metric || self.slot.source != there.slot.source {
            return false;
        }
        if ours.protocol != RouteProtocol::Unspec && ours.protocol != theirs.protocol {
            return false;
        }
        if self.shared_hops.is_some() {
            return self.shared_hops == there.shared_hops;
        }
        let means_hops = match self.hops.as_slice() {
            [] => true,
            [only] => only.is_any() || there.hops.iter().any(|hop| only.means(hop)),
            // Those that are too many are not looked at.
            hops => {
                (1..=hops.len()).contains(&there.hops.len())
                    && hops.iter().zip(&there.hops).all(|(ours, theirs)| ours.means(theirs))
            }
        };
        // Of IPv6, nothing else is looked at.
        means_hops
            && (self.v6
                || ours.tos == theirs.tos
                    && (ours.kind == RouteType::Unspec || ours.kind == theirs.kind)
                    && (ours.scope == RouteScope::NoWhere || ours.scope == theirs.scope)
                    && (self.preferred_source.is_none() || self.preferred_source == there.preferred_source)
                    && self.metrics.iter().all(|(kind, value)| there.metrics.get(kind) == Some(value))
                    && self.means_others(there))
    }

    /// Whether realms and encapsulations are those meant. Without a gateway or a device, the kernel does not come to them.
    fn means_others(&self, there: &Self) -> bool {
        let means = |hop: &Hop| hop.is_any() || there.hops.iter().any(|it| hop.means_others(it));
        self.hops.iter().all(means)
    }
}

/// The metrics of a route, as the kernel keeps them: some have a limit, and those that are zero it forgets.
fn values(metrics: &[RouteMetric]) -> BTreeMap<u16, Vec<u8>> {
    let kept = |metric: &RouteMetric| match metric {
        RouteMetric::Mtu(mtu) => RouteMetric::Mtu((*mtu).min(65_535 - 15)),
        RouteMetric::Advmss(size) => RouteMetric::Advmss((*size).min(65_535 - 40)),
        RouteMetric::Hoplimit(hops) => RouteMetric::Hoplimit((*hops).min(255)),
        RouteMetric::CcAlgo(name) => RouteMetric::CcAlgo(name.trim_end_matches('\0').to_owned()),
        metric => metric.clone(),
    };
    let values = metrics.iter().map(|metric| (metric.kind(), value(&kept(metric))));
    values.filter(|(_, value)| value.iter().any(|byte| *byte != 0)).collect()
}

/// Whether packets go nowhere: IPv6 has such a route on the link `lo`.
fn is_refusing(kind: RouteType) -> bool {
    matches!(kind, RouteType::BlackHole | RouteType::Unreachable | RouteType::Prohibit | RouteType::Throw)
}

#[cfg(test)]
mod tests {
    use netlink_packet_core::DefaultNla;

    use netlink_packet_route::route::{RouteIp6Tunnel, RouteLwTunnelEncap};

    use super::*;

    fn way(attributes: &[RouteAttribute]) -> Way {
        let mut message = RouteMessage::default();
        message.header.address_family = AddressFamily::Inet;
        message.header.kind = RouteType::Unicast;
        message.attributes = attributes.to_vec();
        Way::new(&message)
    }

    fn gateway(last: u8) -> RouteAttribute {
        RouteAttribute::Gateway(RouteAddress::Inet([10, 0, 0, last].into()))
    }

    #[track_caller]
    fn check(wanted: &[RouteAttribute], told: &[RouteAttribute], expected: bool) {
        assert_eq!(way(wanted).is_same(&way(told)), expected, "{wanted:?}, {told:?}");
    }

    #[test]
    fn a_route_as_the_kernel_tells_it() {
        let link = RouteAttribute::Oif(2);
        check(&[gateway(1)], &[gateway(1), link.clone()], true);
        check(&[gateway(1), RouteAttribute::Oif(3)], &[gateway(1), link.clone()], false);
        check(&[gateway(1)], &[gateway(2), link.clone()], false);
        check(&[gateway(1)], &[gateway(1), RouteAttribute::Priority(5)], false);
        // Of what stands twice, the last counts.
        check(&[gateway(2), gateway(1)], &[gateway(1), link], true);
        let metrics = |metrics: &[RouteMetric]| [gateway(1), RouteAttribute::Metrics(metrics.to_vec())];
        let told = metrics(&[RouteMetric::Mtu(65_520), RouteMetric::CcAlgo("reno".to_owned())]);
        let wanted =
            [RouteMetric::CcAlgo("reno\0".to_owned()), RouteMetric::Mtu(65_535), RouteMetric::Rtt(0)];
        check(&metrics(&wanted), &told, true);
        check(&metrics(&wanted[..2]), &metrics(&wanted[..1]), false);
    }

    #[test]
    fn an_encapsulation_with_more_than_is_known() {
        let id = || RouteLwTunnelEncap::Ip6(RouteIp6Tunnel::Id(7));
        let more =
            |value: &[u8]| RouteLwTunnelEncap::Ip6(RouteIp6Tunnel::Other(DefaultNla::new(8, value.to_vec())));
        let encap = |parts: &[RouteLwTunnelEncap]| [gateway(1), RouteAttribute::Encap(parts.to_vec())];
        check(&encap(&[id()]), &encap(&[id(), more(&[0])]), true);
        check(&encap(&[id()]), &encap(&[id(), more(&[1, 2, 3])]), false);
    }

    #[test]
    fn next_hops_by_their_number() {
        let number = || RouteAttribute::NhId(7);
        // The kernel tells the hops as well.
        let told = [number(), gateway(1), RouteAttribute::Oif(2)];
        check(&[number()], &told, true);
        check(&[gateway(1)], &told, false);
        check(&[RouteAttribute::NhId(8)], &told, false);
        assert!(way(&[number()]).means(&way(&told)));
    }

    #[test]
    fn one_of_several_hops() {
        let hop = |gateway: RouteAttribute, weight| {
            let mut hop = netlink_packet_route::route::RouteNextHop::default();
            hop.hops = weight;
            hop.attributes = vec![gateway];
            hop
        };
        let one = RouteAttribute::MultiPath(vec![hop(gateway(1), 4)]);
        check(&[one], &[gateway(1), RouteAttribute::Oif(2)], true);
        let two = |weight| [RouteAttribute::MultiPath(vec![hop(gateway(1), weight), hop(gateway(2), 0)])];
        check(&two(1), &two(1), true);
        check(&two(1), &two(2), false);
        check(&[gateway(1)], &two(0), false);
        // Either is meant by a string that deletes.
        assert!(way(&[gateway(2)]).means(&way(&two(0))));
        assert!(!way(&[gateway(3)]).means(&way(&two(0))));
    }
}
