use std::net::Ipv6Addr;

use netlink_packet_route::route::{RouteLwTunnelEncap, RouteSeg6IpTunnel, Seg6Header, Seg6Mode};

use super::source_route::segments;
use super::{Encap, once};
use crate::word::{Word, Words};
use crate::{Refusal, number};

/// `mode M segs A,B [hmac KEY]`.
pub(super) fn parse(encap: &mut Encap, words: &mut Words<'_>) -> Result<(), Refusal> {
    let (mut has_mode, mut has_segments, mut has_key) = (false, false, false);
    let (mut mode, mut list, mut key) = (None, None, None);
    while let Some(keyword) = words.peek() {
        match keyword.text {
            "mode" => {
                words.next();
                let word = once("mode", &mut has_mode, words)?;
                let read = read_mode(&word).ok_or_else(|| Refusal::wrong(&word, "\"mode\" value is invalid"));
                mode = Some(read?);
            }
            "segs" => {
                words.next();
                let word = once("segs", &mut has_segments, words)?;
                if mode.is_none() {
                    return Err(Refusal::wrong(&word, "\"segs\" provided before \"mode\""));
                }
                list = Some(word);
            }
            "hmac" => {
                words.next();
                key = hmac(&once("hmac", &mut has_key, words)?);
            }
            _ => break,
        }
    }
    let mut header = Seg6Header::default();
    // No mode at all is minus one to `ip`, and not the one that leaves room for the destination.
    header.mode = mode.unwrap_or(Seg6Mode::Other(u32::MAX));
    header.segments = segments(list.as_ref())?;
    if header.mode == Seg6Mode::Inline {
        header.segments.push(Ipv6Addr::UNSPECIFIED);
    }
    header.hmac = key;
    encap.push(RouteLwTunnelEncap::Seg6(RouteSeg6IpTunnel::Seg6(header)));
    Ok(())
}

/// The key of a header's authentication: what is no number is none, and so is 0.
pub(super) fn hmac(word: &Word<'_>) -> Option<u32> {
    number::u32(word.text, 0).filter(|key| *key != 0)
}

fn read_mode(word: &Word<'_>) -> Option<Seg6Mode> {
    Some(match word.text {
        "inline" => Seg6Mode::Inline,
        "encap" => Seg6Mode::Encap,
        "l2encap" => Seg6Mode::Other(2),
        "encap.red" => Seg6Mode::Other(3),
        "l2encap.red" => Seg6Mode::Other(4),
        _ => return None,
    })
}
