//! What labels have beyond `ip` in addresses and rules, the places and next steps of refusals, and laws of any text.

#![expect(clippy::unwrap_used, reason = "all of it is test code, and a test may panic")]

use std::collections::BTreeMap;

use netlink_packet_route::AddressFamily;
use portolan_container::Attachment;
use portolan_netlink::{
    Action, Context, Device, Dialect, Link, Links, Lookup, Names, Object, Parsed, Refusal, Request, parse,
};
use proptest::prelude::*;

fn read(object: Object, text: &str, dialect: Dialect, family: AddressFamily) -> Result<Parsed, Refusal> {
    parse(object, text, Context { names: &Names::built_in(), dialect, family })
}

fn label(object: Object, text: &str) -> Result<Parsed, Refusal> {
    read(object, text, Dialect::Label, AddressFamily::Unspec)
}

/// Two links, of which the second is attached to the network `frontend`.
fn links() -> Links {
    let link = |index, name: &str, mac| Link { index, name: name.to_owned(), mac, ..Link::default() };
    let links = Links::new(vec![link(1, "lo", vec![0; 6]), link(7, "eth4", vec![2, 0, 0, 0, 0, 4])]);
    let frontend = Attachment { mac: Some("02:00:00:00:00:04".to_owned()), ..Attachment::default() };
    links.with_networks(&BTreeMap::from([("frontend".to_owned(), frontend)]), &[])
}

fn request(action: &Action) -> Result<Request, Refusal> {
    match action {
        Action::Address(change) => change.request(&links()),
        Action::FlushAddresses(filter) => filter.dump(&links()),
        Action::Rule(change) => change.request(&links()),
        Action::FlushRules(filter) => filter.dump(&links()),
        other => panic!("{other:?}"),
    }
}

/// A string of a label gives the message that another string gives to `ip`, with the family of an option.
#[track_caller]
fn check_same(object: Object, of_label: &str, family: AddressFamily, of_ip: &str) {
    let ours = request(&label(object, of_label).unwrap().action).unwrap();
    let theirs = read(object, of_ip, Dialect::Ip, family).unwrap();
    assert_eq!(ours, request(&theirs.action).unwrap(), "{of_label:?}");
}

#[test]
fn a_leading_family() {
    use AddressFamily::{Inet, Inet6, Unspec};
    check_same(Object::Rule, "-6 add table 5", Inet6, "add table 5");
    check_same(Object::Rule, "  -4 del pref 7", Inet, "del pref 7");
    check_same(Object::Rule, "-6 flush", Inet6, "flush");
    check_same(Object::Rule, "flush", Unspec, "flush");
    check_same(Object::Address, "-6 flush dev lo", Inet6, "flush dev lo");
    check_same(Object::Address, "-6 add default dev lo", Inet6, "add default dev lo");
    for (object, name) in [(Object::Address, "address"), (Object::Rule, "rule")] {
        let refusal = read(object, "-6 add", Dialect::Ip, Unspec).unwrap_err();
        assert_eq!(refusal.text, format!("Command \"-6\" is unknown, try \"ip {name} help\"."));
        let refusal = label(object, "-6 -6 add").unwrap_err();
        assert_eq!((refusal.exit.code(), refusal.span), (255, 3..5));
    }
}

#[test]
fn the_family_of_a_rule_from_its_prefixes() {
    use AddressFamily::{Inet, Inet6, Unspec};
    check_same(Object::Rule, "add from 2001:db8::/64 table 5", Inet6, "add from 2001:db8::/64 table 5");
    check_same(Object::Rule, "add from all to ::1 table 5", Inet6, "add from all to ::1 table 5");
    check_same(Object::Rule, "del to 2001:db8::/64", Inet6, "del to 2001:db8::/64");
    check_same(Object::Rule, "flush from 2001:db8::/64", Inet6, "flush");
    check_same(Object::Rule, "add from 10.0.0.0/8", Unspec, "add from 10.0.0.0/8");
    check_same(Object::Rule, "add from all", Inet, "add from all");
    // To `ip` a rule is IPv4 whatever its prefixes are, and the kernel refuses it.
    let parsed = read(Object::Rule, "add from ::1", Dialect::Ip, Unspec).unwrap();
    assert_eq!(request(&parsed.action).unwrap().body[0], 2);
    let refusal = label(Object::Rule, "-4 add from ::1 table 5").unwrap_err();
    assert_eq!(refusal.text, "Error: inet prefix is expected rather than \"::1\".");
    let refusal = label(Object::Rule, "add from 10.0.0.0/8 to ::1 table 5").unwrap_err();
    assert_eq!(refusal.text, "Error: inet prefix is expected rather than \"::1\".");
    assert_eq!(refusal.help.as_deref(), Some("`from` and `to` of a rule are of one family"));
}

#[test]
fn devices_by_network() {
    let unspec = AddressFamily::Unspec;
    check_same(Object::Address, "add 10.0.0.5/24 dev network:frontend", unspec, "add 10.0.0.5/24 dev eth4");
    check_same(Object::Address, "flush dev network:frontend", unspec, "flush dev eth4");
    check_same(Object::Address, "flush network:frontend", unspec, "flush eth4");
    check_same(Object::Rule, "add iif network:frontend", unspec, "add iif eth4");
    check_same(Object::Rule, "add oif network:frontend iif lo", unspec, "add iif lo oif eth4");
    check_same(Object::Rule, "add iif network:frontend iif lo", unspec, "add iif lo");
    let missing = [
        (Object::Address, "add 10.0.0.5/24 dev network:back", "Cannot find device \"network:back\""),
        (Object::Address, "flush dev network:back", "Device \"network:back\" does not exist."),
        (Object::Rule, "add iif network:back", "Cannot find device \"network:back\""),
        (Object::Rule, "flush oif network:back", "Cannot find device \"network:back\""),
    ];
    for (object, text, expected) in missing {
        let refusal = request(&label(object, text).unwrap().action).unwrap_err();
        assert_eq!((refusal.exit.code(), refusal.text.as_str()), (1, expected), "{text:?}");
        assert_eq!(refusal.help.as_deref(), Some("there are `network:frontend`"), "{text:?}");
    }
    // To `ip` it is a name, and too long a one for a rule.
    let parsed = read(Object::Address, "add ::1 dev network:frontend", Dialect::Ip, unspec).unwrap();
    assert!(request(&parsed.action).is_err());
    assert!(read(Object::Rule, "add iif network:frontend", Dialect::Ip, unspec).is_err());
}

#[test]
fn what_only_prints_is_refused() {
    let check = |object, text, expected| {
        for dialect in [Dialect::Ip, Dialect::Label] {
            let refusal = read(object, text, dialect, AddressFamily::Unspec).unwrap_err();
            assert_eq!((refusal.exit.code(), refusal.text.as_str()), (255, expected), "{text:?}");
        }
    };
    check(Object::Address, "", "`ip address` without a command only prints: it has no effect here");
    check(Object::Rule, " ", "`ip rule` without a command only prints: it has no effect here");
    check(Object::Address, "ls dev lo", "`ls` only prints: it has no effect here");
    check(Object::Address, "sa", "`sa` only prints: it has no effect here");
    check(Object::Address, "showd", "`showd` reads from standard input: it has no effect here");
    check(Object::Rule, "save", "`save` only prints: it has no effect here");
    check(Object::Rule, "r", "`r` reads from standard input: it has no effect here");
}

#[test]
fn refusals_point_at_the_word_and_say_what_to_do() {
    let check = |object, text: &str, place: &str, help: &str| {
        let refusal = label(object, text).unwrap_err();
        assert_eq!(&text[refusal.span.clone()], place, "{text:?}: {refusal:?}");
        assert!(refusal.help.as_deref().is_some_and(|it| it.contains(help)), "{text:?}: {refusal:?}");
    };
    check(Object::Address, "add 10.0.0.1/24", "", "`dev network:frontend`");
    check(Object::Address, "add 10.0.0.1/33 dev eth0", "10.0.0.1/33", "`192.0.2.7/24`");
    check(Object::Address, "add 10.0.0.1 gw x dev eth0", "gw", "`dev`");
    check(Object::Address, "add ::1 dev lo valid_lft 5 preferred_lft 9", "9", "give both");
    check(Object::Address, "put ::1 dev lo", "put", "`replace`");
    check(Object::Address, "flush", "", "`flush dev eth0`");
    check(Object::Rule, "replace from 10.0.0.0/8", "replace", "`del` it");
    check(Object::Rule, "add 10.0.0.0/8 table 5", "10.0.0.0/8", "`from 192.0.2.0/24`");
    check(Object::Rule, "add from 10.0.0.0/8 via 10.0.0.1", "via", "route");
    check(Object::Rule, "add", "", "`add from");
    check(Object::Rule, "flush nat", "nat", "`flush table 100`");
    let refusal = label(Object::Rule, "add fwmark 1/x").unwrap_err();
    assert_eq!(refusal.span, 13..14);
    let refusal = label(Object::Rule, "add from  ").unwrap_err();
    assert_eq!(refusal.span, 8..8);
}

#[test]
fn a_device_is_looked_for_before_lifetimes_are_looked_at() {
    let refusal = label(Object::Address, "add 10.0.0.1/24 dev eth9 valid_lft 0").unwrap_err();
    assert_eq!(refusal.text, "valid_lft is zero");
    assert_eq!(refusal.lookups, [Lookup::Device(Device::Name("eth9".to_owned()))]);
    let refusal = label(Object::Address, "add 2001:db8::1/64 dev eth9 brd +").unwrap_err();
    assert_eq!(refusal.lookups, []);
}

#[test]
fn a_message_has_the_room_that_ip_has() {
    let text = format!("add 10.0.0.1/24 dev lo label {}", "x".repeat(100_000));
    let parsed = label(Object::Address, &text).unwrap();
    assert_eq!(parsed.warnings, ["addattr_l ERROR: message exceeded bound of 280"]);
    assert_eq!(request(&parsed.action).unwrap().hex().len(), 2 * (16 + 8 + 8 + 8));
    let parsed = label(Object::Rule, &format!("add {}", "pref 5 ".repeat(10_000))).unwrap();
    assert_eq!(request(&parsed.action).unwrap().bytes(0).len(), 1052);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused_inside_it(
        words in prop::collection::vec(prop_oneof![4 => keyword(), 2 => value(), 1 => "\\PC{0,6}"], 0..12),
        command in prop_oneof![Just("add"), Just("del"), Just("flush"), Just("-6 add"), Just("chg"), Just("")],
        space in "[ \t\n]{1,2}",
        is_rule: bool,
        is_ip: bool,
    ) {
        let text = format!("{command}{space}{}", words.join(&space));
        let object = if is_rule { Object::Rule } else { Object::Address };
        let dialect = if is_ip { Dialect::Ip } else { Dialect::Label };
        let read = read(object, &text, dialect, AddressFamily::Unspec);
        match read.and_then(|parsed| request(&parsed.action)) {
            Ok(request) => {
                prop_assert!(request.body.len() <= 1052 && request.body.len() % 4 == 0);
                let header = if is_rule { 12 } else { 8 };
                prop_assert!(request.body.len() >= header);
            }
            Err(refusal) => {
                prop_assert!(text.get(refusal.span.clone()).is_some(), "{refusal:?}");
                prop_assert!(!refusal.text.is_empty() && refusal.text.trim_end() == refusal.text, "{refusal:?}");
            }
        }
    }
}

fn keyword() -> impl Strategy<Value = String> {
    const KEYWORDS: &[&str] = &[
        "peer",
        "broadcast",
        "brd",
        "anycast",
        "scope",
        "dev",
        "label",
        "metric",
        "valid_lft",
        "preferred_lft",
        "nodad",
        "autojoin",
        "local",
        "help",
        "to",
        "up",
        "group",
        "master",
        "vrf",
        "type",
        "primary",
        "-tentative",
        "not",
        "from",
        "preference",
        "order",
        "tos",
        "dsfield",
        "fwmark",
        "realms",
        "protocol",
        "tun_id",
        "table",
        "lookup",
        "sup_pl",
        "suppress_ifgroup",
        "iif",
        "oif",
        "l3mdev",
        "uidrange",
        "nat",
        "ipproto",
        "sport",
        "dport",
        "goto",
        "nop",
        "blackhole",
    ];
    (prop::sample::select(KEYWORDS), 1..9_usize)
        .prop_map(|(word, length)| word.get(..length.min(word.len())).unwrap_or(word).to_owned())
}

fn value() -> impl Strategy<Value = String> {
    const VALUES: &[&str] = &[
        "10.0.0.1/24",
        "10.0.0.1",
        "2001:db8::1/64",
        "default",
        "any",
        "+",
        "-",
        "lo",
        "eth4",
        "network:frontend",
        "5",
        "0",
        "4294967296",
        "-1",
        "1/2",
        "/",
        "1-5",
        "80",
        "main",
        "tcp",
        "global",
        "é/é",
        "-é",
        "forever",
        "[a-",
        "1-é",
    ];
    prop::sample::select(VALUES).prop_map(str::to_owned)
}
