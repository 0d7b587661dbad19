//! What has Podman call us: a file among its hooks, and a drop-in that names their directory.

mod containers_conf;
mod hook_file;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use portolan_program::own_file::OwnFile;

pub(crate) use containers_conf::{Conf, DropIn};
pub(crate) use hook_file::HookFile;

/// The name of our hook's file.
const FILE: &str = "portolan.json";

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
        OwnFile::new(self.hooks.join(FILE), HookFile::is_ours)
    }

    /// The drop-in that names the directory of the hooks.
    pub(crate) fn drop_in(&self) -> OwnFile {
        OwnFile::new(self.configuration.join(DropIn::NAME), DropIn::is_ours)
    }
}

/// The variables that the installed hook is given, where one is installed.
pub(crate) fn installed_variables(is_user: bool) -> Vec<(String, String)> {
    let read = || -> Option<HookFile> {
        let places = Places::new(is_user, None).ok()?;
        let drop_in = DropIn::read(&fs::read_to_string(places.drop_in().path()).ok()?)?;
        let read = |directory: &String| HookFile::read(&fs::read(Path::new(directory).join(FILE)).ok()?);
        drop_in.directories.iter().find_map(read)
    };
    read().map(|file| file.variables()).unwrap_or_default()
}

/// An absolute path in a variable.
pub(crate) fn variable(name: &str) -> Option<PathBuf> {
    std::env::var_os(name).map(PathBuf::from).filter(|path| path.has_root())
}
