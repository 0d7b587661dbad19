use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use portolan_container::Container;
use serde::{Deserialize, Serialize};

use crate::{OciState, Origin};

/// What a hook notes of a container that has started. It stands from the start until the stop.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The container's identifier.
    pub id: String,
    /// Which start this is of: a text that no other start has.
    pub start: String,
    /// Its first process, in the numbers of the namespace that the hook runs in.
    pub pid: u32,
    /// When that process began, in the kernel's ticks since boot: a number alone may be another's by now.
    pub born: u64,
    /// Its annotations.
    pub annotations: BTreeMap<String, String>,
    /// The directory of its specification.
    pub bundle: PathBuf,
    /// Who started it.
    pub origin: Option<Origin>,
}

/// What was learnt of a container since: by its worker, which asks the engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Knowledge {
    /// The start that it was learnt of. It is worth nothing for another.
    pub start: String,
    /// The container as the engine told it, without its environment and its command, which may hold secrets. Absent if the
    /// engine told nothing in time.
    pub container: Option<Container>,
    /// What went wrong the last time, and what is wrong with the container, a line each.
    pub failures: Vec<String>,
    /// Whether all has been done that was to be done once it was known.
    pub is_done: bool,
}

impl Record {
    /// The record of a container that has started.
    pub fn new(state: OciState, start: String, pid: u32, born: u64, origin: Option<Origin>) -> Self {
        let OciState { id, bundle, annotations, .. } = state;
        Self { id, start, pid, born, annotations, bundle, origin }
    }

    /// A name for a start that no other start has: of the process and the time.
    pub fn name_of_start(pid: u32, born: u64, now: SystemTime) -> String {
        let now = now.duration_since(UNIX_EPOCH).map(|it| it.as_nanos()).unwrap_or_default();
        format!("{pid}-{born}-{now}")
    }

    /// When it started, by the name of its start.
    pub fn since(&self) -> Option<SystemTime> {
        let nanoseconds: u64 = self.start.rsplit('-').next()?.parse().ok()?;
        UNIX_EPOCH.checked_add(Duration::from_nanos(nanoseconds))
    }

    /// The container as far as it is known: from the engine, with what its annotations add; from these alone without.
    ///
    /// Annotations below `traefik.`, `proxy.` and `docker-events.` are labels to whoever cannot set labels, and give way to them.
    pub fn container(&self, knowledge: Option<&Knowledge>) -> Container {
        let told = knowledge.filter(|it| it.start == self.start).and_then(|it| it.container.clone());
        let name =
            || self.origin.as_ref().and_then(|origin| origin.name.clone()).unwrap_or_else(|| self.id.clone());
        let mut container = told.unwrap_or_else(|| Container { name: name(), ..Container::default() });
        container.id.clone_from(&self.id);
        container.pid = Some(self.pid);
        for (key, value) in &self.annotations {
            if LABELS.iter().any(|prefix| key.starts_with(prefix)) {
                container.labels.entry(key.clone()).or_insert_with(|| value.clone());
            }
        }
        container
    }
}

/// What labels of ours begin with.
const LABELS: [&str; 3] = ["traefik.", "proxy.", "docker-events."];

impl Knowledge {
    /// What the engine told of a container at a start.
    pub fn told(start: &str, container: Container) -> Self {
        Self { start: start.to_owned(), container: Some(container), failures: Vec::new(), is_done: false }
    }

    /// That the engine told nothing of a container, and why.
    pub fn none(start: &str, failure: String) -> Self {
        Self { start: start.to_owned(), container: None, failures: vec![failure], is_done: false }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_start_has_its_time_in_its_name() {
        let now = UNIX_EPOCH + Duration::new(1_700_000_000, 7);
        let start = Record::name_of_start(1, 2, now);
        let state = OciState::read(br#"{"id":"web","status":"created"}"#).unwrap();
        let mut record = Record::new(state, start, 1, 2, None);
        assert_eq!(record.since(), Some(now));
        record.start = "another".to_owned();
        assert_eq!(record.since(), None);
    }
}
