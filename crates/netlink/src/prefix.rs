use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use netlink_packet_route::AddressFamily;

use crate::word::Word;
use crate::{Exit, Refusal, number};

/// An address with a length, as iproute2 reads one.
///
/// It is more forgiving than the readers of other crates: `10/8`, `10.2/16`, `0x0a.1`, octal `010.1`, `/0x18` and
/// `/255.255.255.0` are all good, and `default`, `any` and `all` are words for everything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Prefix {
    /// The family; unspecified for a word in a string whose family nothing has told yet.
    pub(crate) family: AddressFamily,
    /// The address with the host bits that were given; `None` for `default`, `any` and `all`.
    pub(crate) address: Option<IpAddr>,
    /// How many bits count.
    pub(crate) length: u8,
    /// Whether the length was given: by `/`, or by one of the words.
    pub(crate) has_length: bool,
}

impl Prefix {
    /// Reads a prefix in a string that is of this family so far.
    ///
    /// # Errors
    /// `any valid prefix is expected rather than "X"`, code 1, with the family's name for `any`.
    pub(crate) fn read(word: &Word<'_>, family: AddressFamily) -> Result<Self, Refusal> {
        if ["default", "any", "all"].contains(&word.text) {
            return Ok(Self { family, address: None, length: 0, has_length: true });
        }
        Self::numeric(word.text, family).ok_or_else(|| {
            let text = format!(
                "Error: {} prefix is expected rather than \"{}\".",
                if family == AddressFamily::Unspec { "any valid" } else { family_name(family) },
                word.text
            );
            Refusal::new(Exit::Unusable, text, word.span.clone())
        })
    }

    fn numeric(text: &str, family: AddressFamily) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address = numeric_address(address, family)?;
        let family = family_of(address);
        let bits = if family == AddressFamily::Inet6 { 128 } else { 32 };
        let length = match length {
            Some(length) => Some(netmask(length).filter(|length| *length <= bits)?),
            None => None,
        };
        let address = Some(address);
        Some(Self { family, address, length: length.unwrap_or(bits), has_length: length.is_some() })
    }
}

/// Reads an address without a length in a string that is of this family so far: what `via` and `src` take.
///
/// `None` for `default`, `any` and `all`, which iproute2 takes here too.
///
/// # Errors
/// `inet address is expected rather than "X"`, code 1.
pub(crate) fn address(word: &Word<'_>, family: AddressFamily) -> Result<Option<IpAddr>, Refusal> {
    if ["default", "any", "all"].contains(&word.text) {
        return Ok(None);
    }
    numeric_address(word.text, family).map(Some).ok_or_else(|| {
        let text = format!(
            "Error: {} address is expected rather than \"{}\".",
            if family == AddressFamily::Unspec { "any valid" } else { family_name(family) },
            word.text
        );
        Refusal::new(Exit::Unusable, text, word.span.clone())
    })
}

/// What the word `default` is where the family is known: an address of zeros, which `any` and `all` are not.
pub(crate) fn default_address(word: &Word<'_>, family: AddressFamily) -> Option<IpAddr> {
    match family {
        AddressFamily::Inet if word.is("default") => Some(IpAddr::V4(Ipv4Addr::UNSPECIFIED)),
        AddressFamily::Inet6 if word.is("default") => Some(IpAddr::V6(Ipv6Addr::UNSPECIFIED)),
        _ => None,
    }
}

/// Whether an address is in the prefix of this address and length; one of the other family never is, but in a prefix of length 0.
pub(crate) fn covers(prefix: IpAddr, length: u8, address: IpAddr) -> bool {
    let is_same = |a: u128, b: u128, bits: u8| {
        (a ^ b).checked_shr(u32::from(bits - length.min(bits))).unwrap_or(0) == 0
    };
    match (prefix, address) {
        _ if length == 0 => true,
        (IpAddr::V4(a), IpAddr::V4(b)) => is_same(u32::from(a).into(), u32::from(b).into(), 32),
        (IpAddr::V6(a), IpAddr::V6(b)) => is_same(a.into(), b.into(), 128),
        _ => false,
    }
}

/// The family of an address.
pub(crate) fn family_of(address: IpAddr) -> AddressFamily {
    match address {
        IpAddr::V4(_) => AddressFamily::Inet,
        IpAddr::V6(_) => AddressFamily::Inet6,
    }
}

/// The family's name in `ip`.
pub(crate) fn family_name(family: AddressFamily) -> &'static str {
    match family {
        AddressFamily::Inet => "inet",
        AddressFamily::Inet6 => "inet6",
        AddressFamily::Mpls => "mpls",
        AddressFamily::Bridge => "bridge",
        AddressFamily::Packet => "link",
        _ => "???",
    }
}

/// An address in numbers, of this family if it is a known one.
fn numeric_address(text: &str, family: AddressFamily) -> Option<IpAddr> {
    let may_be = |other| family == AddressFamily::Unspec || family == other;
    if text.contains(':') {
        return may_be(AddressFamily::Inet6).then(|| text.parse::<Ipv6Addr>().ok()).flatten().map(IpAddr::V6);
    }
    may_be(AddressFamily::Inet).then(|| ipv4(text)).flatten().map(IpAddr::V4)
}

/// One to four numbers with dots between, each in C's notation; those that are missing are zeros at the end.
fn ipv4(text: &str) -> Option<Ipv4Addr> {
    let mut octets = [0; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        let Some(part) = parts.next() else { break };
        *octet = number::u8(part, 0)?;
    }
    parts.next().is_none().then(|| Ipv4Addr::from(octets))
}

/// The length after the slash: a number, or a contiguous mask in dots.
fn netmask(text: &str) -> Option<u8> {
    if let Some(length) = number::u32(text, 0) {
        return u8::try_from(length).ok();
    }
    let mask = u32::from(ipv4(text)?);
    let length = mask.leading_ones();
    (length == mask.count_ones()).then(|| u8::try_from(length).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, u8, bool)>) {
        let word = Word { text, span: 0..text.len() };
        let read = Prefix::read(&word, AddressFamily::Unspec).ok();
        let expected = expected.map(|(address, length, has_length)| {
            let address: IpAddr = address.parse().unwrap();
            Prefix { family: family_of(address), address: Some(address), length, has_length }
        });
        assert_eq!(read, expected, "{text:?}");
    }

    #[test]
    fn prefixes_that_ip_takes() {
        check("10.0.0.1", Some(("10.0.0.1", 32, false)));
        check("10.0.0.1/24", Some(("10.0.0.1", 24, true)));
        check("10/8", Some(("10.0.0.0", 8, true)));
        check("10.8", Some(("10.8.0.0", 32, false)));
        check("0/0", Some(("0.0.0.0", 0, true)));
        check("010.0x0a.1", Some(("8.10.1.0", 32, false)));
        check("+10.-0", Some(("10.0.0.0", 32, false)));
        check("10/0x18", Some(("10.0.0.0", 24, true)));
        check("10/024", Some(("10.0.0.0", 20, true)));
        check("10/255.255.255.0", Some(("10.0.0.0", 24, true)));
        check("10/0.0.0.0", Some(("10.0.0.0", 0, true)));
        check("2001:db8::2/64", Some(("2001:db8::2", 64, true)));
        check("::/0", Some(("::", 0, true)));
        check("::ffff:10.1.2.3/100", Some(("::ffff:10.1.2.3", 100, true)));
        check("::1/255.255.255.255", Some(("::1", 32, true)));
    }

    #[test]
    fn prefixes_that_ip_refuses() {
        for text in [
            "",
            "/",
            "10.",
            "1.2.3.4.5",
            "10..1",
            "-1",
            "256",
            "10/",
            "10/ff",
            "10/33",
            "10/-1",
            "10/8/8",
            "10/255.0.255.0",
            "10/0xffffff00",
            "default/0",
            "all/0",
            "def",
            "::1%lo",
            "2001:db8::g",
            "::/129",
            "1.2.3.4:",
            "eth0",
        ] {
            check(text, None);
        }
    }

    #[test]
    fn what_a_prefix_covers() {
        let check = |prefix: &str, length, address: &str, expected| {
            let covers = covers(prefix.parse().unwrap(), length, address.parse().unwrap());
            assert_eq!(covers, expected, "{prefix}/{length} {address}");
        };
        check("10.1.2.3", 8, "10.200.0.1", true);
        check("10.1.2.3", 8, "11.1.2.3", false);
        check("10.1.2.3", 32, "10.1.2.3", true);
        check("10.1.2.3", 32, "10.1.2.2", false);
        check("10.1.2.3", 0, "2001:db8::1", true);
        check("10.1.2.3", 1, "::", false);
        check("2001:db8::", 64, "2001:db8::ffff:1", true);
        check("2001:db8::", 128, "2001:db8::1", false);
        check("8000::", 1, "::1", false);
    }

    #[test]
    fn a_known_family_refuses_the_other() {
        let word = Word { text: "::1", span: 3..6 };
        let refusal = Prefix::read(&word, AddressFamily::Inet).unwrap_err();
        assert_eq!(refusal.text, "Error: inet prefix is expected rather than \"::1\".");
        assert_eq!((refusal.exit, refusal.span), (Exit::Unusable, 3..6));
        let refusal = address(&word, AddressFamily::Inet).unwrap_err();
        assert_eq!(refusal.text, "Error: inet address is expected rather than \"::1\".");
    }
}
