use std::collections::BTreeMap;

use netlink_packet_core::Parseable;
use netlink_packet_route::link::LinkMessage;
use portolan_container::Attachment;
use portolan_netlink::{Allow, Dumped, Kind, Link, Links, Names, Part, Place, State, parts, plan};

/// What a kernel may list of a namespace, newer ones than ours too: messages as in the file `namespace.txt`.
///
/// Whatever it says, labels of every verb come to a plan, and the same one each time.
pub fn kernel(text: &str) {
    let state = state(text);
    let labels: BTreeMap<String, String> =
        LABELS.iter().map(|(kind, value)| (kind.label(), (*value).to_owned())).collect();
    let (all, findings) = parts(&labels, &Names::built_in(), &|_| None);
    assert!(findings.is_empty(), "{findings:?}");
    let (host, inside): (Vec<Part>, Vec<Part>) =
        all.into_iter().partition(|part| part.kind == Kind::HostRoute);
    for allow in [Allow::default(), Allow { flush: true, host: true }] {
        for (parts, place) in [(&inside, Place::Container), (&inside, Place::Host), (&host, Place::Host)] {
            let made = plan(parts, &state, place, allow);
            assert_eq!(made.steps.len(), parts.len(), "a string without a step");
            assert_eq!(made, plan(parts, &state, place, allow), "the same comes to another plan");
        }
    }
}

const LABELS: [(Kind, &str); 4] = [
    (
        Kind::Address,
        "add 10.0.0.5/24 dev eth0; replace 10.0.0.2/24 dev eth0 valid_lft 300 preferred_lft 200; del 2001:db8::2/64 dev eth0; \
         add 10.9.0.1 peer 10.9.0.2 dev network:front; flush dev eth0 scope global; flush to 10.0.0.0/8 label e*",
    ),
    (
        Kind::Route,
        "delete default; add default via 10.0.0.1; replace 10.8.0.0/16 via 10.0.0.1 metric 100 mtu lock 1400; \
         append 10.8.0.0/16 via 10.0.0.9; del 172.18.0.0/24; change 10.20.0.0/16 nexthop via 10.0.0.1 nexthop dev eth1; \
         add 172.17.0.0/24 encap ip id 7 dst 10.0.0.9 via 10.0.0.1; add 2001:db8:2::/48 via 2001:db8::1 pref high; \
         del ::/0; flush dev eth1; flush table all proto static; flush 10.0.0.0/8; flush root 2001:db8::/32",
    ),
    (
        Kind::Rule,
        "add from 10.0.0.2 table 100; add from 10.0.0.2 table 100 pref 105; del to 10.8.0.0/16; del pref 101; \
         add ipproto 6 sport 1-5 dport 80 uidrange 0-100 tun_id 7 table 100 pref 102; del from all; \
         add from 2001:db8::2 table 100; flush table 100; flush",
    ),
    (
        Kind::HostRoute,
        "add 10.9.0.0/16 dev eth0; replace 10.8.0.0/16 via 10.0.0.1; del 10.8.0.0/16; flush dev eth0",
    ),
];

/// A namespace of these messages: of each line the first word is what kind it is of, the second its bytes after the netlink
/// header, in hexadecimal. What can't be read is left out.
pub(crate) fn state(text: &str) -> State {
    let mut state = State::default();
    let mut links = Vec::new();
    for line in text.lines() {
        let Some((kind, hex)) = line.split_once(' ') else { continue };
        let Some(body) = bytes(hex) else { continue };
        match kind {
            "link" => links.extend(LinkMessage::parse(&body).ok().map(|message| Link::from(&message))),
            "address" => state.addresses.extend(dumped(body)),
            "route" => state.routes.extend(dumped(body)),
            "rule" => state.rules.extend(dumped(body)),
            _ => {}
        }
    }
    if links.is_empty() {
        let link = |(index, name): (u32, &str)| Link { index, name: name.to_owned(), ..Link::default() };
        links.extend([(1, "lo"), (3, "eth0"), (5, "eth1")].map(link));
    }
    let front = Attachment { ipv4: Some([192, 168, 1, 2].into()), ..Attachment::default() };
    let networks = [("front".to_owned(), front)].into();
    state.links = Links::new(links).with_networks(&networks, &state.addresses_of_links());
    state
}

fn dumped<T: Parseable<[u8]>>(body: Vec<u8>) -> Option<Dumped<T>> {
    // As those that lists are read from: of IPv4 or IPv6.
    let message = T::parse(&body).ok().filter(|_| matches!(body.first(), Some(2 | 10)))?;
    Some(Dumped { message, body })
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u32>> = hex.chars().map(|digit| digit.to_digit(16)).collect();
    let pairs = digits?;
    let byte = |pair: &[u32]| u8::try_from(pair.iter().fold(0, |byte, digit| byte * 16 + digit)).ok();
    pairs.chunks(2).map(byte).collect()
}
