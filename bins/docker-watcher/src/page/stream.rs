use std::sync::Arc;
use std::time::Duration;

use futures_util::stream::{self, Stream, StreamExt as _};
use hyper::body::Bytes;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::{Instant, sleep_until};

use super::feed::{Feed, Made, PACE};

/// So often a client is told something at least, by which both sides see that the other is there.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Server-sent events: the state at once and at each change, in pieces.
///
/// What is not taken is not made: a client that is slow is told the newest state when it is ready for one, and none of those between.
pub(super) fn events(feed: Arc<Feed>, place: OwnedSemaphorePermit) -> impl Stream<Item = Bytes> {
    let client = Client { feed, made: None, told: Instant::now(), _place: place };
    let told = stream::unfold(client, |mut client| async move {
        let told = client.next().await?;
        Some((told, client))
    });
    told.flat_map(|told| stream::iter(told.pieces()))
}

struct Client {
    feed: Arc<Feed>,
    /// What is made, once it has been told something.
    made: Option<watch::Receiver<Option<Made>>>,
    /// When it was told the last time.
    told: Instant,
    _place: OwnedSemaphorePermit,
}

enum Told {
    State(Bytes),
    /// A comment, which says nothing.
    Nothing,
}

impl Client {
    /// What it is told next; nothing where the loop has ended.
    async fn next(&mut self) -> Option<Told> {
        let told = match &mut self.made {
            None => {
                let made = self.made.insert(self.feed.subscribe());
                let json = self.feed.state().await?;
                // It may have been made anew by now.
                let newest = made.borrow_and_update().as_ref().map(|made| made.json.clone());
                Told::State(newest.unwrap_or(json))
            }
            Some(made) => loop {
                sleep_until(self.told + PACE).await;
                tokio::select! {
                    changed = made.changed() => {
                        changed.ok()?;
                        let newest = made.borrow_and_update().as_ref().map(|made| made.json.clone());
                        if let Some(json) = newest {
                            break Told::State(json);
                        }
                    }
                    () = sleep_until(self.told + KEEP_ALIVE) => break Told::Nothing,
                }
            },
        };
        self.told = Instant::now();
        Some(told)
    }
}

impl Told {
    fn pieces(self) -> Vec<Bytes> {
        match self {
            Self::State(json) => {
                vec![Bytes::from_static(b"event: state\ndata: "), json, Bytes::from_static(b"\n\n")]
            }
            Self::Nothing => vec![Bytes::from_static(b":\n\n")],
        }
    }
}
