use netlink_packet_route::AddressFamily;
use portolan_netlink::{Context, Dialect, Kind, Names, Part, parse};
use proptest::prelude::*;
use proptest::sample::select;

/// Strings, each with the label that it is in.
pub(crate) type Strings<'a> = &'a [(&'a str, &'a str)];

/// Strings as they stand in labels, where all of them are of the language.
pub(crate) fn parts(strings: Strings<'_>) -> Vec<Part> {
    strings.iter().map(|(kind, text)| part(kind, text)).collect()
}

fn part(kind: &str, text: &str) -> Part {
    let kind = Kind::ALL.into_iter().find(|it| it.word() == kind).unwrap();
    let names = Names::built_in();
    let context = Context { names: &names, dialect: Dialect::Label, family: AddressFamily::Unspec };
    let parsed = match parse(kind.object(), text, context) {
        Ok(parsed) => parsed,
        Err(refusal) => panic!("{text:?}: {refusal}"),
    };
    Part { kind, span: 0..text.len(), text: text.to_owned(), parsed }
}

/// A sequence as it is given to [`parts`].
pub(crate) fn borrowed<'a>(sequence: &'a [(&'a str, String)]) -> Vec<(&'a str, &'a str)> {
    sequence.iter().map(|(kind, text)| (*kind, text.as_str())).collect()
}

/// Sequences of one to eight strings on few addresses, destinations and rules, so that they meet each other.
pub(crate) fn sequences() -> impl Strategy<Value = Vec<(&'static str, String)>> {
    let string = prop_oneof![
        3 => address().prop_map(|text| ("address", text)),
        5 => route_4().prop_map(|text| ("route", text)),
        3 => route_6().prop_map(|text| ("route", text)),
        4 => rule().prop_map(|text| ("rule", text)),
    ];
    prop::collection::vec(string, 1..9).prop_map(|mut strings| {
        // As labels are carried out.
        let order = |kind: &str| Kind::ALL.into_iter().position(|it| it.word() == kind);
        strings.sort_by_key(|(kind, _)| order(kind));
        strings
    })
}

fn address() -> impl Strategy<Value = String> {
    let one = (
        select(vec!["add", "add", "replace", "change", "delete"]),
        select(vec![
            "10.0.0.2/24",
            "10.0.0.3/24",
            "10.0.0.3/32",
            "10.1.0.1/16",
            "192.168.1.2/24",
            "192.168.1.3/24",
            "10.9.0.1 peer 10.9.0.2/32",
            "2001:db8::2/64",
            "2001:db8::3/64",
            "2001:db8:1::2/64",
            "fe80::5/64",
        ]),
        select(vec!["eth0", "eth1"]),
        select(vec![
            "",
            "",
            "",
            "metric 50",
            "valid_lft 900 preferred_lft 600",
            "noprefixroute",
            "brd +",
            "scope link",
        ]),
    )
        .prop_map(|(verb, address, device, option)| {
            // A broadcast address is IPv4's.
            let option = if address.contains(':') && option == "brd +" { "nodad" } else { option };
            let option = if verb == "delete" { "" } else { option };
            // One network on two links has the kernel choose the link of a gateway anew.
            let device = match address {
                "10.1.0.1/16" | "10.9.0.1 peer 10.9.0.2/32" | "fe80::5/64" => device,
                other if other.starts_with("192.168") || other.starts_with("2001:db8:1:") => "eth1",
                _ => "eth0",
            };
            format!("{verb} {address} dev {device} {option}")
        });
    let flush = select(vec![
        "flush dev eth1",
        "-6 flush dev eth0",
        "flush to 10.0.0.0/24 dev eth0",
        "flush dev eth0 scope link",
    ]);
    prop_oneof![12 => one, 1 => flush.prop_map(str::to_owned)]
}

fn route_4() -> impl Strategy<Value = String> {
    let one = (
        select(vec![
            "add", "add", "add", "replace", "replace", "change", "append", "prepend", "delete", "delete",
        ]),
        select(vec!["default", "172.16.0.0/16", "172.16.5.0/24", "10.2.0.1"]),
        select(vec![
            "via 10.0.0.1",
            "via 10.0.0.7",
            "via 192.168.1.1",
            "via 10.0.0.1 dev eth0",
            "dev eth0",
            "dev eth1 scope link",
            "via 10.8.0.1 dev eth1 onlink",
            "nexthop via 10.0.0.1 nexthop via 192.168.1.1 weight 3",
            "nexthop via 192.168.1.1 nexthop via 10.0.0.1",
            "nexthop via 10.0.0.7 dev eth0",
            "",
        ]),
        select(vec!["", "", "", "table 100", "table 1000"]),
        select(vec!["", "", "", "metric 100", "metric 200"]),
        select(vec![
            "",
            "",
            "",
            "mtu 1400",
            "mtu 1400 advmss 1360",
            "mtu lock 1400 initcwnd 20",
            "proto static",
            "src 10.0.0.2",
            "src 10.0.0.3",
            "tos 0x10",
            "realms 5",
            "congctl reno",
        ]),
    )
        .prop_map(|(verb, to, way, table, metric, option)| {
            // What follows the first hop is of hops.
            let (way, kind) = match (way, verb) {
                ("", "delete") => ("", ""),
                ("", "append" | "prepend") => ("", "prohibit"),
                ("", _) => ("", "blackhole"),
                _ => (way, ""),
            };
            format!("{verb} {kind} {to} {table} {metric} {option} {way}")
        });
    let flush = select(vec!["flush table 100", "flush 172.16.0.0/16", "flush root 172.16.0.0/12"]);
    prop_oneof![15 => one, 1 => flush.prop_map(str::to_owned)]
}

fn route_6() -> impl Strategy<Value = String> {
    let one = (
        select(vec![
            "add", "add", "add", "replace", "replace", "change", "append", "prepend", "delete", "delete",
        ]),
        select(vec!["::/0", "2001:db8:5::/48", "2001:db8:5:1::7", "-6 default"]),
        select(vec![
            "via 2001:db8::1",
            "via 2001:db8::7",
            "via fe80::1 dev eth1",
            "dev eth0",
            "dev eth1",
            "nexthop via 2001:db8::1 nexthop via 2001:db8::7 weight 3",
            "nexthop via 2001:db8::7 nexthop via fe80::1 dev eth1",
            "nexthop via 2001:db8::7",
            "",
        ]),
        select(vec!["", "", "", "table 100", "table 1000"]),
        select(vec!["", "", "", "metric 100", "metric 200"]),
        select(vec![
            "",
            "",
            "",
            "mtu 1400",
            "mtu 1400 advmss 1340",
            "proto static",
            "pref high",
            "pref medium",
            "src 2001:db8::2",
            "expires 900",
        ]),
    )
        .prop_map(|(verb, to, way, table, metric, option)| {
            let kind = if way.is_empty() && verb != "delete" { "unreachable" } else { "" };
            let option = if verb == "delete" && option.starts_with("expires") { "" } else { option };
            let (family, to) = to.strip_prefix("-6 ").map_or(("", to), |to| ("-6", to));
            format!("{family} {verb} {kind} {to} {table} {metric} {option} {way}")
        });
    let flush = select(vec!["-6 flush table 100", "-6 flush 2001:db8:5::/48"]);
    prop_oneof![15 => one, 1 => flush.prop_map(str::to_owned)]
}

fn rule() -> impl Strategy<Value = String> {
    let one = (
        select(vec!["add", "add", "add", "delete"]),
        select(vec!["", "", "not"]),
        select(vec![
            "from 10.0.0.2",
            "from 10.0.0.0/24 to 172.16.0.0/16",
            "from all fwmark 1",
            "fwmark 0x10/0xf0",
            "iif eth0",
            "oif eth1 ipproto 6 dport 443",
            "uidrange 0-100",
            "from 2001:db8::2",
            "to 2001:db8:5::/48",
            "-6 from all fwmark 1",
        ]),
        select(vec![
            "table 100",
            "table 100",
            "table 1000",
            "lookup main suppress_prefixlength 0",
            "blackhole",
            "goto 32766",
            "",
        ]),
        select(vec!["", "", "priority 100", "priority 200", "priority 32766"]),
    )
        .prop_map(|(verb, not, selector, action, priority)| {
            let (family, selector) = selector.strip_prefix("-6 ").map_or(("", selector), |it| ("-6", it));
            format!("{family} {verb} {not} {selector} {priority} {action}")
        });
    // One that all of a family are deleted by is dangerous, and nothing comes of it.
    let few =
        select(vec!["delete table 100", "delete priority 100", "-6 delete table 100", "flush table 100"]);
    prop_oneof![9 => one, 1 => few.prop_map(str::to_owned)]
}
