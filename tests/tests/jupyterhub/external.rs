//! A hub whose Traefik somebody else runs, configured as TraefikTomlProxy's documentation has it.

use anyhow::Result;
use nix::sys::signal::Signal::SIGKILL;
use portolan_tests::{Need, hub};

use crate::{USERS, run_traefik, shown};

#[test]
fn everybody_reaches_their_own_server_whatever_is_killed() -> Result<()> {
    hub(&[Need::Wheel], |hub| {
        hub.install()?;
        run_traefik(hub)?;
        hub.run(&shown("python", 1)?)?;
        hub.visit(&USERS)?;
        hub.signal(&["traefik"], SIGKILL)?;
        hub.visit(&USERS)?;
        hub.signal(&["jupyterhub-proxy"], SIGKILL)?;
        hub.visit(&USERS)?;
        hub.restart()?;
        hub.visit(&USERS)
    })
}
