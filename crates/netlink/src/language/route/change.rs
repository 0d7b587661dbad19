use netlink_packet_core::Emitable;
use netlink_packet_route::AddressFamily;
use netlink_packet_route::route::{
    RouteAttribute, RouteFlags, RouteHeader, RouteMessage, RouteMplsTtlPropagation, RoutePreference,
    RouteProtocol, RouteScope, RouteType,
};

use super::address::{Address, Network, after_to, gateway};
use super::keyword::Keyword;
use super::metrics::Metrics;
use super::request::in_table;
use super::{encap, hop, usage, value};
use crate::language::Context;
use crate::word::{Word, Words};
use crate::{Device, Lookup, Refusal, RouteChange, RouteVerb, number};

/// The room that `ip` has for the attributes of a message.
const ROOM: usize = 4096;

/// A change of a route while its string is read.
struct Reader<'a> {
    context: Context<'a>,
    change: RouteChange,
    metrics: Metrics,
    has_destination: bool,
    has_gateway: bool,
    has_next_hop_id: bool,
    has_kind: bool,
    has_scope: bool,
    has_table: bool,
}

/// Reads what follows `add`, `delete` and so on.
pub(super) fn parse(
    verb: RouteVerb,
    words: &mut Words<'_>,
    context: Context<'_>,
) -> Result<RouteChange, Refusal> {
    let mut reader = Reader::new(verb, context);
    match reader.read(words) {
        Ok(()) => Ok(reader.finish()),
        Err(refusal) => Err(refusal.after(&reader.change.lookups)),
    }
}

impl<'a> Reader<'a> {
    /// Reads all of it.
    fn read(&mut self, words: &mut Words<'_>) -> Result<(), Refusal> {
        let mut before = words.clone();
        let mut has_hops = false;
        while let Some(word) = words.next() {
            match Keyword::of(&word) {
                Some(Keyword::NextHop) => {
                    has_hops = true;
                    break;
                }
                Some(keyword) => self.keyword(keyword, &word, words)?,
                None => self.destination(word, words)?,
            }
            before = words.clone();
        }
        if !self.has_destination {
            return Err(usage(words.end()..words.end()).with_help(
                "a destination is missing: `default`, an address, or a prefix such as `10.2.0.0/16`",
            ));
        }
        let change = &mut self.change;
        change.lookups.extend(change.device.clone().map(Lookup::Device));
        if let Some(metrics) = std::mem::take(&mut self.metrics).finish() {
            self.push(RouteAttribute::Metrics(metrics));
        }
        if has_hops {
            let RouteChange { message, hops, lookups, .. } = &mut self.change;
            hop::parse(&mut before, &mut message.header.address_family, self.context, hops, lookups)?;
        }
        if self.change.message.attributes.as_slice().buffer_len() > ROOM {
            return Err(value::too_long(ROOM, words));
        }
        Ok(())
    }

    fn new(verb: RouteVerb, context: Context<'a>) -> Self {
        let mut message = RouteMessage::default();
        message.header = RouteHeader {
            address_family: context.family,
            table: RouteHeader::RT_TABLE_MAIN,
            scope: RouteScope::NoWhere,
            ..RouteHeader::default()
        };
        if verb != RouteVerb::Delete {
            message.header.protocol = RouteProtocol::Boot;
            message.header.scope = RouteScope::Universe;
            message.header.kind = RouteType::Unicast;
        }
        let change = RouteChange {
            verb,
            message,
            device: None,
            vrf: None,
            lookups: vec![],
            hops: vec![],
            tunnel_devices: vec![],
        };
        Self {
            context,
            change,
            metrics: Metrics::default(),
            has_destination: false,
            has_gateway: false,
            has_next_hop_id: false,
            has_kind: false,
            has_scope: false,
            has_table: false,
        }
    }

    fn push(&mut self, attribute: RouteAttribute) {
        self.change.message.attributes.push(attribute);
    }

    fn header(&mut self) -> &mut RouteHeader {
        &mut self.change.message.header
    }

    /// The first address gives the route its family.
    fn settle(&mut self, family: AddressFamily) {
        if self.header().address_family == AddressFamily::Unspec {
            self.header().address_family = family;
        }
    }

    /// An address without a length, of the route's family.
    fn address(&mut self, word: &Word<'_>) -> Result<Address, Refusal> {
        let address = Address::read(word, self.header().address_family)?;
        self.settle(address.family);
        Ok(address)
    }

    fn keyword(&mut self, keyword: Keyword, word: &Word<'_>, words: &mut Words<'_>) -> Result<(), Refusal> {
        let context = self.context;
        match keyword {
            Keyword::PreferredSource => {
                let address = self.address(&words.value()?)?;
                self.push(RouteAttribute::PrefSource(address.attribute()));
            }
            Keyword::NewDestination => {
                let address = self.address(&after_to(words)?)?;
                self.push(RouteAttribute::NewDestinationAddress(address.attribute()));
            }
            Keyword::Via => self.via(word, words)?,
            Keyword::Source => {
                let source = Network::read(&words.value()?, self.header().address_family)?;
                self.settle(source.address.family);
                self.header().source_prefix_length = source.length;
                if !source.address.bytes.is_empty() {
                    self.push(RouteAttribute::Source(source.address.attribute()));
                }
            }
            Keyword::TrafficClass => {
                let read = |word: &Word<'_>| value::traffic_class(context.names, word);
                self.header().tos = value::of(words, "\"tos\" value is invalid", read)?;
            }
            Keyword::Expires => {
                let expires = number(words, "\"expires\" value is invalid")?;
                self.push(RouteAttribute::Expires(expires));
            }
            Keyword::Priority => {
                let priority = number(words, "\"metric\" value is invalid")?;
                self.push(RouteAttribute::Priority(priority));
            }
            Keyword::Scope => {
                let scope =
                    value::of(words, "invalid \"scope\" value", |word| value::scope(context.names, word))?;
                self.header().scope = RouteScope::from(scope);
                self.has_scope = true;
            }
            Keyword::Metric(metric) => self.metrics.read(metric, words)?,
            Keyword::Realms => {
                let read = |word: &Word<'_>| value::realms(context.names, word);
                let realms = value::of(words, "\"realm\" value is invalid", read)?;
                self.push(RouteAttribute::Realm(realms));
            }
            Keyword::OnLink => self.header().flags |= RouteFlags::Onlink,
            // It ends the loop that calls this.
            Keyword::NextHop => {}
            Keyword::NextHopId => {
                let id = number(words, "\"id\" value is invalid")?;
                self.has_next_hop_id = id != 0;
                self.push(RouteAttribute::NhId(id));
            }
            Keyword::Protocol => {
                let read = |word: &Word<'_>| value::protocol(context.names, word);
                let protocol = value::of(words, "\"protocol\" value is invalid", read)?;
                self.header().protocol = RouteProtocol::from(protocol);
            }
            Keyword::Table => {
                let read = |word: &Word<'_>| value::table(context.names, word);
                let table = value::of(words, "\"table\" value is invalid", read)?;
                let attribute = in_table(self.header(), table);
                self.change.message.attributes.extend(attribute);
                self.change.vrf = None;
                self.has_table = true;
            }
            Keyword::Vrf => {
                let name = words.value()?.text.to_owned();
                self.change.lookups.push(Lookup::Vrf(name.clone()));
                self.change.vrf = Some(name);
                self.has_table = true;
            }
            Keyword::Device => {
                self.change.device = Some(Device::read(words.value()?.text, context.dialect));
            }
            Keyword::Preference => {
                let preference = value::of(words, "\"pref\" value is invalid", preference)?;
                self.push(RouteAttribute::Preference(preference));
            }
            Keyword::Encap => {
                let encap = encap::parse(words, context)?;
                self.change.message.attributes.extend(encap.attributes());
                self.change.lookups.extend(encap.lookups());
                self.change.tunnel_devices.extend(encap.devices);
            }
            Keyword::TtlPropagate => {
                let propagation = value::of(words, "\"ttl-propagate\" value is invalid", propagation)?;
                self.push(RouteAttribute::TtlPropagate(propagation));
            }
        }
        Ok(())
    }

    fn via(&mut self, word: &Word<'_>, words: &mut Words<'_>) -> Result<(), Refusal> {
        if self.has_gateway {
            return Err(Refusal::wrong(word, "use nexthop syntax to specify multiple via")
                .with_help("write `nexthop via ADDRESS` for each gateway, after all else"));
        }
        self.has_gateway = true;
        let family = &mut self.change.message.header.address_family;
        let attribute = gateway(words, family)?;
        self.push(attribute);
        Ok(())
    }

    /// `[to] [TYPE] PREFIX`, which is what a word is that is no keyword.
    fn destination(&mut self, word: Word<'_>, words: &mut Words<'_>) -> Result<(), Refusal> {
        let mut word = if word.is("to") { words.value()? } else { word };
        if !word.text.starts_with(|c: char| c.is_ascii_digit())
            && let Some(kind) = value::route_type(&word)
        {
            word = words.value()?;
            self.header().kind = RouteType::from(kind);
            self.has_kind = true;
        }
        if word.begins("help") {
            return Err(usage(word.span));
        }
        if self.has_destination {
            let refusal = Refusal::garbage("to", &word);
            return Err(match word.text {
                "gw" | "gateway" => refusal.with_help("a gateway is given by `via ADDRESS`"),
                "netmask" => refusal.with_help("a netmask is given as `/LENGTH` after the address"),
                _ => refusal,
            });
        }
        let destination = Network::read(&word, self.header().address_family)?;
        self.settle(destination.address.family);
        self.header().destination_prefix_length = destination.length;
        self.has_destination = true;
        if !destination.address.bytes.is_empty() {
            self.push(RouteAttribute::Destination(destination.address.attribute()));
        }
        Ok(())
    }

    /// Fills in what the string leaves open.
    fn finish(mut self) -> RouteChange {
        let has_hop = self.has_gateway || self.has_next_hop_id || !self.change.hops.is_empty();
        let deletes = self.change.verb == RouteVerb::Delete;
        let header = &mut self.change.message.header;
        if header.address_family == AddressFamily::Unspec {
            header.address_family = AddressFamily::Inet;
        }
        use RouteType::{Anycast, Broadcast, Local, Multicast, Nat, Unicast, Unspec};
        if !self.has_table && matches!(header.kind, Local | Broadcast | Nat | Anycast) {
            header.table = 255;
        }
        if !self.has_scope {
            header.scope = match (header.address_family, header.kind) {
                (AddressFamily::Inet6 | AddressFamily::Mpls, _) => RouteScope::Universe,
                (_, Local | Nat) => RouteScope::Host,
                (_, Broadcast | Multicast | Anycast) => RouteScope::Link,
                (_, Unicast | Unspec) if deletes => RouteScope::NoWhere,
                (_, Unicast | Unspec) if !has_hop => RouteScope::Link,
                _ => header.scope,
            };
        }
        if !self.has_kind && header.address_family == AddressFamily::Mpls {
            header.kind = Unicast;
        }
        self.change
    }
}

fn number(words: &mut Words<'_>, why: &str) -> Result<u32, Refusal> {
    value::of(words, why, |word| number::u32(word.text, 0))
}

fn preference(word: &Word<'_>) -> Option<RoutePreference> {
    match word.text {
        "low" => Some(RoutePreference::Low),
        "medium" => Some(RoutePreference::Medium),
        "high" => Some(RoutePreference::High),
        text => number::u8(text, 0).map(RoutePreference::from),
    }
}

fn propagation(word: &Word<'_>) -> Option<RouteMplsTtlPropagation> {
    if word.begins("enabled") {
        Some(RouteMplsTtlPropagation::Enabled)
    } else {
        word.begins("disabled").then_some(RouteMplsTtlPropagation::Disabled)
    }
}
