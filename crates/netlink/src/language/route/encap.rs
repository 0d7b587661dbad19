//! `encap TYPE …`: lightweight tunnels, one module a type or a few.

mod ioam6;
mod ip;
mod label;
mod options;
mod seg6;
mod seg6local;
mod source_route;

use netlink_packet_core::Emitable;
use netlink_packet_route::AddressFamily;
use netlink_packet_route::route::{RouteAttribute, RouteLwEnCapType, RouteLwTunnelEncap, RouteXfrmTunnel};

use super::address::Address;
use super::value;
use crate::language::Context;
use crate::word::{Word, Words};
use crate::{Device, Exit, Lookup, Refusal, number};

/// The room that `ip` has for an encapsulation.
const ROOM: usize = 1024;

/// The encapsulation of a route or of a next hop.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Encap {
    kind: RouteLwEnCapType,
    attributes: Vec<RouteLwTunnelEncap>,
    /// The devices that it names, whose numbers are 0 in the attributes.
    pub(super) devices: Vec<Device>,
}

impl Encap {
    fn push(&mut self, attribute: RouteLwTunnelEncap) {
        self.attributes.push(attribute);
    }

    /// What `ip` looks for while it reads it.
    pub(super) fn lookups(&self) -> Vec<Lookup> {
        self.devices.iter().cloned().map(Lookup::TunnelDevice).collect()
    }

    /// The two attributes of the route.
    pub(super) fn attributes(&self) -> [RouteAttribute; 2] {
        [RouteAttribute::Encap(self.attributes.clone()), RouteAttribute::EncapType(self.kind)]
    }
}

/// Reads what follows the name of a type.
type Read = fn(&mut Encap, &mut Words<'_>, Context<'_>) -> Result<(), Refusal>;

/// Reads what follows `encap`, up to a word that is not of it.
pub(super) fn parse(words: &mut Words<'_>, context: Context<'_>) -> Result<Encap, Refusal> {
    let kind = words.value()?;
    let (number, read): (_, Read) = match kind.text {
        "mpls" => (RouteLwEnCapType::Mpls, |encap, words, _| label::mpls(encap, words)),
        "ip" => (RouteLwEnCapType::Ip, ip::v4),
        "ip6" => (RouteLwEnCapType::Ip6, ip::v6),
        "ila" => (RouteLwEnCapType::Ila, |encap, words, _| label::ila(encap, words)),
        "bpf" => (RouteLwEnCapType::Bpf, |encap, words, _| bpf(encap, words)),
        "seg6" => (RouteLwEnCapType::Seg6, |encap, words, _| seg6::parse(encap, words)),
        "seg6local" => (RouteLwEnCapType::Seg6Local, seg6local::parse),
        "rpl" => (RouteLwEnCapType::Rpl, |encap, words, _| source_route::rpl(encap, words)),
        "ioam6" => (RouteLwEnCapType::Ioam6, |encap, words, _| ioam6::parse(encap, words)),
        "xfrm" => (RouteLwEnCapType::Xfrm, xfrm),
        "help" => return Err(usage("encap TYPE [ OPTIONS ] [...]", &kind)),
        _ => return Err(Refusal::wrong(&kind, "\"encap type\" value is invalid")),
    };
    // `ip` wants two words here, though one would do for `mpls 100`.
    words.clone().value()?;
    if words.clone().nth(1).is_none() {
        let text = "Error: unexpected end of line after \"encap\"";
        return Err(Refusal::new(Exit::Language, text, words.end()..words.end())
            .with_help("what is of the route itself, such as `dev`, may stand last"));
    }
    let mut encap = Encap { kind: number, attributes: Vec::new(), devices: Vec::new() };
    read(&mut encap, words, context).map_err(|refusal| refusal.after(&encap.lookups()))?;
    let room = encap.attributes.as_slice().buffer_len() <= ROOM - 8;
    room.then_some(encap).ok_or_else(|| value::too_long(ROOM, words))
}

/// `[in …] [out …] [xmit …] [headroom N]`: all but the last want a program from a file.
fn bpf(encap: &mut Encap, words: &mut Words<'_>) -> Result<(), Refusal> {
    const LWT_BPF_XMIT_HEADROOM: u16 = 4;
    while let Some(word) = words.peek() {
        match word.text {
            "in" | "out" | "xmit" => return Err(program(&word)),
            "headroom" => {
                words.next();
                let read = |word: &Word<'_>| number::u32(word.text, 0).filter(|it| *it != 0);
                let headroom = value::of(words, "headroom is invalid", read)?;
                // The first counts.
                if encap.attributes.is_empty() {
                    encap.push(other(LWT_BPF_XMIT_HEADROOM, headroom.to_ne_bytes()));
                }
            }
            "help" => return Err(usage("encap bpf [ in BPF ] [ out BPF ] [ xmit BPF ] [...]", &word)),
            _ => break,
        }
    }
    Ok(())
}

/// We load no programs: the files would be those of the machine, and what runs in its kernel is no matter of a label.
fn program(word: &Word<'_>) -> Refusal {
    let text = format!("`{}` wants an eBPF program from an object file, and none is loaded here", word.text);
    Refusal::new(Exit::Language, text, word.span.clone()).with_help(
        "load it with `ip route`, on the machine or by a script; `encap bpf headroom N` alone is taken",
    )
}

/// `if_id ID [link_dev LINK]`, and whatever else stands there is passed over to the end of the string, as `ip` has it.
fn xfrm(encap: &mut Encap, words: &mut Words<'_>, context: Context<'_>) -> Result<(), Refusal> {
    let (mut has_id, mut has_link) = (false, false);
    let usage = |word: &Word<'_>| usage("encap xfrm if_id IF_ID [ link_dev LINK ]", word);
    let first = words.value()?;
    let mut word = Some(first.clone());
    while let Some(keyword) = word {
        match keyword.text {
            "if_id" => {
                let value = once("if_id", &mut has_id, words)?;
                let id = number::u32(value.text, 0).filter(|id| *id != 0);
                let id = id.ok_or_else(|| Refusal::wrong(&value, "\"if_id\" value is invalid"))?;
                encap.push(RouteLwTunnelEncap::Xfrm(RouteXfrmTunnel::IfId(id)));
            }
            "link_dev" => {
                let value = once("link_dev", &mut has_link, words)?;
                encap.push(RouteLwTunnelEncap::Xfrm(RouteXfrmTunnel::Link(0)));
                encap.devices.push(Device::read(value.text, context.dialect));
            }
            "help" => return Err(usage(&keyword)),
            _ => {}
        }
        word = words.next();
    }
    if has_id { Ok(()) } else { Err(usage(&first)) }
}

/// The value of a keyword that may stand once.
fn once<'t>(keyword: &str, seen: &mut bool, words: &mut Words<'t>) -> Result<Word<'t>, Refusal> {
    let word = words.value()?;
    if std::mem::replace(seen, true) { Err(Refusal::garbage(keyword, &word)) } else { Ok(word) }
}

/// An IPv6 address: 16 bytes, but for `any` and `all`, which have none.
fn ipv6(word: &Word<'_>) -> Result<Option<std::net::Ipv6Addr>, Refusal> {
    let address = Address::read(word, AddressFamily::Inet6)?;
    Ok(<[u8; 16]>::try_from(address.bytes).ok().map(Into::into))
}

/// The same of IPv4: 4 bytes.
fn ipv4(word: &Word<'_>) -> Result<Option<std::net::Ipv4Addr>, Refusal> {
    let address = Address::read(word, AddressFamily::Inet)?;
    Ok(<[u8; 4]>::try_from(address.bytes).ok().map(Into::into))
}

/// An attribute that the types have no name for.
fn other(kind: u16, value: impl Into<Vec<u8>>) -> RouteLwTunnelEncap {
    RouteLwTunnelEncap::Other(netlink_packet_core::DefaultNla::new(kind, value.into()))
}

fn usage(text: &str, word: &Word<'_>) -> Refusal {
    Refusal::new(Exit::Language, format!("Usage: ip route ... {text}"), word.span.clone())
}
