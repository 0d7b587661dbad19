//! Lists of segments, which source routes of all kinds have.

use std::net::Ipv6Addr;

use netlink_packet_route::route::{RouteLwTunnelEncap, RouteRplIpTunnel, RplSrh};

use super::{Encap, ipv6, once};
use crate::Refusal;
use crate::word::{Word, Words};

/// Reads `ADDRESS,ADDRESS`: as many as there are commas and one more, of which those that are empty are zero, and last.
///
/// Without a word there is one, which is zero.
pub(super) fn segments(word: Option<&Word<'_>>) -> Result<Vec<Ipv6Addr>, Refusal> {
    let Some(word) = word else { return Ok(vec![Ipv6Addr::UNSPECIFIED]) };
    let mut segments = Vec::new();
    let mut at = 0;
    for part in word.text.split(',') {
        if !part.is_empty() {
            let part = word.part(at..at + part.len());
            segments.push(ipv6(&part)?.unwrap_or(Ipv6Addr::UNSPECIFIED));
        }
        at += part.len() + 1;
    }
    segments.resize(word.text.split(',').count(), Ipv6Addr::UNSPECIFIED);
    Ok(segments)
}

/// `segs A,B` of RPL.
pub(super) fn rpl(encap: &mut Encap, words: &mut Words<'_>) -> Result<(), Refusal> {
    let (mut seen, mut list) = (false, None);
    while words.peek().is_some_and(|word| word.is("segs")) {
        words.next();
        list = Some(once("segs", &mut seen, words)?);
    }
    let mut header = RplSrh::default();
    header.segments = segments(list.as_ref())?;
    header.segments.reverse();
    header.routing_type = 3;
    header.segments_left = u8::try_from(header.segments.len()).unwrap_or(u8::MAX);
    encap.push(RouteLwTunnelEncap::Rpl(RouteRplIpTunnel::Srh(header)));
    Ok(())
}
