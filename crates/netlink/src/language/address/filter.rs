use std::net::IpAddr;

use netlink_packet_core::{Emitable, NLM_F_DUMP, NLM_F_REQUEST};
use netlink_packet_route::AddressFamily;
use netlink_packet_route::address::{AddressAttribute, AddressFlags, AddressMessage};

use super::flag::Flag;
use super::pattern;
use crate::language::opening::Opening;
use crate::language::{Context, value};
use crate::prefix::{Prefix, covers};
use crate::word::{Word, Words};
use crate::{Device, Exit, Links, Lookup, Refusal, Request};

/// Which addresses a flush deletes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressFilter {
    family: AddressFamily,
    prefix: Option<(IpAddr, u8)>,
    scope: Option<u8>,
    /// The flags that count, and which of them must be set.
    mask: AddressFlags,
    flags: AddressFlags,
    label: Option<String>,
    device: Option<Device>,
    /// Devices that must be there, but choose nothing: those of `master` and `vrf`.
    masters: Vec<Lookup>,
}

/// `RTM_DELADDR`.
pub(super) const DELETE: u16 = 21;
/// `RTM_GETADDR`.
const GET: u16 = 22;

impl AddressFilter {
    /// The request for the addresses to choose from.
    ///
    /// # Errors
    /// `Device "X" does not exist.`, [`Exit::Unusable`]; and [`Exit::Language`] for a master or a VRF that is not there.
    pub fn dump(&self, links: &Links) -> Result<Request, Refusal> {
        for master in &self.masters {
            master.check(links)?;
        }
        let mut message = AddressMessage::default();
        message.header.family = self.family;
        if let Some(device) = &self.device {
            let refused =
                |refusal| Refusal { text: format!("Device \"{device}\" does not exist."), ..refusal };
            let index = links.find(device).map_err(refused)?;
            // `ip` has it as a number with a sign.
            let too_large = || refused(Refusal::new(Exit::Unusable, "", 0..0));
            message.header.index = i32::try_from(index).map(i32::cast_unsigned).map_err(|_| too_large())?;
        }
        let mut body = vec![0; message.buffer_len()];
        message.emit(&mut body);
        Ok(Request { kind: GET, flags: NLM_F_REQUEST | NLM_F_DUMP, body })
    }

    /// Whether this address, from the answer to [`AddressFilter::dump`], is to be deleted.
    pub fn matches(&self, message: &AddressMessage, links: &Links) -> bool {
        let found = Found::of(message);
        let header = &message.header;
        self.device.as_ref().is_none_or(|device| links.index(device) == Some(header.index))
            && self.scope.is_none_or(|scope| u8::from(header.scope) == scope)
            && (self.flags ^ found.flags) & self.mask == AddressFlags::empty()
            && (self.family == AddressFamily::Unspec || self.family == header.family)
            && self.label.as_deref().is_none_or(|wanted| {
                let name = || links.by_index(header.index).map(|link| link.name.as_str());
                pattern::matches(wanted, found.label.or_else(name).unwrap_or_default())
            })
            && self
                .prefix
                .is_none_or(|prefix| found.local.is_none_or(|local| covers(prefix.0, prefix.1, local)))
    }

    /// The request that deletes an address, from the body of the message that told it.
    pub fn delete(&self, body: &[u8]) -> Request {
        Request { kind: DELETE, flags: NLM_F_REQUEST, body: body.to_vec() }
    }

    /// Whether one round is enough, as it is for `primary`: in a second one, secondary addresses that have become primary would
    /// go as well. All others go on until nothing is found.
    pub fn once(&self) -> bool {
        self.mask.contains(AddressFlags::Secondary) && !self.flags.contains(AddressFlags::Secondary)
    }

    /// Reads what stands after `flush`.
    pub(super) fn read(opening: Opening<'_>, context: Context<'_>) -> Result<Self, Refusal> {
        let mut filter = Self {
            family: opening.family,
            prefix: None,
            scope: None,
            mask: AddressFlags::empty(),
            flags: AddressFlags::empty(),
            label: None,
            device: None,
            masters: Vec::new(),
        };
        let mut words = opening.words;
        if words.peek().is_none() {
            let end = words.end();
            return Err(Refusal::new(Exit::Unusable, "Flush requires arguments.", end..end)
                .with_help("say what goes, as in `flush dev eth0` or `flush to 192.0.2.0/24`"));
        }
        while let Some(word) = words.next() {
            let read = filter.keyword(word, &mut words, context);
            read.map_err(|refusal| refusal.after(&filter.masters))?;
        }
        Ok(filter)
    }

    /// Reads one condition, in the order of iproute2's tests. `up`, `group`, `type` and `nomaster` are read, but choose nothing.
    fn keyword<'a>(
        &mut self,
        word: Word<'a>,
        words: &mut Words<'a>,
        context: Context<'_>,
    ) -> Result<(), Refusal> {
        match word.text {
            "to" => {
                let prefix = Prefix::read(&words.value()?, self.family)?;
                self.prefix = prefix.address.map(|address| (address, prefix.length));
                self.family = prefix.family;
            }
            "scope" => {
                let value = words.value()?;
                self.scope = value::scope(context.names, &value);
                if self.scope.is_none() && !value.is("all") {
                    return Err(Refusal::wrong(&value, "invalid \"scope\""));
                }
            }
            "up" | "nomaster" => {}
            text if self.flag(text) => {}
            "label" => self.label = Some(words.value()?.text.to_owned()),
            "group" => {
                let value = words.value()?;
                value::group(context.names, &value)
                    .ok_or_else(|| Refusal::wrong(&value, "Invalid \"group\" value"))?;
            }
            keyword @ ("master" | "vrf") => {
                let device = Device::read(words.value()?.text, context.dialect);
                let is_vrf = keyword == "vrf";
                self.masters.push(if is_vrf { Lookup::MasterVrf(device) } else { Lookup::Master(device) });
            }
            "type" => {
                words.value()?;
            }
            _ => self.device(word, words, context)?,
        }
        Ok(())
    }

    /// Reads a flag: `secondary`, `-tentative`, `dynamic`.
    fn flag(&mut self, text: &str) -> bool {
        let (mut is_set, text) = match text.strip_prefix('-') {
            Some(rest) => (false, rest),
            None => (true, text),
        };
        let name = match text {
            "dynamic" => "permanent",
            "primary" => "secondary",
            text => text,
        };
        is_set ^= name != text;
        let Some(Flag { flag, .. }) = Flag::named(name) else { return false };
        self.flags.set(flag, is_set);
        self.mask |= flag;
        true
    }

    /// Reads a device, after `dev` or alone.
    fn device<'a>(
        &mut self,
        word: Word<'a>,
        words: &mut Words<'a>,
        context: Context<'_>,
    ) -> Result<(), Refusal> {
        let word = match word.text {
            "dev" => words.value()?,
            _ if word.begins("help") => return Err(super::usage(word.span)),
            _ => word,
        };
        if self.device.is_some() {
            return Err(Refusal::garbage("dev", &word));
        }
        self.device = Some(Device::read(word.text, context.dialect));
        Ok(())
    }
}

/// What counts of an address.
struct Found<'a> {
    flags: AddressFlags,
    label: Option<&'a str>,
    local: Option<IpAddr>,
}

impl<'a> Found<'a> {
    fn of(message: &'a AddressMessage) -> Self {
        let flags = AddressFlags::from_bits_retain(message.header.flags.bits().into());
        let mut found = Self { flags, label: None, local: None };
        let mut peer = None;
        for attribute in &message.attributes {
            match attribute {
                AddressAttribute::Flags(flags) => found.flags = *flags,
                AddressAttribute::Label(label) => found.label = Some(label),
                AddressAttribute::Local(address) => found.local = Some(*address),
                AddressAttribute::Address(address) => peer = Some(*address),
                _ => {}
            }
        }
        found.local = found.local.or(peer);
        found
    }
}
