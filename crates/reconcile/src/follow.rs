use std::collections::{BTreeMap, BTreeSet};
use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};
use futures_util::stream::{FuturesUnordered, StreamExt};
use portolan_container::Container;
use portolan_engine::{Endpoint, Engine, Error, EventKind};
use tokio::sync::mpsc::Sender;

use crate::{Backoff, Event};

/// Inspects under way at once: an engine answers each from memory, one connection each.
const INSPECTS: usize = 8;

/// Follows one engine for ever: tells of all its containers, then of each that changes, and again from the start after
/// the engine was away.
///
/// It listens before it lists, so that nothing that happens between is missed. An event costs one inspect; events of a
/// container that is waiting to be looked at cost none. Ends when nobody listens any more.
pub async fn follow(engine: usize, endpoint: Endpoint, timeout: Duration, events: Sender<Event>) {
    let mut backoff = Backoff::new(Duration::from_millis(100), Duration::from_secs(10));
    loop {
        let error = match Engine::connect(&endpoint, timeout).await {
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
                    Either::Right((Some(event), _)) => waiting.note(event?),
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
            for (id, actions) in std::mem::take(&mut waiting.removed) {
                if self.events.send(Event::Removed { engine: self.engine, id, actions }).await.is_err() {
                    return Ok(());
                }
            }
            while inspects.len() < INSPECTS {
                let Some((id, actions)) = waiting.next() else { break };
                inspects.push(inspect(&self.connection, id, actions));
            }
            tokio::select! {
                event = stream.next() => match event {
                    Some(event) => {
                        let event = event?;
                        self.foretell(&event);
                        waiting.note(event);
                    }
                    None => return Err(ended(&self.connection)),
                },
                Some((id, actions, answer)) = inspects.next() => {
                    waiting.busy.remove(&id);
                    if self.events.send(self.told(id, actions, answer)).await.is_err() {
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
        let inspects = ids.into_iter().map(|id| inspect(connection, id, Vec::new()));
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

    fn told(&self, id: String, actions: Actions, answer: Result<Option<Container>, Error>) -> Event {
        let engine = self.engine;
        match answer {
            Ok(Some(container)) => Event::Inspected { engine, container: Box::new(container), actions },
            Ok(None) => Event::Removed { engine, id, actions },
            Err(error) => Event::Unreadable { engine, id, error },
        }
    }
}

async fn inspect(
    connection: &Engine,
    id: String,
    actions: Actions,
) -> (String, Actions, Result<Option<Container>, Error>) {
    let answer = connection.inspect(&id).await;
    (id, actions, answer)
}

/// What happened to a container since it was last looked at, in the engine's words and order.
type Actions = Vec<&'static str>;

/// Of what happened to one container, as much is kept: one that starts and dies without end fills no memory.
const ACTIONS: usize = 64;

/// Containers to look at, each once however many events there were, and those being looked at.
#[derive(Debug, Default)]
struct Waiting {
    changed: BTreeMap<String, Actions>,
    busy: BTreeSet<String>,
    removed: BTreeMap<String, Actions>,
}

impl Waiting {
    fn note(&mut self, event: portolan_engine::Event) {
        let actions = match event.kind {
            // An inspect under way may still have found it: what it brings is looked at once more.
            EventKind::Removed if !self.busy.contains(&event.container) => {
                let before = self.changed.remove(&event.container).unwrap_or_default();
                let actions = self.removed.entry(event.container).or_default();
                actions.extend(before);
                actions
            }
            EventKind::Changed | EventKind::Removed => self.changed.entry(event.container).or_default(),
        };
        actions.push(event.action);
        if actions.len() > ACTIONS {
            actions.remove(0);
        }
    }

    /// The next one that is not being looked at: two answers about one container could come in the wrong order.
    fn next(&mut self) -> Option<(String, Actions)> {
        let id = self.changed.keys().find(|id| !self.busy.contains(*id))?.clone();
        let (id, actions) = self.changed.remove_entry(&id)?;
        self.busy.insert(id.clone());
        Some((id, actions))
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
        for _ in 0..5 {
            waiting.note(event("a", EventKind::Changed));
        }
        assert_eq!(waiting.next(), Some(("a".to_owned(), vec!["start"; 5])), "and none of them is lost");
        assert_eq!(waiting.next(), None);
    }

    #[test]
    fn a_container_that_is_looked_at_is_not_looked_at_twice_at_once() {
        let mut waiting = Waiting::default();
        waiting.note(event("a", EventKind::Changed));
        assert_eq!(next(&mut waiting).as_deref(), Some("a"));
        waiting.note(event("a", EventKind::Changed));
        assert_eq!(waiting.next(), None, "the first answer is still under way");
        waiting.busy.remove("a");
        assert_eq!(next(&mut waiting).as_deref(), Some("a"), "and what came since is not lost");
    }

    #[test]
    fn a_removal_needs_no_look_unless_one_is_under_way() {
        let mut waiting = Waiting::default();
        waiting.note(event("a", EventKind::Changed));
        waiting.note(event("a", EventKind::Removed));
        assert_eq!(waiting.next(), None);
        assert_eq!(waiting.removed.get("a"), Some(&vec!["start", "destroy"]));

        waiting = Waiting::default();
        waiting.note(event("a", EventKind::Changed));
        assert!(waiting.next().is_some());
        waiting.note(event("a", EventKind::Removed));
        assert!(waiting.removed.is_empty(), "the answer under way would bring it back");
        waiting.busy.remove("a");
        assert_eq!(next(&mut waiting).as_deref(), Some("a"));
    }
}
