//! The options of a kind of tunnel: `geneve_opts`, `vxlan_opts` and `erspan_opts`.
//!
//! Parts may be left out, which the types of packets don't know: so these are plain attributes.

use netlink_packet_core::{DefaultNla, Emitable, NLA_F_NESTED};
use netlink_packet_route::route::RouteLwTunnelEncap;

use super::other;
use crate::word::Word;
use crate::{Refusal, number};

const OPTIONS: u16 = 8;
const GENEVE: u16 = 1;
const VXLAN: u16 = 2;
const ERSPAN: u16 = 3;

/// Reads a part of an option as the bytes that are sent.
type Read = fn(&str) -> Option<Vec<u8>>;

/// Why a value is refused: a part is wrong, or there are too many.
enum Fault {
    Part,
    Parts,
}

/// Reads the value of one of the keywords.
pub(super) fn parse(keyword: &str, word: &Word<'_>) -> Result<RouteLwTunnelEncap, Refusal> {
    let read = match keyword {
        "geneve_opts" => {
            word.text.split(',').map(|option| parts(option, GENEVE, &[short, byte, hexadecimal])).collect()
        }
        "vxlan_opts" => number::u32(word.text, 0)
            .ok_or(Fault::Part)
            .map(|policy| vec![nested(VXLAN, &[DefaultNla::new(1, policy.to_ne_bytes().to_vec())])]),
        _ => parts(word.text, ERSPAN, &[byte, long, byte, byte]).map(|option| vec![option]),
    };
    let options: Vec<_> = read.map_err(|fault| {
        // `ip` has cut the word in the places where it splits it.
        let splits: &[char] = match keyword {
            "geneve_opts" => &[',', ':'],
            "erspan_opts" => &[':'],
            _ => &[],
        };
        let first = word.text.split(splits).next().unwrap_or_default();
        let mut refusal =
            Refusal::wrong(&word.part(0..first.len()), format_args!("\"{keyword}\" value is invalid"));
        refusal.span = word.span.clone();
        if let Fault::Parts = fault {
            // So it says of both.
            refusal.text.insert_str(0, "Unknown \"geneve_opts\" type\n");
        }
        refusal
    })?;
    let options = options.as_slice();
    let mut bytes = vec![0; options.buffer_len()];
    options.emit(&mut bytes);
    Ok(other(OPTIONS | NLA_F_NESTED, bytes))
}

/// Parts with colons between, the first of which is attribute 1; empty ones are left out.
fn parts(text: &str, kind: u16, read: &[Read]) -> Result<DefaultNla, Fault> {
    let mut attributes = Vec::new();
    let mut readers = (1..).zip(read);
    for part in text.split(':') {
        let (number, read) = readers.next().ok_or(Fault::Parts)?;
        if !part.is_empty() {
            attributes.push(DefaultNla::new(number, read(part).ok_or(Fault::Part)?));
        }
    }
    Ok(nested(kind, &attributes))
}

fn nested(kind: u16, attributes: &[DefaultNla]) -> DefaultNla {
    let mut bytes = vec![0; attributes.buffer_len()];
    attributes.emit(&mut bytes);
    DefaultNla::new(kind | NLA_F_NESTED, bytes)
}

fn byte(text: &str) -> Option<Vec<u8>> {
    Some(vec![number::u8(text, 0)?])
}

fn short(text: &str) -> Option<Vec<u8>> {
    Some(number::u16(text, 0)?.to_be_bytes().to_vec())
}

fn long(text: &str) -> Option<Vec<u8>> {
    Some(number::u32(text, 0)?.to_be_bytes().to_vec())
}

/// Two digits a byte; a last one alone is passed over.
fn hexadecimal(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    text.as_bytes()
        .chunks_exact(2)
        .map(|pair| pair.iter().try_fold(0_u8, |byte, it| Some(byte << 4 | digit(*it)?)))
        .collect()
}
