//! The settings of a command, from its arguments.

pub(crate) use portolan_program::configure::*;
use portolan_settings::Settings;

use crate::cli::CommonArguments;

/// The settings of all sources; what is wrong with them is told.
pub(crate) fn settings(arguments: &CommonArguments, more: Vec<(String, String)>) -> anyhow::Result<Settings> {
    let mut flags = arguments.flags();
    flags.extend(more);
    portolan_program::configure::settings(arguments.config.as_deref(), arguments.blacklist.as_deref(), flags)
}
