use netlink_packet_route::route::{
    RouteIp6Tunnel, RouteIp6TunnelFlags, RouteIpTunnel, RouteIpTunnelFlags, RouteLwTunnelEncap,
};

use super::{Encap, ipv4, ipv6, once, options, other};
use crate::language::Context;
use crate::language::route::value;
use crate::word::{Word, Words};
use crate::{Refusal, number};

/// The attributes of addresses, the same numbers in both families.
const DESTINATION: u16 = 2;
const SOURCE: u16 = 3;

/// What has been said already, and the flags, which go last.
#[derive(Default)]
struct Seen {
    id: bool,
    destination: bool,
    source: bool,
    class: bool,
    ttl: bool,
    options: bool,
    key: bool,
    checksum: bool,
    sequence: bool,
}

/// `id N dst A src A tos T ttl N key csum seq` and the options of a kind of tunnel.
pub(super) fn v4(encap: &mut Encap, words: &mut Words<'_>, context: Context<'_>) -> Result<(), Refusal> {
    let mut seen = Seen::default();
    let (mut tunnel, ip) = (Vec::new(), RouteLwTunnelEncap::Ip);
    while let Some(word) = words.peek() {
        tunnel.push(match word.text {
            "id" => ip(RouteIpTunnel::Id(seen.id(words)?)),
            "dst" => match ipv4(&seen.value(words, "dst", |it| &mut it.destination)?)? {
                Some(address) => ip(RouteIpTunnel::Destination(address)),
                None => other(DESTINATION, []),
            },
            "src" => match ipv4(&seen.value(words, "src", |it| &mut it.source)?)? {
                Some(address) => ip(RouteIpTunnel::Source(address)),
                None => other(SOURCE, []),
            },
            "tos" => ip(RouteIpTunnel::Tos(seen.class(words, "tos", context)?)),
            "ttl" => ip(RouteIpTunnel::Ttl(seen.ttl(words, "ttl")?)),
            _ => match seen.other(&word, words)? {
                Other::Options(options) => options,
                Other::Flag => continue,
                Other::None => break,
            },
        });
    }
    encap.attributes = tunnel;
    let flags = [
        (seen.key, RouteIpTunnelFlags::Key),
        (seen.checksum, RouteIpTunnelFlags::Checksum),
        (seen.sequence, RouteIpTunnelFlags::Sequence),
    ];
    let set = flags.into_iter().filter(|(seen, _)| *seen).map(|(_, flag)| flag);
    let flags = set.fold(RouteIpTunnelFlags::empty(), |all, flag| all | flag);
    if !flags.is_empty() {
        encap.push(ip(RouteIpTunnel::Flags(flags)));
    }
    Ok(())
}

/// The same with `tc` for `tos` and `hoplimit` for `ttl`.
pub(super) fn v6(encap: &mut Encap, words: &mut Words<'_>, context: Context<'_>) -> Result<(), Refusal> {
    let mut seen = Seen::default();
    let (mut tunnel, ip) = (Vec::new(), RouteLwTunnelEncap::Ip6);
    while let Some(word) = words.peek() {
        tunnel.push(match word.text {
            "id" => ip(RouteIp6Tunnel::Id(seen.id(words)?)),
            "dst" => match ipv6(&seen.value(words, "dst", |it| &mut it.destination)?)? {
                Some(address) => ip(RouteIp6Tunnel::Destination(address)),
                None => other(DESTINATION, []),
            },
            "src" => match ipv6(&seen.value(words, "src", |it| &mut it.source)?)? {
                Some(address) => ip(RouteIp6Tunnel::Source(address)),
                None => other(SOURCE, []),
            },
            "tc" => ip(RouteIp6Tunnel::Tc(seen.class(words, "tc", context)?)),
            "hoplimit" => ip(RouteIp6Tunnel::Hoplimit(seen.ttl(words, "hoplimit")?)),
            _ => match seen.other(&word, words)? {
                Other::Options(options) => options,
                Other::Flag => continue,
                Other::None => break,
            },
        });
    }
    encap.attributes = tunnel;
    let flags = [
        (seen.key, RouteIp6TunnelFlags::Key),
        (seen.checksum, RouteIp6TunnelFlags::Checksum),
        (seen.sequence, RouteIp6TunnelFlags::Sequence),
    ];
    let set = flags.into_iter().filter(|(seen, _)| *seen).map(|(_, flag)| flag);
    let flags = set.fold(RouteIp6TunnelFlags::empty(), |all, flag| all | flag);
    if !flags.is_empty() {
        encap.push(ip(RouteIp6Tunnel::Flags(flags)));
    }
    Ok(())
}

/// What a word is that both families know.
enum Other {
    Options(RouteLwTunnelEncap),
    Flag,
    None,
}

impl Seen {
    /// Takes a keyword and its value.
    fn value<'t>(
        &mut self,
        words: &mut Words<'t>,
        keyword: &str,
        seen: impl FnOnce(&mut Self) -> &mut bool,
    ) -> Result<Word<'t>, Refusal> {
        words.next();
        once(keyword, seen(self), words)
    }

    fn id(&mut self, words: &mut Words<'_>) -> Result<u64, Refusal> {
        let word = self.value(words, "id", |it| &mut it.id)?;
        number::u64(word.text, 0).ok_or_else(|| Refusal::wrong(&word, "\"id\" value is invalid"))
    }

    fn class(&mut self, words: &mut Words<'_>, keyword: &str, context: Context<'_>) -> Result<u8, Refusal> {
        let word = self.value(words, keyword, |it| &mut it.class)?;
        let class = value::traffic_class(context.names, &word);
        class.ok_or_else(|| Refusal::wrong(&word, format_args!("\"{keyword}\" value is invalid")))
    }

    fn ttl(&mut self, words: &mut Words<'_>, keyword: &str) -> Result<u8, Refusal> {
        let word = self.value(words, keyword, |it| &mut it.ttl)?;
        let ttl = number::u8(word.text, 0);
        ttl.ok_or_else(|| Refusal::wrong(&word, format_args!("\"{keyword}\" value is invalid")))
    }

    fn other(&mut self, word: &Word<'_>, words: &mut Words<'_>) -> Result<Other, Refusal> {
        let flag = match word.text {
            "key" => &mut self.key,
            "csum" => &mut self.checksum,
            "seq" => &mut self.sequence,
            "geneve_opts" | "vxlan_opts" | "erspan_opts" => {
                if std::mem::replace(&mut self.options, true) {
                    return Err(Refusal::garbage("opts", word));
                }
                words.next();
                return options::parse(word.text, &words.value()?).map(Other::Options);
            }
            _ => return Ok(Other::None),
        };
        if std::mem::replace(flag, true) {
            return Err(Refusal::garbage(word.text, word));
        }
        words.next();
        Ok(Other::Flag)
    }
}
