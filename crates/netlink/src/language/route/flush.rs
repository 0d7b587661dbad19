//! `ip route flush SELECTOR`: which routes are deleted, and how they are asked for.

mod matching;

use netlink_packet_core::{NLM_F_DUMP, NLM_F_REQUEST};
use netlink_packet_route::AddressFamily;
use netlink_packet_route::route::{
    RouteAttribute, RouteFlags, RouteHeader, RouteMessage, RouteProtocol, RouteRealm, RouteScope,
};

use super::address::{Network, family};
use super::request::{body, vrf_table};
use super::{usage, value};
use crate::language::{Context, Dialect};
use crate::word::{Word, Words};
use crate::{Device, Exit, Links, Lookup, Refusal, Request, number};

const RTM_DELROUTE: u16 = 25;
const RTM_GETROUTE: u16 = 26;

/// Which routes a flush deletes.
///
/// `ip` asks the kernel for a dump, deletes what matches, and begins anew until nothing does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteFilter {
    /// The family that `-4` or `-6` gave.
    given: AddressFamily,
    /// The table, 0 for all.
    table: u32,
    vrf: Option<String>,
    /// What `ip` looks for while it reads the string.
    lookups: Vec<Lookup>,
    cached: bool,
    class: Option<u8>,
    protocol: Option<RouteProtocol>,
    scope: Option<RouteScope>,
    /// A bit for each type that goes; none for all.
    kinds: u64,
    outgoing: Option<Device>,
    incoming: Option<Device>,
    mark: Option<u32>,
    metric: Option<u32>,
    realms: Option<Realms>,
    via: Option<Network>,
    preferred_source: Option<Network>,
    destination: Span,
    source: Span,
}

/// A route's destination or source: within one prefix and covering another, the same where it is to be exact.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Span {
    within: Option<Network>,
    covers: Option<Network>,
}

/// Realms, of which one may be left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Realms {
    source: Option<u16>,
    destination: Option<u16>,
}

impl RouteFilter {
    /// The dump that `ip` asks for, of which the kernel leaves out some that don't match.
    ///
    /// # Errors
    /// `Cannot find device "X"`, code 1; `Invalid VRF`, code 255.
    pub fn dump(&self, links: &Links) -> Result<Request, Refusal> {
        self.lookups.iter().try_for_each(|lookup| lookup.check(links))?;
        let table = self.table(links)?;
        if let Some(device) = &self.incoming {
            links.find(device)?;
        }
        let outgoing = self.outgoing.as_ref().map(|device| links.find(device)).transpose()?;
        let mut message = RouteMessage::default();
        message.header = RouteHeader {
            address_family: self.family(),
            protocol: self.protocol.unwrap_or_default(),
            flags: if self.cached { RouteFlags::Cloned } else { RouteFlags::empty() },
            ..RouteHeader::default()
        };
        if table != 0 {
            message.attributes.push(RouteAttribute::Table(table));
        }
        message.attributes.extend(outgoing.map(RouteAttribute::Oif));
        Ok(Request { kind: RTM_GETROUTE, flags: NLM_F_REQUEST | NLM_F_DUMP, body: body(&message) })
    }

    /// The message that deletes a route, made of what the dump had of it after the netlink header. The kernel answers on error only.
    pub fn delete(&self, dumped_body: &[u8]) -> Request {
        Request { kind: RTM_DELROUTE, flags: NLM_F_REQUEST, body: dumped_body.to_vec() }
    }

    /// Whether it empties the kernel's cache of IPv4 routes, for which `ip` writes `-1` to `/proc/sys/net/ipv4/route/flush`.
    pub fn is_cache(&self) -> bool {
        self.cached && self.family() != AddressFamily::Inet6
    }

    /// Whether there is a dump to be deleted from: not where it is the cache alone.
    pub fn is_dumped(&self) -> bool {
        !(self.cached && self.family() == AddressFamily::Inet)
    }

    /// Whether all tables go, and with them the machine's own addresses: `table all` without a limit to one.
    pub fn is_all_tables(&self) -> bool {
        self.table == 0 && self.vrf.is_none()
    }

    /// The family that is dumped: IPv4 unless told or of all tables.
    fn family(&self) -> AddressFamily {
        match self.given {
            AddressFamily::Unspec if !self.is_all_tables() => AddressFamily::Inet,
            family => family,
        }
    }

    /// The number of the table, 0 for all.
    fn table(&self, links: &Links) -> Result<u32, Refusal> {
        self.vrf.as_ref().map_or(Ok(self.table), |name| vrf_table(name, links))
    }

    fn new(given: AddressFamily) -> Self {
        Self {
            given,
            table: u32::from(RouteHeader::RT_TABLE_MAIN),
            vrf: None,
            lookups: Vec::new(),
            cached: false,
            class: None,
            protocol: None,
            scope: None,
            kinds: 0,
            outgoing: None,
            incoming: None,
            mark: None,
            metric: None,
            realms: None,
            via: None,
            preferred_source: None,
            destination: Span::default(),
            source: Span::default(),
        }
    }

    /// Reads one selector, in the order of iproute2's tests.
    fn read(&mut self, word: Word<'_>, words: &mut Words<'_>, context: Context<'_>) -> Result<(), Refusal> {
        if word.begins("table") {
            self.read_table(words, context)?;
        } else if word.begins("vrf") {
            let name = words.value()?.text.to_owned();
            self.lookups.push(Lookup::Vrf(name.clone()));
            self.vrf = Some(name);
            // All but local and broadcast.
            self.kinds = !(1 << 2 | 1 << 3);
        } else if word.begins("cached") || word.begins("cloned") {
            self.cached = true;
        } else if word.is("tos") || word.begins("dsfield") {
            let read = |word: &Word<'_>| value::traffic_class(context.names, word);
            self.class = Some(value::of(words, "TOS value is invalid", read)?);
        } else if word.begins("protocol") {
            let read = |word: &Word<'_>| value::protocol(context.names, word).map(RouteProtocol::from);
            self.protocol = or_all(words, "invalid \"protocol\"", read)?;
        } else if word.begins("scope") {
            let read = |word: &Word<'_>| value::scope(context.names, word).map(RouteScope::from);
            self.scope = or_all(words, "invalid \"scope\"", read)?;
        } else if word.begins("type") {
            let kind = value::of(words, "node type value is invalid", value::route_type)?;
            self.kinds = 1 << (kind % 32);
        } else if word.is("dev") || word.is("oif") {
            self.outgoing = Some(Device::read(words.value()?.text, context.dialect));
        } else if word.is("iif") {
            self.incoming = Some(Device::read(words.value()?.text, context.dialect));
        } else if word.is("mark") {
            self.mark = Some(value::of(words, "invalid mark value", |word| number::u32(word.text, 0))?);
        } else if word.begins("metric") || word.begins("priority") || word.is("preference") {
            let read = |word: &Word<'_>| number::u32(word.text, 0);
            self.metric = Some(value::of(words, "\"metric\" value is invalid", read)?);
        } else if word.is("via") {
            let word = words.value()?;
            let (word, family) = match family(&word) {
                Some(family) => (words.value()?, family),
                None => (word, self.given),
            };
            self.via = Some(Network::read(&word, family)?);
        } else if word.is("src") {
            self.preferred_source = Some(Network::read(&words.value()?, self.given)?);
        } else if word.begins("realms") {
            let word = words.value()?;
            let realms = value::realms(context.names, &word).map(|realms| Realms::new(realms, word.text));
            self.realms = Some(realms.ok_or_else(|| Refusal::wrong(&word, "invalid realms"))?);
        } else if word.begins("from") {
            let word = words.value()?;
            self.source.read(word, words, self.given)?;
        } else {
            let word = if word.begins("to") { words.value()? } else { word };
            self.destination.read(word, words, self.given)?;
        }
        Ok(())
    }

    fn read_table(&mut self, words: &mut Words<'_>, context: Context<'_>) -> Result<(), Refusal> {
        let word = words.value()?;
        match (value::table(context.names, &word), word.text) {
            (Some(table), _) => (self.table, self.vrf) = (table, None),
            (None, "all") => (self.table, self.vrf) = (0, None),
            (None, "cache") => self.cached = true,
            (None, "help") => return Err(usage(word.span)),
            _ => return Err(Refusal::wrong(&word, "table id value is invalid")),
        }
        Ok(())
    }
}

/// Reads what follows `flush`.
pub(super) fn parse(words: &mut Words<'_>, context: Context<'_>) -> Result<RouteFilter, Refusal> {
    if words.peek().is_none() {
        let text = "\"ip route flush\" requires arguments.";
        return Err(Refusal::new(Exit::Unusable, text, words.end()..words.end())
            .with_help("say which: a prefix, `dev NAME`, `table NAME`, `proto NAME` and so on"));
    }
    let start = words.clone();
    let mut filter = RouteFilter::new(context.family);
    while let Some(word) = words.next() {
        let read = filter.read(word, words, context);
        read.map_err(|refusal| refusal.after(&filter.lookups))?;
    }
    if context.dialect == Dialect::Label && filter.is_cache() {
        let span = start.peek().map_or(0..0, |word| word.span.start..words.end());
        return Err(Refusal::new(Exit::Language, "there is no cache of IPv4 routes to flush", span)
            .with_help("Linux has none since 3.6; to delete routes, say which"));
    }
    Ok(filter)
}

impl Span {
    /// Reads `[root|match|exact] PREFIX`.
    fn read(&mut self, word: Word<'_>, words: &mut Words<'_>, family: AddressFamily) -> Result<(), Refusal> {
        if word.begins("root") {
            self.within = Some(Network::read(&words.value()?, family)?);
        } else if word.begins("match") {
            self.covers = Some(Network::read(&words.value()?, family)?);
        } else {
            let word = if word.begins("exact") { words.value()? } else { word };
            let network = Network::read(&word, family)?;
            (self.within, self.covers) = (Some(network.clone()), Some(network));
        }
        Ok(())
    }
}

impl Realms {
    /// A realm of 0 is left open where the slash stands beside it, or there is no slash.
    fn new(realms: RouteRealm, text: &str) -> Self {
        let open_source = realms.source == 0 && (!text.contains('/') || text.starts_with('/'));
        let open_destination = realms.destination == 0 && text.ends_with('/');
        Self {
            source: (!open_source).then_some(realms.source),
            destination: (!open_destination).then_some(realms.destination),
        }
    }
}

/// A value, or `all` for any.
fn or_all<T>(
    words: &mut Words<'_>,
    why: &str,
    read: impl Fn(&Word<'_>) -> Option<T>,
) -> Result<Option<T>, Refusal> {
    value::of(words, why, |word| read(word).map(Some).or_else(|| word.is("all").then_some(None)))
}
