//! What the tests work in.

use std::env;
use std::io::Write;
use std::net::Ipv4Addr;
use std::thread;
use std::time::Duration;

use netlink_packet_core::{Emitable, NLM_F_ACK, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REQUEST};
use netlink_packet_route::AddressFamily;
use netlink_packet_route::address::{AddressAttribute, AddressMessage};
use netlink_packet_route::route::{RouteAddress, RouteAttribute, RouteMessage, RouteProtocol, RouteType};
use nix::errno::Errno;
use nix::sched::{CloneFlags, unshare};
use portolan_netlink::{Answer, Namespace, Request, Socket};

/// Long enough for a machine that is busy, so that only what hangs runs into it.
pub(crate) const LONG: Duration = Duration::from_secs(30);

/// A network namespace of its own whose one link, `lo`, is up and has 10.0.0.2/24; none without root, which is said.
pub(crate) fn namespace() -> Option<Namespace> {
    let made = thread::spawn(|| unshare(CloneFlags::CLONE_NEWNET).map(|()| Namespace::own().unwrap()));
    let namespace = match made.join().unwrap() {
        Ok(namespace) => namespace,
        Err(Errno::EPERM) => {
            skip("not root");
            return None;
        }
        Err(error) => panic!("no network namespace: {error}"),
    };
    let answers =
        namespace.run(LONG, |socket| socket.send(&[up(), address([10, 0, 0, 2])])).unwrap().unwrap();
    assert_eq!(answers, [done(), done()]);
    Some(namespace)
}

/// Says that the calling test can't be run, and why; in CI it has to.
pub(crate) fn skip(why: &str) {
    let test = thread::current().name().unwrap_or_default().to_owned();
    let line = format!("skipped: {test}: {why}");
    assert!(env::var("CI").as_deref() != Ok("true"), "{line}");
    // Past the capture of the test's output.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Runs this in the namespace, with a socket for as long as the test wants: others are not kept out.
pub(crate) fn inside<T: Send>(namespace: &Namespace, work: impl FnOnce(&mut Socket) -> T + Send) -> T {
    let file = namespace.run(LONG, |_| std::fs::File::open("/proc/thread-self/ns/net").unwrap()).unwrap();
    let enter = || {
        nix::sched::setns(&file, CloneFlags::CLONE_NEWNET).unwrap();
        work(&mut Socket::open(LONG).unwrap())
    };
    thread::scope(|scope| scope.spawn(enter).join().unwrap())
}

pub(crate) fn done() -> Answer {
    Answer::default()
}

/// Takes `lo` up.
fn up() -> Request {
    let header: [u32; 4] = [0, 1, 1, 1];
    let body = header.iter().flat_map(|word| word.to_ne_bytes()).collect();
    Request { kind: 16, flags: NLM_F_REQUEST | NLM_F_ACK, body }
}

/// Adds this address to `lo`, in a network of 24 bits.
pub(crate) fn address(address: [u8; 4]) -> Request {
    let address = Ipv4Addr::from(address).into();
    let mut message = AddressMessage::default();
    message.header.family = AddressFamily::Inet;
    message.header.prefix_len = 24;
    message.header.index = 1;
    message.attributes = vec![AddressAttribute::Address(address), AddressAttribute::Local(address)];
    Request { kind: 20, flags: NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, body: body(&message) }
}

/// Adds a route to this host by this gateway.
pub(crate) fn route(to: [u8; 4], via: [u8; 4]) -> Request {
    let mut message = RouteMessage::default();
    message.header.address_family = AddressFamily::Inet;
    message.header.destination_prefix_length = 32;
    message.header.table = 254;
    message.header.protocol = RouteProtocol::Boot;
    message.header.kind = RouteType::Unicast;
    message.attributes = vec![
        RouteAttribute::Destination(RouteAddress::Inet(to.into())),
        RouteAttribute::Gateway(RouteAddress::Inet(via.into())),
    ];
    Request { kind: 24, flags: NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, body: body(&message) }
}

/// A route that can be added.
pub(crate) fn good(number: usize) -> Request {
    let [.., high, low] = number.to_be_bytes();
    route([172, 16, high, low], [10, 0, 0, 1])
}

/// A route whose gateway can't be reached.
pub(crate) fn bad() -> Request {
    route([172, 31, 0, 1], [192, 0, 2, 1])
}

/// The same, without asking for an answer.
pub(crate) fn silent(mut request: Request) -> Request {
    request.flags &= !NLM_F_ACK;
    request
}

fn body(message: &impl Emitable) -> Vec<u8> {
    let mut bytes = vec![0; message.buffer_len()];
    message.emit(&mut bytes);
    bytes
}
