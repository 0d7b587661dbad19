//! Ours from the outside: `docker-watcher net --as-ip`.

use anyhow::{Context, Result};
use portolan_tests::netns::{Told, Topology};

use crate::sequence::Call;

/// Carries out one call in a topology, by the program under test.
pub(crate) fn call(topology: &Topology, call: &Call) -> Result<Told> {
    let path = topology.path();
    let mut command = portolan_tests::program()?;
    command.args(["net", "--netns", &path, "--as-ip"]).args(call.option).args([&call.kind, &call.text]);
    let output = command.output().with_context(|| format!("start {command:?}"))?;
    let exit = output.status.code().with_context(|| format!("{command:?}: {}", output.status))?;
    let text = String::from_utf8_lossy(&output.stderr).trim_end().to_owned();
    Ok(Told { exit: u8::try_from(exit)?, text })
}
