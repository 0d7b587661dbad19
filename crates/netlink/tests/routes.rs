//! What labels have beyond `ip` in routes, the places and next steps of refusals, what a flush takes, and laws of any text.

#![expect(clippy::unwrap_used, reason = "all of it is test code, and a test may panic")]

use std::collections::BTreeMap;

use netlink_packet_core::Parseable;
use netlink_packet_route::AddressFamily;
use netlink_packet_route::route::RouteMessage;
use portolan_container::Attachment;
use portolan_netlink::{
    Action, Context, Dialect, Link, Links, Names, Object, Parsed, Refusal, Request, RouteFilter, parse,
};
use proptest::prelude::*;

fn read(text: &str, dialect: Dialect, family: AddressFamily) -> Result<Parsed, Refusal> {
    parse(Object::Route, text, Context { names: &Names::built_in(), dialect, family })
}

fn label(text: &str) -> Result<Parsed, Refusal> {
    read(text, Dialect::Label, AddressFamily::Unspec)
}

/// Three links, of which the second is attached to the network `frontend` and the third is a VRF of table 1000.
fn links() -> Links {
    let link = |index, name: &str, mac| Link { index, name: name.to_owned(), mac, ..Link::default() };
    let red = Link { table: Some(1000), ..link(9, "red", vec![0; 6]) };
    let links = Links::new(vec![link(1, "lo", vec![0; 6]), link(7, "eth4", vec![2, 0, 0, 0, 0, 4]), red]);
    let frontend = Attachment { mac: Some("02:00:00:00:00:04".to_owned()), ..Attachment::default() };
    links.with_networks(&BTreeMap::from([("frontend".to_owned(), frontend)]), &[])
}

fn request(parsed: &Parsed) -> Result<Request, Refusal> {
    match &parsed.action {
        Action::Route(change) => change.request(&links()),
        Action::FlushRoutes(filter) => filter.dump(&links()),
        other => panic!("{other:?}"),
    }
}

/// A string of a label gives the message that another string gives to `ip`, with the family of an option.
#[track_caller]
fn check_same(of_label: &str, family: AddressFamily, of_ip: &str) {
    let ours = request(&label(of_label).unwrap()).unwrap();
    let theirs = read(of_ip, Dialect::Ip, family).unwrap();
    assert_eq!(ours, request(&theirs).unwrap(), "{of_label:?}");
}

#[test]
fn a_leading_family() {
    check_same("-6 add default dev lo", AddressFamily::Inet6, "add default dev lo");
    check_same("  -4 del default", AddressFamily::Inet, "del default");
    check_same("-6 flush table 5", AddressFamily::Inet6, "flush table 5");
    let refusal = read("-6 add default", Dialect::Ip, AddressFamily::Unspec).unwrap_err();
    assert_eq!(refusal.text, "Command \"-6\" is unknown, try \"ip route help\".");
    assert_eq!(label("-6 -6 add default").unwrap_err().span, 3..5);
}

#[test]
fn devices_by_network() {
    let unspec = AddressFamily::Unspec;
    check_same("add default dev network:frontend", unspec, "add default dev eth4");
    check_same("flush dev network:frontend", unspec, "flush dev eth4");
    check_same(
        "add default nexthop via 10.0.0.1 dev network:frontend nexthop dev lo",
        unspec,
        "add default nexthop via 10.0.0.1 dev eth4 nexthop dev lo",
    );
    check_same(
        "add ::/0 encap seg6local action End.DX2 oif network:frontend dev lo",
        unspec,
        "add ::/0 encap seg6local action End.DX2 oif eth4 dev lo",
    );
    let refusal = request(&label("add default dev network:back").unwrap()).unwrap_err();
    assert_eq!((refusal.exit.code(), refusal.text.as_str()), (1, "Cannot find device \"network:back\""));
    assert_eq!(refusal.help.as_deref(), Some("there are `network:frontend`"));
    let parsed = read("add default dev network:frontend", Dialect::Ip, unspec).unwrap();
    assert!(request(&parsed).is_err());
}

#[test]
fn a_vrf_gives_its_table() {
    check_same("add default dev lo vrf red", AddressFamily::Unspec, "add default dev lo table 1000");
    let parsed = label("flush vrf red").unwrap();
    assert!(request(&parsed).unwrap().hex().ends_with("08000f00e8030000"));
    let refusal = request(&label("flush vrf lo").unwrap()).unwrap_err();
    assert_eq!(
        (refusal.exit.code(), refusal.text.as_str()),
        (255, "Error: argument \"lo\" is wrong: Invalid VRF")
    );
}

#[test]
fn what_only_prints_is_refused() {
    for text in ["", " ", "show", "ls", "s table all", "get 10.0.0.1", "save", "sa"] {
        for dialect in [Dialect::Ip, Dialect::Label] {
            let refusal = read(text, dialect, AddressFamily::Unspec).unwrap_err();
            assert_eq!(refusal.exit.code(), 255, "{text:?}");
            assert!(
                refusal.text.ends_with("only prints: it has no effect here"),
                "{text:?}: {}",
                refusal.text
            );
        }
    }
    for text in ["restore", "showdump"] {
        assert!(label(text).unwrap_err().text.ends_with("it has no effect here"), "{text:?}");
    }
}

#[test]
fn refusals_point_at_the_word_and_say_what_to_do() {
    let check = |text: &str, place: &str, help: &str| {
        let refusal = label(text).unwrap_err();
        assert_eq!(&text[refusal.span.clone()], place, "{text:?}: {refusal:?}");
        assert!(refusal.help.as_deref().is_some_and(|it| it.contains(help)), "{text:?}: {refusal:?}");
    };
    check("add via 10.0.0.1 ", "", "`default`");
    check("add default gw 10.0.0.1", "gw", "`via ADDRESS`");
    check("add default via 10.0.0.1 via 10.0.0.2", "via", "`nexthop via ADDRESS`");
    check("add 10.2.0.0/16 via ::1", "::1", "`via inet6 ADDRESS`");
    check("add default nexthop via 10.0.0.1 metric 5", "metric", "before the first `nexthop`");
    check("flush ", "", "`dev NAME`");
    check("flush cache", "cache", "say which");
    check("put default", "put", "`replace`");
    check("add default encap mpls 100", "", "`dev`");
    let refusal = label("add 10.2.0.0/16 via 10.0.0.1 metric x").unwrap_err();
    assert_eq!(refusal.span, 36..37);
}

#[test]
fn a_program_is_not_loaded() {
    let text = "add default encap bpf in obj a.o section s dev lo";
    let refusal = read(text, Dialect::Ip, AddressFamily::Unspec).unwrap_err();
    assert_eq!((refusal.exit.code(), &text[refusal.span]), (255, "in"));
    assert!(refusal.help.is_some_and(|help| help.contains("`ip route`")));
}

#[test]
fn the_cache_is_flushed_by_a_file() {
    let filter = |text, family| filter(read(text, Dialect::Ip, family).unwrap());
    let cache = filter("flush cache", AddressFamily::Unspec);
    assert!(cache.is_cache() && !cache.is_dumped());
    let cache = filter("flush table all cached", AddressFamily::Unspec);
    assert!(cache.is_cache() && cache.is_dumped() && cache.is_all_tables());
    let cache = filter("flush cloned", AddressFamily::Inet6);
    assert!(!cache.is_cache() && cache.is_dumped());
}

fn filter(parsed: Parsed) -> RouteFilter {
    match parsed.action {
        Action::FlushRoutes(filter) => filter,
        other => panic!("{other:?}"),
    }
}

/// The routes that flushes choose from.
const ROUTES: [&str; 12] = [
    "add default via 10.0.0.1 dev eth4",
    "add default via 10.0.0.9 dev eth4 metric 50 proto static",
    "add 172.16.0.0/12 dev lo",
    "add 172.16.4.0/24 via 10.0.0.1 dev eth4 src 10.0.0.2",
    "add 172.16.4.9 dev lo realms 1/5",
    "add blackhole 172.16.4.0/24 table 100",
    "add local 10.7.0.0/16 dev lo",
    "add ::/0 via 2001:db8::1 dev eth4",
    "add 2001:db8:4::/48 dev lo tos 0x10",
    "add 2001:db8:4::/48 from 2001:db8::/32 dev eth4 table 100",
    "add 172.16.5.0/24 via inet6 2001:db8::1 dev eth4",
    "add unreachable ::/0 metric 4294967295 dev lo",
];

#[test]
fn what_a_flush_takes() {
    let check = |text: &str, expected: &[usize]| {
        let filter = filter(label(text).unwrap());
        let matches = |route: &&str| {
            let body = request(&label(route).unwrap()).unwrap().body;
            filter.matches(&RouteMessage::parse(&body).unwrap(), &links())
        };
        let taken: Vec<_> = (0..).zip(&ROUTES).filter(|(_, it)| matches(it)).map(|(at, _)| at).collect();
        assert_eq!(taken, expected, "{text:?}");
    };
    // The kernel's dump is of one family; what matches goes by table and prefix alone.
    check("flush all", &[0, 1, 2, 3, 4, 7, 8, 10]);
    check("-4 flush proto all", &[0, 1, 2, 3, 4, 10]);
    check("flush default", &[0, 1, 7]);
    check("-4 flush all", &[0, 1]);
    check("flush table all", &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    check("flush table 100", &[5, 9]);
    check("flush table local", &[6]);
    check("flush table all type local", &[6]);
    check("flush 172.16.4.0/24", &[3]);
    check("flush 172.16.4.9/24", &[3]);
    check("flush root 172.16.4.0/24", &[3, 4]);
    check("flush match 172.16.4.9", &[0, 1, 2, 3, 4]);
    check("flush match 172.16.4.0/25", &[0, 1, 2, 3]);
    check("flush table all from 2001:db8::/32", &[9]);
    check("flush table all from root 2001::/16", &[9]);
    check("flush dev eth4", &[0, 1, 3, 7, 10]);
    check("flush dev network:frontend metric 50", &[1]);
    check("flush proto static", &[1]);
    check("flush via 10.0.0.1", &[0, 3]);
    check("flush via 10.0.0.0/24", &[0, 1, 3]);
    check("flush via 2001:db8::1", &[7, 10]);
    check("flush src 10.0.0.2", &[3]);
    check("flush realms 1/5", &[4]);
    check("flush realms 1/", &[4]);
    check("flush realms 5", &[4]);
    check("flush tos 10", &[8]);
    check("flush scope link", &[2, 4]);
    check("flush dev nowhere", &[]);
    check("flush mark 0 table all type blackhole", &[5]);
    check("flush iif lo", &[]);
}

#[test]
fn a_deletion_is_what_was_dumped() {
    let filter = filter(label("flush default").unwrap());
    let request = filter.delete(&[2, 0, 0, 0]);
    assert_eq!((request.name(), request.flag_names()), ("RTM_DELROUTE", vec!["REQUEST"]));
    assert_eq!(request.body, [2, 0, 0, 0]);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read_or_refused_inside_it(
        words in prop::collection::vec(prop_oneof![4 => keyword(), 3 => value(), 1 => "\\PC{0,6}"], 0..16),
        command in prop_oneof![
            6 => Just("add default"), 2 => Just("add ::/0 encap"), 1 => Just("del"), 1 => Just("flush"), 1 => Just("-6 add"), 1 => Just("")
        ],
        space in "[ \t\n]{1,2}",
        is_ip: bool,
    ) {
        let text = format!("{command}{space}{}", words.join(&space));
        let dialect = if is_ip { Dialect::Ip } else { Dialect::Label };
        let parsed = read(&text, dialect, AddressFamily::Unspec);
        match parsed.and_then(|parsed| request(&parsed)) {
            Ok(request) => {
                prop_assert!(is_well_formed(&request.body), "{request:?}");
            }
            Err(refusal) => {
                prop_assert!(text.get(refusal.span.clone()).is_some(), "{refusal:?}");
                prop_assert!(!refusal.text.is_empty() && refusal.text.trim_end() == refusal.text, "{refusal:?}");
            }
        }
    }

}

proptest! {
    #![proptest_config(ProptestConfig { cases: 50, ..ProptestConfig::default() })]

    #[test]
    fn a_long_text_is_read_or_refused(word in prop_oneof![keyword(), value()], value in value(), times in 1..1000_usize) {
        for text in [
            format!("add default {}", format!("{word} {value} ").repeat(times)),
            format!("add default nexthop {}", format!("{word} {value} ").repeat(times)),
            format!("add ::/0 encap seg6 mode inline segs {} dev lo", "fc00::1,".repeat(times)),
            format!("add ::/0 encap ip geneve_opts {} dev lo", "1:2:aabbccdd,".repeat(times)),
            format!("add default via link {} dev lo", "02:".repeat(times)),
            format!("add default congctl {} dev lo", "x".repeat(times)),
        ] {
            if let Ok(request) = label(&text).and_then(|parsed| request(&parsed)) {
                prop_assert!(request.body.len() < 10_000, "{}", request.body.len());
            }
        }
    }
}

/// Whether the attributes after the header fill what is left of a message.
fn is_well_formed(body: &[u8]) -> bool {
    let Some((_, mut rest)) = body.split_at_checked(12) else { return false };
    while let [first, second, ..] = *rest {
        let length = usize::from(u16::from_ne_bytes([first, second]));
        match rest.split_at_checked(length.next_multiple_of(4)) {
            Some((_, after)) if length >= 4 => rest = after,
            _ => return false,
        }
    }
    rest.is_empty()
}

fn keyword() -> impl Strategy<Value = String> {
    let keywords = "src as to via from tos dsfield expires metric priority preference scope mtu hoplimit advmss \
         reordering rtt rto_min window cwnd initcwnd initrwnd features quickack congctl rttvar ssthresh realms onlink \
         nexthop nhid protocol table vrf dev oif pref encap ttl-propagate fastopen_no_cookie weight lock help \
         mpls ip ip6 seg6 seg6local rpl ioam6 ila xfrm bpf id dst ttl tc key csum seq geneve_opts vxlan_opts \
         erspan_opts mode segs hmac action vrftable nh4 nh6 iif count flavors lblen nflen srh endpoint freq tundst \
         trace prealloc type ns size csum-mode ident-type hook-type if_id link_dev headroom root match exact cached \
         mark blackhole unreachable local anycast throw inet inet6 link bridge";
    let keywords: Vec<_> = keywords.split_whitespace().collect();
    (prop::sample::select(keywords), 1..19_usize)
        .prop_map(|(word, length)| word.get(..length.min(word.len())).unwrap_or(word).to_owned())
}

fn value() -> impl Strategy<Value = String> {
    let values = "10.0.0.1/24 10.0.0.1 2001:db8::1/64 2001:db8::1 default any all lo eth4 network:frontend red 5 0 1 010 \
         0x10 4294967296 -1 1/2 / 5/ 100ms 1.5s .s 1e. main global boot é/é -é é.é 02:00:00:00:00:01 100/200 :::: 1:2:aabb \
         , ,fc00::1 fc00::1,fc00::2 encap inline End End.B6 psp,next-csid low ecn cubic 1:2:3:4 no-action é,é é:é";
    let values: Vec<_> = values.split_whitespace().map(str::to_owned).collect();
    prop::sample::select(values)
}
