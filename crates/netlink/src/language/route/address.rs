use std::net::IpAddr;

use netlink_packet_route::AddressFamily;
use netlink_packet_route::route::{RouteAddress, RouteAttribute, RouteVia};

use crate::prefix::{self, Prefix, family_name, family_of};
use crate::word::{Word, Words};
use crate::{Exit, Refusal, number};

/// An address of any family that a route can have, as the bytes that are sent.
///
/// There are none of `any` and `all`, and zeros of `default` where the family is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) family: AddressFamily,
    pub(super) bytes: Vec<u8>,
}

impl Address {
    /// Reads an address without a length in a string that is of this family so far.
    ///
    /// # Errors
    /// `inet address is expected rather than "X"`, code 1.
    pub(super) fn read(word: &Word<'_>, family: AddressFamily) -> Result<Self, Refusal> {
        if word.is("default") && family != AddressFamily::Mpls {
            return Ok(Self { family, bytes: vec![0; length(family)] });
        }
        let everything = word.is("all") || word.is("any");
        match family {
            AddressFamily::Mpls => {
                let bytes = labels(word.text).ok_or_else(|| expected(word.text, family, "address", word))?;
                Ok(Self { family, bytes })
            }
            AddressFamily::Packet if !everything => Ok(Self { family, bytes: hardware(word)? }),
            _ => Ok(prefix::address(word, family)?.map_or(Self { family, bytes: Vec::new() }, Self::from)),
        }
    }

    /// For an attribute whose meaning goes with the family in the header.
    pub(super) fn attribute(self) -> RouteAddress {
        match ip(&self.bytes) {
            Some(address) if self.family == family_of(address) => RouteAddress::from(address),
            _ => RouteAddress::Other(self.bytes),
        }
    }

    /// For the attribute that brings its family along.
    pub(super) fn via(self) -> RouteVia {
        match (ip(&self.bytes), self.family) {
            (Some(address), family) if family == family_of(address) => RouteVia::from(address),
            (_, AddressFamily::Packet) => RouteVia::Packet(self.bytes),
            (_, family) => RouteVia::Other((family, self.bytes)),
        }
    }
}

impl From<IpAddr> for Address {
    fn from(address: IpAddr) -> Self {
        let bytes = match address {
            IpAddr::V4(address) => address.octets().to_vec(),
            IpAddr::V6(address) => address.octets().to_vec(),
        };
        Self { family: family_of(address), bytes }
    }
}

/// `[FAMILY] ADDRESS` after `via`, which settles the route's family if nothing has yet.
///
/// A gateway of the route's own family has an attribute of its own.
pub(super) fn gateway(words: &mut Words<'_>, route: &mut AddressFamily) -> Result<RouteAttribute, Refusal> {
    let word = words.value()?;
    let (word, family) = match family(&word) {
        Some(family) => (words.value()?, family),
        None => (word, *route),
    };
    let address = Address::read(&word, family).map_err(|refusal| match *route {
        AddressFamily::Inet if family == *route && word.text.contains(':') => {
            refusal.with_help("an IPv4 route has an IPv6 gateway by `via inet6 ADDRESS`")
        }
        _ => refusal,
    })?;
    if *route == AddressFamily::Unspec {
        *route = address.family;
    }
    Ok(if address.family == *route {
        RouteAttribute::Gateway(address.attribute())
    } else {
        RouteAttribute::Via(address.via())
    })
}

/// A family that may stand before an address.
pub(super) fn family(word: &Word<'_>) -> Option<AddressFamily> {
    Some(match word.text {
        "inet" => AddressFamily::Inet,
        "inet6" => AddressFamily::Inet6,
        "link" => AddressFamily::Packet,
        "mpls" => AddressFamily::Mpls,
        "bridge" => AddressFamily::Bridge,
        _ => return None,
    })
}

/// The value of `as [to] ADDRESS`.
pub(super) fn after_to<'t>(words: &mut Words<'t>) -> Result<Word<'t>, Refusal> {
    let word = words.value()?;
    if word.is("to") { words.value() } else { Ok(word) }
}

/// An address with a length: a destination, or what a flush selects by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Network {
    pub(super) address: Address,
    pub(super) length: u8,
    /// Whether a length was given, by `/` or by `default`; not so by `any` and `all`.
    pub(super) has_length: bool,
}

impl Network {
    /// Reads a prefix in a string that is of this family so far.
    ///
    /// # Errors
    /// `any valid prefix is expected rather than "X"`, code 1.
    pub(super) fn read(word: &Word<'_>, family: AddressFamily) -> Result<Self, Refusal> {
        match family {
            AddressFamily::Packet => {
                let text = format!(
                    "Error: \"{}\" may be inet prefix, but it is not allowed in this context.",
                    word.text
                );
                return Err(Refusal::new(Exit::Unusable, text, word.span.clone()));
            }
            AddressFamily::Mpls => {
                return Self::mpls(word.text).ok_or_else(|| expected(word.text, family, "prefix", word));
            }
            _ => {}
        }
        let prefix = Prefix::read(word, family)?;
        let zeros = if word.is("default") { length(family) } else { 0 };
        let address = prefix.address.map_or(Address { family, bytes: vec![0; zeros] }, Address::from);
        let has_length = prefix.has_length && !(word.is("any") || word.is("all"));
        Ok(Self { address, length: prefix.length, has_length })
    }

    fn mpls(text: &str) -> Option<Self> {
        let (label, length) = match text.split_once('/') {
            Some((label, length)) => (label, Some(length)),
            None => (text, None),
        };
        let length = length.map(|length| number::u8(length, 0).filter(|length| *length <= 20));
        let has_length = length.is_some();
        let address = Address { family: AddressFamily::Mpls, bytes: labels(label)? };
        Some(Self { address, length: length.unwrap_or(Some(20))?, has_length })
    }
}

/// What `ip` says where an address or a prefix cannot be read.
fn expected(text: &str, family: AddressFamily, what: &str, word: &Word<'_>) -> Refusal {
    let text = format!("Error: {} {what} is expected rather than \"{text}\".", family_name(family));
    Refusal::new(Exit::Unusable, text, word.span.clone())
}

/// How many bytes `default` has.
fn length(family: AddressFamily) -> usize {
    match family {
        AddressFamily::Inet => 4,
        AddressFamily::Inet6 => 16,
        _ => 0,
    }
}

fn ip(bytes: &[u8]) -> Option<IpAddr> {
    let v4 = <[u8; 4]>::try_from(bytes).ok().map(IpAddr::from);
    v4.or_else(|| <[u8; 16]>::try_from(bytes).ok().map(IpAddr::from))
}

/// A stack of MPLS labels, `100/200`: in the header's form, the last with the mark of the bottom.
pub(super) fn labels(text: &str) -> Option<Vec<u8>> {
    const MOST: usize = 64;
    let labels: Option<Vec<u32>> =
        text.split('/').map(|label| number::u32(label, 0).filter(|label| *label < 1 << 20)).collect();
    let labels = labels.filter(|labels| labels.len() <= MOST)?;
    let last = labels.len() - 1;
    let entry = |(at, label): (usize, &u32)| (label << 12 | u32::from(at == last) << 8).to_be_bytes();
    Some(labels.iter().enumerate().flat_map(entry).collect())
}

/// A hardware address: bytes in hexadecimal with colons between, or an IPv4 address.
fn hardware(word: &Word<'_>) -> Result<Vec<u8>, Refusal> {
    const MOST: usize = 256;
    let invalid = |part: &str| {
        // `ip` has cut the word where it stopped reading.
        let first = word.text.split(':').next().unwrap_or_default();
        let mut refusal = expected(first, AddressFamily::Packet, "address", word);
        refusal.text = format!("\"{part}\" is invalid lladdr.\n{}", refusal.text);
        refusal
    };
    if word.text.contains('.') {
        let address = prefix::address(word, AddressFamily::Inet).map_err(|_| invalid(word.text))?;
        return Ok(address.map_or_else(Vec::new, |address| Address::from(address).bytes));
    }
    word.text.split(':').take(MOST).map(|part| byte(part).ok_or_else(|| invalid(part))).collect()
}

/// One byte as C's `scanf` reads it: what follows the digits does not matter.
fn byte(text: &str) -> Option<u8> {
    let unsigned = text.strip_prefix('+').unwrap_or(text);
    let digits = unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X")).unwrap_or(unsigned);
    let end = digits.find(|c: char| !c.is_ascii_hexdigit()).unwrap_or(digits.len());
    u8::from_str_radix(digits.get(..end)?, 16).ok()
}
