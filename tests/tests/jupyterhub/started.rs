//! A hub that starts Traefik.

use anyhow::Result;
use nix::sys::signal::Signal::SIGKILL;
use portolan_tests::{Need, hub};

use crate::{USERS, shown};

#[test]
fn everybody_reaches_their_own_server_whatever_is_killed() -> Result<()> {
    hub(&[Need::Wheel], |hub| {
        hub.install()?;
        hub.run(&shown("python", 0)?)?;
        hub.visit(&USERS)?;
        hub.signal(&["traefik"], SIGKILL)?;
        hub.visit(&USERS)?;
        hub.signal(&["jupyterhub-proxy"], SIGKILL)?;
        hub.visit(&USERS)?;
        hub.restart()?;
        hub.visit(&USERS)
    })
}
