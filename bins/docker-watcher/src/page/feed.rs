use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use portolan_reconcile::{Command, Event, Status};
use tokio::sync::{Mutex, mpsc, oneshot, watch};
use tokio::time::{Instant, sleep_until};

/// The least time between two states that are made because something changed.
pub(super) const PACE: Duration = Duration::from_millis(200);

/// What the loop tells to those who look at it, made once for all who ask at the same time.
///
/// Nothing is made while nobody asks, and one state at a time, so that the loop answers no more than one between two events.
#[derive(Debug)]
pub(super) struct Feed {
    events: mpsc::WeakSender<Event>,
    /// Held by whoever has a state made.
    making: Mutex<()>,
    latest: watch::Sender<Option<Made>>,
}

/// A state as JSON, in one line.
#[derive(Clone, Debug)]
pub(super) struct Made {
    /// When it was asked for: it has all that happened before.
    asked: Instant,
    pub(super) json: Bytes,
}

impl Feed {
    /// One that asks the loop that takes these events.
    pub(super) fn new(events: mpsc::WeakSender<Event>) -> Self {
        Self { events, making: Mutex::new(()), latest: watch::Sender::new(None) }
    }

    /// What the loop answers; nothing where it has ended.
    pub(super) async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Option<T> {
        let (asker, answer) = oneshot::channel();
        self.events.upgrade()?.send(Event::Command(command(asker))).await.ok()?;
        answer.await.ok()
    }

    /// The state as it is now, or a moment later; nothing where the loop has ended.
    pub(super) async fn state(&self) -> Option<Bytes> {
        let arrived = Instant::now();
        let _making = self.making.lock().await;
        // Whoever had the lock before may have asked for it since.
        if let Some(made) = &*self.latest.borrow()
            && made.asked > arrived
        {
            return Some(made.json.clone());
        }
        let asked = Instant::now();
        let state = self.ask(Command::State).await?;
        // A thousand containers are a megabyte: the loop does not wait for that to be written.
        let json = tokio::task::spawn_blocking(move || serde_json::to_vec(&state)).await.ok()?.ok()?;
        let json = Bytes::from(json);
        self.latest.send_if_modified(|latest| {
            let is_new = latest.as_ref().is_none_or(|made| made.json != json);
            *latest = Some(Made { asked, json: json.clone() });
            is_new
        });
        Some(json)
    }

    /// The states that are made from now on, for whoever asks for one first.
    pub(super) fn subscribe(&self) -> watch::Receiver<Option<Made>> {
        self.latest.subscribe()
    }

    /// Makes a state at each change, for as long as somebody looks. It ends with the loop.
    pub(super) async fn follow(self: Arc<Self>, mut status: watch::Receiver<Status>) {
        while status.changed().await.is_ok() {
            let now = Instant::now();
            if self.latest.receiver_count() == 0 {
                // It would only hold memory.
                self.latest.send_replace(None);
            } else if self.state().await.is_none() {
                return;
            } else {
                sleep_until(now + PACE).await;
            }
        }
    }
}
