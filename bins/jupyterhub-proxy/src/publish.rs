use std::sync::Arc;
use std::time::Duration;

use portolan_program::report;
use portolan_traefik::Directory;
use tracing::error;

use crate::hub::Hub;
use crate::state::StateFile;

/// How long the next writing waits for Traefik to serve the one before: changes that come meanwhile share a load, and a Traefik that is
/// slow or away keeps nothing from the file.
const ONE_AT_A_TIME: Duration = Duration::from_secs(1);

/// How long until a file that could not be written is tried again.
const AGAIN: Duration = Duration::from_secs(1);

/// Writes the file for the first time.
///
/// # Errors
/// Where somebody else's file stands there, or the system refuses.
pub(crate) fn begin(hub: &Hub, directory: &mut Directory) -> anyhow::Result<()> {
    let mut write = || {
        directory.prepare()?;
        let mut text = String::new();
        let generation = hub.render(&mut text)?;
        directory.write(&text)?;
        Ok(generation)
    };
    let generation = write().map_err(report::directory)?;
    hub.written().send_replace(generation);
    hub.kept().send_replace(generation);
    Ok(())
}

/// Writes the file and the state whenever there is a change.
pub(crate) async fn publish(hub: Arc<Hub>, mut directory: Directory, state: Option<StateFile>) {
    let mut text = String::new();
    loop {
        hub.changed().await;
        // What else was asked for by now comes along.
        tokio::task::yield_now().await;
        let generation = loop {
            match hub.render(&mut text).and_then(|generation| directory.write(&text).map(|_| generation)) {
                Ok(generation) => break generation,
                Err(error) => {
                    error!("the file of routes is as it was: {error}");
                    tokio::time::sleep(AGAIN).await;
                }
            }
        };
        hub.written().send_replace(generation);
        // While Traefik loads the one, the disk takes the other.
        keep(&hub, state.as_ref()).await;
        hub.kept().send_replace(generation);
        let mut served = hub.served().subscribe();
        let served = served.wait_for(|served| *served >= generation);
        let _ = tokio::time::timeout(ONE_AT_A_TIME, served).await;
    }
}

/// Replaces the state file. Routes are served without it: that it cannot be written is told, and no reason to refuse one.
pub(crate) async fn keep(hub: &Hub, state: Option<&StateFile>) {
    let Some(state) = state.cloned() else { return };
    let text = hub.state_text();
    let saved = tokio::task::spawn_blocking(move || state.save(&text)).await;
    if let Ok(Err(error)) = saved {
        error!("a restart would lose routes: {error:#}");
    }
}
