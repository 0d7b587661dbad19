use std::env;
use std::fs::OpenOptions;
use std::io::Write;
use std::net::IpAddr;
use std::thread;
use std::time::{Duration, Instant};

use netlink_packet_core::{Emitable, NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REQUEST};
use netlink_packet_route::AddressFamily;
use netlink_packet_route::address::AddressHeaderFlags;
use netlink_packet_route::link::{
    InfoData, InfoKind, InfoVeth, LinkAttribute, LinkFlags, LinkInfo, LinkMessage,
};
use netlink_packet_route::route::{RouteAddress, RouteAttribute, RouteType};
use nix::errno::Errno;
use nix::sched::{CloneFlags, unshare};
use portolan_netlink::{
    Allow, Answer, Done, Namespace, OnError, Outcome, Part, Place, Plan, Request, Socket, State, carry_out,
    plan, step,
};

use crate::sequence::{Strings, parts};

/// Long enough for a machine that is busy, so that only what hangs runs into it.
pub(crate) const LONG: Duration = Duration::from_secs(30);

/// What a container on two networks has, the first of them with the default route.
const START: Strings<'static> = &[
    ("address", "add 10.0.0.2/24 brd + dev eth0"),
    ("address", "add 192.168.1.2/24 brd + dev eth1"),
    ("address", "add 2001:db8::2/64 dev eth0"),
    ("route", "add default via 10.0.0.1"),
    ("route", "add ::/0 via 2001:db8::1"),
];

/// A network namespace of its own with `eth0` and `eth1`, as a container on two networks has them.
#[derive(Debug)]
pub(crate) struct Topology {
    pub(crate) namespace: Namespace,
}

impl Topology {
    /// A new one; none without root, which is said.
    pub(crate) fn new() -> Option<Self> {
        let topology = Self { namespace: empty()? };
        topology.inside(|socket| {
            let links = [pair("eth0", "peer0", 2), pair("eth1", "peer1", 4)];
            let links = links.into_iter().chain(["lo", "eth0", "peer0", "eth1", "peer1"].map(up));
            let answers = socket.send(&links.collect::<Vec<_>>()).unwrap();
            assert!(answers.iter().all(Answer::is_done), "{answers:?}");
        });
        // The routes to groups of each link but `lo`, which come when the kernel has seen that it is up.
        let groups = |state: &State| {
            state.routes.iter().filter(|it| it.message.header.kind == RouteType::Multicast).count()
        };
        topology.wait(|state| groups(state) == 4);
        topology.send(START);
        topology.settle();
        Some(topology)
    }

    /// Takes a link away, with all that goes with it: as an engine does that disconnects a network.
    pub(crate) fn unplug(&self, name: &str) {
        let mut body = vec![0; link(name).buffer_len()];
        link(name).emit(&mut body);
        let request = Request { kind: 17, flags: NLM_F_REQUEST | NLM_F_ACK, body };
        assert_eq!(self.inside(|socket| socket.send(&[request])).unwrap(), [Answer::default()]);
    }

    /// Adds a link that is up, with this number in its hardware address.
    pub(crate) fn plug(&self, name: &str, peer: &str, number: u8) {
        let requests = [pair(name, peer, number), up(name), up(peer)];
        let answers = self.inside(|socket| socket.send(&requests)).unwrap();
        assert!(answers.iter().all(Answer::is_done), "{answers:?}");
    }

    pub(crate) fn inside<T: Send>(&self, work: impl FnOnce(&mut Socket) -> T + Send) -> T {
        self.namespace.run(LONG, work).unwrap()
    }

    /// What is there, once the kernel is done with it: it has routes to new addresses of IPv6 ready a moment later.
    pub(crate) fn state(&self) -> State {
        self.settle()
    }

    fn settle(&self) -> State {
        self.wait(is_settled)
    }

    fn wait(&self, is_ready: impl Fn(&State) -> bool) -> State {
        let begun = Instant::now();
        loop {
            let state = self.inside(State::read).unwrap();
            assert_eq!(state.unread, 0);
            if is_ready(&state) {
                return state;
            }
            assert!(begun.elapsed() < LONG, "{state:?}");
            thread::yield_now();
        }
    }

    /// Sends strings as they are, one after another, as `ip` does; all of them must go well.
    pub(crate) fn send(&self, strings: Strings<'_>) {
        let outcome = self.send_raw(&parts(strings));
        assert!(outcome.steps.iter().all(|step| matches!(step, Done::Did)), "{strings:?}: {outcome:?}");
    }

    /// Sends strings as they are, as `ip` does.
    pub(crate) fn send_raw(&self, parts: &[Part]) -> Outcome {
        self.inside(|socket| {
            let state = State::read(socket)?;
            let steps = parts.iter().map(|part| step(&part.parsed.action, &state)).collect();
            carry_out(&Plan { steps }, socket, &state, OnError::Continue)
        })
        .unwrap()
    }

    /// Makes a plan and carries it out.
    pub(crate) fn carry_out(&self, parts: &[Part], on_error: OnError) -> (Plan, Outcome) {
        self.inside(|socket| {
            let state = State::read(socket)?;
            let plan = plan(parts, &state, Place::Container, Allow::default());
            let outcome = carry_out(&plan, socket, &state, on_error)?;
            Ok::<_, portolan_netlink::Error>((plan, outcome))
        })
        .unwrap()
    }

    /// The plan for what is there now.
    pub(crate) fn plan(&self, parts: &[Part]) -> Plan {
        plan(parts, &self.state(), Place::Container, Allow::default())
    }
}

/// Says that the calling test can't be run, and why; in CI it has to.
pub(crate) fn skip(why: &str) {
    let test = thread::current().name().unwrap_or_default().to_owned();
    let line = format!("skipped: {test}: {why}");
    assert!(env::var("CI").as_deref() != Ok("true"), "{line}");
    // Past the capture of the test's output.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// A namespace without links that are up, whose new ones get no addresses but those that they are given.
fn empty() -> Option<Namespace> {
    let make = || {
        unshare(CloneFlags::CLONE_NEWNET)?;
        for (name, value) in [("accept_dad", "0"), ("accept_ra", "0"), ("addr_gen_mode", "1")] {
            let path = format!("/proc/sys/net/ipv6/conf/default/{name}");
            OpenOptions::new().write(true).open(path).unwrap().write_all(value.as_bytes()).unwrap();
        }
        Ok(Namespace::own().unwrap())
    };
    match thread::spawn(make).join().unwrap() {
        Ok(namespace) => Some(namespace),
        Err(Errno::EPERM) => {
            skip("not root");
            None
        }
        Err(error) => panic!("no network namespace: {error}"),
    }
}

/// Whether each address of IPv6 is ready: no longer tried, and with its route.
fn is_settled(state: &State) -> bool {
    let local = |link: u32, address: IpAddr| {
        let attributes = [
            RouteAttribute::Oif(link),
            RouteAttribute::Destination(match address {
                IpAddr::V4(_) => return true,
                IpAddr::V6(address) => RouteAddress::Inet6(address),
            }),
        ];
        state.routes.iter().map(|route| &route.message).any(|route| {
            route.header.table == 255 && attributes.iter().all(|it| route.attributes.contains(it))
        })
    };
    let tried = |flags: AddressHeaderFlags| flags.contains(AddressHeaderFlags::Tentative);
    state.addresses.iter().all(|address| !tried(address.message.header.flags))
        && state.addresses_of_links().into_iter().all(|(link, address)| local(link, address))
}

fn up(name: &str) -> Request {
    let mut message = link(name);
    message.header.flags = LinkFlags::Up;
    message.header.change_mask = LinkFlags::Up;
    new_link(NLM_F_REQUEST | NLM_F_ACK, &message)
}

/// Two ends of a cable, with this number in their hardware addresses.
fn pair(name: &str, peer: &str, number: u8) -> Request {
    let mac = |number| LinkAttribute::Address(vec![2, 0, 0, 0, 0, number]);
    let (mut one, mut other) = (link(name), link(peer));
    other.attributes.push(mac(number + 1));
    one.attributes.push(mac(number));
    one.attributes.push(LinkAttribute::LinkInfo(vec![
        LinkInfo::Kind(InfoKind::Veth),
        LinkInfo::Data(InfoData::Veth(InfoVeth::Peer(other))),
    ]));
    new_link(NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &one)
}

fn link(name: &str) -> LinkMessage {
    let mut message = LinkMessage::default();
    message.header.interface_family = AddressFamily::Unspec;
    message.attributes.push(LinkAttribute::IfName(name.to_owned()));
    message
}

fn new_link(flags: u16, message: &LinkMessage) -> Request {
    let mut body = vec![0; message.buffer_len()];
    message.emit(&mut body);
    Request { kind: 16, flags, body }
}
