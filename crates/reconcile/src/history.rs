use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

use portolan_routes::Name;
use serde::Serialize;
use time::OffsetDateTime;

use crate::{Change, News};

/// A write of the file, and what it changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct Write {
    /// When the file was in place.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// How long that was after the engine told of the first of the changes, in microseconds.
    pub latency_microseconds: u64,
    /// How many elements the file has since.
    pub elements: usize,
    /// What changed, by section and name; of a service that only routers use which changed too, they tell.
    pub changes: Vec<WrittenChange>,
    /// How many more changes there were.
    #[serde(skip_serializing_if = "is_zero")]
    pub more: usize,
}

/// What became of one element.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct WrittenChange {
    /// `added`, `changed` or `removed`.
    pub what: &'static str,
    /// The section of the file: `http.routers`.
    pub section: String,
    /// The element's name in it.
    pub name: String,
    /// The names of the containers that define it, or did.
    pub containers: Vec<String>,
}

/// The last writes, and what will be in the next.
///
/// Pure: it is told what happens and when.
#[derive(Clone, Debug, Default)]
pub(crate) struct History {
    writes: VecDeque<Write>,
    /// What has changed since the last write, by name.
    pending: BTreeMap<Name, (Change, Vec<String>)>,
    /// When the first of it was told.
    since: Option<Instant>,
}

impl History {
    /// So many writes are kept.
    const WRITES: usize = 100;
    /// So many changes of each.
    const CHANGES: usize = 50;

    /// The document has changed by what was received at this time. `subject` is the container that it was about.
    pub(crate) fn changed(&mut self, news: &[News], subject: Option<&str>, received: Instant) {
        self.since = Some(self.since.map_or(received, |since| since.min(received)));
        for News { change, name, containers, .. } in news {
            let mut containers = containers.clone();
            if containers.is_empty() {
                containers.extend(subject.map(str::to_owned));
            }
            let before = self.pending.remove(name).map(|(before, _)| before);
            if let Some(change) = together(before, *change) {
                self.pending.insert(name.clone(), (change, containers));
            }
        }
    }

    /// The file is as it should be, without having been written: what changed was changed back.
    pub(crate) fn unchanged(&mut self) {
        self.pending.clear();
        self.since = None;
    }

    /// The file has been written, and has so many elements. How long that was after the first change, if there was one.
    pub(crate) fn written(&mut self, elements: usize, at: Instant, now: OffsetDateTime) -> Option<Duration> {
        let pending = std::mem::take(&mut self.pending);
        let latency = at.saturating_duration_since(self.since.take()?);
        let more = pending.len().saturating_sub(Self::CHANGES);
        let changes =
            pending.into_iter().take(Self::CHANGES).map(|((section, name), (change, containers))| {
                WrittenChange { what: word(change), section: section.to_string(), name, containers }
            });
        let write = Write {
            at: now,
            latency_microseconds: u64::try_from(latency.as_micros()).unwrap_or(u64::MAX),
            elements,
            changes: changes.collect(),
            more,
        };
        if self.writes.len() == Self::WRITES {
            self.writes.pop_front();
        }
        self.writes.push_back(write);
        Some(latency)
    }

    /// The last writes, the newest last.
    pub(crate) fn writes(&self) -> Vec<Write> {
        self.writes.iter().cloned().collect()
    }
}

/// What two changes of one element come to.
fn together(before: Option<Change>, after: Change) -> Option<Change> {
    Some(match (before, after) {
        (Some(Change::Added), Change::Removed) => return None,
        (Some(Change::Added), _) => Change::Added,
        (Some(Change::Removed), Change::Added) => Change::Changed,
        (_, after) => after,
    })
}

fn word(change: Change) -> &'static str {
    match change {
        Change::Added => "added",
        Change::Changed => "changed",
        Change::Removed => "removed",
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "it is what serde calls")]
fn is_zero(number: &usize) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use portolan_routes::Section;

    use super::*;

    const NOW: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn news(change: Change, name: &str, containers: &[&str]) -> News {
        let containers = containers.iter().map(|container| (*container).to_owned()).collect();
        let name = (Section::HttpRouters, name.to_owned());
        News { change, name, containers, engines: Vec::new(), what: String::new() }
    }

    /// What a write tells that follows these changes.
    fn check(changes: &[Change], expected: &[&str]) {
        let mut history = History::default();
        let start = Instant::now();
        for change in changes {
            history.changed(&[news(*change, "web", &[])], Some("one"), start);
        }
        history.written(7, start, NOW);
        let writes = history.writes();
        let told: Vec<&str> = writes.iter().flat_map(|write| &write.changes).map(|it| it.what).collect();
        assert_eq!(told, expected, "{changes:?}");
        assert!(writes.iter().flat_map(|write| &write.changes).all(|it| it.containers == ["one"]));
    }

    #[test]
    fn changes_of_one_element_are_told_as_one() {
        use Change::{Added, Changed, Removed};
        check(&[Added], &["added"]);
        check(&[Added, Changed], &["added"]);
        check(&[Added, Removed], &[]);
        check(&[Added, Removed, Added], &["added"]);
        check(&[Changed, Removed], &["removed"]);
        check(&[Removed, Added], &["changed"]);
    }

    #[test]
    fn the_latency_is_that_of_the_first_change() {
        let mut history = History::default();
        let start = Instant::now();
        let after = |milliseconds| start + Duration::from_millis(milliseconds);
        history.changed(&[news(Change::Added, "b", &["two"])], None, after(5));
        history.changed(&[news(Change::Added, "a", &["one"])], None, start);
        assert_eq!(history.written(2, after(9), NOW), Some(Duration::from_millis(9)));
        history.changed(&[], None, after(20));
        assert_eq!(history.written(2, after(21), NOW), Some(Duration::from_millis(1)));
        assert_eq!(history.written(2, after(30), NOW), None, "nobody has told of anything");
        history.changed(&[], None, after(40));
        history.unchanged();
        assert_eq!(history.written(2, after(50), NOW), None, "it was changed back");
        let writes = history.writes();
        assert_eq!(writes.iter().map(|write| write.latency_microseconds).collect::<Vec<_>>(), [9000, 1000]);
        let names: Vec<_> =
            writes.iter().flat_map(|write| &write.changes).map(|it| it.name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
    }

    #[test]
    fn what_is_kept_has_bounds() {
        let mut history = History::default();
        let start = Instant::now();
        let many: Vec<News> = (0..60).map(|it| news(Change::Added, &format!("r{it:02}"), &["one"])).collect();
        for number in 0..130 {
            history.changed(&many, None, start);
            history.written(number, start, NOW);
        }
        let writes = history.writes();
        let elements: Vec<usize> = writes.iter().map(|write| write.elements).collect();
        assert_eq!(elements, (30..130).collect::<Vec<_>>());
        assert!(writes.iter().all(|write| write.changes.len() == 50 && write.more == 10));
    }
}
