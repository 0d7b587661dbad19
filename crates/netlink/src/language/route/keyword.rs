use super::metrics::Metric;
use crate::word::Word;

/// A keyword of `ip route add` and its like, other than those of next hops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keyword {
    PreferredSource,
    NewDestination,
    Via,
    Source,
    TrafficClass,
    Expires,
    Priority,
    Scope,
    Metric(Metric),
    Realms,
    OnLink,
    NextHop,
    NextHopId,
    Protocol,
    Table,
    Vrf,
    Device,
    Preference,
    Encap,
    TtlPropagate,
}

/// How a word is compared.
#[derive(Clone, Copy)]
enum Test {
    Whole,
    Begun,
}
use Test::{Begun, Whole};

/// In the order of iproute2's tests, by which `pr` is a priority, `f` means features and `r` reordering.
const KEYWORDS: [(&str, Test, Keyword); 39] = [
    ("src", Whole, Keyword::PreferredSource),
    ("as", Whole, Keyword::NewDestination),
    ("via", Whole, Keyword::Via),
    ("from", Whole, Keyword::Source),
    ("tos", Whole, Keyword::TrafficClass),
    ("dsfield", Begun, Keyword::TrafficClass),
    ("expires", Whole, Keyword::Expires),
    ("metric", Begun, Keyword::Priority),
    ("priority", Begun, Keyword::Priority),
    ("preference", Whole, Keyword::Priority),
    ("scope", Whole, Keyword::Scope),
    ("mtu", Whole, Keyword::Metric(Metric::Mtu)),
    ("hoplimit", Whole, Keyword::Metric(Metric::HopLimit)),
    ("advmss", Whole, Keyword::Metric(Metric::Advmss)),
    ("reordering", Begun, Keyword::Metric(Metric::Reordering)),
    ("rtt", Whole, Keyword::Metric(Metric::Rtt)),
    ("rto_min", Whole, Keyword::Metric(Metric::RtoMin)),
    ("window", Begun, Keyword::Metric(Metric::Window)),
    ("cwnd", Begun, Keyword::Metric(Metric::Cwnd)),
    ("initcwnd", Begun, Keyword::Metric(Metric::InitCwnd)),
    ("initrwnd", Begun, Keyword::Metric(Metric::InitRwnd)),
    ("features", Begun, Keyword::Metric(Metric::Features)),
    ("quickack", Begun, Keyword::Metric(Metric::QuickAck)),
    ("congctl", Begun, Keyword::Metric(Metric::CongCtl)),
    ("rttvar", Begun, Keyword::Metric(Metric::RttVar)),
    ("ssthresh", Begun, Keyword::Metric(Metric::SsThresh)),
    ("realms", Begun, Keyword::Realms),
    ("onlink", Whole, Keyword::OnLink),
    ("nexthop", Whole, Keyword::NextHop),
    ("nhid", Whole, Keyword::NextHopId),
    ("protocol", Begun, Keyword::Protocol),
    ("table", Begun, Keyword::Table),
    ("vrf", Begun, Keyword::Vrf),
    ("dev", Whole, Keyword::Device),
    ("oif", Whole, Keyword::Device),
    ("pref", Begun, Keyword::Preference),
    ("encap", Whole, Keyword::Encap),
    ("ttl-propagate", Whole, Keyword::TtlPropagate),
    ("fastopen_no_cookie", Begun, Keyword::Metric(Metric::FastOpenNoCookie)),
];

impl Keyword {
    /// The keyword that a word is or begins, if it is one and not part of a destination.
    pub(super) fn of(word: &Word<'_>) -> Option<Self> {
        let is = |name: &str, test| match test {
            Whole => word.is(name),
            Begun => word.begins(name),
        };
        KEYWORDS.iter().find(|(name, test, _)| is(name, *test)).map(|(_, _, keyword)| *keyword)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviations_as_in_ip() {
        let check = |text: &str, expected| {
            assert_eq!(Keyword::of(&Word { text, span: 0..text.len() }), expected, "{text}");
        };
        check("v", Some(Keyword::Vrf));
        check("d", Some(Keyword::TrafficClass));
        check("m", Some(Keyword::Priority));
        check("p", Some(Keyword::Priority));
        check("pr", Some(Keyword::Priority));
        check("pre", Some(Keyword::Preference));
        check("pref", Some(Keyword::Preference));
        check("prefe", None);
        check("preference", Some(Keyword::Priority));
        check("pro", Some(Keyword::Protocol));
        check("c", Some(Keyword::Metric(Metric::Cwnd)));
        check("co", Some(Keyword::Metric(Metric::CongCtl)));
        check("w", Some(Keyword::Metric(Metric::Window)));
        check("s", Some(Keyword::Metric(Metric::SsThresh)));
        check("r", Some(Keyword::Metric(Metric::Reordering)));
        check("rea", Some(Keyword::Realms));
        check("rt", Some(Keyword::Metric(Metric::RttVar)));
        check("f", Some(Keyword::Metric(Metric::Features)));
        check("fa", Some(Keyword::Metric(Metric::FastOpenNoCookie)));
        check("i", Some(Keyword::Metric(Metric::InitCwnd)));
        check("initr", Some(Keyword::Metric(Metric::InitRwnd)));
        check("t", Some(Keyword::Table));
        for whole in ["vi", "de", "mt", "sr", "scop", "next", "onlin", "", "to", "default"] {
            check(whole, None);
        }
    }
}
