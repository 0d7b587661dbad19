//! Values of keywords: names and numbers of tables, protocols and so on.

use netlink_packet_route::route::RouteRealm;

use crate::language::Context;
use crate::word::{Word, Words};
use crate::{Exit, NameSet, Refusal, number};

/// A name of this set, or else a number in this base.
fn named(word: &Word<'_>, set: NameSet, base: u32, context: Context<'_>) -> Option<u32> {
    context.names.number(set, word.text).or_else(|| number::u32(word.text, base))
}

fn named_byte(word: &Word<'_>, set: NameSet, base: u32, context: Context<'_>) -> Option<u8> {
    named(word, set, base, context)?.try_into().ok()
}

pub(super) fn table(word: &Word<'_>, context: Context<'_>) -> Option<u32> {
    named(word, NameSet::Table, 0, context)
}

pub(super) fn protocol(word: &Word<'_>, context: Context<'_>) -> Option<u8> {
    named_byte(word, NameSet::Protocol, 0, context)
}

pub(super) fn scope(word: &Word<'_>, context: Context<'_>) -> Option<u8> {
    named_byte(word, NameSet::Scope, 0, context)
}

/// A traffic class, whose numbers are hexadecimal with `0x` or without.
pub(super) fn traffic_class(word: &Word<'_>, context: Context<'_>) -> Option<u8> {
    named_byte(word, NameSet::TrafficClass, 16, context)
}

/// `DESTINATION` or `SOURCE/DESTINATION`; a number alone may be both in one.
pub(super) fn realms(word: &Word<'_>, context: Context<'_>) -> Option<RouteRealm> {
    let realm = |text| {
        let number = context.names.number(NameSet::Realm, text);
        number.or_else(|| number::u8(text, 0).map(u32::from))
    };
    let both = match word.text.split_once('/') {
        Some((source, "")) => realm(source)? << 16,
        Some((source, destination)) => realm(source)? << 16 | realm(destination)?,
        None => realm(word.text).or_else(|| number::u32(word.text, 0))?,
    };
    let [first, second, third, fourth] = both.to_be_bytes();
    Some(RouteRealm {
        source: u16::from_be_bytes([first, second]),
        destination: u16::from_be_bytes([third, fourth]),
    })
}

/// A type of routes: a word, whole or begun, or a number.
pub(super) fn kind(word: &Word<'_>) -> Option<u8> {
    const BEGINNINGS: [(&str, u8); 8] = [
        ("broadcast", 3),
        ("anycast", 4),
        ("multicast", 5),
        ("prohibit", 8),
        ("unreachable", 7),
        ("blackhole", 6),
        ("xresolve", 11),
        ("unicast", 1),
    ];
    match word.text {
        "local" => return Some(2),
        "nat" => return Some(10),
        "brd" => return Some(3),
        "throw" => return Some(9),
        _ => {}
    }
    let begun = BEGINNINGS.iter().find(|(name, _)| word.begins(name)).map(|(_, kind)| *kind);
    begun.or_else(|| number::u8(word.text, 0))
}

/// The value of a keyword, read by `read`.
///
/// # Errors
/// `argument "X" is wrong: WHY`; where the string ends, that it is not complete.
pub(super) fn of<T>(
    words: &mut Words<'_>,
    why: &str,
    read: impl FnOnce(&Word<'_>) -> Option<T>,
) -> Result<T, Refusal> {
    let word = words.value()?;
    read(&word).ok_or_else(|| Refusal::wrong(&word, why))
}

/// What `ip` says where an attribute has no room in what encloses it, before it sends the message without; we don't.
pub(super) fn too_long(bound: usize, words: &Words<'_>) -> Refusal {
    let text = format!("rta_addattr_l: Error! max allowed bound {bound} exceeded");
    Refusal::new(Exit::Language, text, 0..words.end())
}
