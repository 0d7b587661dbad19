//! The settings of the hook: those of docker-watcher, but that nothing is exposed unless it says so.

use portolan_program::configure;
use portolan_settings::Settings;

/// The settings of the file and the environment.
pub(crate) fn read() -> anyhow::Result<Settings> {
    configure::settings_over(defaults(), None, None, Vec::new())
}

/// What holds where nothing is set.
pub(crate) fn defaults() -> Settings {
    Settings { exposed_by_default: false, ..Settings::default() }
}
