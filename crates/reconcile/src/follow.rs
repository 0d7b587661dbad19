mod waiting;

use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use futures_util::stream::{FuturesUnordered, StreamExt};
use portolan_container::Container;
use portolan_engine::{Endpoint, Engine, Error, Requests};
use tokio::sync::mpsc::Sender;

use self::waiting::{Happened, Waiting};
use crate::{Backoff, Event};

/// Inspects under way at once: an engine answers each from memory, one connection each.
const INSPECTS: usize = 8;

/// Follows one engine for ever: tells of all its containers, then of each that changes, and again from the start after
/// the engine was away.
///
/// It listens before it lists, so that nothing that happens between is missed. An event costs one inspect; events of a
/// container that is waiting to be looked at cost none. Each request is counted. Ends when nobody listens any more.
pub async fn follow(
    engine: usize,
    endpoint: Endpoint,
    timeout: Duration,
    events: Sender<Event>,
    requests: Requests,
) {
    let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(10));
    loop {
        let error = match Engine::connect_counting(&endpoint, timeout, &requests).await {
            Ok(connection) => {
                let mut follower = Follower { engine, connection, events: events.clone(), listed: false };
                match follower.run().await {
                    Ok(()) => return,
                    Err(error) => {
                        if follower.listed {
                            backoff.reset();
                        }
                        error
                    }
                }
            }
            Err(error) => error,
        };
        if events.send(Event::Away { engine, error }).await.is_err() {
            return;
        }
        tokio::time::sleep(backoff.next_wait()).await;
    }
}

struct Follower {
    engine: usize,
    connection: Engine,
    events: Sender<Event>,
    listed: bool,
}

impl Follower {
    /// Until the engine goes away, or nobody listens (`Ok`).
    async fn run(&mut self) -> Result<(), Error> {
        let mut stream = pin!(self.connection.events());
        let mut waiting = Waiting::default();
        {
            let mut listing = pin!(Self::containers(&self.connection));
            let containers = loop {
                match select(&mut listing, stream.next()).await {
                    Either::Left((containers, _)) => break containers?,
                    Either::Right((Some(event), _)) => waiting.note(event?, Instant::now()),
                    Either::Right((None, _)) => return Err(ended(&self.connection)),
                }
            };
            let engine = self.engine;
            if self.events.send(Event::Listed { engine, containers }).await.is_err() {
                return Ok(());
            }
        }
        self.listed = true;
        let mut inspects = FuturesUnordered::new();
        loop {
            for (id, happened) in waiting.take_removed() {
                if self.events.send(removed(self.engine, id, happened)).await.is_err() {
                    return Ok(());
                }
            }
            while inspects.len() < INSPECTS {
                let Some((id, happened)) = waiting.next() else { break };
                inspects.push(inspect(&self.connection, id, happened));
            }
            tokio::select! {
                event = stream.next() => match event {
                    Some(event) => {
                        let event = event?;
                        self.foretell(&event);
                        waiting.note(event, Instant::now());
                    }
                    None => return Err(ended(&self.connection)),
                },
                Some((id, mut happened, answer)) = inspects.next() => {
                    if let Ok(Some(container)) = &answer {
                        happened.received = waiting.told_at(&id, &happened, &container.state);
                    }
                    waiting.answered(&id);
                    if self.events.send(self.told(id, happened, answer)).await.is_err() {
                        return Ok(());
                    }
                }
                () = self.events.closed() => return Ok(()),
            }
        }
    }

    /// Tells of a start at once: what is known of the container may be enough to begin with.
    fn foretell(&self, event: &portolan_engine::Event) {
        if event.action == "start" {
            let started = Event::Started { engine: self.engine, id: event.container.clone() };
            // With no room for it, nothing is gained by it either.
            let _ = self.events.try_send(started);
        }
    }

    /// All containers, each inspected: a listing has neither health nor the ports of the inspect.
    async fn containers(connection: &Engine) -> Result<Vec<Container>, Error> {
        let ids = connection.list().await?;
        let now = Instant::now();
        let inspects = ids.into_iter().map(|id| inspect(connection, id, Happened::since(now)));
        let mut inspects = futures_util::stream::iter(inspects).buffer_unordered(INSPECTS);
        let mut containers = Vec::new();
        while let Some((id, _, answer)) = inspects.next().await {
            match answer {
                Ok(container) => containers.extend(container),
                // One odd container does not hold back the others.
                Err(error @ (Error::Answer { .. } | Error::Status { .. })) => {
                    tracing::warn!(container = id, "container left out: {error}");
                }
                Err(error) => return Err(error),
            }
        }
        Ok(containers)
    }

    fn told(&self, id: String, happened: Happened, answer: Result<Option<Container>, Error>) -> Event {
        let engine = self.engine;
        match answer {
            Ok(Some(container)) => {
                let Happened { actions, received, .. } = happened;
                Event::Inspected { engine, container: Box::new(container), actions, received }
            }
            Ok(None) => removed(engine, id, happened),
            Err(error) => Event::Unreadable { engine, id, error },
        }
    }
}

fn removed(engine: usize, id: String, happened: Happened) -> Event {
    let Happened { actions, received, .. } = happened;
    Event::Removed { engine, id, actions, received }
}

async fn inspect(
    connection: &Engine,
    id: String,
    happened: Happened,
) -> (String, Happened, Result<Option<Container>, Error>) {
    let answer = connection.inspect(&id).await;
    (id, happened, answer)
}

/// The end of a stream that has none of its own.
fn ended(connection: &Engine) -> Error {
    Error::Ended { endpoint: connection.endpoint().clone(), reason: "the event stream ended".to_owned() }
}
