//! What has Podman call us: a file among its hooks, and a drop-in that names their directory.

mod containers_conf;
mod hook_file;

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use portolan_program::own_file::OwnFile;

pub(crate) use containers_conf::{Conf, DropIn};
pub(crate) use hook_file::HookFile;

/// Where Podman looks for its configuration, of root's containers or of a user's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Places {
    /// The directory of the configuration.
    pub(crate) configuration: PathBuf,
    /// The directory of the hooks.
    pub(crate) hooks: PathBuf,
    /// Whether they are a user's.
    pub(crate) is_user: bool,
}

impl Places {
    /// Those of this machine; `hooks` is another directory for hooks.
    pub(crate) fn new(is_user: bool, hooks: Option<&Path>) -> anyhow::Result<Self> {
        let configuration = if is_user {
            let given = variable("XDG_CONFIG_HOME");
            let directory = given.or_else(|| Some(variable("HOME")?.join(".config")));
            directory
                .context("neither `XDG_CONFIG_HOME` nor `HOME` says where your settings are")?
                .join("containers")
        } else {
            PathBuf::from("/etc/containers")
        };
        let hooks = match hooks {
            Some(hooks) => std::path::absolute(hooks).with_context(|| format!("`{}`", hooks.display()))?,
            None => configuration.join("hooks.d"),
        };
        Ok(Self { configuration, hooks, is_user })
    }

    /// The file of our hook.
    pub(crate) fn hook(&self) -> OwnFile {
        OwnFile::new(self.hooks.join("portolan.json"), HookFile::is_ours)
    }

    /// The drop-in that names the directory of the hooks.
    pub(crate) fn drop_in(&self) -> OwnFile {
        OwnFile::new(self.configuration.join(DropIn::NAME), DropIn::is_ours)
    }
}

/// An absolute path in a variable.
pub(crate) fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).filter(|path| path.has_root())
}
