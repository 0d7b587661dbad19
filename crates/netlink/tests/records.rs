//! Each record of what `ip` 6.1 did with one string: the same refusal, or the same message.
//!
//! `data/iproute2.jsonl`, and `data/routes.jsonl` for more of routes, have a record a line: what was given, exit code, standard
//! error, and the netlink messages that were sent. They were made in a namespace of three links, with three tables in a file of their own.

#![expect(clippy::unwrap_used, reason = "all of it is test code, and a test may panic")]

use netlink_packet_core::Parseable;
use netlink_packet_route::AddressFamily;
use netlink_packet_route::address::AddressMessage;
use netlink_packet_route::route::RouteMessage;
use netlink_packet_route::rule::RuleMessage;
use portolan_netlink::{
    Action, Context, Dialect, Link, Links, NameSet, Names, Object, Parsed, Refusal, Request, parse,
};
use serde_json::Value;

/// Commands that only print: we refuse them, whatever `ip` says.
const PRINTING: &[&str] =
    &["", "show", "list", "ls", "l", "s", "lst", "sh", "get", "save", "restore", "showdump"];

#[test]
fn every_record_gives_the_same_message_or_the_same_refusal() {
    compare(include_str!("data/iproute2.jsonl"));
}

#[test]
fn encapsulations_and_strings_drawn_at_random_do_so_too() {
    compare(include_str!("data/routes.jsonl"));
}

#[track_caller]
fn compare(text: &str) {
    let names = names();
    let links = links();
    let records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let records: Vec<_> = records.iter().map(Record::from).collect();
    let failures: Vec<_> = records.iter().filter_map(|record| record.difference(&names, &links)).collect();
    assert!(failures.is_empty(), "{} of {}:\n{}", failures.len(), records.len(), failures.join("\n"));
}

struct Record<'a> {
    id: u64,
    kind: &'a str,
    family: AddressFamily,
    args: &'a str,
    code: u64,
    stderr: &'a str,
    messages: Vec<Request>,
}

impl<'a> From<&'a Value> for Record<'a> {
    fn from(value: &'a Value) -> Self {
        let family = match value["opts"].as_array().unwrap().first() {
            Some(option) if option == "-6" => AddressFamily::Inet6,
            Some(option) if option == "-4" => AddressFamily::Inet,
            Some(option) => panic!("an option {option}"),
            None => AddressFamily::Unspec,
        };
        let messages = value["nl"].as_array().unwrap().iter();
        Self {
            id: value["id"].as_u64().unwrap(),
            kind: value["kind"].as_str().unwrap(),
            family,
            args: value["args"].as_str().unwrap(),
            code: value["rc"].as_u64().unwrap(),
            stderr: value["stderr"].as_str().unwrap().trim_end(),
            messages: messages.map(|message| request(message["hex"].as_str().unwrap())).collect(),
        }
    }
}

impl Record<'_> {
    /// What is not the same, if anything.
    fn difference(&self, names: &Names, links: &Links) -> Option<String> {
        let (expected, ours) = (self.expected(), self.ours(names, links));
        (expected != ours).then(|| {
            format!("{} {} {:?}\n  expected {expected}\n  ours     {ours}", self.id, self.kind, self.args)
        })
    }

    fn expected(&self) -> String {
        let word = self.args.split_whitespace().next().unwrap_or_default();
        if PRINTING.contains(&word) {
            return "refused 255".to_owned();
        }
        if matches!(self.code, 1 | 22 | 255) {
            // Of a usage, the first line was kept.
            let text = self.stderr.strip_suffix(" [...]").unwrap_or(self.stderr);
            return format!("refused {} {text:?}", self.code);
        }
        let warnings = if self.code == 0 { self.stderr } else { "" };
        let dump = self.messages.first().filter(|message| message.is_dump());
        match dump.or_else(|| self.messages.iter().find(|message| changes(message))) {
            Some(message) => format!("{} {warnings:?}", comparable(message)),
            None => "nothing was sent".to_owned(),
        }
    }

    fn ours(&self, names: &Names, links: &Links) -> String {
        let object = match self.kind {
            "address" => Object::Address,
            "route" => Object::Route,
            _ => Object::Rule,
        };
        let context = Context { names, dialect: Dialect::Ip, family: self.family };
        let parsed = parse(object, self.args, context);
        let request = parsed.as_ref().map_err(Clone::clone).and_then(|parsed| self.send(parsed, links));
        match (parsed, request) {
            (Ok(Parsed { action: Action::FlushRoutes(filter), .. }), Ok(_)) if !filter.is_dumped() => {
                "nothing was sent".to_owned()
            }
            (Ok(parsed), Ok(request)) => {
                let warnings = if self.code == 0 { parsed.warnings.join("\n") } else { String::new() };
                format!("{} {:?}", comparable(&request), warnings)
            }
            (_, Err(refusal)) if refusal.text.ends_with("no effect here") => "refused 255".to_owned(),
            (_, Err(refusal)) => {
                let Refusal { exit, text, .. } = refusal.in_namespace(links);
                format!("refused {} {text:?}", exit.code())
            }
            (Err(_), Ok(_)) => unreachable!("what was not parsed is not sent"),
        }
    }

    /// The first message; of a flush, after a test of what it would delete.
    fn send(&self, parsed: &Parsed, links: &Links) -> Result<Request, Refusal> {
        let deleted = || self.messages.iter().filter(|message| !message.is_dump());
        match &parsed.action {
            Action::Address(change) => change.request(links),
            Action::Rule(change) => change.request(links),
            Action::FlushAddresses(filter) => {
                let dump = filter.dump(links)?;
                for message in deleted() {
                    let address = AddressMessage::parse(&message.body).unwrap();
                    assert!(filter.matches(&address, links), "{}: {address:?}", self.args);
                    assert_eq!(filter.delete(&message.body), *message, "{}", self.args);
                }
                let rounds = self.messages.iter().filter(|message| message.is_dump()).count();
                assert_eq!(filter.once(), rounds == 1, "{}", self.args);
                Ok(dump)
            }
            Action::FlushRules(filter) => {
                let dump = filter.dump(links)?;
                for message in deleted() {
                    let rule = RuleMessage::parse(&message.body).unwrap();
                    assert!(filter.matches(&rule, links), "{}: {rule:?}", self.args);
                    assert_eq!(filter.delete(&message.body), *message, "{}", self.args);
                }
                Ok(dump)
            }
            Action::Route(change) => change.request(links),
            Action::FlushRoutes(filter) => {
                let dump = filter.dump(links)?;
                for message in deleted() {
                    let route = RouteMessage::parse(&message.body).unwrap();
                    assert!(filter.matches(&route, links), "{}: {route:?}", self.args);
                    assert_eq!(filter.delete(&message.body), *message, "{}", self.args);
                }
                assert_eq!(filter.is_dumped(), !self.messages.is_empty(), "{}", self.args);
                Ok(dump)
            }
        }
    }
}

/// Whether a message adds or deletes an address, a route or a rule.
fn changes(message: &Request) -> bool {
    matches!(message.kind, 20 | 21 | 24 | 25 | 32 | 33)
}

/// A message in a form that does not tell the order of attributes, nor what has no meaning.
fn comparable(message: &Request) -> String {
    let is_rule = matches!(message.kind, 32..=34);
    let is_route = matches!(message.kind, 24..=26);
    let header = if is_rule || is_route { 12 } else { 8 };
    let (header, rest) = message.body.split_at(header);
    let mut attributes = attributes(rest);
    for (kind, value) in &mut attributes {
        // RTA_METRICS is a set itself.
        if is_route && *kind == 8 {
            let mut metrics = self::attributes(value);
            metrics.sort();
            // RTAX_CC_ALGO may end with a NUL or not.
            *value = format!(
                "{:?}",
                metrics.iter().map(|(kind, value)| (kind, trimmed(*kind, value))).collect::<Vec<_>>()
            )
            .into();
        }
    }
    // `from all` is an FRA_SRC of no bytes to `ip`, and means none.
    attributes.retain(|(kind, value)| !(is_rule && matches!(kind, 1 | 2) && value.is_empty()));
    attributes.sort();
    let attributes: Vec<_> =
        attributes.iter().map(|(kind, value)| format!("{kind}={}", hex(value))).collect();
    format!("{} {:?} {} {}", message.name(), message.flag_names(), hex(header), attributes.join(" "))
}

/// The value of a metric without the NUL at the end of a congestion control's name.
fn trimmed(kind: u16, value: &[u8]) -> &[u8] {
    if kind == 16 { value.strip_suffix(&[0]).unwrap_or(value) } else { value }
}

fn attributes(mut bytes: &[u8]) -> Vec<(u16, Vec<u8>)> {
    let mut attributes = Vec::new();
    while let [a, b, c, d, ..] = *bytes {
        let length = usize::from(u16::from_ne_bytes([a, b]));
        let kind = u16::from_ne_bytes([c, d]) & 0x3fff;
        attributes.push((kind, bytes[4..length].to_vec()));
        bytes = &bytes[length.next_multiple_of(4).min(bytes.len())..];
    }
    attributes
}

/// A message with its netlink header.
fn request(hex: &str) -> Request {
    let bytes: Vec<u8> =
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect();
    Request {
        kind: u16::from_ne_bytes([bytes[4], bytes[5]]),
        flags: u16::from_ne_bytes([bytes[6], bytes[7]]),
        body: bytes[16..].to_vec(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The links of the namespace that the records were made in.
fn links() -> Links {
    let link = |(index, name): (u32, &str)| Link { index, name: name.to_owned(), ..Link::default() };
    Links::new([(1, "lo"), (2, "eth0"), (3, "eth1")].map(link).into())
}

/// The names that Debian 12's files add, and the tables of the records.
fn names() -> Names {
    let mut names = Names::built_in();
    let files = [
        (NameSet::Table, "255 local\n254 main\n253 default\n0 unspec\n"),
        (NameSet::Table, "100 vpn\n200 isp2\n1000 big\n"),
        (NameSet::Protocol, "99 openr\n"),
        (NameSet::Realm, "0 cosmos\n"),
        (
            NameSet::TrafficClass,
            "0x0 default\n0x28 AF11\n0x30 AF12\n0x38 AF13\n0x48 AF21\n0x50 AF22\n0x58 AF23\n0x68 AF31\n0x70 AF32\n\
             0x78 AF33\n0x88 AF41\n0x90 AF42\n0x98 AF43\n0x20 CS1\n0x40 CS2\n0x60 CS3\n0x80 CS4\n0xA0 CS5\n\
             0xC0 CS6\n0xE0 CS7\n0xB8 EF\n",
        ),
        (
            NameSet::Transport,
            "icmp 1 ICMP\ntcp 6 TCP\nudp 17 UDP\ngre 47 GRE\nesp 50 IPSEC-ESP\nah 51 IPSEC-AH\n\
             ipv6-icmp 58 IPv6-ICMP\nsctp 132 SCTP\n",
        ),
    ];
    for (set, text) in files {
        assert_eq!(names.read(set, text), None);
    }
    names
}
