use std::collections::BTreeSet;
use std::error::Error as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use portolan_container::{Container, printable};
use portolan_engine::Requests;
use portolan_traefik::Outcome;
use time::OffsetDateTime;
use tokio::sync::{mpsc, watch};
use tracing::{debug, error, info, warn};

use crate::chart::Told;
use crate::{
    Change, Chart, Command, ContainerKey, Event, Journal, Memory, Networks, Policy, Report, ScriptContext,
    ScriptQueue, Sink, State, Status, log,
};

/// Why the loop could not be started, or what it could not make use of.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No engine to follow.
    #[error("no engine to follow")]
    NoEngine,
    /// The directory of the file for Traefik could not be read.
    #[error(transparent)]
    Directory(#[from] portolan_traefik::Error),
    /// What is noted there of engines is not what was written.
    #[error("what is noted in `{}` is not understood: {reason}", .path.display())]
    NotUnderstood {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
}

/// The loop: takes events one by one, keeps the chart, writes the file.
///
/// Nothing is written before every engine has answered, so that a start does not take the routes of an engine that is slow
/// from the file. With several engines, one that is away at the start holds the others back for [`Loop::PATIENCE`] at
/// most, or for [`Loop::GRACE`] where its containers of before are remembered, whose routes stay; a single one that is away keeps the
/// last file as it is.
#[derive(Debug)]
pub struct Loop {
    chart: Chart,
    /// The chart's text, kept for its memory alone.
    text: String,
    sink: Sink,
    events: mpsc::Receiver<Event>,
    status: watch::Sender<Status>,
    /// What became of it all, for those who ask.
    journal: Journal,
    /// The engines' addresses, for messages, by their place in the settings.
    engines: Vec<String>,
    /// Engines that have not answered yet.
    silent: BTreeSet<usize>,
    /// Engines that do not answer now.
    away: BTreeSet<usize>,
    /// When those that are silent are no longer waited for; set once one has answered.
    patience: Option<Instant>,
    /// Why the last write failed.
    failure: Option<String>,
    /// What engines had before, if anybody notes it.
    memory: Option<Memory>,
    /// Who carries out network labels, if anybody does.
    networks: Option<Networks>,
    /// Who starts users' scripts, if anybody does.
    scripts: Option<ScriptQueue>,
}

impl Loop {
    /// How long the routes of engines that answer wait for those of engines that do not, at the start.
    pub const PATIENCE: Duration = Duration::from_secs(30);
    /// The same where it is known what the engines that do not answer had: long enough for one that is only slower.
    pub const GRACE: Duration = Duration::from_secs(1);

    /// A loop over these engines, whose events come through `events`.
    ///
    /// # Errors
    /// [`Error::NoEngine`].
    pub fn new(
        policy: Policy,
        sink: Sink,
        format: portolan_traefik::Format,
        engines: Vec<String>,
        events: mpsc::Receiver<Event>,
    ) -> Result<(Self, watch::Receiver<Status>), Error> {
        if engines.is_empty() {
            return Err(Error::NoEngine);
        }
        let chart = Chart::new(policy, format, Some(sink.directory().marker()));
        let (status, watched) = watch::channel(Status::default());
        let silent = (0..engines.len()).collect();
        let away = BTreeSet::new();
        let journal = Journal::new(engines.clone(), OffsetDateTime::now_utc());
        let watcher = Self {
            chart,
            text: String::new(),
            sink,
            events,
            status,
            journal,
            engines,
            silent,
            away,
            patience: None,
            failure: None,
            memory: None,
            networks: None,
            scripts: None,
        };
        Ok((watcher, watched))
    }

    /// The same loop, which also notes what engines have, and at the start goes by that for engines that are away.
    #[must_use]
    pub fn with_memory(mut self, memory: Memory) -> Self {
        self.memory = Some(memory);
        self
    }

    /// The same loop, which also has the network labels of containers carried out.
    #[must_use]
    pub fn with_networks(mut self, networks: Networks) -> Self {
        self.networks = Some(networks);
        self
    }

    /// The same loop, which also has users' scripts started.
    #[must_use]
    pub fn with_scripts(mut self, scripts: ScriptQueue) -> Self {
        self.scripts = Some(scripts);
        self
    }

    /// The same loop, which also tells how many requests were made to each engine.
    #[must_use]
    pub fn with_requests(mut self, requests: Vec<Requests>) -> Self {
        self.journal = self.journal.with_requests(requests);
        self
    }

    /// Runs until it is told to stop, or all who send events are gone.
    pub async fn run(mut self) {
        loop {
            let due = if self.silent.is_empty() { self.next_write() } else { self.patience };
            let event = tokio::select! {
                biased;
                () = until(due) => {
                    self.due();
                    continue;
                }
                event = self.events.recv() => event,
            };
            match event {
                None | Some(Event::Command(Command::Stop)) => break,
                Some(Event::Command(command)) => self.obey(command),
                Some(Event::Started { engine, id }) => {
                    if let Some(networks) = &self.networks {
                        networks.start_with_what_is_known(ContainerKey { engine, id });
                    }
                }
                Some(event) => self.take(event),
            }
        }
        if self.silent.is_empty() && self.sink.due().is_some() {
            self.write();
        }
        if self.silent.is_empty() && self.memory.as_ref().is_some_and(|memory| memory.due().is_some()) {
            self.keep();
        }
        if let Some(networks) = self.networks {
            networks.stop().await;
        }
        if let Some(scripts) = self.scripts {
            scripts.stop().await;
        }
    }

    fn obey(&mut self, command: Command) {
        // By an answer nothing changes. Who has asked may be gone.
        match command {
            Command::Report(asker) => {
                let _ = asker.send(self.report());
            }
            Command::State(asker) => {
                let state = State::of(&self.chart, self.report(), self.journal.history());
                let _ = asker.send(Box::new(state));
            }
            Command::Measures(asker) => {
                let measures = self.journal.measures(&self.chart, &self.sink.directory().file());
                let _ = asker.send(Box::new(measures));
            }
            Command::Adopt(policy, network) => {
                info!("settings read again");
                if let (Some(networks), Some(policy)) = (&self.networks, network) {
                    networks.adopt(*policy);
                }
                let told = self.chart.adopt(*policy);
                self.taken(&told, None, Instant::now());
            }
            // The loop has ended by then.
            Command::Stop => {}
        }
    }

    fn report(&self) -> Report {
        self.journal.report(&self.chart, &self.sink.directory().file())
    }

    fn take(&mut self, event: Event) {
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
    fn taken(&mut self, told: &Told, subject: Option<&str>, received: Instant) {
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

    fn remember(&mut self, change: impl FnOnce(&mut Memory)) {
        if let Some(memory) = &mut self.memory {
            change(memory);
        }
    }

    /// When something is to be written next: the file, or what engines have.
    fn next_write(&self) -> Option<Instant> {
        let memory = self.memory.as_ref().and_then(Memory::due);
        [self.sink.due(), memory].into_iter().flatten().min()
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

    fn due(&mut self) {
        if !self.silent.is_empty() {
            self.wait_no_longer();
        } else if self.sink.due().is_some() && self.sink.due() == self.next_write() {
            // Traefik does not wait for what is noted.
            self.write();
        } else {
            self.keep();
        }
    }

    /// Goes by what engines had before that have not answered, as far as that is known.
    fn wait_no_longer(&mut self) {
        let mut unknown = Vec::new();
        for engine in std::mem::take(&mut self.silent) {
            let remembered = self.memory.as_ref().and_then(|memory| memory.recall(engine));
            let Some(containers) = remembered.map(<[Container]>::to_vec) else {
                unknown.push(self.engine(engine).to_owned());
                continue;
            };
            let count = containers.len();
            let told = self.chart.list(engine, containers);
            info!(
                engine = self.engine(engine),
                containers = count,
                "engine has not answered yet: its routes stay as they last were"
            );
            self.taken(&told, None, Instant::now());
        }
        if !unknown.is_empty() {
            warn!(
                engines = unknown.join(", "),
                "no longer waiting for engines: the file is written without their routes"
            );
        }
        self.sink.changed(Instant::now());
        self.publish(|_| {});
    }

    /// Notes what engines have, for the next start.
    fn keep(&mut self) {
        let Some(memory) = &mut self.memory else { return };
        if let Some(error) = memory.keep(self.sink.directory(), self.chart.world()) {
            warn!(
                "what engines have is not noted, an engine that is away at the next start loses its routes: {error}"
            );
        }
    }

    fn write(&mut self) {
        let start = Instant::now();
        self.chart.text_into(&mut self.text);
        match self.sink.write(&self.text) {
            Ok(outcome) => {
                if self.failure.take().is_some() {
                    info!("directory is writable again");
                }
                let now = Instant::now();
                let took = (outcome == Outcome::Written).then(|| now.duration_since(start));
                self.journal.written(took, self.chart.len(), now, OffsetDateTime::now_utc());
                if let Some(took) = took {
                    let file = self.sink.directory().file();
                    let microseconds = took.as_micros();
                    debug!(file = %file.display(), elements = self.chart.len(), microseconds, "file written");
                }
                self.publish(|status| {
                    status.ready = true;
                    status.sink = None;
                });
            }
            Err(error) => {
                let cause = error.source().map(|cause| format!(": {cause}")).unwrap_or_default();
                let text = format!("{error}{cause}");
                // Each try has another temporary file: it is the cause that is news.
                let news = if cause.is_empty() { text.clone() } else { cause };
                if self.failure.as_ref() != Some(&news) {
                    error!(help = error.help(), "file not written, tried again until it is: {text}");
                }
                self.failure = Some(news);
                self.journal.failed(&text);
                self.publish(|status| status.sink = Some(text));
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

    fn publish(&self, change: impl FnOnce(&mut Status)) {
        self.status.send_modify(|status| {
            status.containers = self.chart.world().len();
            status.elements = self.chart.len();
            status.away = self.away.iter().copied().collect();
            change(status);
        });
    }

    fn engine(&self, engine: usize) -> &str {
        self.engines.get(engine).map(String::as_str).unwrap_or_default()
    }
}

/// Whether a container was put on a network or taken from one while it ran. Before a start, that is a part of the start.
fn is_connected(actions: &[&str]) -> bool {
    let last = |of: &[&str]| actions.iter().rposition(|action| of.contains(action));
    last(&["connect", "disconnect"]) > last(&["start"])
}

async fn until(due: Option<Instant>) {
    match due {
        // The timer's tick is a millisecond: what is due now does not wait for the next.
        Some(due) if due <= Instant::now() => {}
        Some(due) => tokio::time::sleep_until(due.into()).await,
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use portolan_container::{Attachment, Port, Protocol};
    use portolan_engine::Endpoint;
    use portolan_traefik::{Directory, Format};
    use tokio::sync::mpsc::Sender;

    use super::*;

    fn start(directory: &Path, engines: usize) -> (Loop, Sender<Event>, watch::Receiver<Status>) {
        let directory = Directory::new(directory, "test", Format::Yaml).unwrap();
        let sink = Sink::new(directory, Duration::from_millis(100));
        let engines = (0..engines).map(|engine| format!("unix:///{engine}")).collect();
        let (events, queue) = mpsc::channel(8);
        let (watcher, status) = Loop::new(Policy::default(), sink, Format::Yaml, engines, queue).unwrap();
        (watcher, events, status)
    }

    fn listed(engine: usize, name: &str) -> Event {
        let attachment = Attachment { ipv4: "172.17.0.2".parse().ok(), ..Attachment::default() };
        let container = Container {
            id: name.to_owned(),
            name: name.to_owned(),
            attachments: [("bridge".to_owned(), attachment)].into(),
            ports: vec![Port { number: 80, protocol: Protocol::Tcp, bindings: vec![] }],
            ..Container::default()
        };
        Event::Listed { engine, containers: vec![container] }
    }

    fn away(engine: usize) -> Event {
        let endpoint = Endpoint::parse("tcp://127.0.0.1:1").unwrap();
        Event::Away { engine, error: portolan_engine::Error::Ended { endpoint, reason: "test".to_owned() } }
    }

    fn read(directory: &Path) -> Option<String> {
        std::fs::read_to_string(directory.join("test.yml")).ok()
    }

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

    #[tokio::test(start_paused = true)]
    async fn an_engine_that_is_away_at_the_start_keeps_the_last_file() {
        let directory = tempfile::tempdir().unwrap();
        let (watcher, events, _status) = start(directory.path(), 1);
        events.send(away(0)).await.unwrap();
        events.send(Event::Command(Command::Stop)).await.unwrap();
        watcher.run().await;
        assert_eq!(read(directory.path()), None);
    }

    #[tokio::test(start_paused = true)]
    async fn an_engine_that_goes_away_keeps_its_routes() {
        let directory = tempfile::tempdir().unwrap();
        let (watcher, events, _status) = start(directory.path(), 1);
        events.send(listed(0, "web")).await.unwrap();
        events.send(away(0)).await.unwrap();
        events.send(Event::Command(Command::Stop)).await.unwrap();
        watcher.run().await;
        assert!(read(directory.path()).unwrap().contains("Host(`web`)"));
    }

    #[tokio::test(start_paused = true)]
    async fn nothing_is_written_before_all_engines_have_answered() {
        let directory = tempfile::tempdir().unwrap();
        let (watcher, events, mut status) = start(directory.path(), 2);
        let running = tokio::spawn(watcher.run());
        events.send(listed(0, "one")).await.unwrap();
        status.changed().await.unwrap();
        assert_eq!(read(directory.path()), None);
        events.send(listed(1, "two")).await.unwrap();
        status.wait_for(|status| status.ready).await.unwrap();
        let text = read(directory.path()).unwrap();
        assert!(text.contains("Host(`one`)") && text.contains("Host(`two`)"), "{text}");
        drop(events);
        running.await.unwrap();
    }

    /// It lost its routes in the file after half a minute before.
    #[tokio::test(start_paused = true)]
    async fn an_engine_that_is_away_at_the_start_keeps_its_routes() {
        let directory = tempfile::tempdir().unwrap();
        let addresses = || vec!["unix:///0".to_owned(), "unix:///1".to_owned()];
        let remembering = |(watcher, events, status): (Loop, Sender<Event>, watch::Receiver<Status>)| {
            let memory = Memory::open(watcher.sink.directory(), addresses()).unwrap();
            (watcher.with_memory(memory), events, status)
        };
        let (watcher, events, _status) = remembering(start(directory.path(), 2));
        events.send(listed(0, "one")).await.unwrap();
        events.send(listed(1, "two")).await.unwrap();
        events.send(Event::Command(Command::Stop)).await.unwrap();
        watcher.run().await;

        let (watcher, events, mut status) = remembering(start(directory.path(), 2));
        let running = tokio::spawn(watcher.run());
        let began = tokio::time::Instant::now();
        events.send(away(1)).await.unwrap();
        events.send(listed(0, "other")).await.unwrap();
        status.wait_for(|status| status.ready).await.unwrap();
        assert!(began.elapsed() < Loop::GRACE * 2, "the other is not held back: {:?}", began.elapsed());
        let text = read(directory.path()).unwrap();
        assert!(text.contains("Host(`other`)") && text.contains("Host(`two`)"), "{text}");
        assert!(!text.contains("Host(`one`)"), "{text}");

        // It is back, and has another container by now.
        events.send(listed(1, "three")).await.unwrap();
        drop(events);
        running.await.unwrap();
        let text = read(directory.path()).unwrap();
        assert!(text.contains("Host(`three`)") && !text.contains("Host(`two`)"), "{text}");
    }

    #[tokio::test(start_paused = true)]
    async fn an_engine_that_is_away_does_not_hold_back_the_others_for_ever() {
        let directory = tempfile::tempdir().unwrap();
        let (watcher, events, mut status) = start(directory.path(), 2);
        let running = tokio::spawn(watcher.run());
        let began = tokio::time::Instant::now();
        events.send(away(1)).await.unwrap();
        events.send(listed(0, "one")).await.unwrap();
        status.wait_for(|status| status.ready).await.unwrap();
        assert!(began.elapsed() >= Loop::PATIENCE - Duration::from_secs(1));
        assert!(read(directory.path()).unwrap().contains("Host(`one`)"));
        assert_eq!(status.borrow().away, [1]);
        drop(events);
        running.await.unwrap();
    }
}
