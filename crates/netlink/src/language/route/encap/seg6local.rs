use std::net::Ipv6Addr;

use netlink_packet_core::{DefaultNla, Emitable, NLA_F_NESTED};
use netlink_packet_route::route::{RouteLwTunnelEncap, RouteSeg6LocalTunnel, Seg6LocalAction};

use super::seg6::hmac;
use super::source_route::segments;
use super::{Encap, ipv4, ipv6, once, other, program};
use crate::language::Context;
use crate::language::route::value;
use crate::word::{Word, Words};
use crate::{Device, Exit, Refusal, number};

const SRH: u16 = 2;
const NH4: u16 = 4;
const NH6: u16 = 5;
const COUNTERS: u16 = 10;
const FLAVORS: u16 = 11;

/// The actions, the first of which is number 1.
const ACTIONS: [&str; 16] = [
    "End",
    "End.X",
    "End.T",
    "End.DX2",
    "End.DX6",
    "End.DX4",
    "End.DT6",
    "End.DT4",
    "End.B6",
    "End.B6.Encaps",
    "End.BM",
    "End.S",
    "End.AS",
    "End.AM",
    "End.BPF",
    "End.DT46",
];

/// The flavors, the first of which is bit 1.
const OPERATIONS: [&str; 4] = ["psp", "usp", "usd", "next-csid"];

/// What has been said already.
#[derive(Default)]
struct Seen {
    action: bool,
    table: bool,
    vrf_table: bool,
    nh4: bool,
    nh6: bool,
    iif: bool,
    oif: bool,
    count: bool,
    flavors: bool,
    srh: bool,
    segments: bool,
    key: bool,
}

/// `action A` and what it takes: `table`, `vrftable`, `nh4`, `nh6`, `iif`, `oif`, `count`, `flavors`, `srh segs A,B [hmac KEY]`.
pub(super) fn parse(encap: &mut Encap, words: &mut Words<'_>, context: Context<'_>) -> Result<(), Refusal> {
    let mut seen = Seen::default();
    let (mut action, mut list, mut key) = (None, None, None);
    let typed = RouteLwTunnelEncap::Seg6Local;
    while let Some(keyword) = words.peek() {
        let before = words.clone();
        words.next();
        match keyword.text {
            "action" => {
                let word = once("action", &mut seen.action, words)?;
                let read = (1..).zip(ACTIONS).find(|(_, name)| word.is(name)).map(|(number, _)| number);
                let read = read.ok_or_else(|| Refusal::wrong(&word, "\"action\" value is invalid"))?;
                let read = Seg6LocalAction::from(read);
                encap.push(typed(RouteSeg6LocalTunnel::Action(read)));
                action = Some(read);
            }
            "table" => {
                let word = once("table", &mut seen.table, words)?;
                let table = value::table(context.names, &word);
                let table = table.ok_or_else(|| Refusal::wrong(&word, "invalid table id"))?;
                encap.push(typed(RouteSeg6LocalTunnel::Table(table)));
            }
            "vrftable" => {
                let word = once("vrftable", &mut seen.vrf_table, words)?;
                let table = value::table(context.names, &word);
                let table = table.ok_or_else(|| Refusal::wrong(&word, "invalid vrf table id"))?;
                encap.push(typed(RouteSeg6LocalTunnel::VrfTable(table)));
            }
            "nh4" => {
                let address = ipv4(&once("nh4", &mut seen.nh4, words)?)?;
                encap.push(address.map_or(other(NH4, []), |it| typed(RouteSeg6LocalTunnel::Nh4(it))));
            }
            "nh6" => {
                let address = ipv6(&once("nh6", &mut seen.nh6, words)?)?;
                encap.push(address.map_or(other(NH6, []), |it| typed(RouteSeg6LocalTunnel::Nh6(it))));
            }
            "iif" => {
                let word = once("iif", &mut seen.iif, words)?;
                encap.push(typed(RouteSeg6LocalTunnel::Iif(0)));
                encap.devices.push(Device::read(word.text, context.dialect));
            }
            "oif" => {
                let word = once("oif", &mut seen.oif, words)?;
                encap.push(typed(RouteSeg6LocalTunnel::Oif(0)));
                encap.devices.push(Device::read(word.text, context.dialect));
            }
            "count" => {
                if std::mem::replace(&mut seen.count, true) {
                    return Err(Refusal::garbage("count", &keyword));
                }
                encap.push(counters());
            }
            "flavors" => {
                let word = once("flavors", &mut seen.flavors, words)?;
                encap.push(flavors(&word, words)?);
            }
            "srh" => {
                let word = once("srh", &mut seen.srh, words)?;
                if !word.is("segs") {
                    return Err(Refusal::wrong(&word, "missing \"segs\" attribute for srh"));
                }
                let before = words.clone();
                list = Some(once("segs", &mut seen.segments, words)?);
                if words.peek().is_none() {
                    // `ip` takes the list for the next word of the route where the string ends with it.
                    *words = before;
                    break;
                }
                if words.peek().is_some_and(|word| word.is("hmac")) {
                    words.next();
                    key = hmac(&once("hmac", &mut seen.key, words)?);
                }
            }
            "endpoint" => return Err(program(&words.value()?)),
            _ => {
                *words = before;
                break;
            }
        }
    }
    let Some(action) = action else {
        return Err(Refusal::new(Exit::Language, "Missing action type", words.end()..words.end()));
    };
    if seen.srh {
        let mut segments = segments(list.as_ref())?;
        if action != Seg6LocalAction::EndB6Encap {
            segments.push(Ipv6Addr::UNSPECIFIED);
        }
        encap.push(other(SRH, header(&segments, key)));
    }
    Ok(())
}

/// A segment routing header with the last segment first, and authentication that the types of packets lack here.
fn header(segments: &[Ipv6Addr], key: Option<u32>) -> Vec<u8> {
    const AUTHENTICATED: u8 = 1 << 3;
    let last = segments.len().wrapping_sub(1).to_le_bytes()[0];
    let tlv = key.map(|key| {
        let [first, second, third, fourth] = key.to_be_bytes();
        let mut tlv = vec![5, 38, 0, 0, first, second, third, fourth];
        tlv.resize(40, 0);
        tlv
    });
    let mut header = vec![0, 0, 4, last, last, if tlv.is_some() { AUTHENTICATED } else { 0 }, 0, 0];
    header.extend(segments.iter().rev().flat_map(Ipv6Addr::octets));
    header.extend(tlv.into_iter().flatten());
    let length = (header.len() / 8).wrapping_sub(1).to_le_bytes()[0];
    if let Some(place) = header.get_mut(1) {
        *place = length;
    }
    header
}

/// Packets, bytes and errors, all zero.
fn counters() -> RouteLwTunnelEncap {
    nested(COUNTERS, &[2, 3, 4].map(|kind| DefaultNla::new(kind, vec![0; 8])))
}

/// `psp,usp,…` and, after `next-csid`, `[lblen N] [nflen N]`.
fn flavors(word: &Word<'_>, words: &mut Words<'_>) -> Result<RouteLwTunnelEncap, Refusal> {
    const NEXT_CSID: u32 = 1 << 4;
    let mut flavors = 0_u32;
    for name in word.text.split(',').filter(|name| !name.is_empty()) {
        let known = (1..).zip(OPERATIONS).find(|(_, known)| known.eq_ignore_ascii_case(name));
        let flavor = known.map(|(bit, _): (u32, _)| 1 << bit).filter(|flavor| flavors & flavor == 0);
        flavors |= flavor.ok_or_else(|| Refusal::wrong(word, "invalid \"flavors\" attribute"))?;
    }
    let mut attributes = vec![DefaultNla::new(1, flavors.to_ne_bytes().to_vec())];
    if flavors & NEXT_CSID != 0 {
        let lengths =
            [(2, "lblen", "\"locator-block length\""), (3, "nflen", "\"locator-node function length\"")];
        for (kind, keyword, name) in lengths {
            if words.peek().is_some_and(|word| word.is(keyword)) {
                words.next();
                let read = |word: &Word<'_>| number::u8(word.text, 0);
                let length = value::of(words, &format!("{name} value is invalid"), read)?;
                attributes.push(DefaultNla::new(kind, vec![length]));
            }
        }
    }
    Ok(nested(FLAVORS, &attributes))
}

fn nested(kind: u16, attributes: &[DefaultNla]) -> RouteLwTunnelEncap {
    let mut bytes = vec![0; attributes.buffer_len()];
    attributes.emit(&mut bytes);
    other(kind | NLA_F_NESTED, bytes)
}
