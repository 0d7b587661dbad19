use std::net::IpAddr;

use netlink_packet_core::{Emitable, NLM_F_ACK, NLM_F_DUMP, NLM_F_REQUEST};
use netlink_packet_route::AddressFamily;
use netlink_packet_route::rule::{RuleAttribute, RuleFlags, RuleMessage, RulePortRange, RuleUidRange};

use super::{range, read};
use crate::language::opening::Opening;
use crate::language::{Context, value};
use crate::prefix::{Prefix, covers};
use crate::word::{Word, Words};
use crate::{Device, Dialect, Links, Refusal, Request};

/// Which rules a flush deletes.
///
/// Without a condition it is all that have a priority other than 0, the kernel's own for the tables main and default too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFilter {
    family: AddressFamily,
    conditions: Conditions,
}

/// What must be so; what is `None` is not asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Conditions {
    is_inverted: bool,
    from: Option<(IpAddr, u8)>,
    to: Option<(IpAddr, u8)>,
    priority: Option<u32>,
    traffic_class: Option<u8>,
    mark: Option<u32>,
    mask: Option<u32>,
    iif: Option<Device>,
    oif: Option<Device>,
    is_l3mdev: bool,
    users: Option<RuleUidRange>,
    tunnel: Option<u64>,
    table: Option<u32>,
    protocol: Option<u8>,
    transport: Option<u8>,
    source_ports: Option<RulePortRange>,
    destination_ports: Option<RulePortRange>,
}

/// `RTM_DELRULE`.
pub(super) const DELETE: u16 = 33;
/// `RTM_GETRULE`.
const GET: u16 = 34;

impl RuleFilter {
    /// The request for the rules to choose from: all of one family.
    ///
    /// # Errors
    /// [`Exit::Unusable`](crate::Exit::Unusable) where the container is not attached to a network that is named.
    pub fn dump(&self, links: &Links) -> Result<Request, Refusal> {
        for device in [&self.conditions.iif, &self.conditions.oif].into_iter().flatten() {
            read::interface(device, links)?;
        }
        let mut message = RuleMessage::default();
        message.header.family = self.family;
        let mut body = vec![0; message.buffer_len()];
        message.emit(&mut body);
        Ok(Request { kind: GET, flags: NLM_F_REQUEST | NLM_F_DUMP, body })
    }

    /// Whether this rule, from the answer to [`RuleFilter::dump`], is to be deleted.
    ///
    /// One of priority 0 never is: the kernel tells no priority of it, and `ip` leaves it alone.
    pub fn matches(&self, message: &RuleMessage, links: &Links) -> bool {
        message.header.family == self.family
            && message.attributes.iter().any(|it| matches!(it, RuleAttribute::Priority(_)))
            && self.conditions.hold(message, links)
    }

    /// Whether there is no condition at all.
    pub fn is_empty(&self) -> bool {
        self.conditions == Conditions::default()
    }

    /// The request that deletes a rule, from the body of the message that told it.
    pub fn delete(&self, body: &[u8]) -> Request {
        Request { kind: DELETE, flags: NLM_F_REQUEST | NLM_F_ACK, body: body.to_vec() }
    }

    /// Reads what stands after `flush`.
    pub(super) fn read(opening: Opening<'_>, context: Context<'_>) -> Result<Self, Refusal> {
        let family = match (opening.family, context.dialect) {
            (AddressFamily::Unspec, Dialect::Ip) => AddressFamily::Inet,
            (family, _) => family,
        };
        let mut filter = Self { family, conditions: Conditions::default() };
        let mut words = opening.words;
        while let Some(word) = words.next() {
            filter.keyword(word, &mut words, context)?;
        }
        if filter.family == AddressFamily::Unspec {
            filter.family = AddressFamily::Inet;
        }
        Ok(filter)
    }

    /// Reads one condition, in the order of iproute2's tests; some keywords may be shortened here that a new rule wants whole.
    ///
    /// Where 0 is given for a mark, a mask, a tunnel, a table, a transport or a port, `ip` asks nothing.
    fn keyword<'a>(
        &mut self,
        word: Word<'a>,
        words: &mut Words<'a>,
        context: Context<'_>,
    ) -> Result<(), Refusal> {
        let (is, begins) = (|keyword| word.is(keyword), |keyword| word.begins(keyword));
        let wanted = &mut self.conditions;
        match word.text {
            _ if begins("preference") || begins("order") || begins("priority") => {
                wanted.priority = Some(read::priority(&words.value()?)?);
            }
            _ if is("not") => wanted.is_inverted = true,
            _ if is("tos") || is("dsfield") => {
                wanted.traffic_class = Some(read::traffic_class(&words.value()?, context)?)
            }
            _ if is("fwmark") => {
                let (mark, mask) = read::mark(&words.value()?)?;
                wanted.mark = Some(mark).filter(|mark| *mark != 0);
                if let Some(mask) = mask {
                    wanted.mask = Some(mask).filter(|mask| *mask != 0);
                }
            }
            _ if is("dev") || is("iif") => {
                wanted.iif = Some(read::device(&words.value()?, context.dialect, "\"iif\"/\"dev\"")?);
            }
            _ if is("oif") => {
                wanted.oif = Some(read::device(&words.value()?, context.dialect, "\"oif\"")?);
            }
            _ if is("l3mdev") => wanted.is_l3mdev = true,
            _ if is("uidrange") => {
                let value = words.value()?;
                let users = range::users(value.text);
                wanted.users = Some(users.ok_or_else(|| Refusal::wrong(&value, "invalid UID range"))?);
            }
            _ if begins("tun_id") => {
                wanted.tunnel = Some(read::tunnel(&words.value()?)?).filter(|number| *number != 0);
            }
            _ if begins("lookup") || begins("table") => {
                let value = words.value()?;
                let table = value::table(context.names, &value)
                    .ok_or_else(|| Refusal::wrong(&value, "table id value is invalid"))?;
                wanted.table = Some(table).filter(|table| *table != 0);
            }
            _ if begins("from") || begins("src") => {
                let prefix = self.prefix(&words.value()?)?;
                self.conditions.from = prefix;
            }
            _ if begins("protocol") => {
                let value = words.value()?;
                wanted.protocol = value::protocol(context.names, &value);
                if wanted.protocol.is_none() && !value.is("all") {
                    return Err(Refusal::wrong(&value, "invalid \"protocol\""));
                }
            }
            _ if is("ipproto") => {
                wanted.transport = Some(read::transport(&words.value()?, context)?).filter(|it| *it != 0);
            }
            _ if is("sport") => {
                wanted.source_ports = ports(&words.value()?, "invalid port range")?;
            }
            _ if is("dport") => {
                wanted.destination_ports = ports(&words.value()?, "invalid dport range")?;
            }
            _ => {
                let word = if begins("dst") || begins("to") { words.value()? } else { word };
                let prefix = self.prefix(&word)?;
                self.conditions.to = prefix;
            }
        }
        Ok(())
    }

    /// A prefix, which tells the family where it may; `None` for all addresses.
    fn prefix(&mut self, word: &Word<'_>) -> Result<Option<(IpAddr, u8)>, Refusal> {
        let prefix = Prefix::read(word, self.family).map_err(|refusal| {
            refusal.with_help("say which rules go, as in `flush from 192.0.2.0/24` or `flush table 100`")
        })?;
        self.family = prefix.family;
        Ok(prefix.address.map(|address| (address, prefix.length)))
    }
}

impl Conditions {
    fn hold(&self, message: &RuleMessage, links: &Links) -> bool {
        let (header, found) = (&message.header, Found::of(message));
        let name = |device: &Device| read::interface(device, links).ok();
        let is_in = |wanted: Option<(IpAddr, u8)>, address: Option<IpAddr>, length: u8| {
            wanted.is_none_or(|(prefix, bits)| {
                bits <= length && address.is_none_or(|address| covers(prefix, bits, address))
            })
        };
        let is_device = |wanted: &Option<Device>, found: &Option<&str>| {
            wanted.as_ref().is_none_or(|wanted| found.is_some() && name(wanted).as_deref() == *found)
        };
        (!self.is_inverted || header.flags.contains(RuleFlags::Invert))
            && is_in(self.from, found.source, header.src_len)
            && is_in(self.to, found.destination, header.dst_len)
            && self.priority.is_none_or(|wanted| found.priority == wanted)
            && self.traffic_class.is_none_or(|wanted| header.tos == wanted)
            && self.mark.is_none_or(|wanted| found.mark == wanted)
            && self.mask.is_none_or(|wanted| found.mask == wanted)
            && is_device(&self.iif, &found.iif)
            && is_device(&self.oif, &found.oif)
            && (!self.is_l3mdev || found.is_l3mdev)
            && (self.users.is_none() || found.users == self.users)
            && (self.tunnel.is_none() || found.tunnel == self.tunnel)
            && self.table.is_none_or(|wanted| found.table.unwrap_or(header.table.into()) == wanted)
            // A kernel that tells no protocol has none to compare.
            && self.protocol.is_none_or(|wanted| found.protocol.is_none_or(|found| found == wanted))
            && self.transport.is_none_or(|wanted| found.transport == Some(wanted))
            && (self.source_ports.is_none() || found.source_ports == self.source_ports)
            && (self.destination_ports.is_none() || found.destination_ports == self.destination_ports)
    }
}

/// What the attributes of a rule tell, the last of each.
#[derive(Default)]
struct Found<'a> {
    source: Option<IpAddr>,
    destination: Option<IpAddr>,
    priority: u32,
    mark: u32,
    mask: u32,
    iif: Option<&'a str>,
    oif: Option<&'a str>,
    is_l3mdev: bool,
    users: Option<RuleUidRange>,
    tunnel: Option<u64>,
    table: Option<u32>,
    protocol: Option<u8>,
    transport: Option<u8>,
    source_ports: Option<RulePortRange>,
    destination_ports: Option<RulePortRange>,
}

impl<'a> Found<'a> {
    fn of(message: &'a RuleMessage) -> Self {
        let mut found = Self::default();
        for attribute in &message.attributes {
            match attribute {
                RuleAttribute::Source(address) => found.source = Some(*address),
                RuleAttribute::Destination(address) => found.destination = Some(*address),
                RuleAttribute::Priority(priority) => found.priority = *priority,
                RuleAttribute::FwMark(mark) => found.mark = *mark,
                RuleAttribute::FwMask(mask) => found.mask = *mask,
                RuleAttribute::Iifname(name) => found.iif = Some(name),
                RuleAttribute::Oifname(name) => found.oif = Some(name),
                RuleAttribute::L3MDev(is_l3mdev) => found.is_l3mdev = *is_l3mdev,
                RuleAttribute::UidRange(users) => found.users = Some(*users),
                RuleAttribute::TunId(number) => found.tunnel = Some(*number),
                RuleAttribute::Table(table) => found.table = Some(*table),
                RuleAttribute::Protocol(protocol) => found.protocol = Some((*protocol).into()),
                RuleAttribute::IpProtocol(transport) => found.transport = Some((*transport).into()),
                RuleAttribute::SourcePortRange(ports) => found.source_ports = Some(*ports),
                RuleAttribute::DestinationPortRange(ports) => found.destination_ports = Some(*ports),
                _ => {}
            }
        }
        found
    }
}

/// A range of ports; `None` where it starts with 0.
fn ports(value: &Word<'_>, why: &str) -> Result<Option<RulePortRange>, Refusal> {
    let ports = range::ports(value.text).ok_or_else(|| Refusal::wrong(value, why))?;
    Ok(Some(ports).filter(|ports| ports.start != 0))
}
