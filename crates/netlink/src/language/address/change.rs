use std::net::{IpAddr, Ipv4Addr};

use netlink_packet_core::{Emitable, NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REPLACE, NLM_F_REQUEST, Nla};
use netlink_packet_route::AddressFamily;
use netlink_packet_route::address::{
    AddressAttribute, AddressFlags, AddressHeaderFlags, AddressMessage, AddressScope, CacheInfo,
};

use super::attribute::{ADDRESS, ANYCAST, BROADCAST, LOCAL, attribute};
use super::flag::Flag;
use crate::language::opening::Opening;
use crate::language::{Context, value};
use crate::prefix::{self, Prefix, default_address, family_of};
use crate::word::{Word, Words};
use crate::{AddressChange, AddressVerb, Device, Dialect, Exit, Links, Lookup, Refusal, Request, number};

/// Reads what stands after `add`, `change`, `replace` or `delete`.
pub(super) fn read(
    verb: AddressVerb,
    opening: Opening<'_>,
    context: Context<'_>,
    warnings: &mut Vec<String>,
) -> Result<AddressChange, Refusal> {
    let mut draft = Draft::new(verb, opening.family, context, warnings);
    let mut words = opening.words;
    while let Some(word) = words.next() {
        draft.keyword(word, &mut words)?;
    }
    draft.finish(words.end())
}

impl AddressChange {
    /// The message as `ip` sends it.
    ///
    /// # Errors
    /// [`Exit::Unusable`] where there is no such device.
    pub fn request(&self, links: &Links) -> Result<Request, Refusal> {
        let mut message = self.message.clone();
        message.header.index = links.find(&self.device)?;
        let mut body = vec![0; message.buffer_len()];
        message.emit(&mut body);
        let (kind, flags) = match self.verb {
            AddressVerb::Add => (NEW, NLM_F_CREATE | NLM_F_EXCL),
            AddressVerb::Change => (NEW, NLM_F_REPLACE),
            AddressVerb::Replace => (NEW, NLM_F_CREATE | NLM_F_REPLACE),
            AddressVerb::Delete => (super::filter::DELETE, 0),
        };
        Ok(Request { kind, flags: NLM_F_REQUEST | NLM_F_ACK | flags, body })
    }
}

/// `RTM_NEWADDR`.
const NEW: u16 = 20;

/// The room that `ip` has for a message, with the netlink header; it leaves out what goes beyond.
const ROOM: usize = 280;

/// The seconds that stand for ever.
const FOREVER: u32 = u32::MAX;

/// What has been read so far.
struct Draft<'a, 'w> {
    verb: AddressVerb,
    context: Context<'a>,
    warnings: &'w mut Vec<String>,
    message: AddressMessage,
    flags: AddressFlags,
    scope: Option<u8>,
    /// The address itself, and its word.
    local: Option<(Prefix, Word<'a>)>,
    peer: Option<Prefix>,
    broadcast: Broadcast<'a>,
    has_anycast: bool,
    device: Option<Device>,
    /// How long the address is valid, and preferred to others, in seconds, each with its word.
    valid: Option<(u32, Word<'a>)>,
    preferred: Option<(u32, Word<'a>)>,
    autojoin: Option<Word<'a>>,
}

/// What was said of the broadcast address.
enum Broadcast<'a> {
    No,
    Given,
    /// `+` or `-`: the host bits of the prefix, set or cleared.
    Computed(Word<'a>),
}

impl<'a, 'w> Draft<'a, 'w> {
    fn new(
        verb: AddressVerb,
        family: AddressFamily,
        context: Context<'a>,
        warnings: &'w mut Vec<String>,
    ) -> Self {
        let mut message = AddressMessage::default();
        message.header.family = family;
        Self {
            verb,
            context,
            warnings,
            message,
            flags: AddressFlags::empty(),
            scope: None,
            local: None,
            peer: None,
            broadcast: Broadcast::No,
            has_anycast: false,
            device: None,
            valid: None,
            preferred: None,
            autojoin: None,
        }
    }

    /// Reads a keyword and its value: in the order of iproute2's tests, which tells what an abbreviation means.
    fn keyword(&mut self, word: Word<'a>, words: &mut Words<'a>) -> Result<(), Refusal> {
        let (is, begins) = (|keyword| word.is(keyword), |keyword| word.begins(keyword));
        match word.text {
            _ if is("peer") || is("remote") => self.peer(&words.value()?)?,
            _ if begins("broadcast") || is("brd") => self.broadcast(words.value()?)?,
            _ if is("anycast") => self.anycast(&words.value()?)?,
            _ if is("scope") => {
                let value = words.value()?;
                let scope = value::scope(self.context.names, &value);
                self.scope = Some(scope.ok_or_else(|| Refusal::wrong(&value, "invalid scope value."))?);
            }
            _ if is("dev") => self.device = Some(Device::read(words.value()?.text, self.context.dialect)),
            _ if is("label") => self.push(AddressAttribute::Label(words.value()?.text.to_owned())),
            _ if begins("metric") || begins("priority") || begins("preference") => {
                let value = words.value()?;
                let metric = number::u32(value.text, 0)
                    .ok_or_else(|| Refusal::wrong(&value, "\"metric\" value is invalid"))?;
                self.push(AddressAttribute::RoutePriority(metric));
            }
            _ if begins("valid_lft") => {
                if self.valid.is_some() {
                    return Err(Refusal::duplicate("valid_lft", &word));
                }
                self.valid = Some(lifetime(words.value()?, "valid_lft")?);
            }
            _ if begins("preferred_lft") => {
                if self.preferred.is_some() {
                    return Err(Refusal::duplicate("preferred_lft", &word));
                }
                self.preferred = Some(lifetime(words.value()?, "preferred_lft")?);
            }
            text => match Flag::named(text) {
                Some(flag) => self.flag(flag, word),
                None => {
                    let word = if is("local") { words.value()? } else { word };
                    self.local(word)?;
                }
            },
        }
        Ok(())
    }

    fn peer(&mut self, value: &Word<'_>) -> Result<(), Refusal> {
        if self.peer.as_ref().is_some_and(has_bytes) {
            return Err(Refusal::duplicate("peer", value));
        }
        let prefix = self.prefix(value)?;
        self.push(attribute(ADDRESS, prefix.address));
        self.message.header.prefix_len = prefix.length;
        self.peer = Some(prefix);
        Ok(())
    }

    fn broadcast(&mut self, value: Word<'a>) -> Result<(), Refusal> {
        if !matches!(self.broadcast, Broadcast::No) {
            return Err(Refusal::duplicate("broadcast", &value));
        }
        if value.is("+") || value.is("-") {
            self.broadcast = Broadcast::Computed(value);
            return Ok(());
        }
        let address = self.address(&value)?;
        self.push(attribute(BROADCAST, address));
        if address.is_some() {
            self.broadcast = Broadcast::Given;
        }
        Ok(())
    }

    fn anycast(&mut self, value: &Word<'_>) -> Result<(), Refusal> {
        if self.has_anycast {
            return Err(Refusal::duplicate("anycast", value));
        }
        let address = self.address(value)?;
        self.push(attribute(ANYCAST, address));
        self.has_anycast = address.is_some();
        Ok(())
    }

    fn flag(&mut self, flag: Flag, word: Word<'a>) {
        if flag.is_read_only {
            self.warnings.push(format!("Warning: {} option is not mutable from userspace", flag.name));
        } else if flag.is_ipv6 && self.message.header.family != AddressFamily::Inet6 {
            self.warnings.push(format!("Warning: {} option can be set only for IPv6 addresses", flag.name));
        } else {
            self.flags |= flag.flag;
            if flag.flag == AddressFlags::Mcautojoin {
                self.autojoin = Some(word);
            }
        }
    }

    fn local(&mut self, value: Word<'a>) -> Result<(), Refusal> {
        if value.begins("help") {
            return Err(super::usage(value.span));
        }
        if self.local.as_ref().is_some_and(|(prefix, _)| has_bytes(prefix)) {
            return Err(Refusal::garbage("local", &value).with_help(KEYWORDS));
        }
        let prefix = self.prefix(&value)?;
        self.push(attribute(LOCAL, prefix.address));
        self.local = Some((prefix, value));
        Ok(())
    }

    /// The message is whole; what is missing is missing at `end`.
    fn finish(mut self, end: usize) -> Result<AddressChange, Refusal> {
        self.put_flags();
        let Some(device) = self.device.take() else {
            let help = match self.context.dialect {
                Dialect::Ip => "say which interface, as in `dev eth0`",
                Dialect::Label => {
                    "say which interface, as in `dev eth0`, or which network, as in `dev network:frontend`"
                }
            };
            let text = "Not enough information: \"dev\" argument is required.";
            return Err(Refusal::new(Exit::Unusable, text, end..end).with_help(help));
        };
        self.put_address();
        self.put_broadcast()?;
        let is_loopback = |(prefix, _): &(Prefix, _)| match prefix.address {
            Some(IpAddr::V4(address)) => address.is_loopback(),
            _ => false,
        };
        let default = if self.local.as_ref().is_some_and(is_loopback) { 254 } else { 0 };
        // Of an address to delete, only a scope that was given is told.
        let default = if self.verb == AddressVerb::Delete { 0 } else { default };
        self.message.header.scope = AddressScope::from(self.scope.unwrap_or(default));
        // Before these, `ip` looks for the device.
        self.put_lifetimes().and_then(|()| self.check_autojoin()).map_err(|mut refusal| {
            refusal.lookups.push(Lookup::Device(device.clone()));
            refusal
        })?;
        Ok(AddressChange { verb: self.verb, message: self.message, device })
    }

    fn put_flags(&mut self) {
        match u8::try_from(self.flags.bits()) {
            Ok(bits) => self.message.header.flags = AddressHeaderFlags::from_bits_retain(bits),
            Err(_) => self.push(AddressAttribute::Flags(self.flags)),
        }
    }

    /// An address without a peer is its own, but for one to delete whose length was not given.
    fn put_address(&mut self) {
        let Some((local, word)) = self.local.clone() else { return };
        if has_bytes(&local) && !self.peer.as_ref().is_some_and(has_bytes) {
            let is_ipv4 = local.family == AddressFamily::Inet;
            if self.verb == AddressVerb::Delete && is_ipv4 && !local.has_length {
                self.warnings.push(format!(
                    "Warning: Executing wildcard deletion to stay compatible with old scripts.\n         \
                     Explicitly specify the prefix length ({}/32) to avoid this warning.\n         \
                     This special behaviour is likely to disappear in further releases,\n         \
                     fix your scripts!",
                    word.text
                ));
            } else {
                self.push(attribute(ADDRESS, local.address));
                self.peer = Some(local.clone());
            }
        }
        if self.message.header.prefix_len == 0 {
            self.message.header.prefix_len = local.length;
        }
    }

    fn put_broadcast(&mut self) -> Result<(), Refusal> {
        let Broadcast::Computed(sign) = &self.broadcast else { return Ok(()) };
        if self.verb == AddressVerb::Delete {
            return Ok(());
        }
        if self.message.header.family != AddressFamily::Inet {
            let text = "Broadcast can be set only for IPv4 addresses";
            return Err(Refusal::new(Exit::Unusable, text, sign.span.clone()));
        }
        let Some(Prefix { address: Some(IpAddr::V4(address)), length, .. }) = self.peer else {
            return Ok(());
        };
        if length <= 30 {
            let host = u32::MAX >> length;
            let bits = u32::from(address);
            let bits = if sign.is("+") { bits | host } else { bits & !host };
            self.push(AddressAttribute::Broadcast(Ipv4Addr::from(bits)));
        }
        Ok(())
    }

    fn put_lifetimes(&mut self) -> Result<(), Refusal> {
        let ((Some((_, word)), _) | (None, Some((_, word)))) = (&self.valid, &self.preferred) else {
            return Ok(());
        };
        let refuse = |text: &str, word: &Word<'_>| Refusal::new(Exit::Unusable, text, word.span.clone());
        let valid = self.valid.as_ref().map_or(FOREVER, |(seconds, _)| *seconds);
        let preferred = self.preferred.as_ref().map_or(FOREVER, |(seconds, _)| *seconds);
        if valid == 0 {
            return Err(refuse("valid_lft is zero", word));
        }
        if valid < preferred {
            let word = self.preferred.as_ref().map_or(word, |(_, word)| word);
            return Err(refuse("preferred_lft is greater than valid_lft", word)
                .with_help("without `preferred_lft` an address is preferred for ever: give both"));
        }
        let mut lifetimes = CacheInfo::default();
        (lifetimes.ifa_valid, lifetimes.ifa_preferred) = (valid, preferred);
        self.push(AddressAttribute::CacheInfo(lifetimes));
        Ok(())
    }

    fn check_autojoin(&self) -> Result<(), Refusal> {
        let Some(word) = &self.autojoin else { return Ok(()) };
        let address = self.local.as_ref().and_then(|(prefix, _)| prefix.address);
        if address.is_some_and(|address| address.is_multicast()) {
            return Ok(());
        }
        Err(Refusal::new(Exit::Unusable, "autojoin needs multicast address", word.span.clone()))
    }

    /// A prefix, which tells the family where nothing did before.
    fn prefix(&mut self, word: &Word<'_>) -> Result<Prefix, Refusal> {
        let family = &mut self.message.header.family;
        let mut prefix = Prefix::read(word, *family).map_err(|refusal| refusal.with_help(PREFIXES))?;
        prefix.address = prefix.address.or_else(|| default_address(word, *family));
        *family = prefix.family;
        Ok(prefix)
    }

    fn address(&mut self, word: &Word<'_>) -> Result<Option<IpAddr>, Refusal> {
        let family = &mut self.message.header.family;
        let address = prefix::address(word, *family)?.or_else(|| default_address(word, *family));
        *family = address.map_or(*family, family_of);
        Ok(address)
    }

    fn push(&mut self, attribute: AddressAttribute) {
        let header = Request::HEADER + self.message.buffer_len();
        if header + 4 + attribute.value_len().next_multiple_of(4) > ROOM {
            self.warnings.push(format!("addattr_l ERROR: message exceeded bound of {ROOM}"));
            return;
        }
        self.message.attributes.push(attribute);
    }
}

const KEYWORDS: &str = "one string is one address; further words are `dev`, `broadcast`, `peer`, `scope`, `label`, `metric`, \
     `valid_lft`, `preferred_lft` and flags";

const PREFIXES: &str = "write an address with its length, as in `192.0.2.7/24` or `2001:db8::7/64`";

/// Whether a prefix has an address that takes room in a message; `any` has none.
fn has_bytes(prefix: &Prefix) -> bool {
    prefix.address.is_some()
}

fn lifetime<'a>(value: Word<'a>, keyword: &str) -> Result<(u32, Word<'a>), Refusal> {
    let seconds = if value.is("forever") { Some(FOREVER) } else { number::u32(value.text, 0) };
    let seconds = seconds.ok_or_else(|| {
        Refusal::wrong(&value, format!("{keyword} value")).with_help("seconds, without a unit, or `forever`")
    })?;
    Ok((seconds, value))
}
