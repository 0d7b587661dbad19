//! A hub whose Traefik somebody else runs, configured as TraefikTomlProxy's documentation has it.

use anyhow::Result;
use portolan_tests::{Need, hub};

use crate::{run_traefik, shown, visited_whatever_is_killed};

#[test]
fn everybody_reaches_their_own_server_whatever_is_killed() -> Result<()> {
    hub(&[Need::Wheel], |hub| {
        hub.install()?;
        run_traefik(hub)?;
        hub.run(&shown("python", 1)?)?;
        visited_whatever_is_killed(hub)
    })
}
