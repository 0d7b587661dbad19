use std::fmt;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use netlink_packet_core::{NLM_F_ACK, NLM_F_DUMP_INTR, NLM_F_REQUEST, NLMSG_DONE, NLMSG_ERROR, NLMSG_NOOP};
use netlink_sys::protocols::NETLINK_ROUTE;
use nix::errno::Errno;
use nix::libc::{MSG_DONTWAIT, MSG_TRUNC};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};

use crate::message::{Message, messages};
use crate::{Answer, Error, Request};

/// A netlink socket to the kernel's routing, of the namespace in which it was opened.
///
/// It blocks, for the kernel has its answers ready when it has taken a request: a change takes a few millionths of a second.
pub struct Socket {
    socket: netlink_sys::Socket,
    timeout: Duration,
    deadline: Option<Instant>,
    sequence: u32,
    buffer: Vec<u8>,
}

impl Socket {
    /// As many requests go at once as have their answers fit into what the kernel keeps for a socket, 208 KiB, at about a
    /// kilobyte for each.
    const BATCH: usize = 64;
    /// As many bytes go at once, one request in any case. The kernel takes up to 208 KiB.
    const BATCH_BYTES: usize = 64 * 1024;
    /// How much the kernel puts into one part of a dump at most, except for links with very many functions.
    const BUFFER: usize = 32 * 1024;
    /// How often a dump is asked for that is changed at the same time.
    const ATTEMPTS: usize = 8;

    /// Opens one in the namespace that the calling thread is in.
    ///
    /// `timeout` bounds each [`send`](Self::send) and each [`dump`](Self::dump). The kernel is asked for its own words on
    /// errors, and to take filters of dumps literally, as `ip` does.
    ///
    /// # Errors
    /// [`Error::Socket`].
    pub fn open(timeout: Duration) -> Result<Self, Error> {
        let failed = |source| Error::Socket { attempt: "open", source };
        let socket = netlink_sys::Socket::new(NETLINK_ROUTE).map_err(failed)?;
        // Kernels before 4.20 lack one or the other: errors are less clear there, and dumps are not filtered.
        let _ = socket.set_ext_ack(true);
        let _ = socket.set_cap_ack(true);
        let _ = socket.set_netlink_get_strict_chk(true);
        Ok(Self { socket, timeout, deadline: None, sequence: 0, buffer: Vec::with_capacity(Self::BUFFER) })
    }

    /// The same, with an end for all that is asked of it.
    pub(crate) fn until(mut self, deadline: Instant) -> Self {
        self.deadline = Some(deadline);
        self
    }

    /// Sends requests, in as few calls as their number allows, and returns what the kernel says of each, in the same order.
    ///
    /// The kernel goes through all of them, in order, whatever becomes of each. A request that asks for no answer gets the
    /// answer that it is done unless the kernel refuses it.
    ///
    /// # Errors
    /// [`Error::Timeout`], [`Error::Socket`] and [`Error::Garbled`]: then some may have been done, some not.
    pub fn send(&mut self, requests: &[Request]) -> Result<Vec<Answer>, Error> {
        let end = self.end();
        let mut answers = Vec::with_capacity(requests.len());
        let mut rest = requests;
        while !rest.is_empty() {
            let (batch, later) = rest.split_at(batch(rest));
            answers.extend(self.exchange(batch, end)?);
            rest = later;
        }
        Ok(answers)
    }

    /// Asks for a list, and returns its messages, each without its netlink header.
    ///
    /// A list that changed while the kernel wrote it is asked for again, a few times; where it never comes to rest, as on a
    /// router that learns routes all the time, the last one is returned.
    ///
    /// # Errors
    /// [`Error::Refused`], with the words `FIB table does not exist` for the routes of a table that there is not;
    /// [`Error::Timeout`], [`Error::Socket`] and [`Error::Garbled`].
    pub fn dump(&mut self, request: &Request) -> Result<Vec<Vec<u8>>, Error> {
        let end = self.end();
        let mut attempts = 1;
        loop {
            let dump = self.dump_once(request, end)?;
            let last = attempts == Self::ATTEMPTS;
            attempts += 1;
            if dump.needs > self.buffer.capacity() {
                if last {
                    return Err(Error::Garbled);
                }
                self.buffer = Vec::with_capacity(dump.needs);
            } else if last || !dump.interrupted {
                return Ok(dump.bodies);
            }
        }
    }

    fn exchange(&mut self, batch: &[Request], end: Instant) -> Result<Vec<Answer>, Error> {
        let first = self.sequence.wrapping_add(1);
        let mut bytes = Vec::new();
        for request in batch {
            self.push(&mut bytes, request);
        }
        // Answers come in order, so that what there is no answer to by then was done.
        if batch.last().is_some_and(|request| !request.wants_answer()) {
            let barrier = Request { kind: NLMSG_NOOP, flags: NLM_F_REQUEST | NLM_F_ACK, body: Vec::new() };
            self.push(&mut bytes, &barrier);
        }
        self.write(&bytes)?;

        let mut answers = vec![Answer::default(); batch.len()];
        loop {
            self.receive(end)?;
            for message in messages(&self.buffer) {
                let Some(answer) = answer(message)? else { continue };
                // Of an earlier request of this socket it would be a large number.
                let at = usize::try_from(message.sequence.wrapping_sub(first)).unwrap_or(usize::MAX);
                if let Some(place) = answers.get_mut(at) {
                    *place = answer;
                }
                if message.sequence == self.sequence {
                    return Ok(answers);
                }
            }
        }
    }

    fn dump_once(&mut self, request: &Request, end: Instant) -> Result<Dump, Error> {
        let mut bytes = Vec::new();
        self.push(&mut bytes, request);
        self.write(&bytes)?;

        let mut dump = Dump::default();
        loop {
            dump.needs = dump.needs.max(self.receive(end)?);
            for message in messages(&self.buffer).filter(|it| it.sequence == self.sequence) {
                dump.interrupted |= message.flags & NLM_F_DUMP_INTR != 0;
                match answer(message)? {
                    Some(answer) if answer.is_done() => return Ok(dump),
                    Some(answer) => return Err(Error::Refused { what: what(request.kind), answer }),
                    None if message.kind > NLMSG_DONE => dump.bodies.push(message.body.to_vec()),
                    None => {}
                }
            }
        }
    }

    /// Adds a request with the next number.
    fn push(&mut self, bytes: &mut Vec<u8>, request: &Request) {
        self.sequence = self.sequence.wrapping_add(1);
        bytes.extend(request.bytes(self.sequence));
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }

    fn write(&self, bytes: &[u8]) -> Result<(), Error> {
        // To the kernel, since nobody else was named.
        match self.socket.send(bytes, 0) {
            Ok(_) => Ok(()),
            Err(source) => Err(Error::Socket { attempt: "write to", source }),
        }
    }

    /// Waits for the kernel's next datagram, and returns how long it is: the buffer has its beginning where it is shorter.
    fn receive(&mut self, end: Instant) -> Result<usize, Error> {
        let failed = |source| Error::Socket { attempt: "read from", source };
        loop {
            self.buffer.clear();
            match self.socket.recv_from(&mut self.buffer, MSG_DONTWAIT | MSG_TRUNC) {
                // Whoever has the right to, in the namespace, may write to this socket too.
                Ok((length, from)) if from.port_number() == 0 => return Ok(length),
                Ok(_) => {}
                Err(error) => match error.raw_os_error().map(Errno::from_raw) {
                    Some(Errno::EAGAIN) => self.wait(end)?,
                    Some(Errno::EINTR) => {}
                    _ => return Err(failed(error)),
                },
            }
            if Instant::now() >= end {
                return Err(Error::Timeout { after: self.timeout });
            }
        }
    }

    fn wait(&self, end: Instant) -> Result<(), Error> {
        let left = end.saturating_duration_since(Instant::now());
        // Rounded up, lest the last millisecond be spent in a loop.
        let left = PollTimeout::try_from(left + Duration::from_millis(1)).unwrap_or(PollTimeout::MAX);
        match poll(&mut [PollFd::new(self.socket.as_fd(), PollFlags::POLLIN)], left) {
            Ok(_) | Err(Errno::EINTR) => Ok(()),
            Err(error) => Err(Error::Socket { attempt: "read from", source: error.into() }),
        }
    }

    fn end(&self) -> Instant {
        let end = Instant::now() + self.timeout;
        self.deadline.map_or(end, |deadline| deadline.min(end))
    }
}

impl fmt::Debug for Socket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Socket").field("timeout", &self.timeout).field("sequence", &self.sequence).finish()
    }
}

/// What came of one attempt at a dump.
#[derive(Default)]
struct Dump {
    bodies: Vec<Vec<u8>>,
    /// Something was changed in the meantime.
    interrupted: bool,
    /// The length of the longest datagram: what the buffer must hold.
    needs: usize,
}

/// How many requests, from the first, go at once.
fn batch(requests: &[Request]) -> usize {
    let mut bytes = 0;
    let fitting = requests.iter().take(Socket::BATCH).take_while(|request| {
        bytes += Request::HEADER + request.body.len();
        bytes <= Socket::BATCH_BYTES
    });
    fitting.count().max(1)
}

/// What a message says of a request, if it is an answer.
fn answer(message: Message<'_>) -> Result<Option<Answer>, Error> {
    match message.kind {
        NLMSG_ERROR => Answer::of_error(message).map(Some).ok_or(Error::Garbled),
        NLMSG_DONE => Ok(Some(Answer::of_done(message))),
        _ => Ok(None),
    }
}

/// What a dump lists.
fn what(kind: u16) -> &'static str {
    match kind {
        18 => "links",
        22 => "addresses",
        26 => "routes",
        34 => "rules",
        _ => "what was asked for",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_of_batches() {
        let check = |bodies: &[usize], expected: usize| {
            let request = |length: &usize| Request { kind: 24, flags: 5, body: vec![0; *length] };
            assert_eq!(batch(&bodies.iter().map(request).collect::<Vec<_>>()), expected, "{bodies:?}");
        };
        check(&[20], 1);
        check(&[20; 65], 64);
        check(&[30_000; 5], 2);
        check(&[100_000, 20], 1);
    }
}
