//! One module a command.

pub(crate) mod completions;
pub(crate) mod install;
pub(crate) mod status;
pub(crate) mod sync;
pub(crate) mod uninstall;
