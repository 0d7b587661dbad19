use std::sync::Arc;
use std::time::{Duration, Instant};

use portolan_jupyterhub::Samples;
use tokio::sync::Mutex;
use tracing::debug;

use crate::client::Client;
use crate::hub::Hub;

/// How often Traefik is asked what it has counted: no later than so long after a request its time is known.
const INTERVAL: Duration = Duration::from_secs(30);

/// How old an answer may be for a hub that asks for routes.
const FRESH: Duration = Duration::from_secs(1);

/// Who was active, by what Traefik counts.
pub(crate) struct Activity {
    path: String,
    reader: Mutex<Reader>,
}

struct Reader {
    traefik: Client,
    last: Option<Instant>,
}

impl Activity {
    /// Traefik gives its metrics at this path.
    pub(crate) fn new(traefik: Client, path: String) -> Self {
        Self { path, reader: Mutex::new(Reader { traefik, last: None }) }
    }

    /// Reads what is counted, unless that was done a moment ago.
    pub(crate) async fn refresh(&self, hub: &Hub) {
        let mut reader = self.reader.lock().await;
        if reader.last.is_some_and(|last| last.elapsed() < FRESH) {
            return;
        }
        let begin = Instant::now();
        match reader.traefik.get(&self.path).await {
            Ok(reply) if reply.status == 200 => {
                hub.note(Samples::parse(&String::from_utf8_lossy(&reply.body)), begin.elapsed());
                reader.last = Some(Instant::now());
            }
            Ok(reply) => debug!("Traefik's metrics are not there: status {}", reply.status),
            Err(error) => debug!("Traefik's metrics are not read: {error:#}"),
        }
    }

    /// Reads it again and again.
    pub(crate) async fn follow(self: Arc<Self>, hub: Arc<Hub>) {
        // The first time as soon as Traefik answers us: what another one's has counted before is known then.
        let _ = hub.served().subscribe().wait_for(|served| *served > 0).await;
        loop {
            self.refresh(&hub).await;
            tokio::time::sleep(INTERVAL).await;
        }
    }
}
