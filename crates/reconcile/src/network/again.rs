use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::Backoff;

/// The containers that have stopped and whose routes on the host could not be withdrawn, and when they are tried again.
#[derive(Debug)]
pub(super) struct Again {
    /// Names, by identifiers.
    waiting: BTreeMap<String, String>,
    backoff: Backoff,
    due: Option<Instant>,
}

/// What stands in the way is a matter of moments (the kernel is busy), or of somebody who has to do something.
const FIRST: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(120);

impl Again {
    pub(super) const fn new() -> Self {
        Self { waiting: BTreeMap::new(), backoff: Backoff::new(FIRST, LONGEST), due: None }
    }

    /// When they are to be tried; `None` without any.
    pub(super) fn due(&self) -> Option<Instant> {
        self.due
    }

    /// Notes a container, at this time; tells whether it is a new one. Its name is the one that it had first: that of a container
    /// that is gone is not known any more.
    pub(super) fn add(&mut self, id: &str, name: &str, now: Instant) -> bool {
        if self.due.is_none() {
            self.due = now.checked_add(self.backoff.next_wait());
        }
        let is_new = !self.waiting.contains_key(id);
        self.waiting.entry(id.to_owned()).or_insert_with(|| name.to_owned());
        is_new
    }

    /// Has nothing to do with a container any more: it runs again, or its routes are withdrawn.
    pub(super) fn remove(&mut self, id: &str) {
        self.waiting.remove(id);
        if self.waiting.is_empty() {
            self.due = None;
            self.backoff.reset();
        }
    }

    /// All of them, to be tried now: those that fail again are to be added, and the others removed.
    pub(super) fn all(&mut self) -> Vec<(String, String)> {
        self.due = None;
        self.waiting.iter().map(|(id, name)| (id.clone(), name.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_waits_longer_each_time_until_all_is_done() {
        let now = Instant::now();
        let mut again = Again::new();
        assert_eq!((again.due(), again.all().len()), (None, 0));
        let after = |again: &Again| again.due().map(|due| due.duration_since(now).as_secs());
        assert!(again.add("a", "web", now) && again.add("b", "db", now));
        assert_eq!(after(&again), Some(1), "the second waits with the first");
        assert_eq!(again.all(), [("a".to_owned(), "web".to_owned()), ("b".to_owned(), "db".to_owned())]);
        assert!(!again.add("a", "a", now));
        assert_eq!(again.waiting["a"], "web");
        again.remove("b");
        assert_eq!(after(&again), Some(2));
        again.all();
        again.remove("a");
        assert_eq!(after(&again), None);
        again.add("a", "web", now);
        assert_eq!(after(&again), Some(1));
    }
}
