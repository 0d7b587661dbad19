//! What network labels ask for, and what is taken back when their container has stopped.

use std::collections::BTreeSet;
use std::path::PathBuf;

use portolan_container::{Container, printable};
use portolan_hook::{Held, Records};
use portolan_netlink::{asks, parts, withdraw};
use portolan_program::configure;
use portolan_reconcile::Ledger;
use portolan_settings::Settings;
use tracing::{info, warn};

/// Where routes on the host are noted, by the containers that asked for them. Not in `network.state`: that is docker-watcher's, who
/// takes back all routes of containers that it does not know.
fn ledger(records: &Records) -> PathBuf {
    records.directory().join("host-routes")
}

/// Carries out what a container's network labels ask for; what could not be done. Routes on the host are noted.
pub(crate) fn carry_out(
    container: &Container,
    records: &Records,
    settings: &Settings,
) -> anyhow::Result<Vec<String>> {
    if !settings.network.enabled || !asks(&container.labels) {
        return Ok(Vec::new());
    }
    let policy = configure::network(settings);
    let conditions = &policy.conditions;
    let (parts, mut diagnostics) = parts(&container.labels, &policy.names, &|name| policy.variable(name));
    let parts = conditions.on_error.keep(parts, &diagnostics);
    // Whoever takes back the routes of another looks at what is noted under the lock.
    let held = records.lock()?;
    let applied = portolan_netlink::apply(container, &parts, conditions);
    Ledger::load(&ledger(records)).note(&container.id, &applied.host);
    drop(held);
    for command in &applied.done {
        info!(container = container.name, "{} done", printable(command));
    }
    diagnostics.extend(applied.diagnostics);
    Ok(diagnostics.iter().map(ToString::to_string).collect())
}

/// Takes back the routes on the host that those asked for who do not run any more, and no other did.
pub(crate) fn withdraw_but_for(running: &BTreeSet<String>, held: &Held, settings: &Settings) {
    let path = ledger(held.records());
    if !path.exists() {
        return;
    }
    let mut ledger = Ledger::load(&path);
    let gone: Vec<String> = ledger.holders().filter(|id| !running.contains(*id)).cloned().collect();
    if gone.is_empty() {
        return;
    }
    let policy = configure::network(settings);
    for id in gone {
        // What fails stays noted, and is tried again with the next hook.
        match ledger.leave(&id, policy.keep_host_routes, |routes| withdraw(routes, &policy.conditions)) {
            Some(Ok(count)) => info!(container = id, "routes on the host withdrawn: {count}"),
            Some(Err(left)) => warn!(container = id, help = left.help, "{left}"),
            None => {}
        }
    }
}
