use std::path::Path;
use std::time::{Duration, Instant};

use portolan_engine::{Error, Requests};
use time::OffsetDateTime;

use crate::history::History;
use crate::{
    Chart, EngineReport, Event, Histogram, LastError, LastWrite, Measures, News, Report, ReportedFinding,
    Routers, Write,
};

/// What a chart does not know of what became of it: when engines came and went, and when the file was written.
///
/// Pure: it is told what happens and when, and makes a [`Report`] out of that when somebody asks for one.
///
/// ```
/// use portolan_reconcile::{Chart, Event, Journal, Policy};
/// use portolan_traefik::Format;
/// use time::OffsetDateTime;
///
/// let start = OffsetDateTime::UNIX_EPOCH;
/// let mut journal = Journal::new(vec!["unix:///run/docker.sock".to_owned()], start);
/// journal.note(&Event::Listed { engine: 0, containers: vec![] }, start);
/// let chart = Chart::new(Policy::default(), Format::Yaml, None);
/// let report = journal.report(&chart, "/srv/docker-watcher.yml".as_ref());
/// assert_eq!(report.engines[0].connected_since, Some(start));
/// ```
#[derive(Clone, Debug)]
pub struct Journal {
    since: OffsetDateTime,
    engines: Vec<EngineReport>,
    ready: bool,
    writes: u64,
    last_write: Option<LastWrite>,
    write_error: Option<String>,
    failures: u64,
    /// How long writes took.
    durations: Histogram,
    /// How long it was from an engine's event to the file.
    latencies: Histogram,
    history: History,
    /// What is counted elsewhere, of each engine.
    requests: Vec<Requests>,
}

impl Journal {
    /// One that begins now, with the engines' names in the order of the settings.
    pub fn new(engines: Vec<String>, now: OffsetDateTime) -> Self {
        let engine = |name| EngineReport {
            name,
            connected_since: None,
            events: 0,
            containers: 0,
            requests: 0,
            last_error: None,
        };
        Self {
            since: to_milliseconds(now),
            engines: engines.into_iter().map(engine).collect(),
            ready: false,
            writes: 0,
            last_write: None,
            write_error: None,
            failures: 0,
            durations: Histogram::new(Measures::WRITE),
            latencies: Histogram::new(Measures::LATENCY),
            history: History::default(),
            requests: Vec::new(),
        }
    }

    /// The same, which also tells how many requests were made to each engine, in the order of the settings.
    #[must_use]
    pub fn with_requests(mut self, requests: Vec<Requests>) -> Self {
        self.requests = requests;
        self
    }

    /// Something happened.
    pub fn note(&mut self, event: &Event, now: OffsetDateTime) {
        let now = to_milliseconds(now);
        let (engine, actions, error) = match event {
            Event::Listed { engine, .. } => {
                if let Some(engine) = self.engines.get_mut(*engine) {
                    engine.connected_since = Some(now);
                }
                return;
            }
            Event::Inspected { engine, actions, .. } | Event::Removed { engine, actions, .. } => {
                (*engine, actions.len(), None)
            }
            // Why it was looked at is not told: there was one event at least.
            Event::Unreadable { engine, error, .. } => (*engine, 1, Some(error)),
            Event::Away { engine, error } => {
                if let Some(engine) = self.engines.get_mut(*engine) {
                    engine.connected_since = None;
                }
                (*engine, 0, Some(error))
            }
            Event::Started { .. } | Event::Command(_) => return,
        };
        let Some(engine) = self.engines.get_mut(engine) else { return };
        engine.events += u64::try_from(actions).unwrap_or(u64::MAX);
        if let Some(error) = error {
            engine.last_error = Some(LastError { at: now, message: words(error) });
        }
    }

    /// The document has changed, and the file is to be written: by what an engine told at this time. `subject` is the
    /// container that it told of.
    pub fn changed(&mut self, news: &[News], subject: Option<&str>, received: Instant) {
        self.history.changed(news, subject, received);
    }

    /// The file is as it should be, with so many elements; if it had to be written for that, it took this long, until this time.
    pub fn written(&mut self, took: Option<Duration>, elements: usize, at: Instant, now: OffsetDateTime) {
        self.ready = true;
        self.write_error = None;
        let Some(took) = took else { return self.history.unchanged() };
        let now = to_milliseconds(now);
        self.writes += 1;
        let took_microseconds = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        self.last_write = Some(LastWrite { at: now, took_microseconds });
        self.durations.observe(took);
        if let Some(latency) = self.history.written(elements, at, now) {
            self.latencies.observe(latency);
        }
    }

    /// The file could not be written.
    pub fn failed(&mut self, error: &str) {
        self.failures += 1;
        self.write_error = Some(error.to_owned());
    }

    /// The last writes, the newest last.
    pub fn history(&self) -> Vec<Write> {
        self.history.writes()
    }

    /// What was counted and measured, with how things stand with this chart, which is written to this file.
    pub fn measures(&self, chart: &Chart, file: &Path) -> Measures {
        Measures {
            report: self.report(chart, file),
            failures: self.failures,
            durations: self.durations.clone(),
            latencies: self.latencies.clone(),
        }
    }

    /// How things stand with this chart, which is written to this file.
    pub fn report(&self, chart: &Chart, file: &Path) -> Report {
        let mut engines = self.engines.clone();
        for (key, ..) in chart.world().containers() {
            if let Some(engine) = engines.get_mut(key.engine) {
                engine.containers += 1;
            }
        }
        for (engine, requests) in engines.iter_mut().zip(&self.requests) {
            engine.requests = requests.made();
        }
        let mut findings: Vec<ReportedFinding> = chart.diagnostics().map(ReportedFinding::from).collect();
        findings.sort_by_key(ReportedFinding::rank);
        Report {
            since: self.since,
            ready: self.ready,
            file: file.to_owned(),
            engines,
            containers: chart.world().len(),
            elements: chart.len(),
            routers: Routers::of(chart.names().map(|(section, _)| section)),
            findings,
            writes: self.writes,
            last_write: self.last_write.clone(),
            write_error: self.write_error.clone(),
        }
    }
}

/// An answer that was not understood is not repeated: it may have been a container's environment.
fn words(error: &Error) -> String {
    match error {
        Error::Answer { endpoint, .. } => format!("the answer of `{endpoint}` is not an engine's"),
        error => error.to_string(),
    }
}

/// More digits would tell nobody anything.
fn to_milliseconds(now: OffsetDateTime) -> OffsetDateTime {
    now.replace_millisecond(now.millisecond()).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use portolan_container::Container;
    use portolan_engine::Endpoint;
    use portolan_traefik::Format;

    use super::*;
    use crate::{ContainerKey, Policy};

    const START: OffsetDateTime = OffsetDateTime::UNIX_EPOCH;

    fn after(seconds: i64) -> OffsetDateTime {
        START + time::Duration::seconds(seconds)
    }

    fn refused() -> Error {
        let endpoint = Endpoint::parse("tcp://127.0.0.1:1").unwrap();
        Error::Ended { endpoint, reason: "test".to_owned() }
    }

    fn journal() -> Journal {
        Journal::new(vec!["one".to_owned(), "two".to_owned()], START)
    }

    fn report(journal: &Journal, containers: Vec<(usize, Container)>) -> Report {
        let mut chart = Chart::new(Policy::default(), Format::Yaml, None);
        for (engine, container) in containers {
            chart.put(ContainerKey { engine, id: container.id.clone() }, container);
        }
        journal.report(&chart, "/srv/file.yml".as_ref())
    }

    fn container(name: &str, labels: &[(&str, &str)]) -> Container {
        Container {
            id: name.to_owned(),
            name: name.to_owned(),
            labels: labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
            ..Container::default()
        }
    }

    #[test]
    fn an_engine_is_connected_from_its_listing_until_it_is_away() {
        let mut journal = journal();
        let connected = |journal: &Journal| {
            report(journal, vec![]).engines.iter().map(|it| it.connected_since).collect::<Vec<_>>()
        };
        assert_eq!(connected(&journal), [None, None]);
        journal.note(&Event::Listed { engine: 1, containers: vec![] }, after(1));
        assert_eq!(connected(&journal), [None, Some(after(1))]);
        journal.note(&Event::Away { engine: 1, error: refused() }, after(2));
        assert_eq!(connected(&journal), [None, None]);
        journal.note(&Event::Listed { engine: 1, containers: vec![] }, after(3));
        assert_eq!(connected(&journal), [None, Some(after(3))]);
        let error = LastError { at: after(2), message: refused().to_string() };
        assert_eq!(report(&journal, vec![]).engines[1].last_error, Some(error), "it stays");
    }

    #[test]
    fn events_are_those_of_the_engine_and_not_looks() {
        let mut journal = journal();
        let id = || "web".to_owned();
        let web = Box::new(container("web", &[]));
        let received = Instant::now();
        journal.note(
            &Event::Inspected { engine: 0, container: web, actions: vec!["create", "start"], received },
            START,
        );
        journal.note(&Event::Unreadable { engine: 0, id: id(), error: refused() }, after(7));
        journal
            .note(&Event::Removed { engine: 0, id: id(), actions: vec!["die", "destroy"], received }, START);
        // An engine that there is not changes nothing.
        journal.note(&Event::Removed { engine: 9, id: id(), actions: vec!["die"], received }, START);
        let report = report(&journal, vec![]);
        assert_eq!(report.engines.iter().map(|engine| engine.events).collect::<Vec<_>>(), [5, 0]);
        assert_eq!(report.engines[0].last_error.as_ref().map(|error| error.at), Some(after(7)));
    }

    #[test]
    fn a_write_that_was_not_needed_is_none() {
        let mut journal = journal();
        assert!(!report(&journal, vec![]).ready);
        journal.failed("no space left");
        let told = report(&journal, vec![]);
        assert_eq!((told.ready, told.write_error.as_deref()), (false, Some("no space left")));
        journal.written(None, 0, Instant::now(), after(1));
        let told = report(&journal, vec![]);
        assert_eq!((told.ready, told.writes, told.last_write, told.write_error), (true, 0, None, None));
        journal.written(Some(Duration::from_micros(1500)), 2, Instant::now(), after(2));
        let told = report(&journal, vec![]);
        assert_eq!(told.last_write, Some(LastWrite { at: after(2), took_microseconds: 1500 }));
        assert_eq!(told.writes, 1);
    }

    #[test]
    fn containers_routers_and_findings_are_the_chart_s() {
        let good = [
            ("traefik.http.routers.a.rule", "Host(`a`)"),
            ("traefik.http.services.a.loadbalancer.server.url", "http://10.0.0.1"),
        ];
        let bad = [("traefik.http.routers.b.rul", "Host(`b`)"), ("unread", "s3cret")];
        let containers = vec![(0, container("good", &good)), (1, container("bad", &bad))];
        let told = report(&journal(), containers);
        assert_eq!(told.engines.iter().map(|engine| engine.containers).collect::<Vec<_>>(), [1, 1]);
        assert_eq!((told.containers, told.routers), (2, Routers { http: 1, tcp: 0, udp: 0 }));
        assert_eq!(told.findings_of("error"), 1, "{:?}", told.findings);
        let first = &told.findings[0];
        assert_eq!((first.code.as_str(), first.container.as_deref()), ("unknown-field", Some("bad")));
        assert_eq!(first.label.as_deref(), Some("traefik.http.routers.b.rul"));
    }

    #[test]
    fn no_value_of_a_label_is_in_a_report() {
        let labels = [
            ("traefik.http.middlewares.m.basicauth.users", "s3cret"),
            ("traefik.http.middlewares.m.basicauth.removeheader", "s3cret"),
            ("traefik.http.routers.b.rule", "Host(`s3cret`"),
            ("traefik.http.routers.b.priority", "s3cret"),
        ];
        let told = report(&journal(), vec![(0, container("bad", &labels))]);
        assert!(!told.findings.is_empty());
        let text = serde_json::to_string(&told).unwrap();
        assert!(!text.contains("s3cret"), "{text}");
    }

    #[test]
    fn no_answer_that_was_not_understood_is_in_a_report() {
        let mut journal = journal();
        let endpoint = Endpoint::parse("tcp://127.0.0.1:1").unwrap();
        let error = Error::Answer { endpoint, reason: "expected a list, found `s3cret`".to_owned() };
        journal.note(&Event::Unreadable { engine: 0, id: "web".to_owned(), error }, START);
        let told = report(&journal, vec![]);
        let message = told.engines[0].last_error.as_ref().map(|error| error.message.as_str());
        assert_eq!(message, Some("the answer of `tcp://127.0.0.1:1` is not an engine's"));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut journal = journal();
        journal.note(&Event::Listed { engine: 0, containers: vec![] }, after(1));
        journal.note(&Event::Away { engine: 1, error: refused() }, after(2));
        journal.written(Some(Duration::from_millis(2)), 2, Instant::now(), after(3));
        let told = report(&journal, vec![(0, container("bad", &[("traefik.http.routers.b.rul", "x")]))]);
        let text = serde_json::to_string(&told).unwrap();
        assert!(!text.contains('\n'));
        assert!(text.contains(r#""connectedSince":"1970-01-01T00:00:01Z""#), "{text}");
        assert_eq!(serde_json::from_str::<Report>(&text).unwrap(), told);
    }
}
