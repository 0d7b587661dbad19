use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::time::Duration;

use crate::Samples;
use crate::frame::FALLBACK;

/// What is counted, told under the names that configurable-http-proxy has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Counters {
    api: BTreeMap<Operation, u64>,
    api_statuses: BTreeMap<u16, u64>,
    activity_updates: u64,
    activity_time: Duration,
    requests: BTreeMap<u16, u64>,
    websockets: u64,
}

/// What the hub asks of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// `GET`
    Get,
    /// `POST`
    Add,
    /// `DELETE`
    Delete,
}

impl Counters {
    /// Counts a good request.
    pub fn operation(&mut self, operation: Operation) {
        *self.api.entry(operation).or_default() += 1;
    }

    /// Counts an answer.
    pub fn answer(&mut self, status: u16) {
        *self.api_statuses.entry(status).or_default() += 1;
    }

    /// Counts a reading of Traefik's metrics.
    pub fn activity(&mut self, time: Duration) {
        self.activity_updates += 1;
        self.activity_time += time;
    }

    /// Counts what Traefik has counted from the one reading to the next. A total stays when a route goes, and Traefik's count with it.
    ///
    /// With `replaced`, what Traefik answers for a server is answered by the fallback, and counted there.
    pub fn traffic(&mut self, before: &Samples, now: &Samples, replaced: bool) {
        for (name, traffic) in now.traffic() {
            let before = before.service(name);
            let left_out = |status| replaced && name != FALLBACK && matches!(status, 502 | 504);
            for (status, count) in traffic.by_status.iter().filter(|(status, _)| !left_out(**status)) {
                let before = before.and_then(|before| before.by_status.get(status));
                *self.requests.entry(*status).or_default() += difference(before.copied(), *count);
            }
            self.websockets += difference(before.map(|before| before.websockets), traffic.websockets);
        }
    }

    /// The text that Prometheus reads.
    pub fn text(&self) -> String {
        let web = self.requests.values().sum::<u64>().saturating_sub(self.websockets);
        let mut out = Text::default();
        let api = |operation| self.api.get(&operation).copied().unwrap_or_default();
        out.counter("api_route_get", "Requests for routes", api(Operation::Get));
        out.counter("api_route_add", "Routes that were added", api(Operation::Add));
        out.counter("api_route_delete", "Routes that were deleted", api(Operation::Delete));
        out.summary("find_target_for_req", "Not measured: Traefik finds targets", 0, Duration::ZERO);
        out.summary(
            "last_activity_updating",
            "Readings of who was active",
            self.activity_updates,
            self.activity_time,
        );
        out.counter("requests_ws", "Websockets that have closed", self.websockets);
        out.counter("requests_web", "Requests that are no websockets", web);
        out.by_status("requests_proxy", "Requests of users by status", &self.requests);
        out.by_status("requests_api", "Requests of the hub by status", &self.api_statuses);
        out.0
    }
}

/// How much more there is. A Traefik that was started anew counts from nothing.
fn difference(before: Option<u64>, now: u64) -> u64 {
    now.checked_sub(before.unwrap_or_default()).unwrap_or(now)
}

/// The text format of Prometheus.
#[derive(Default)]
struct Text(String);

impl Text {
    fn head(&mut self, name: &str, help: &str, kind: &str) {
        let _ = writeln!(self.0, "# HELP {name} {help}\n# TYPE {name} {kind}");
    }

    fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.head(name, help, "counter");
        let _ = writeln!(self.0, "{name} {value}");
    }

    fn summary(&mut self, name: &str, help: &str, count: u64, sum: Duration) {
        self.head(name, help, "summary");
        let _ = writeln!(self.0, "{name}_sum {}\n{name}_count {count}", sum.as_secs_f64());
    }

    fn by_status(&mut self, name: &str, help: &str, counts: &BTreeMap<u16, u64>) {
        self.head(name, help, "counter");
        for (status, count) in counts {
            let _ = writeln!(self.0, "{name}{{status=\"{status}\"}} {count}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_names_are_there() {
        let mut counters = Counters::default();
        counters.operation(Operation::Add);
        counters.answer(201);
        counters.activity(Duration::from_millis(500));
        let samples = Samples::parse(
            "traefik_service_requests_total{code=\"200\",method=\"GET\",protocol=\"http\",service=\"hub_@file\"} 3\n\
             traefik_service_requests_total{code=\"0\",method=\"GET\",protocol=\"websocket\",service=\"hub_@file\"} 2\n",
        );
        counters.traffic(&Samples::default(), &samples, false);
        let text = counters.text();
        for line in [
            "api_route_get 0",
            "api_route_add 1",
            "api_route_delete 0",
            "find_target_for_req_count 0",
            "last_activity_updating_sum 0.5",
            "last_activity_updating_count 1",
            "requests_ws 2",
            "requests_web 3",
            "requests_proxy{status=\"0\"} 2",
            "requests_proxy{status=\"200\"} 3",
            "requests_api{status=\"201\"} 1",
        ] {
            assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
        }
    }

    /// Readings, each of services with statuses and counts.
    type Readings<'a> = &'a [&'a [(&'a str, u16, u64)]];

    #[test]
    fn totals_do_not_fall() {
        let check = |readings: Readings<'_>, replaced: bool, expected: &[(u16, u64)]| {
            let (mut counters, mut before) = (Counters::default(), Samples::default());
            for reading in readings {
                let line = |(service, status, count): &(&str, u16, u64)| {
                    format!(
                        "traefik_service_requests_total{{code=\"{status}\",service=\"{service}@file\"}} {count}\n"
                    )
                };
                let now = Samples::parse(&reading.iter().map(line).collect::<String>());
                counters.traffic(&before, &now, replaced);
                before = now;
            }
            assert_eq!(counters.requests, expected.iter().copied().collect(), "{readings:?}");
        };
        check(&[&[("hub_a", 200, 3), ("hub_b", 200, 2)], &[("hub_a", 200, 4)]], false, &[(200, 6)]);
        // The route is back, and a Traefik that was started anew has counted 2.
        check(&[&[("hub_a", 200, 3)], &[], &[("hub_a", 200, 1)]], false, &[(200, 4)]);
        check(&[&[("hub_a", 200, 3)], &[("hub_a", 200, 2)]], false, &[(200, 5)]);
        let unavailable: Readings<'_> = &[&[("hub_a", 502, 1), ("hub_a", 504, 2), (FALLBACK, 503, 3)]];
        check(unavailable, true, &[(503, 3)]);
        check(unavailable, false, &[(502, 1), (503, 3), (504, 2)]);
    }
}
