use netlink_packet_route::AddressFamily;
use netlink_packet_route::route::{MplsLabel, RouteLwTunnelEncap, RouteMplsIpTunnel};

use super::{Encap, once, other};
use crate::language::route::address::Address;
use crate::language::route::value;
use crate::word::{Word, Words};
use crate::{Exit, Refusal, number};

/// `LABEL/LABEL [ttl N]`.
pub(super) fn mpls(encap: &mut Encap, words: &mut Words<'_>) -> Result<(), Refusal> {
    let stack = Address::read(&words.value()?, AddressFamily::Mpls)?;
    let entries = stack.bytes.chunks_exact(4).filter_map(|entry| <[u8; 4]>::try_from(entry).ok());
    let labels: Vec<_> = entries.map(|entry| MplsLabel::from(u32::from_be_bytes(entry))).collect();
    encap.push(RouteLwTunnelEncap::Mpls(RouteMplsIpTunnel::Destination(labels)));
    let mut has_ttl = false;
    while words.peek().is_some_and(|word| word.is("ttl")) {
        words.next();
        let word = once("ttl", &mut has_ttl, words)?;
        let ttl = number::u8(word.text, 0);
        let ttl = ttl.ok_or_else(|| Refusal::wrong(&word, "\"ttl\" value is invalid"))?;
        encap.push(RouteLwTunnelEncap::Mpls(RouteMplsIpTunnel::Ttl(ttl)));
    }
    Ok(())
}

const ILA_LOCATOR: u16 = 1;
const ILA_CSUM_MODE: u16 = 7;
const ILA_IDENT_TYPE: u16 = 8;
const ILA_HOOK_TYPE: u16 = 9;

/// `LOCATOR [csum-mode M] [ident-type T] [hook-type T]`, which the types of packets don't know.
pub(super) fn ila(encap: &mut Encap, words: &mut Words<'_>) -> Result<(), Refusal> {
    let word = words.value()?;
    let locator = locator(word.text).ok_or_else(|| {
        Refusal::new(Exit::Unusable, format!("Bad locator: {}", word.text), word.span.clone())
    })?;
    encap.push(other(ILA_LOCATOR, locator));
    while let Some(word) = words.peek() {
        let (kind, read): (u16, fn(&Word<'_>) -> Option<u8>) = match word.text {
            "csum-mode" => (ILA_CSUM_MODE, checksum_mode),
            "ident-type" => (ILA_IDENT_TYPE, identifier_type),
            "hook-type" => (ILA_HOOK_TYPE, hook_type),
            _ => break,
        };
        words.next();
        let value = value::of(words, &format!("\"{}\" value is invalid", word.text), read)?;
        encap.push(other(kind, [value]));
    }
    Ok(())
}

/// Up to four numbers of 16 bits in hexadecimal with colons between; zeros for those that are missing.
fn locator(text: &str) -> Option<[u8; 8]> {
    let mut locator = [0; 8];
    let mut parts = text.split(':');
    for pair in locator.chunks_exact_mut(2) {
        let Some(part) = parts.next() else { break };
        pair.copy_from_slice(&number::u16(part, 16)?.to_be_bytes());
    }
    parts.next().is_none().then_some(locator)
}

fn checksum_mode(word: &Word<'_>) -> Option<u8> {
    Some(match word.text {
        "adj-transport" => 0,
        "neutral-map" => 1,
        "no-action" => 2,
        "neutral-map-auto" => 3,
        _ => return None,
    })
}

/// The two types that `ip` lets be set; it prints five more.
fn identifier_type(word: &Word<'_>) -> Option<u8> {
    match word.text {
        "luid" => Some(1),
        "use-format" => Some(32),
        _ => None,
    }
}

fn hook_type(word: &Word<'_>) -> Option<u8> {
    match word.text {
        "output" => Some(0),
        "input" => Some(1),
        _ => None,
    }
}
