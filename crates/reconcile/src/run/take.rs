use std::time::Instant;

use portolan_container::{Container, printable};
use time::OffsetDateTime;
use tracing::{debug, info, warn};

use super::Loop;
use crate::chart::Told;
use crate::{Change, ContainerKey, Event, ScriptContext, log};

/// What becomes of each event.
impl Loop {
    /// Does what an event asks for.
    pub(super) fn take(&mut self, event: Event) {
        self.journal.note(&event, OffsetDateTime::now_utc());
        let received = event.received().unwrap_or_else(Instant::now);
        let subject = self.subject(&event);
        let is_of_containers =
            matches!(event, Event::Listed { .. } | Event::Inspected { .. } | Event::Removed { .. });
        let told = match event {
            Event::Listed { engine, containers } => {
                info!(engine = self.engine(engine), containers = containers.len(), "engine followed");
                if let Some(networks) = &self.networks {
                    networks.only(engine, &containers);
                }
                let told = self.chart.list(engine, containers);
                self.away.remove(&engine);
                self.remember(|memory| memory.answered(engine));
                if self.patience.is_none() {
                    let is_known = |engine| self.memory.as_ref().is_some_and(|it| it.knows(engine));
                    let others = || self.silent.iter().copied().filter(|other| *other != engine);
                    let patience = if others().all(is_known) { Self::GRACE } else { Self::PATIENCE };
                    self.patience = Some(Instant::now() + patience);
                }
                if self.silent.remove(&engine) && self.silent.is_empty() {
                    // The file is looked at once even if there is nothing to route: it may be of an earlier run.
                    self.sink.changed(Instant::now());
                }
                told
            }
            Event::Inspected { engine, container, actions, .. } => {
                let key = ContainerKey { engine, id: container.id.clone() };
                if let Some(networks) = &self.networks {
                    networks.see(key.clone(), &container, is_connected(&actions));
                }
                self.start_scripts(engine, &actions, &container);
                self.chart.put(key, *container)
            }
            Event::Removed { engine, id, actions, .. } => {
                let key = ContainerKey { engine, id };
                if let Some(container) = self.chart.world().container(&key) {
                    self.start_scripts(engine, &actions, container);
                }
                if let Some(networks) = &self.networks {
                    networks.forget(key.clone());
                }
                self.chart.remove(&key)
            }
            Event::Unreadable { engine, id, error } => {
                warn!(
                    engine = self.engine(engine),
                    container = id,
                    "container could not be looked at: {error}"
                );
                Told::default()
            }
            Event::Away { engine, error } => {
                self.tell_away(engine, &error);
                Told::default()
            }
            Event::Started { .. } => Told::default(),
            Event::Command(command) => return self.obey(command),
        };
        self.taken(&told, subject.as_deref(), received);
        if is_of_containers {
            self.remember(|memory| memory.changed(Instant::now()));
        }
    }

    /// What follows from a change: it is told, the file is due, and those who supervise see it.
    pub(super) fn taken(&mut self, told: &Told, subject: Option<&str>, received: Instant) {
        self.tell(told);
        if told.changed {
            self.journal.changed(&told.news, subject, received);
            self.sink.changed(Instant::now());
        }
        self.publish(|_| {});
    }

    /// The name of the container that an event is about.
    fn subject(&self, event: &Event) -> Option<String> {
        match event {
            Event::Inspected { container, .. } => Some(container.name.clone()),
            Event::Removed { engine, id, .. } => {
                let key = ContainerKey { engine: *engine, id: id.clone() };
                self.chart.world().container(&key).map(|container| container.name.clone())
            }
            Event::Listed { .. }
            | Event::Started { .. }
            | Event::Unreadable { .. }
            | Event::Away { .. }
            | Event::Command(_) => None,
        }
    }

    /// Has the scripts started for what happened to a container.
    fn start_scripts(&self, engine: usize, actions: &[&'static str], container: &Container) {
        let Some(scripts) = &self.scripts else { return };
        for action in actions {
            let context = ScriptContext {
                event: (*action).to_owned(),
                engine: self.engine(engine).to_owned(),
                container: container.clone(),
            };
            match &self.networks {
                Some(networks) => networks.then(context),
                None => scripts.post(context),
            }
        }
    }

    /// Once for each time that an engine goes away.
    fn tell_away(&mut self, engine: usize, error: &portolan_engine::Error) {
        if self.away.insert(engine) {
            warn!(
                engine = self.engine(engine),
                help = error.help(),
                "engine is away, its routes stay: {error}"
            );
        } else {
            debug!(engine = self.engine(engine), "engine is still away: {error}");
        }
    }

    fn tell(&self, told: &Told) {
        for news in &told.news {
            let words = news.to_string();
            let words = printable(&words);
            let engine = (!news.engines.is_empty()).then(|| news.engines.join(", "));
            let engine = engine.as_deref();
            match news.change {
                Change::Added => info!(engine, change = "added", "{words}"),
                Change::Changed => info!(engine, change = "changed", "{words}"),
                Change::Removed => info!(engine, change = "removed", "{words}"),
            }
        }
        for diagnostic in &told.diagnostics {
            log::finding(diagnostic);
        }
    }
}

/// Whether a container was put on a network or taken from one while it ran. Before a start, that is a part of the start.
fn is_connected(actions: &[&str]) -> bool {
    let last = |of: &[&str]| actions.iter().rposition(|action| of.contains(action));
    last(&["connect", "disconnect"]) > last(&["start"])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_that_comes_with_the_start_is_no_news() {
        let check = |actions: &[&str], expected| assert_eq!(is_connected(actions), expected, "{actions:?}");
        check(&["create", "connect", "start"], false);
        check(&["start"], false);
        check(&[], false);
        check(&["connect"], true);
        check(&["start", "disconnect"], true);
        check(&["connect", "start", "connect"], true);
    }
}
