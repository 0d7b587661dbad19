//! A hub that starts Traefik.

use anyhow::Result;
use portolan_tests::{Need, hub};

use crate::{shown, visited_whatever_is_killed};

#[test]
fn everybody_reaches_their_own_server_whatever_is_killed() -> Result<()> {
    hub(&[Need::Wheel], |hub| {
        hub.install()?;
        hub.run(&shown("python", 0)?)?;
        visited_whatever_is_killed(hub)
    })
}
