use std::fs::File;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, Result, anyhow, bail};
use netlink_sys::protocols::NETLINK_ROUTE;
use netlink_sys::{Socket, SocketAddr};
use nix::sched::{CloneFlags, setns};

/// The kernel's own word on what is added in a network namespace, whoever adds it.
#[derive(Debug)]
pub(super) struct Witness {
    added: Receiver<SystemTime>,
}

impl Witness {
    /// Listens in the namespace of this process, on a thread that ends with ours.
    pub(super) fn listen(process: u32) -> Result<Self> {
        let namespace = File::open(format!("/proc/{process}/ns/net")).context("cannot open the namespace")?;
        let (sender, added) = mpsc::channel();
        let (ready, is_ready) = mpsc::channel();
        std::thread::spawn(move || {
            let socket = match open(&namespace) {
                Ok(socket) => socket,
                Err(error) => return drop(ready.send(Err(error))),
            };
            let _ = ready.send(Ok(()));
            while let Ok((message, _)) = socket.recv_from_full() {
                let seen = SystemTime::now();
                if is_addition(&message) && sender.send(seen).is_err() {
                    return;
                }
            }
        });
        is_ready.recv().map_err(|_| anyhow!("the witness ended"))??;
        Ok(Self { added })
    }

    /// When this many routes and rules had been added, as of now.
    pub(super) fn wait_for(&self, count: usize, limit: Duration) -> Result<SystemTime> {
        let mut last = None;
        for number in 0..count {
            match self.added.recv_timeout(limit) {
                Ok(seen) => last = Some(seen),
                Err(RecvTimeoutError::Timeout) => {
                    bail!("{number} of {count} routes and rules within {} s", limit.as_secs())
                }
                Err(RecvTimeoutError::Disconnected) => bail!("the witness ended"),
            }
        }
        last.context("nothing to wait for")
    }

    /// Whether anything more was added.
    pub(super) fn has_more(&self) -> bool {
        self.added.try_recv().is_ok()
    }
}

fn open(namespace: &File) -> Result<Socket> {
    /// `RTNLGRP_IPV4_ROUTE` and `RTNLGRP_IPV4_RULE`.
    const GROUPS: [u32; 2] = [7, 8];

    setns(namespace, CloneFlags::CLONE_NEWNET).context("cannot enter the namespace")?;
    let mut socket = Socket::new(NETLINK_ROUTE).context("cannot open a netlink socket")?;
    socket.bind(&SocketAddr::new(0, 0)).context("cannot bind a netlink socket")?;
    for group in GROUPS {
        socket.add_membership(group).context("cannot listen to the kernel")?;
    }
    Ok(socket)
}

/// Whether it is `RTM_NEWROUTE` or `RTM_NEWRULE`: there is one message in each datagram of these groups.
fn is_addition(message: &[u8]) -> bool {
    let kind = message.get(4..6).and_then(|kind| kind.try_into().ok()).map(u16::from_ne_bytes);
    matches!(kind, Some(24 | 32))
}
