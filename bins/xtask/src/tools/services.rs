use std::fs;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use crate::process::{capture, command, find};

/// Asked by Debian's packages before they start a service; 101 says no.
const POLICY: &str = "/usr/sbin/policy-rc.d";

/// The services that the packages we install would start, now and with the machine.
const SERVICES: &[&str] = &["docker.service", "docker.socket", "containerd.service", "ssh.service"];

/// Keeps packages that are installed from starting services, until it is dropped.
///
/// A machine that lends itself to a test shall not for that reason serve SSH, or run an engine that nobody uses.
#[derive(Debug)]
pub(super) struct NoServices {
    /// Whether the machine had no policy of its own.
    policy_is_ours: bool,
    /// Those that were not there before.
    new: Vec<&'static str>,
}

impl NoServices {
    pub(super) fn begin() -> Self {
        let policy = fs::OpenOptions::new().write(true).create_new(true).mode(0o755).open(POLICY);
        let policy_is_ours = policy.and_then(|mut file| file.write_all(b"#!/bin/sh\nexit 101\n")).is_ok();
        Self {
            policy_is_ours,
            new: SERVICES.iter().copied().filter(|service| !is_installed(service)).collect(),
        }
    }
}

impl Drop for NoServices {
    fn drop(&mut self) {
        if self.policy_is_ours {
            let _ = fs::remove_file(POLICY);
        }
        let new: Vec<_> = self.new.iter().filter(|service| is_installed(service)).collect();
        if let Some(systemctl) = find("systemctl").filter(|_| !new.is_empty()) {
            let _ = capture(command(systemctl).args(["--quiet", "disable"]).args(new));
        }
    }
}

fn is_installed(service: &str) -> bool {
    ["/lib/systemd/system", "/usr/lib/systemd/system"]
        .iter()
        .any(|folder| Path::new(folder).join(service).exists())
}
