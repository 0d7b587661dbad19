mod take;

use std::collections::BTreeSet;
use std::error::Error as _;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use portolan_container::Container;
use portolan_engine::Requests;
use portolan_traefik::Outcome;
use time::OffsetDateTime;
use tokio::sync::{mpsc, watch};
use tracing::{debug, error, info, warn};

use crate::network::Findings;
use crate::{
    Chart, Command, ContainerKey, Event, Journal, Memory, Networks, Policy, Report, ScriptQueue, Sink, State,
    Status,
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
                findings = networks_findings(&mut self.networks) => {
                    self.chart.note_networks(findings);
                    self.publish(|_| {});
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
                if self.failure.as_ref() != Some(&text) {
                    error!(help = error.help(), "file not written, tried again until it is: {text}");
                }
                self.journal.failed(&text);
                self.failure = Some(text.clone());
                self.publish(|status| status.sink = Some(text));
            }
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

/// What is wrong with network labels, each time that it is something else; never where nobody carries them out.
async fn networks_findings(networks: &mut Option<Networks>) -> Findings {
    match networks {
        Some(networks) => networks.findings().await,
        None => std::future::pending().await,
    }
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
mod tests;
