use std::fs::OpenOptions;
use std::io::Write;
use std::os::fd::AsRawFd;
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use super::rtnetlink::Rtnetlink;
use super::snapshot::Snapshot;
use crate::{NetworkNamespace, command, output};

/// What `ip` was recorded in: loopback, and two interfaces with an IPv4 and an IPv6 address each, whose other ends are up
/// in a second namespace.
///
/// | link | number | addresses |
/// |---|---|---|
/// | `lo` | 1 | `127.0.0.1/8`, `::1/128` |
/// | `eth0` | 2 | `10.0.0.2/24`, `2001:db8::2/64`, `fe80::ff:fe00:2/64` |
/// | `eth1` | 3 | `192.168.1.2/24`, `2001:db8:1::2/64`, `fe80::ff:fe00:102/64` |
///
/// No duplicate addresses are looked for and no routers are asked, so nothing changes by itself.
#[derive(Debug)]
pub struct Topology {
    namespace: NetworkNamespace,
    _peer: NetworkNamespace,
    rtnetlink: Rtnetlink,
    first: Snapshot,
}

/// How a program, or what stands for it, ended, and what it said on standard error.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The exit code.
    pub exit: u8,
    /// Standard error, without white space at the end.
    pub text: String,
}

impl Topology {
    /// Makes one. The calling thread is in its namespace afterwards.
    ///
    /// # Errors
    /// Where the kernel or `ip` refuses something: it needs root.
    pub fn new() -> Result<Self> {
        let (namespace, peer) = (NetworkNamespace::new()?, NetworkNamespace::new()?);
        peer.enter()?;
        quiet()?;
        namespace.enter()?;
        quiet()?;
        let mut rtnetlink = Rtnetlink::open()?;
        let other = format!("/proc/{}/fd/{}", std::process::id(), peer.file().as_raw_fd());
        let ours = format!(
            "link add eth0 address 02:00:00:00:00:02 type veth peer name p0 address 02:00:00:00:00:01 netns {other}\n\
             link add eth1 address 02:00:00:00:01:02 type veth peer name p1 address 02:00:00:00:01:01 netns {other}\n\
             link set eth0 up\nlink set eth1 up\n\
             address add 10.0.0.2/24 dev eth0\naddress add 2001:db8::2/64 dev eth0\n\
             address add 192.168.1.2/24 dev eth1\naddress add 2001:db8:1::2/64 dev eth1\n"
        );
        output(command("ip").args(["-batch", "-"]), ours.as_bytes())?;
        peer.enter()?;
        output(command("ip").args(["-batch", "-"]), b"link set p0 up\nlink set p1 up\n")?;
        namespace.enter()?;
        let first = complete(&mut rtnetlink)?;
        Ok(Self { namespace, _peer: peer, rtnetlink, first })
    }

    /// Takes the calling thread into its namespace, and whatever that starts from now on.
    ///
    /// # Errors
    /// Where the kernel refuses it.
    pub fn enter(&self) -> Result<()> {
        self.namespace.enter()
    }

    /// The path of its namespace, for any program of this machine as long as this lives.
    pub fn path(&self) -> String {
        format!("/proc/{}/fd/{}", std::process::id(), self.namespace.file().as_raw_fd())
    }

    /// Runs the real `ip` in it; the calling thread is there afterwards.
    ///
    /// # Errors
    /// Where it can't be started, or is ended by a signal.
    pub fn ip(&self, arguments: &[&str]) -> Result<(Told, String)> {
        self.enter()?;
        let output = command("ip").args(arguments).env("LC_ALL", "C").stdin(Stdio::null()).output()?;
        let exit = output.status.code().with_context(|| format!("`ip {arguments:?}`: {}", output.status))?;
        let told = Told {
            exit: u8::try_from(exit)?,
            text: String::from_utf8_lossy(&output.stderr).trim_end().to_owned(),
        };
        Ok((told, String::from_utf8_lossy(&output.stdout).into_owned()))
    }

    /// Waits until nothing is under way any more.
    ///
    /// # Errors
    /// Where the kernel does not come to an end.
    pub fn settle(&mut self) -> Result<()> {
        self.rtnetlink.settle()
    }

    /// What the kernel has there, once nothing is under way any more.
    ///
    /// # Errors
    /// Where the kernel does not answer.
    pub fn snapshot(&mut self) -> Result<Snapshot> {
        self.settle()?;
        Snapshot::take(&mut self.rtnetlink)
    }

    /// Makes it as it was when it was new, but for tables: those that a route was in once stay, empty.
    ///
    /// # Errors
    /// Where the kernel does not answer, or it is not as it was: then make a new one.
    pub fn restore(&mut self) -> Result<()> {
        if self.snapshot()? == self.first {
            return Ok(());
        }
        self.first.restore(&mut self.rtnetlink)?;
        let now = self.snapshot()?;
        ensure!(now == self.first, "it is not as it was:\n{}", self.first.difference(&now));
        Ok(())
    }
}

/// Has a namespace change nothing by itself.
fn quiet() -> Result<()> {
    for (of, key) in
        [("all", "accept_dad"), ("default", "accept_dad"), ("all", "accept_ra"), ("default", "accept_ra")]
            .into_iter()
            .chain([("default", "router_solicitations")])
    {
        let path = format!("/proc/sys/net/ipv6/conf/{of}/{key}");
        let mut file =
            OpenOptions::new().write(true).open(&path).with_context(|| format!("open `{path}`"))?;
        file.write_all(b"0")?;
    }
    Ok(())
}

/// Waits until the links have all that they get by themselves: routes of their own addresses, and of multicast.
fn complete(rtnetlink: &mut Rtnetlink) -> Result<Snapshot> {
    let deadline = Instant::now() + Duration::from_secs(5);
    loop {
        rtnetlink.settle()?;
        let snapshot = Snapshot::take(rtnetlink)?;
        if snapshot.is_complete() {
            // The last of it may have come after the wait.
            rtnetlink.settle()?;
            return Snapshot::take(rtnetlink);
        }
        ensure!(Instant::now() < deadline, "the links do not come up:\n{snapshot}");
        std::thread::yield_now();
    }
}
