use netlink_packet_route::route::{Ioam6Mode, Ioam6TraceHdr, RouteIoam6Tunnel, RouteLwTunnelEncap};

use super::{Encap, ipv6};
use crate::word::{Word, Words};
use crate::{Exit, Refusal, number};

/// `[freq K/N] [mode M] [tundst ADDRESS] trace prealloc type T ns N size N`: all but the last three in this order.
pub(super) fn parse(encap: &mut Encap, words: &mut Words<'_>) -> Result<(), Refusal> {
    let mut word = words.value()?;
    let mut frequency = (1, 1);
    if word.is("freq") {
        frequency = read_frequency(&words.value()?)?;
        word = words.value()?;
    }
    let mut mode = Ioam6Mode::Inline;
    if word.is("mode") {
        mode = read_mode(&words.value()?)?;
        word = words.value()?;
    }
    let mut destination = None;
    if word.is("tundst") {
        if mode == Ioam6Mode::Inline {
            return Err(Refusal::wrong(&word, "Inline mode does not need tundst"));
        }
        let address = words.value()?;
        let invalid = || Refusal::wrong(&address, "Invalid IPv6 address for tundst");
        destination = Some(ipv6(&address)?.ok_or_else(invalid)?);
        word = words.value()?;
    } else if mode != Ioam6Mode::Inline {
        return Err(missing("tundst", &word));
    }
    if !word.is("trace") {
        return Err(missing("trace", &word));
    }
    let word = words.value()?;
    if !word.is("prealloc") {
        return Err(missing("prealloc", &word));
    }
    let trace = trace(words)?;
    for attribute in [
        RouteIoam6Tunnel::FreqK(frequency.0),
        RouteIoam6Tunnel::FreqN(frequency.1),
        RouteIoam6Tunnel::Mode(mode),
    ] {
        encap.push(RouteLwTunnelEncap::Ioam6(attribute));
    }
    if let Some(address) = destination {
        encap.push(RouteLwTunnelEncap::Ioam6(RouteIoam6Tunnel::Dst(address)));
    }
    encap.push(RouteLwTunnelEncap::Ioam6(RouteIoam6Tunnel::Trace(trace)));
    Ok(())
}

/// `type T ns N size N` in any order.
fn trace(words: &mut Words<'_>) -> Result<Ioam6TraceHdr, Refusal> {
    let (mut kind, mut namespace, mut size) = (None, None, None);
    let mut last = words.clone();
    loop {
        let before = words.clone();
        let Some(keyword) = words.next() else {
            // `ip` takes the last word for the next of the route where the string ends with it.
            *words = last;
            break;
        };
        last = words.clone();
        match keyword.text {
            "type" => {
                let word = unique("type", kind.is_some(), words)?;
                let read = number::u32(word.text, 0).filter(|kind| *kind != 0);
                kind = Some(read.ok_or_else(|| Refusal::wrong(&word, "Invalid trace type"))?);
            }
            "ns" => {
                let word = unique("ns", namespace.is_some(), words)?;
                let read = number::u16(word.text, 0);
                namespace = Some(read.ok_or_else(|| Refusal::wrong(&word, "Invalid namespace ID"))?);
            }
            "size" => size = Some(read_size(&unique("size", size.is_some(), words)?)?),
            _ => {
                *words = before;
                break;
            }
        }
    }
    let end = Word { text: "", span: words.end()..words.end() };
    let mut trace = Ioam6TraceHdr::default();
    trace.trace_type = kind.ok_or_else(|| missing("type", &end))?;
    trace.namespace_id = namespace.ok_or_else(|| missing("ns", &end))?;
    trace.remlen = size.ok_or_else(|| missing("size", &end))?;
    Ok(trace)
}

/// A size in bytes, as words of four.
fn read_size(word: &Word<'_>) -> Result<u8, Refusal> {
    let size = number::u16(word.text, 0).filter(|size| *size != 0);
    let size = size.ok_or_else(|| Refusal::wrong(word, "Invalid trace size"))?;
    if size % 4 != 0 {
        return Err(Refusal::wrong(word, "Trace size must be a 4-octet multiple"));
    }
    let words = u8::try_from(size / 4).ok().filter(|_| size <= 244);
    words.ok_or_else(|| Refusal::wrong(word, "Trace size is too big"))
}

/// `K/N`: of N packets, K are traced.
fn read_frequency(word: &Word<'_>) -> Result<(u32, u32), Refusal> {
    const RANGE: std::ops::RangeInclusive<u32> = 1..=1_000_000;
    if word.text.len() > 15 {
        return Err(Refusal::wrong(word, "Invalid frequency (too long)"));
    }
    let both = word.text.split_once('/').and_then(|(k, n)| Some((number::u32(k, 10)?, number::u32(n, 10)?)));
    let (k, n) = both.ok_or_else(|| Refusal::wrong(word, "Invalid frequency (malformed)"))?;
    if !RANGE.contains(&k) {
        return Err(Refusal::wrong(word, "Out of bound \"k\" frequency"));
    }
    if !RANGE.contains(&n) {
        return Err(Refusal::wrong(word, "Out of bound \"n\" frequency"));
    }
    if k > n {
        return Err(Refusal::wrong(word, "Frequency with k > n is forbidden"));
    }
    Ok((k, n))
}

fn read_mode(word: &Word<'_>) -> Result<Ioam6Mode, Refusal> {
    Ok(match word.text {
        "inline" => Ioam6Mode::Inline,
        "encap" => Ioam6Mode::Encap,
        "auto" => Ioam6Mode::Auto,
        _ => return Err(Refusal::wrong(word, "Invalid mode")),
    })
}

fn unique<'t>(keyword: &str, seen: bool, words: &mut Words<'t>) -> Result<Word<'t>, Refusal> {
    let word = words.value()?;
    if seen { Err(Refusal::garbage(keyword, &word)) } else { Ok(word) }
}

fn missing(what: &str, word: &Word<'_>) -> Refusal {
    let text = format!("Error: argument \"{what}\" is required");
    Refusal::new(Exit::Language, text, word.span.clone())
}
