use std::collections::BTreeMap;
use std::fmt;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, MetricEncoder, NoLabelSet, text};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::{Registry, Unit};

use crate::{Histogram, Report};

/// What a watcher counts and measures, as Prometheus takes it.
///
/// ```
/// use portolan_reconcile::{Chart, Journal, Policy};
/// use portolan_traefik::Format;
/// use time::OffsetDateTime;
///
/// let journal = Journal::new(vec!["unix:///run/docker.sock".to_owned()], OffsetDateTime::UNIX_EPOCH);
/// let chart = Chart::new(Policy::default(), Format::Yaml, None);
/// let text = journal.measures(&chart, "/srv/docker-watcher.yml".as_ref()).text();
/// assert!(text.contains("\nportolan_events_total{engine=\"unix:///run/docker.sock\"} 0\n"));
/// assert!(text.ends_with("# EOF\n"));
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Measures {
    /// How things stand.
    pub report: Report,
    /// How many times the file could not be written.
    pub failures: u64,
    /// How long writes took, from the first byte of the text to the file in its place.
    pub durations: Histogram,
    /// How long it was from an engine's event to the file that has what came of it.
    pub latencies: Histogram,
}

impl Measures {
    /// The media type of [`Measures::text`].
    pub const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

    /// Bounds in seconds for how long a write takes: a tenth of a millisecond where the disk need not be waited for.
    pub(crate) const WRITE: &[f64] =
        &[0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0];

    /// Bounds in seconds for how long it is from an event to the file: milliseconds, and at most the setting `debounce` besides.
    pub(crate) const LATENCY: &[f64] =
        &[0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0];

    /// The text that Prometheus reads, in the format of OpenMetrics 1.0.
    pub fn text(&self) -> String {
        let mut registry = Registry::with_prefix("portolan");
        registry.register_collector(Box::new(self.clone()));
        let mut text = String::new();
        // A text takes whatever is written to it.
        let _ = text::encode(&mut text, &registry);
        text
    }

    /// How many findings there are of each severity and code.
    fn findings(&self) -> BTreeMap<(&str, &str), u64> {
        let mut findings = BTreeMap::new();
        for finding in &self.report.findings {
            *findings.entry((finding.severity.as_str(), finding.code.as_str())).or_default() += 1;
        }
        findings
    }
}

impl Collector for Measures {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> Result<(), fmt::Error> {
        let Self { report, failures, .. } = self;
        let out = &mut Out(&mut encoder);
        out.info("build", "The program that runs", &[("version", env!("CARGO_PKG_VERSION"))])?;
        let since = report.since.unix_timestamp();
        out.gauge("start_time_seconds", "When the watcher started, in seconds of Unix time", since)?;
        out.gauge(
            "ready",
            "Whether every engine has answered once, or is no longer waited for, and the file has been written since",
            number(report.ready),
        )?;

        let engines = || report.engines.iter();
        let engine = |name: &str| [("engine", name.to_owned())];
        let events = engines().map(|it| (engine(&it.name), it.events));
        out.counters("events", "Events of containers that an engine has told of", events)?;
        let requests = engines().map(|it| (engine(&it.name), it.requests));
        out.counters("engine_requests", "Requests that were made to an engine", requests)?;
        let connected = engines().map(|it| (engine(&it.name), number(it.connected_since.is_some())));
        out.gauges("engine_connected", "Whether an engine is followed now", connected)?;
        let containers = engines().map(|it| (engine(&it.name), signed(it.containers)));
        out.gauges("containers", "Containers of an engine that are known", containers)?;

        let routers = report.routers;
        let routers = [("http", routers.http), ("tcp", routers.tcp), ("udp", routers.udp)];
        let routes = routers.into_iter().map(|(protocol, count)| ([("protocol", protocol)], signed(count)));
        out.gauges("routes", "Routers in the file", routes)?;
        out.gauge("elements", "Routers, services and so on in the file", signed(report.elements))?;
        let findings = self.findings();
        let findings = findings.iter().map(|((severity, code), count)| {
            ([("severity", (*severity).to_owned()), ("code", (*code).to_owned())], signed(*count))
        });
        out.gauges("findings", "What is wrong or worth knowing now", findings)?;

        out.counter("file_writes", "Writes of the file", report.writes)?;
        out.counter("file_write_failures", "Writes of the file that failed", *failures)?;
        let help = "How long a write of the file took";
        out.histogram("file_write_duration", help, &self.durations)?;
        let help = "How long it was from an engine's event to the file in place";
        out.histogram("event_to_file", help, &self.latencies)
    }
}

/// A gauge's value, which is signed.
fn signed(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}

fn number(flag: bool) -> i64 {
    i64::from(flag)
}

/// Families of metrics, each with its description.
struct Out<'o, 'e>(&'o mut DescriptorEncoder<'e>);

impl Out<'_, '_> {
    fn info(&mut self, name: &str, help: &str, labels: &[(&str, &str)]) -> fmt::Result {
        self.0.encode_descriptor(name, help, None, MetricType::Info)?.encode_info(&labels)
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        count(&mut self.0.encode_descriptor(name, help, None, MetricType::Counter)?, value)
    }

    fn counters<L: EncodeLabelSet>(
        &mut self,
        name: &str,
        help: &str,
        values: impl Iterator<Item = (L, u64)>,
    ) -> fmt::Result {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Counter)?;
        for (labels, value) in values {
            count(&mut family.encode_family(&labels)?, value)?;
        }
        Ok(())
    }

    fn gauge(&mut self, name: &str, help: &str, value: i64) -> fmt::Result {
        self.0.encode_descriptor(name, help, None, MetricType::Gauge)?.encode_gauge(&value)
    }

    fn gauges<L: EncodeLabelSet>(
        &mut self,
        name: &str,
        help: &str,
        values: impl Iterator<Item = (L, i64)>,
    ) -> fmt::Result {
        let mut family = self.0.encode_descriptor(name, help, None, MetricType::Gauge)?;
        for (labels, value) in values {
            family.encode_family(&labels)?.encode_gauge(&value)?;
        }
        Ok(())
    }

    /// In seconds, which its name ends in.
    fn histogram(&mut self, name: &str, help: &str, histogram: &Histogram) -> fmt::Result {
        let buckets: Vec<(f64, u64)> = histogram.buckets().collect();
        let (sum, count) = (histogram.sum().as_secs_f64(), histogram.count());
        let mut encoder =
            self.0.encode_descriptor(name, help, Some(&Unit::Seconds), MetricType::Histogram)?;
        encoder.encode_histogram::<NoLabelSet>(sum, count, &buckets, None)
    }
}

fn count(encoder: &mut MetricEncoder<'_>, value: u64) -> fmt::Result {
    encoder.encode_counter::<NoLabelSet, u64, u64>(&value, None)
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::{Duration, Instant};

    use portolan_traefik::Format;
    use time::OffsetDateTime;

    use crate::{Chart, Journal, Policy};

    fn text(journal: &Journal) -> String {
        let chart = Chart::new(Policy::default(), Format::Yaml, None);
        journal.measures(&chart, Path::new("/srv/file.yml")).text()
    }

    #[test]
    fn writes_and_latencies_are_counted_in_buckets() {
        let start = Instant::now();
        let mut journal = Journal::new(vec![], OffsetDateTime::UNIX_EPOCH);
        let mut write = |took, latency| {
            journal.changed(&[], None, start);
            let (took, at) = (Duration::from_micros(took), start + Duration::from_micros(latency));
            journal.written(Some(took), 1, at, OffsetDateTime::UNIX_EPOCH);
        };
        write(100, 1_000);
        write(300, 1_001);
        write(2_000_000, 20_000_000);
        journal.failed("no space left");
        let text = text(&journal);
        for line in [
            "portolan_file_writes_total 3",
            "portolan_file_write_failures_total 1",
            "portolan_file_write_duration_seconds_count 3",
            "portolan_file_write_duration_seconds_sum 2.0004",
            "portolan_file_write_duration_seconds_bucket{le=\"0.0001\"} 1",
            "portolan_file_write_duration_seconds_bucket{le=\"0.00025\"} 1",
            "portolan_file_write_duration_seconds_bucket{le=\"0.0005\"} 2",
            "portolan_file_write_duration_seconds_bucket{le=\"+Inf\"} 3",
            "portolan_event_to_file_seconds_bucket{le=\"0.001\"} 1",
            "portolan_event_to_file_seconds_bucket{le=\"0.0025\"} 2",
            "portolan_event_to_file_seconds_bucket{le=\"10.0\"} 2",
            "portolan_event_to_file_seconds_bucket{le=\"+Inf\"} 3",
            "# UNIT portolan_event_to_file_seconds seconds",
        ] {
            assert!(text.lines().any(|found| found == line), "`{line}` is not in\n{text}");
        }
    }

    #[test]
    fn an_engine_s_name_cannot_end_its_quotes() {
        let journal = Journal::new(vec!["unix:///a\"b\\c\nd".to_owned()], OffsetDateTime::UNIX_EPOCH);
        let line = "portolan_events_total{engine=\"unix:///a\\\"b\\\\c\\nd\"} 0";
        let text = text(&journal);
        assert!(text.lines().any(|found| found == line), "`{line}` is not in\n{text}");
    }
}
