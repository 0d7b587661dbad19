use netlink_packet_core::Emitable;
use netlink_packet_route::AddressFamily;
use netlink_packet_route::route::{RouteAttribute, RouteNextHop, RouteNextHopFlags};

use super::address::{Address, after_to, gateway};
use super::{encap, value};
use crate::language::Context;
use crate::word::{Word, Words};
use crate::{Device, Exit, Hop, Lookup, Refusal, number};

/// The room that `ip` has for all hops.
const ROOM: usize = 4096;

/// Reads the next hops: from the first `nexthop` to the end of the string.
pub(super) fn parse(
    words: &mut Words<'_>,
    family: &mut AddressFamily,
    context: Context<'_>,
    hops: &mut Vec<Hop>,
    lookups: &mut Vec<Lookup>,
) -> Result<(), Refusal> {
    let mut size = 0;
    while let Some(word) = words.next() {
        if !word.is("nexthop") {
            return Err(no_next_hop(&word));
        }
        if words.peek().is_none() {
            let text = "Error: unexpected end of line after \"nexthop\"";
            return Err(Refusal::new(Exit::Language, text, words.end()..words.end()));
        }
        let hop = hop(words, family, context, lookups)?;
        size += hop.hop.buffer_len();
        if size > ROOM {
            return Err(Refusal::new(Exit::Language, "Error: cannot parse nexthop", word.span));
        }
        hops.push(hop);
    }
    Ok(())
}

/// Reads one hop, up to a word that is not of it.
fn hop(
    words: &mut Words<'_>,
    family: &mut AddressFamily,
    context: Context<'_>,
    lookups: &mut Vec<Lookup>,
) -> Result<Hop, Refusal> {
    let mut hop = Hop { hop: RouteNextHop::default(), device: None, tunnel_devices: Vec::new() };
    while let Some(word) = words.peek() {
        let before = words.clone();
        words.next();
        match word.text {
            "via" => hop.hop.attributes.push(gateway(words, family)?),
            "dev" => {
                let device = Device::read(words.value()?.text, context.dialect);
                lookups.push(Lookup::HopDevice(device.clone()));
                hop.device = Some(device);
            }
            "weight" => hop.hop.hops = value::of(words, "\"weight\" is invalid", weight)?,
            "onlink" => hop.hop.flags |= RouteNextHopFlags::Onlink,
            _ if word.begins("realms") => {
                let read = |word: &Word<'_>| value::realms(context.names, word);
                let realms = value::of(words, "\"realm\" value is invalid", read)?;
                hop.hop.attributes.push(RouteAttribute::Realm(realms));
            }
            "encap" => {
                let encap = encap::parse(words, context)?;
                hop.hop.attributes.extend(encap.attributes());
                lookups.extend(encap.lookups());
                hop.tunnel_devices.extend(encap.devices);
            }
            "as" => {
                let address = Address::read(&after_to(words)?, *family)?;
                hop.hop.attributes.push(RouteAttribute::NewDestinationAddress(address.attribute()));
            }
            _ => {
                *words = before;
                break;
            }
        }
    }
    Ok(hop)
}

/// 1 to 256, of which the kernel takes one less.
fn weight(word: &Word<'_>) -> Option<u8> {
    u8::try_from(number::u32(word.text, 0)?.checked_sub(1)?).ok()
}

/// What `ip` says of words that no keyword takes, once the next hops have begun.
fn no_next_hop(word: &Word<'_>) -> Refusal {
    let text = format!("Error: \"nexthop\" or end of line is expected instead of \"{}\"", word.text);
    Refusal::new(Exit::Language, text, word.span.clone())
        .with_help("what is of the whole route stands before the first `nexthop`")
}
