use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::time::{Duration, Instant};

use futures_util::future::{Either, select};
use futures_util::stream::{FuturesUnordered, StreamExt};
use portolan_container::Container;
use portolan_engine::{Endpoint, Engine, Error, EventKind, Requests};
use tokio::sync::mpsc::Sender;

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
            for (id, happened) in std::mem::take(&mut waiting.removed) {
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
                Some((id, happened, answer)) = inspects.next() => {
                    waiting.busy.remove(&id);
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
                let Happened { actions, received } = happened;
                Event::Inspected { engine, container: Box::new(container), actions, received }
            }
            Ok(None) => removed(engine, id, happened),
            Err(error) => Event::Unreadable { engine, id, error },
        }
    }
}

fn removed(engine: usize, id: String, happened: Happened) -> Event {
    let Happened { actions, received } = happened;
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

/// What happened to a container since it was last looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Happened {
    /// The engine's words, in order.
    actions: Vec<&'static str>,
    /// When the engine told of the first of them.
    received: Instant,
}

impl Happened {
    /// Of what happened to one container, as much is kept: one that starts and dies without end fills no memory.
    const MOST: usize = 64;

    fn since(received: Instant) -> Self {
        Self { actions: Vec::new(), received }
    }

    fn note(&mut self, action: &'static str) {
        self.actions.push(action);
        if self.actions.len() > Self::MOST {
            self.actions.remove(0);
        }
    }
}

/// Containers to look at, each once however many events there were, and those being looked at.
#[derive(Debug, Default)]
struct Waiting {
    changed: BTreeMap<String, Happened>,
    busy: BTreeSet<String>,
    removed: BTreeMap<String, Happened>,
}

impl Waiting {
    fn note(&mut self, event: portolan_engine::Event, now: Instant) {
        let happened = match event.kind {
            // An inspect under way may still have found it: what it brings is looked at once more.
            EventKind::Removed if !self.busy.contains(&event.container) => {
                let before = self.changed.remove(&event.container);
                let before = before.unwrap_or_else(|| Happened::since(now));
                let entry = self.removed.entry(event.container);
                let happened = entry.or_insert_with(|| Happened::since(before.received));
                happened.actions.extend(before.actions);
                happened
            }
            EventKind::Changed | EventKind::Removed => {
                self.changed.entry(event.container).or_insert_with(|| Happened::since(now))
            }
        };
        happened.note(event.action);
    }

    /// The next one that is not being looked at: two answers about one container could come in the wrong order.
    fn next(&mut self) -> Option<(String, Happened)> {
        let id = self.changed.keys().find(|id| !self.busy.contains(*id))?.clone();
        let (id, happened) = self.changed.remove_entry(&id)?;
        self.busy.insert(id.clone());
        Some((id, happened))
    }
}

/// The end of a stream that has none of its own.
fn ended(connection: &Engine) -> Error {
    Error::Ended { endpoint: connection.endpoint().clone(), reason: "the event stream ended".to_owned() }
}

#[cfg(test)]
mod tests {
    use portolan_engine::Event;

    use super::*;

    fn event(container: &str, kind: EventKind) -> Event {
        let action = if kind == EventKind::Removed { "destroy" } else { "start" };
        Event { container: container.to_owned(), action, kind }
    }

    fn next(waiting: &mut Waiting) -> Option<String> {
        waiting.next().map(|(id, _)| id)
    }

    #[test]
    fn events_of_a_container_that_waits_cost_one_look() {
        let mut waiting = Waiting::default();
        let start = Instant::now();
        for number in 0..5 {
            let later = start + Duration::from_millis(number);
            waiting.note(event("a", EventKind::Changed), later);
        }
        let happened = Happened { actions: vec!["start"; 5], received: start };
        assert_eq!(waiting.next(), Some(("a".to_owned(), happened)), "and none of them is lost");
        assert_eq!(waiting.next(), None);
    }

    #[test]
    fn a_container_that_is_looked_at_is_not_looked_at_twice_at_once() {
        let mut waiting = Waiting::default();
        waiting.note(event("a", EventKind::Changed), Instant::now());
        assert_eq!(next(&mut waiting).as_deref(), Some("a"));
        waiting.note(event("a", EventKind::Changed), Instant::now());
        assert_eq!(waiting.next(), None, "the first answer is still under way");
        waiting.busy.remove("a");
        assert_eq!(next(&mut waiting).as_deref(), Some("a"), "and what came since is not lost");
    }

    #[test]
    fn a_removal_needs_no_look_unless_one_is_under_way() {
        let mut waiting = Waiting::default();
        waiting.note(event("a", EventKind::Changed), Instant::now());
        waiting.note(event("a", EventKind::Removed), Instant::now());
        assert_eq!(waiting.next(), None);
        let happened = waiting.removed.get("a").map(|happened| happened.actions.clone());
        assert_eq!(happened, Some(vec!["start", "destroy"]));

        waiting = Waiting::default();
        waiting.note(event("a", EventKind::Changed), Instant::now());
        assert!(waiting.next().is_some());
        waiting.note(event("a", EventKind::Removed), Instant::now());
        assert!(waiting.removed.is_empty(), "the answer under way would bring it back");
        waiting.busy.remove("a");
        assert_eq!(next(&mut waiting).as_deref(), Some("a"));
    }
}
