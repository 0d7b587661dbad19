use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use portolan_container::State;
use portolan_engine::EventKind;

/// What happened to a container since it was last looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Happened {
    /// The engine's words, in order.
    pub(super) actions: Vec<&'static str>,
    /// When the engine told of the first of them.
    pub(super) received: Instant,
    /// When it told that the container started, the first time.
    started: Option<Instant>,
}

impl Happened {
    /// Of what happened to one container, as much is kept: one that starts and dies without end fills no memory.
    const MOST: usize = 64;

    pub(super) const fn since(received: Instant) -> Self {
        Self { actions: Vec::new(), received, started: None }
    }

    fn note(&mut self, action: &'static str, now: Instant) {
        if action == "start" {
            self.started.get_or_insert(now);
        }
        self.actions.push(action);
        if self.actions.len() > Self::MOST {
            self.actions.remove(0);
        }
    }
}

/// Containers to look at, each once however many events there were, and those being looked at.
#[derive(Debug, Default)]
pub(super) struct Waiting {
    changed: BTreeMap<String, Happened>,
    busy: BTreeSet<String>,
    removed: BTreeMap<String, Happened>,
}

impl Waiting {
    pub(super) fn note(&mut self, event: portolan_engine::Event, now: Instant) {
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
        happened.note(event.action, now);
    }

    /// The next one that is not being looked at: two answers about one container could come in the wrong order.
    pub(super) fn next(&mut self) -> Option<(String, Happened)> {
        let id = self.changed.keys().find(|id| !self.busy.contains(*id))?.clone();
        let (id, happened) = self.changed.remove_entry(&id)?;
        self.busy.insert(id.clone());
        Some((id, happened))
    }

    /// What was asked about a container is answered.
    pub(super) fn answered(&mut self, id: &str) {
        self.busy.remove(id);
    }

    /// Those that are gone, and need not be looked at.
    pub(super) fn take_removed(&mut self) -> BTreeMap<String, Happened> {
        std::mem::take(&mut self.removed)
    }

    /// When the engine told of what it now answers about a container in this state, which was looked at for what happened before.
    ///
    /// Docker answers a question about a container that is about to start when it has started: what then runs was told by the start that
    /// came in between. Counted from the question, a second of Docker's own would seem to be ours.
    pub(super) fn told_at(&self, id: &str, happened: &Happened, state: &State) -> Instant {
        let since = self.changed.get(id).and_then(|since| since.started);
        match since.filter(|_| *state == State::Running && happened.started.is_none()) {
            Some(started) => started,
            None => happened.received,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

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
        let happened = Happened { actions: vec!["start"; 5], received: start, started: Some(start) };
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
        waiting.answered("a");
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
        waiting.answered("a");
        assert_eq!(next(&mut waiting).as_deref(), Some("a"));
    }

    #[test]
    fn what_runs_when_it_is_looked_at_was_told_by_its_start() {
        let (created, started) = (Instant::now(), Instant::now() + Duration::from_secs(1));
        let of = |action| Event { action, ..event("a", EventKind::Changed) };
        let mut waiting = Waiting::default();
        waiting.note(of("create"), created);
        let (_, happened) = waiting.next().unwrap();
        assert_eq!(waiting.told_at("a", &happened, &State::Running), created, "it started before we looked");
        waiting.note(of("start"), started);
        assert_eq!(waiting.told_at("a", &happened, &State::Created), created);
        assert_eq!(waiting.told_at("a", &happened, &State::Running), started);
        waiting.answered("a");
        let (_, happened) = waiting.next().unwrap();
        waiting.note(of("start"), started + Duration::from_secs(1));
        assert_eq!(waiting.told_at("a", &happened, &State::Running), started);
    }
}
