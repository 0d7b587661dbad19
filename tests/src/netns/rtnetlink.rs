use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_ROUTE};

use super::message::{attributes, number};

pub(super) const RTM_SETLINK: u16 = 19;
pub(super) const RTM_GETADDR: u16 = 22;
pub(super) const RTM_GETROUTE: u16 = 26;
pub(super) const RTM_GETRULE: u16 = 34;
pub(super) const RTM_GETNEXTHOP: u16 = 106;
pub(super) const REQUEST: u16 = 0x1;
pub(super) const ACK: u16 = 0x4;
pub(super) const EXCL_CREATE: u16 = 0x600;
const DUMP: u16 = 0x300;
const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const HEADER: usize = 16;

/// A socket to the kernel's routing, as plain as can be: what is measured here has a reader of its own, and is not asked
/// about itself.
#[derive(Debug)]
pub(super) struct Rtnetlink {
    socket: Socket,
    sequence: u32,
}

impl Rtnetlink {
    /// One to the namespace of the calling thread, wherever that goes later.
    pub(super) fn open() -> Result<Self> {
        let mut socket = Socket::new(NETLINK_ROUTE)?;
        socket.bind_auto()?;
        socket.connect(&SocketAddr::new(0, 0))?;
        Ok(Self { socket, sequence: 0 })
    }

    /// Everything of a kind, of all families: what follows the netlink header, one entry each.
    pub(super) fn dump(&mut self, kind: u16) -> Result<Vec<Vec<u8>>> {
        'again: loop {
            // A header of zeros, of any kind of message: all families.
            let header: &[u8] = if kind == RTM_GETNEXTHOP { &[0; 8] } else { &[0; 12] };
            self.send(kind, DUMP, header)?;
            let mut all = Vec::new();
            let mut interrupted = false;
            loop {
                for (kind, flags, body) in self.receive()? {
                    // NLM_F_DUMP_INTR: something changed in between.
                    interrupted |= flags & 0x10 != 0;
                    match kind {
                        NLMSG_DONE if interrupted => continue 'again,
                        NLMSG_DONE if errno(&body) == 0 => return Ok(all),
                        NLMSG_DONE | NLMSG_ERROR => bail!("the kernel refuses a dump: {}", errno(&body)),
                        _ => all.push(body),
                    }
                }
            }
        }
    }

    /// Asks for a change; the error number, 0 where it is done.
    pub(super) fn change(&mut self, kind: u16, flags: u16, body: &[u8]) -> Result<i32> {
        self.send(kind, ACK | flags, body)?;
        loop {
            for (kind, _, body) in self.receive()? {
                if kind == NLMSG_ERROR {
                    return Ok(errno(&body));
                }
            }
        }
    }

    /// Waits until no address is tentative, and what the kernel does for each after that is done.
    pub(super) fn settle(&mut self) -> Result<()> {
        const TENTATIVE: u32 = 0x40;
        let deadline = Instant::now() + Duration::from_secs(2);
        loop {
            let addresses = self.dump(RTM_GETADDR)?;
            let flags = |body: &[u8]| {
                attributes(body, 8).find(|(kind, _)| *kind == 8).map_or(0, |(_, value)| number(value))
            };
            if !addresses.iter().any(|body| flags(body) & TENTATIVE != 0) {
                break;
            }
            ensure!(Instant::now() < deadline, "an address stays tentative");
            std::thread::yield_now();
        }
        // The kernel works on an address under a lock that this empty change of a link has to wait for.
        let mut loopback = [0; 16];
        loopback[4] = 1;
        ensure!(self.change(RTM_SETLINK, 0, &loopback)? == 0, "the kernel refuses an empty change of `lo`");
        Ok(())
    }

    fn send(&mut self, kind: u16, flags: u16, body: &[u8]) -> Result<()> {
        self.sequence += 1;
        let mut message = Vec::with_capacity(HEADER + body.len());
        message.extend(u32::try_from(HEADER + body.len())?.to_ne_bytes());
        message.extend(kind.to_ne_bytes());
        message.extend((REQUEST | flags).to_ne_bytes());
        message.extend(self.sequence.to_ne_bytes());
        message.extend([0; 4]);
        message.extend(body);
        self.socket.send(&message, 0)?;
        Ok(())
    }

    /// The messages of one datagram that answer the last request: kind, flags and body.
    fn receive(&mut self) -> Result<Vec<(u16, u16, Vec<u8>)>> {
        let (datagram, _) = self.socket.recv_from_full()?;
        let mut messages = Vec::new();
        let mut rest = datagram.as_slice();
        while rest.len() >= HEADER {
            let length = usize::try_from(number(&rest[..4]))?;
            ensure!((HEADER..=rest.len()).contains(&length), "a message longer than its datagram");
            let short = |at: usize| u16::from_ne_bytes([rest[at], rest[at + 1]]);
            if number(&rest[8..12]) == self.sequence {
                messages.push((short(4), short(6), rest[HEADER..length].to_vec()));
            }
            rest = &rest[length.next_multiple_of(4).min(rest.len())..];
        }
        Ok(messages)
    }
}

/// The error number of an answer, positive.
fn errno(body: &[u8]) -> i32 {
    body.first_chunk().map_or(i32::MAX, |bytes| -i32::from_ne_bytes(*bytes))
}
