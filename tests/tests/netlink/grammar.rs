//! Strings of the language that are mostly right, made of its keywords.

use crate::random::Random;
use crate::words::Value;

/// The objects of `ip` that are compared.
pub(crate) const KINDS: [&str; 3] = ["address", "route", "rule"];

/// A keyword, what follows it, and how often in a thousand it is there.
type Keyword = (&'static str, Value, usize);

/// A verb and how often it comes, in parts of the sum.
type Verb = (&'static str, usize);

/// A string of this kind.
pub(crate) fn string(kind: &str, v6: bool, random: &mut Random) -> String {
    let (verbs, keywords) = match kind {
        "address" => (ADDRESS_VERBS, ADDRESS),
        "rule" => (RULE_VERBS, RULE),
        _ => (ROUTE_VERBS, ROUTE),
    };
    let verb = weighted(verbs, random);
    let keywords = if verb == "flush" {
        match kind {
            "address" => FLUSH_ADDRESSES,
            "rule" => RULE,
            _ => FLUSH_ROUTES,
        }
    } else {
        keywords
    };
    let mut parts: Vec<String> = Vec::new();
    if verb != "flush" {
        parts.extend(subject(kind, v6, random));
    }
    let mut last = None;
    for (keyword, value, often) in keywords {
        if random.below(1000) >= *often {
            continue;
        }
        // Rarely of the other family.
        let word = value_of(*value, v6 != random.percent(3), random);
        let part = join(&abbreviated(keyword, random), word);
        if *keyword == "nexthop" { last = Some(part) } else { parts.push(part) }
    }
    for at in (1..parts.len()).rev() {
        parts.swap(at, random.below(at + 1));
    }
    if let Some(mut hops) = last {
        for _ in 0..random.below(3) {
            hops = join(&hops, value_of(Value::Hops, v6, random)).replacen("nexthop  ", "nexthop ", 1);
            hops = join(&join(&hops, "nexthop"), value_of(Value::Hops, v6, random));
        }
        parts.push(hops);
    }
    join(&abbreviated(verb, random), &parts.join(" "))
}

/// What a string is about, which is rarely missing.
fn subject(kind: &str, v6: bool, random: &mut Random) -> Vec<String> {
    let mut parts = Vec::new();
    match kind {
        "address" => {
            if random.percent(96) {
                let local = if random.percent(5) { "local" } else { "" };
                parts.push(join(local, value_of(Value::Address, v6, random)));
            }
            if random.percent(95) {
                parts.push(join("dev", value_of(Value::Device, v6, random)));
            }
        }
        "rule" => {
            if random.percent(70) {
                let side = if random.percent(75) { "from" } else { "to" };
                parts.push(join(side, value_of(Value::Prefix, v6, random)));
            }
            if random.percent(75) {
                parts.push(join(&abbreviated("table", random), value_of(Value::Table, v6, random)));
            }
        }
        _ => {
            if random.percent(97) {
                let to = if random.percent(5) { "to" } else { "" };
                let kind = if random.percent(20) { value_of(Value::Type, v6, random) } else { "" };
                parts.push(join(to, &join(kind, value_of(Value::Prefix, v6, random))));
            }
            if random.percent(70) {
                parts.push(join("via", value_of(Value::Gateway, v6, random)));
            }
            if random.percent(45) {
                parts.push(join("dev", value_of(Value::Device, v6, random)));
            }
        }
    }
    parts
}

fn value_of(value: Value, v6: bool, random: &mut Random) -> &'static str {
    match value.words(v6) {
        [] => "",
        // The first half is what is right.
        words if random.percent(60) => random.pick(&words[..words.len().div_ceil(2)]),
        words => random.pick(words),
    }
}

fn weighted(verbs: &[Verb], random: &mut Random) -> &'static str {
    let sum = verbs.iter().map(|(_, weight)| weight).sum();
    let mut at = random.below(sum);
    for (verb, weight) in verbs {
        if at < *weight {
            return verb;
        }
        at -= weight;
    }
    ""
}

/// The keyword, rarely a beginning of it.
fn abbreviated(keyword: &str, random: &mut Random) -> String {
    if keyword.len() > 1 && random.percent(8) {
        keyword[..=random.below(keyword.len() - 1)].to_owned()
    } else {
        keyword.to_owned()
    }
}

fn join(one: &str, two: &str) -> String {
    match (one, two) {
        ("", it) | (it, "") => it.to_owned(),
        _ => format!("{one} {two}"),
    }
}

const ADDRESS_VERBS: &[Verb] = &[
    ("add", 40),
    ("del", 20),
    ("delete", 5),
    ("replace", 15),
    ("change", 8),
    ("chg", 2),
    ("flush", 8),
    ("show", 1),
    ("", 1),
    ("save", 1),
    ("bogus", 1),
];

const ROUTE_VERBS: &[Verb] = &[
    ("add", 40),
    ("del", 15),
    ("delete", 5),
    ("replace", 15),
    ("change", 6),
    ("chg", 1),
    ("append", 6),
    ("prepend", 4),
    ("test", 2),
    ("flush", 8),
    ("show", 1),
    ("get", 1),
    ("", 1),
    ("bogus", 1),
];

const RULE_VERBS: &[Verb] = &[
    ("add", 60),
    ("del", 25),
    ("delete", 5),
    ("flush", 6),
    ("show", 1),
    ("", 1),
    ("replace", 1),
    ("save", 1),
];

const ADDRESS: &[Keyword] = &[
    ("peer", Value::Address, 60),
    ("remote", Value::Address, 20),
    ("broadcast", Value::Broadcast, 60),
    ("brd", Value::Broadcast, 60),
    ("anycast", Value::Address, 15),
    ("scope", Value::Scope, 80),
    ("label", Value::Label, 80),
    ("metric", Value::Metric, 80),
    ("priority", Value::Metric, 15),
    ("preference", Value::Metric, 10),
    ("valid_lft", Value::Lifetime, 90),
    ("preferred_lft", Value::Lifetime, 90),
    ("nodad", Value::Nothing, 40),
    ("optimistic", Value::Nothing, 15),
    ("home", Value::Nothing, 15),
    ("mngtmpaddr", Value::Nothing, 10),
    ("noprefixroute", Value::Nothing, 60),
    ("autojoin", Value::Nothing, 15),
    ("secondary", Value::Nothing, 10),
    ("permanent", Value::Nothing, 10),
    ("tentative", Value::Nothing, 5),
    ("deprecated", Value::Nothing, 5),
    ("dadfailed", Value::Nothing, 5),
    ("stable-privacy", Value::Nothing, 5),
    ("dev", Value::Device, 20),
    ("local", Value::Address, 10),
    ("proto", Value::Protocol, 5),
];

const FLUSH_ADDRESSES: &[Keyword] = &[
    ("dev", Value::Device, 500),
    ("", Value::Device, 150),
    ("to", Value::Prefix, 300),
    ("scope", Value::Scope, 150),
    ("label", Value::Pattern, 200),
    ("primary", Value::Nothing, 60),
    ("secondary", Value::Nothing, 80),
    ("-secondary", Value::Nothing, 30),
    ("permanent", Value::Nothing, 60),
    ("-permanent", Value::Nothing, 30),
    ("dynamic", Value::Nothing, 60),
    ("deprecated", Value::Nothing, 30),
    ("-deprecated", Value::Nothing, 30),
    ("tentative", Value::Nothing, 20),
    ("noprefixroute", Value::Nothing, 20),
    ("nodad", Value::Nothing, 20),
    ("temporary", Value::Nothing, 20),
    ("up", Value::Nothing, 60),
    ("type", Value::Label, 10),
    ("master", Value::Device, 10),
    ("group", Value::Group, 20),
    ("home", Value::Nothing, 10),
];

const ROUTE: &[Keyword] = &[
    ("src", Value::Address, 60),
    ("metric", Value::Metric, 200),
    ("priority", Value::Metric, 20),
    ("preference", Value::Metric, 15),
    ("table", Value::Table, 200),
    ("proto", Value::Protocol, 90),
    ("scope", Value::Scope, 70),
    ("tos", Value::Class, 40),
    ("dsfield", Value::Class, 15),
    ("from", Value::Prefix, 30),
    ("onlink", Value::Nothing, 90),
    ("mtu", Value::Number, 40),
    ("mtu lock", Value::Number, 15),
    ("advmss", Value::Number, 25),
    ("hoplimit", Value::Number, 25),
    ("window", Value::Number, 15),
    ("cwnd", Value::Number, 10),
    ("ssthresh", Value::Number, 10),
    ("reordering", Value::Number, 10),
    ("rtt", Value::Time, 15),
    ("rttvar", Value::Time, 15),
    ("rto_min", Value::Time, 20),
    ("initcwnd", Value::Number, 20),
    ("initrwnd", Value::Number, 15),
    ("features", Value::Congestion, 8),
    ("features ecn", Value::Nothing, 15),
    ("quickack", Value::Switch, 15),
    ("fastopen_no_cookie", Value::Switch, 10),
    ("congctl", Value::Congestion, 15),
    ("congctl lock", Value::Congestion, 8),
    ("realms", Value::Realm, 20),
    ("expires", Value::Lifetime, 20),
    ("pref", Value::Preference, 25),
    ("ttl-propagate", Value::Switch, 10),
    ("nhid", Value::Small, 12),
    ("vrf", Value::Device, 8),
    ("oif", Value::Device, 15),
    ("encap", Value::Encap, 40),
    ("nexthop", Value::Hops, 110),
    ("as", Value::Address, 6),
    ("dev", Value::Device, 15),
    ("via", Value::Gateway, 12),
    ("to", Value::Prefix, 10),
];

const FLUSH_ROUTES: &[Keyword] = &[
    ("", Value::Prefix, 250),
    ("exact", Value::Prefix, 80),
    ("root", Value::Prefix, 120),
    ("match", Value::Prefix, 120),
    ("to", Value::Prefix, 50),
    ("to root", Value::Prefix, 30),
    ("table", Value::Table, 350),
    ("dev", Value::Device, 200),
    ("oif", Value::Device, 30),
    ("iif", Value::Device, 20),
    ("via", Value::Gateway, 120),
    ("proto", Value::Protocol, 200),
    ("scope", Value::Scope, 100),
    ("type", Value::Type, 120),
    ("src", Value::Prefix, 60),
    ("from", Value::Prefix, 30),
    ("metric", Value::Metric, 80),
    ("tos", Value::Class, 30),
    ("realms", Value::Realm, 20),
    ("cached", Value::Nothing, 15),
    ("cloned", Value::Nothing, 10),
    ("vrf", Value::Device, 10),
    ("nhid", Value::Small, 10),
];

const RULE: &[Keyword] = &[
    ("pref", Value::Priority, 350),
    ("priority", Value::Priority, 60),
    ("order", Value::Priority, 30),
    ("not", Value::Nothing, 60),
    ("iif", Value::Device, 80),
    ("oif", Value::Device, 60),
    ("dev", Value::Device, 30),
    ("fwmark", Value::Mark, 120),
    ("tos", Value::Class, 50),
    ("dsfield", Value::Class, 15),
    ("realms", Value::Realm, 25),
    ("protocol", Value::Protocol, 60),
    ("tun_id", Value::Number, 15),
    ("lookup", Value::Table, 120),
    ("table", Value::Table, 40),
    ("suppress_prefixlength", Value::Small, 40),
    ("sup_pl", Value::Small, 10),
    ("suppress_ifgroup", Value::Group, 20),
    ("sup_group", Value::Group, 10),
    ("l3mdev", Value::Nothing, 15),
    ("uidrange", Value::Users, 50),
    ("ipproto", Value::Transport, 60),
    ("sport", Value::Port, 50),
    ("dport", Value::Port, 50),
    ("goto", Value::Priority, 40),
    ("nop", Value::Nothing, 20),
    ("blackhole", Value::Nothing, 25),
    ("unreachable", Value::Nothing, 20),
    ("prohibit", Value::Nothing, 25),
    ("type", Value::Type, 30),
    ("", Value::Type, 10),
    ("nat", Value::Address, 8),
    ("map-to", Value::Address, 5),
    ("from", Value::Prefix, 25),
    ("to", Value::Prefix, 80),
];
