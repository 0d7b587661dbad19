use std::sync::Arc;
use std::time::{Duration, Instant};

use portolan_jupyterhub::marker_path;
use tracing::debug;

use crate::client::Client;
use crate::hub::Hub;

/// What Traefik answers at the path of a generation that it serves: that of `noop@internal`.
const SERVED: u16 = 418;

/// The pause between two questions: short at first, and then in proportion to what we have waited, since a large file takes long to load
/// and each question takes from that.
const PAUSES: (Duration, Duration) = (Duration::from_millis(1), Duration::from_millis(100));

/// Finds out which generation Traefik serves, whenever another one is in the file: the one that all of these entry points have.
pub(crate) async fn watch(hub: Arc<Hub>, mut entry_points: Vec<Client>, secret: String) {
    let mut written = hub.written().subscribe();
    let mut served = hub.served().subscribe();
    loop {
        let behind = |written: u64, served: u64| written > served;
        while !behind(*written.borrow_and_update(), *served.borrow_and_update()) {
            let changed = tokio::select! {
                changed = written.changed() => changed,
                changed = served.changed() => changed,
            };
            if changed.is_err() {
                return;
            }
        }
        let since = Instant::now();
        loop {
            let generation = *hub.written().borrow();
            if serve(&mut entry_points, &marker_path(&secret, generation)).await {
                hub.served().send_replace(generation);
                break;
            }
            tokio::time::sleep((since.elapsed() / 8).clamp(PAUSES.0, PAUSES.1)).await;
        }
    }
}

/// Whether all entry points have the marker at this path.
async fn serve(entry_points: &mut [Client], path: &str) -> bool {
    for entry_point in entry_points {
        match entry_point.get(path).await {
            Ok(reply) if reply.status == SERVED => {}
            Ok(_) => return false,
            Err(error) => {
                debug!("Traefik is not asked: {error:#}");
                return false;
            }
        }
    }
    true
}
