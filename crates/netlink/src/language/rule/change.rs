use std::net::IpAddr;

use netlink_packet_core::{DefaultNla, Emitable, NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REQUEST, Nla};
use netlink_packet_route::AddressFamily;
use netlink_packet_route::route::RouteRealm;
use netlink_packet_route::rule::{RuleAction, RuleAttribute, RuleFlags, RuleMessage};

use super::{range, read};
use crate::language::opening::Opening;
use crate::language::{Context, value};
use crate::prefix::{self, Prefix, default_address};
use crate::word::{Word, Words};
use crate::{Device, Dialect, Exit, Links, Refusal, Request, RuleChange, RuleVerb, number};

/// Reads what stands after `add` or `delete`.
pub(super) fn read(
    verb: RuleVerb,
    opening: Opening<'_>,
    context: Context<'_>,
    warnings: &mut Vec<String>,
) -> Result<RuleChange, Refusal> {
    let mut words = opening.words;
    if words.peek().is_none() {
        let verb = if verb == RuleVerb::Add { "add" } else { "del" };
        let end = words.end();
        return Err(Refusal::new(
            Exit::Unusable,
            format!("\"ip rule {verb}\" requires arguments."),
            end..end,
        )
        .with_help(format!("for instance `{verb} from 192.0.2.0/24 table 100`")));
    }
    let mut draft = Draft::new(verb, opening.family, context, warnings);
    while let Some(word) = words.next() {
        draft.keyword(word, &mut words)?;
    }
    draft.finish()
}

impl RuleChange {
    /// The message as `ip` sends it. `links` are asked for devices by network alone: `ip` itself takes any name.
    ///
    /// # Errors
    /// [`Exit::Unusable`] where the container is not attached to a network.
    pub fn request(&self, links: &Links) -> Result<Request, Refusal> {
        let message = self.whole(links)?;
        let mut body = vec![0; message.buffer_len()];
        message.emit(&mut body);
        let (kind, flags) = match self.verb {
            RuleVerb::Add => (NEW, NLM_F_CREATE | NLM_F_EXCL),
            RuleVerb::Delete => (super::filter::DELETE, 0),
        };
        Ok(Request { kind, flags: NLM_F_REQUEST | NLM_F_ACK | flags, body })
    }

    /// The message with the names of the devices that are given by network; `None` where one is not attached.
    pub fn resolved(&self, links: &Links) -> Option<RuleMessage> {
        self.whole(links).ok()
    }

    fn whole(&self, links: &Links) -> Result<RuleMessage, Refusal> {
        let mut message = self.message.clone();
        if let Some(device) = &self.iif {
            message.attributes.push(RuleAttribute::Iifname(read::interface(device, links)?));
        }
        if let Some(device) = &self.oif {
            message.attributes.push(RuleAttribute::Oifname(read::interface(device, links)?));
        }
        Ok(message)
    }
}

/// `RTM_NEWRULE`.
const NEW: u16 = 32;

/// The room that `ip` has for a message, with the netlink header; it leaves out what goes beyond.
const ROOM: usize = 1052;

/// The table main.
const MAIN: u8 = 254;

/// `RTA_GATEWAY`, which means nothing in a rule: what `ip` sends for `nat`.
const GATEWAY: u16 = 5;

/// `RTN_NAT`.
const NAT: u8 = 10;

/// What has been read so far.
struct Draft<'a, 'w> {
    verb: RuleVerb,
    context: Context<'a>,
    warnings: &'w mut Vec<String>,
    message: RuleMessage,
    /// Whether a prefix may tell the family.
    infers_family: bool,
    iif: Option<Device>,
    oif: Option<Device>,
    table: u32,
    table_word: Option<Word<'a>>,
    is_l3mdev: bool,
    /// Whether a table, or something in its place, was given.
    has_action: bool,
}

impl<'a, 'w> Draft<'a, 'w> {
    fn new(
        verb: RuleVerb,
        family: AddressFamily,
        context: Context<'a>,
        warnings: &'w mut Vec<String>,
    ) -> Self {
        let mut message = RuleMessage::default();
        message.header.family = family;
        if verb == RuleVerb::Add {
            message.header.action = RuleAction::ToTable;
        }
        let infers_family = context.dialect == Dialect::Label;
        Self {
            verb,
            context,
            warnings,
            message,
            infers_family,
            iif: None,
            oif: None,
            table: 0,
            table_word: None,
            is_l3mdev: false,
            has_action: false,
        }
    }

    /// Reads a keyword and its value: in the order of iproute2's tests, which tells what an abbreviation means.
    fn keyword(&mut self, word: Word<'a>, words: &mut Words<'a>) -> Result<(), Refusal> {
        let (is, begins) = (|keyword| word.is(keyword), |keyword| word.begins(keyword));
        match word.text {
            _ if is("not") => self.message.header.flags |= RuleFlags::Invert,
            _ if is("from") => {
                let prefix = self.prefix(&words.value()?)?;
                self.message.header.src_len = prefix.length;
                self.push_some(prefix.address.map(RuleAttribute::Source));
            }
            _ if is("to") => {
                let prefix = self.prefix(&words.value()?)?;
                self.message.header.dst_len = prefix.length;
                self.push_some(prefix.address.map(RuleAttribute::Destination));
            }
            _ if begins("preference") || begins("order") || begins("priority") => {
                self.push(RuleAttribute::Priority(read::priority(&words.value()?)?));
            }
            _ if is("tos") || begins("dsfield") => {
                self.message.header.tos = read::traffic_class(&words.value()?, self.context)?;
            }
            _ if is("fwmark") => {
                let (mark, mask) = read::mark(&words.value()?)?;
                self.push(RuleAttribute::FwMark(mark));
                self.push_some(mask.map(RuleAttribute::FwMask));
            }
            _ if begins("realms") => {
                let value = words.value()?;
                let realms = value::realms(self.context.names, &value)
                    .ok_or_else(|| Refusal::wrong(&value, "invalid realms"))?;
                let (source, destination) = ((realms >> 16) as u16, (realms & 0xffff) as u16);
                self.push(RuleAttribute::Realm(RouteRealm { source, destination }));
            }
            _ if begins("protocol") => {
                let value = words.value()?;
                let protocol = value::protocol(self.context.names, &value)
                    .ok_or_else(|| Refusal::wrong(&value, "\"protocol\" value is invalid"))?;
                self.push(RuleAttribute::Protocol(protocol.into()));
            }
            _ if begins("tun_id") => self.push(RuleAttribute::TunId(read::tunnel(&words.value()?)?)),
            _ if begins("table") || is("lookup") => self.table(words.value()?)?,
            _ if begins("suppress_prefixlength") || is("sup_pl") => {
                let value = words.value()?;
                let length = value::non_negative(value.text)
                    .ok_or_else(|| Refusal::wrong(&value, "suppress_prefixlength value is invalid"))?;
                self.push(RuleAttribute::SuppressPrefixLen(length));
            }
            _ if begins("suppress_ifgroup") || is("sup_group") => {
                let value = words.value()?;
                let group = value::group(self.context.names, &value)
                    .ok_or_else(|| Refusal::wrong(&value, "Invalid \"suppress_ifgroup\" value"))?;
                self.push(RuleAttribute::SuppressIfGroup(group));
            }
            _ if is("dev") || is("iif") => {
                let device = read::device(&words.value()?, self.context.dialect, "\"iif\"/\"dev\"")?;
                self.iif = self.name_or_network(device, RuleAttribute::Iifname);
            }
            _ if is("oif") => {
                let device = read::device(&words.value()?, self.context.dialect, "\"oif\"")?;
                self.oif = self.name_or_network(device, RuleAttribute::Oifname);
            }
            _ if is("l3mdev") => {
                self.push(RuleAttribute::L3MDev(true));
                (self.has_action, self.is_l3mdev) = (true, true);
            }
            _ if is("uidrange") => {
                let value = words.value()?;
                let users =
                    range::users(value.text).ok_or_else(|| Refusal::wrong(&value, "invalid UID range"))?;
                self.push(RuleAttribute::UidRange(users));
            }
            _ if is("nat") || begins("map-to") => self.nat(&words.value()?)?,
            _ if is("ipproto") => {
                let transport = read::transport(&words.value()?, self.context)?;
                self.push(RuleAttribute::IpProtocol(transport.into()));
            }
            _ if is("sport") => {
                let value = words.value()?;
                let ports =
                    range::ports(value.text).ok_or_else(|| Refusal::wrong(&value, "invalid port range"))?;
                self.push(RuleAttribute::SourcePortRange(ports));
            }
            _ if is("dport") => {
                let value = words.value()?;
                let ports =
                    range::ports(value.text).ok_or_else(|| Refusal::wrong(&value, "invalid dport range"))?;
                self.push(RuleAttribute::DestinationPortRange(ports));
            }
            _ => {
                let word = if is("type") { words.value()? } else { word };
                self.action(word, words)?;
            }
        }
        Ok(())
    }

    /// A prefix, which tells the family in labels' dialect alone: to `ip`, every rule is IPv4 without `-6`.
    fn prefix(&mut self, word: &Word<'_>) -> Result<Prefix, Refusal> {
        let family = &mut self.message.header.family;
        let mut prefix = Prefix::read(word, *family).map_err(|refusal| {
            let help = match family {
                AddressFamily::Inet | AddressFamily::Inet6 => "`from` and `to` of a rule are of one family",
                _ => "write an address with a length, as in `192.0.2.0/24` or `2001:db8::/64`, or `all`",
            };
            refusal.with_help(help)
        })?;
        prefix.address = prefix.address.or_else(|| default_address(word, *family));
        if self.infers_family {
            *family = prefix.family;
        }
        Ok(prefix)
    }

    fn table(&mut self, value: Word<'a>) -> Result<(), Refusal> {
        self.table = value::table(self.context.names, &value)
            .ok_or_else(|| Refusal::wrong(&value, "invalid table ID"))?;
        match u8::try_from(self.table) {
            Ok(table) => self.message.header.table = table,
            Err(_) => {
                self.message.header.table = 0;
                self.push(RuleAttribute::Table(self.table));
            }
        }
        self.table_word = Some(value);
        self.has_action = true;
        Ok(())
    }

    fn nat(&mut self, value: &Word<'_>) -> Result<(), Refusal> {
        self.warnings.push("Warning: route NAT is deprecated".to_owned());
        let address = prefix::address(value, AddressFamily::Inet).map_err(|_| {
            let text = format!("Error: an IP address is expected rather than \"{}\"", value.text);
            Refusal::new(Exit::Unusable, text, value.span.clone())
        })?;
        let octets = match address {
            Some(IpAddr::V4(address)) => address.octets(),
            _ => [0; 4],
        };
        self.push(RuleAttribute::Other(DefaultNla::new(GATEWAY, octets.to_vec())));
        self.message.header.action = RuleAction::from(NAT);
        Ok(())
    }

    /// What is done with what the rule selects, where it is not a table.
    fn action(&mut self, word: Word<'a>, words: &mut Words<'a>) -> Result<(), Refusal> {
        let action = if word.begins("help") {
            return Err(super::usage(word.span));
        } else if word.begins("goto") {
            let value = words.value()?;
            let target =
                number::u32(value.text, 0).ok_or_else(|| Refusal::wrong(&value, "invalid target"))?;
            self.push(RuleAttribute::Goto(target));
            RuleAction::Goto
        } else if word.begins("nop") {
            RuleAction::Nop
        } else {
            let kind = value::route_type(&word)
                .ok_or_else(|| Refusal::wrong(&word, "Failed to parse rule type").with_help(help(&word)))?;
            RuleAction::from(kind)
        };
        self.message.header.action = action;
        self.has_action = true;
        Ok(())
    }

    fn finish(mut self) -> Result<RuleChange, Refusal> {
        if self.is_l3mdev && self.table != 0 {
            let span = self.table_word.map_or(0..0, |word| word.span);
            let text = "table can not be specified for l3mdev rules";
            return Err(Refusal::new(Exit::Invalid, text, span));
        }
        if self.message.header.family == AddressFamily::Unspec {
            self.message.header.family = AddressFamily::Inet;
        }
        if !self.has_action && self.verb == RuleVerb::Add {
            self.message.header.table = MAIN;
        }
        Ok(RuleChange { verb: self.verb, message: self.message, iif: self.iif, oif: self.oif })
    }

    /// A name goes into the message, a network is left for later; of several, the last counts.
    fn name_or_network(&mut self, device: Device, attribute: fn(String) -> RuleAttribute) -> Option<Device> {
        match device {
            Device::Name(name) => {
                self.push(attribute(name));
                None
            }
            Device::Network(_) => Some(device),
        }
    }

    fn push_some(&mut self, attribute: Option<RuleAttribute>) {
        if let Some(attribute) = attribute {
            self.push(attribute);
        }
    }

    fn push(&mut self, attribute: RuleAttribute) {
        let header = Request::HEADER + self.message.buffer_len();
        if header + 4 + attribute.value_len().next_multiple_of(4) > ROOM {
            self.warnings.push(format!("addattr_l ERROR: message exceeded bound of {ROOM}"));
            return;
        }
        self.message.attributes.push(attribute);
    }
}

/// What somebody may have meant with a word that is none of the language.
fn help(word: &Word<'_>) -> &'static str {
    match word.text {
        "replace" | "add" | "del" | "delete" => "a string has one command, at its beginning",
        "metric" => "the place of a rule among the others is its `priority`",
        "via" => "a gateway belongs to a route: give the rule a `table`, and that table the route",
        text if text.starts_with(|c: char| c.is_ascii_digit()) || text.contains([':', '/']) => {
            "say where packets come from or go to: `from 192.0.2.0/24`, `to 192.0.2.0/24`"
        }
        _ => {
            "keywords are `from`, `to`, `table`, `priority`, `iif`, `oif`, `fwmark`, `not` and so on; actions are `blackhole`, \
              `unreachable`, `prohibit`, `goto`"
        }
    }
}
