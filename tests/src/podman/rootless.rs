use std::ffi::OsStr;
use std::fs::{File, Permissions, set_permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use super::Podman;
use crate::output;

/// An unprivileged user who exists in a sandbox alone.
#[derive(Debug)]
pub(super) struct User {
    home: PathBuf,
    pub(super) runtime_directory: PathBuf,
}

/// The user's number and group, and the first of the numbers that are for the containers.
const NUMBER: u32 = 4_711;
const SUBORDINATE: u32 = 700_000;
const NAME: &str = "sailor";

impl User {
    /// Makes the user: in copies of the system's files that the sandbox alone sees, with a home, a runtime directory and a
    /// device for networks of their own.
    pub(super) fn make(podman: &Podman) -> Result<Self> {
        let directory = podman.directory();
        // Of the sandbox's directory: the user must get through to what is theirs below.
        set_permissions(directory, Permissions::from_mode(0o711))?;
        set_permissions(podman.containers_conf(), Permissions::from_mode(0o644))?;
        let script = directory.join("rootless.sh");
        File::create(&script)?.write_all(include_bytes!("rootless.sh"))?;
        let user = Self {
            home: directory.join("home"),
            runtime_directory: PathBuf::from(format!("/run/user/{NUMBER}")),
        };
        let mut make = podman.as_root("bash");
        make.arg(&script).args([NAME, &NUMBER.to_string(), &SUBORDINATE.to_string()]);
        output(make.args([directory, &user.home, &user.runtime_directory]), b"").context("make a user")?;
        Ok(user)
    }

    pub(super) fn program(&self, podman: &Podman, program: &OsStr) -> Command {
        let mut theirs = podman.as_root("setpriv");
        let number = NUMBER.to_string();
        theirs.args(["--reuid", &number, "--regid", &number, "--clear-groups", "--"]).arg(program);
        theirs.env("HOME", &self.home).env("USER", NAME).env("LOGNAME", NAME);
        theirs.env("XDG_RUNTIME_DIR", &self.runtime_directory);
        theirs
    }

    pub(super) fn give(&self, path: &Path) -> Result<()> {
        std::os::unix::fs::chown(path, Some(NUMBER), Some(NUMBER))
            .with_context(|| format!("give `{}` to `{NAME}`", path.display()))
    }
}
