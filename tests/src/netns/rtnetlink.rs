use std::collections::BTreeSet;
use std::io::ErrorKind;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};
use netlink_sys::{Socket, SocketAddr, protocols::NETLINK_ROUTE};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

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
const RTNLGRP_IPV6_IFADDR: u32 = 9;
pub(super) const TENTATIVE: u8 = 0x40;
const HEADER: usize = 16;

/// A socket to the kernel's routing, as plain as can be: what is measured here has a reader of its own, and is not asked
/// about itself.
#[derive(Debug)]
pub(super) struct Rtnetlink {
    socket: Socket,
    sequence: u32,
    /// A second one, on which the kernel tells of addresses unasked.
    notices: Socket,
    /// The addresses of IPv6 that it is done with, each with its link.
    ready: BTreeSet<(u32, Vec<u8>)>,
}

impl Rtnetlink {
    /// One to the namespace of the calling thread, wherever that goes later. The addresses
    /// that are there already are taken for done.
    pub(super) fn open() -> Result<Self> {
        let mut socket = Socket::new(NETLINK_ROUTE)?;
        socket.bind_auto()?;
        socket.connect(&SocketAddr::new(0, 0))?;
        let mut notices = Socket::new(NETLINK_ROUTE)?;
        notices.bind_auto()?;
        notices.add_membership(RTNLGRP_IPV6_IFADDR)?;
        notices.set_non_blocking(true)?;
        let mut rtnetlink = Self { socket, sequence: 0, notices, ready: BTreeSet::new() };
        rtnetlink.ready = rtnetlink.dump(RTM_GETADDR)?.iter().filter_map(|body| address_6(body)).collect();
        Ok(rtnetlink)
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
                for Message { kind, flags, body, .. } in self.receive()? {
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
            for Message { kind, body, .. } in self.receive()? {
                if kind == NLMSG_ERROR {
                    return Ok(errno(&body));
                }
            }
        }
    }

    /// Waits until the kernel is done with each address of IPv6: it makes them usable, and their routes, a moment later.
    pub(super) fn settle(&mut self) -> Result<()> {
        let deadline = Instant::now() + Duration::from_secs(2);
        let addresses = self.dump(RTM_GETADDR)?;
        let mut awaited: Vec<_> = addresses.iter().filter_map(|body| address_6(body)).collect();
        loop {
            self.notices()?;
            awaited.retain(|address| !self.ready.contains(address));
            if awaited.is_empty() {
                break;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            ensure!(!left.is_zero(), "the kernel does not tell of the addresses {awaited:?}");
            poll(&mut [PollFd::new(self.notices.as_fd(), PollFlags::POLLIN)], PollTimeout::try_from(left)?)?;
        }
        // It tells of an address under a lock and goes on; an empty change of a link has to wait for that.
        let mut loopback = [0; 16];
        loopback[4] = 1;
        ensure!(self.change(RTM_SETLINK, 0, &loopback)? == 0, "the kernel refuses an empty change of `lo`");
        Ok(())
    }

    /// Takes note of the addresses that the kernel has told of since the last time.
    fn notices(&mut self) -> Result<()> {
        loop {
            let datagram = match self.notices.recv_from_full() {
                Ok((datagram, _)) => datagram,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error.into()),
            };
            for message in messages(&datagram)? {
                let Some(address) = address_6(&message.body) else { continue };
                let tentative = message.body.get(2).is_some_and(|flags| flags & TENTATIVE != 0);
                if message.kind == RTM_GETADDR - 2 && tentative {
                    // It is told of once more.
                } else if message.kind == RTM_GETADDR - 2 {
                    self.ready.insert(address);
                } else {
                    self.ready.remove(&address);
                }
            }
        }
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

    /// The messages of one datagram that answer the last request.
    fn receive(&mut self) -> Result<Vec<Message>> {
        let (datagram, _) = self.socket.recv_from_full()?;
        let mut messages = messages(&datagram)?;
        messages.retain(|message| message.sequence == self.sequence);
        Ok(messages)
    }
}

struct Message {
    kind: u16,
    flags: u16,
    sequence: u32,
    body: Vec<u8>,
}

fn messages(datagram: &[u8]) -> Result<Vec<Message>> {
    let mut messages = Vec::new();
    let mut rest = datagram;
    while rest.len() >= HEADER {
        let length = usize::try_from(number(&rest[..4]))?;
        ensure!((HEADER..=rest.len()).contains(&length), "a message longer than its datagram");
        let short = |at: usize| u16::from_ne_bytes([rest[at], rest[at + 1]]);
        let body = rest[HEADER..length].to_vec();
        messages.push(Message { kind: short(4), flags: short(6), sequence: number(&rest[8..12]), body });
        rest = &rest[length.next_multiple_of(4).min(rest.len())..];
    }
    Ok(messages)
}

/// The link and the address of IPv6 that a message is about.
fn address_6(body: &[u8]) -> Option<(u32, Vec<u8>)> {
    const AF_INET6: u8 = 10;
    const IFA_ADDRESS: u16 = 1;
    const IFA_LOCAL: u16 = 2;
    let find = |wanted| attributes(body, 8).find(|(kind, _)| *kind == wanted);
    let (_, address) = find(IFA_LOCAL).or_else(|| find(IFA_ADDRESS))?;
    (body.first() == Some(&AF_INET6)).then(|| (number(&body[4..8]), address.to_vec()))
}

/// The error number of an answer, positive.
fn errno(body: &[u8]) -> i32 {
    body.first_chunk().map_or(i32::MAX, |bytes| -i32::from_ne_bytes(*bytes))
}
