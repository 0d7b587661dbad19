//! The settings of the hook: those of docker-watcher, but that nothing is exposed unless it says so.

use std::path::PathBuf;

use portolan_program::configure;
use portolan_settings::{Hook, Settings};

use crate::install::installed_variables;
use crate::location;

/// The settings of the file and the environment.
pub(crate) fn read() -> anyhow::Result<Settings> {
    configure::settings_over(defaults(), None, None, Vec::new())
}

/// The settings that the hook has, for whoever calls us by hand: with the variables that `install` gave to the hook, unless
/// there are others here.
pub(crate) fn read_by_hand() -> anyhow::Result<Settings> {
    let absent = |(name, _): &(String, String)| std::env::var_os(name).is_none();
    let installed = installed_variables(location::user().is_some()).into_iter().filter(absent);
    let flags =
        installed.filter_map(|(name, value)| Some((name.strip_prefix("PORTOLAN_")?.to_owned(), value)));
    configure::settings_over(defaults(), None, None, flags.filter(|(key, _)| key != "CONFIG").collect())
}

/// What holds where nothing is set.
pub(crate) fn defaults() -> Settings {
    Settings { exposed_by_default: false, ..Settings::default() }
}

/// What can be known where the settings are in error: where records are, which must not be lost, and whether a container starts
/// all the same. No file for Traefik is written by these: what the settings keep from the world may be in them.
pub(crate) fn in_error() -> Settings {
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let hook = Hook {
        directory: variable("PORTOLAN_HOOK_DIRECTORY").map(PathBuf::from).filter(|path| path.has_root()),
        required: variable("PORTOLAN_HOOK_REQUIRED").is_some_and(|value| value == "true"),
        ..Hook::default()
    };
    Settings { hook, ..defaults() }
}
