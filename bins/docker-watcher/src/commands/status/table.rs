use portolan_container::printable;
use portolan_reconcile::{EngineReport, Report, ReportedFinding};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A report for people: the watcher, a table of its engines, counts, then each finding on a line.
pub(super) fn text(report: &Report) -> String {
    let state = if report.ready { "ready" } else { "waits for its engines" };
    let mut text = format!("docker-watcher runs since {}, {state}\n\n", moment(report.since));
    text.push_str(&columns(&engines(report)));
    text.push('\n');
    let routers = report.routers;
    let lines = [
        ["containers".to_owned(), report.containers.to_string()],
        [
            "routes".to_owned(),
            format!("{} (HTTP {}, TCP {}, UDP {})", routers.all(), routers.http, routers.tcp, routers.udp),
        ],
        ["findings".to_owned(), findings(report)],
        ["file".to_owned(), printable(&report.file.to_string_lossy()).into_owned()],
        ["last write".to_owned(), last_write(report)],
    ];
    text.push_str(&columns(&lines));
    if let Some(error) = &report.write_error {
        text.push_str(&format!("\nthe file cannot be written: {}\n", printable(error)));
    }
    if !report.findings.is_empty() {
        text.push('\n');
        let lines: Vec<_> = report.findings.iter().map(finding).collect();
        text.push_str(&columns(&lines));
        text.push_str("\n`docker-watcher explain CONTAINER` tells more.\n");
    }
    text
}

fn engines(report: &Report) -> Vec<[String; 5]> {
    let heads = ["ENGINE", "CONNECTED SINCE", "EVENTS", "CONTAINERS", "LAST ERROR"].map(str::to_owned);
    let line = |engine: &EngineReport| {
        let since = engine.connected_since.map_or("away".to_owned(), moment);
        let error = engine
            .last_error
            .as_ref()
            .map_or("none".to_owned(), |error| format!("{} {}", moment(error.at), printable(&error.message)));
        let name = printable(&engine.name).into_owned();
        [name, since, engine.events.to_string(), engine.containers.to_string(), error]
    };
    std::iter::once(heads).chain(report.engines.iter().map(line)).collect()
}

fn findings(report: &Report) -> String {
    let count = |severity: &str| match report.findings_of(severity) {
        1 => format!("1 {severity}"),
        count => format!("{count} {severity}s"),
    };
    ["error", "warning", "note"].map(count).join(", ")
}

fn last_write(report: &Report) -> String {
    let times = match report.writes {
        1 => "1 write".to_owned(),
        writes => format!("{writes} writes"),
    };
    report.last_write.as_ref().map_or("none since the start".to_owned(), |write| {
        let (milliseconds, rest) = (write.took_microseconds / 1000, write.took_microseconds % 1000);
        format!("{}, took {milliseconds}.{rest:03} ms, {times} since the start", moment(write.at))
    })
}

fn finding(finding: &ReportedFinding) -> [String; 4] {
    let text = |text: &Option<String>| printable(text.as_deref().unwrap_or_default()).into_owned();
    let container = match (&finding.container, &finding.engine) {
        (Some(container), Some(engine)) => format!("{} on {}", printable(container), printable(engine)),
        (container, _) => text(container),
    };
    [finding.severity.clone(), finding.code.clone(), container, text(&finding.label)]
}

fn moment(moment: OffsetDateTime) -> String {
    // A year beyond 9999 alone can't be told.
    moment.format(&Rfc3339).unwrap_or_else(|_| moment.to_string())
}

/// Lines with their cells one below the other, two spaces between.
fn columns<const N: usize>(lines: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for line in lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = cell.chars().count().max(*width);
        }
    }
    let mut text = String::new();
    for line in lines {
        let cells: Vec<String> =
            line.iter().zip(widths).map(|(cell, width)| format!("{cell:<width$}")).collect();
        text.push_str(cells.join("  ").trim_end());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(json: &str, expected: &str) {
        let report: Report = serde_json::from_str(json).unwrap();
        assert_eq!(text(&report), expected);
    }

    #[test]
    fn a_watcher_that_waits() {
        check(
            r#"{"since": "2026-01-02T03:04:05.006Z", "ready": false, "file": "/srv/f.yml", "engines": [
                {"name": "far", "events": 0, "containers": 0,
                 "lastError": {"at": "2026-01-02T03:04:06Z", "message": "no engine at `tcp://far`\u001b[2J"}}],
                "containers": 0, "elements": 0, "routers": {}, "findings": [], "writes": 0,
                "writeError": "no space left"}"#,
            "\
docker-watcher runs since 2026-01-02T03:04:05.006Z, waits for its engines

ENGINE  CONNECTED SINCE  EVENTS  CONTAINERS  LAST ERROR
far     away             0       0           2026-01-02T03:04:06Z no engine at `tcp://far`\\u{1b}[2J

containers  0
routes      0 (HTTP 0, TCP 0, UDP 0)
findings    0 errors, 0 warnings, 0 notes
file        /srv/f.yml
last write  none since the start

the file cannot be written: no space left
",
        );
    }

    #[test]
    fn a_watcher_with_findings() {
        check(
            r#"{"since": "2026-01-02T03:04:05Z", "ready": true, "file": "/srv/f.yml", "engines": [
                {"name": "local", "connectedSince": "2026-01-02T03:04:05.100Z", "events": 12, "containers": 3},
                {"name": "far", "connectedSince": "2026-01-02T03:04:07Z", "events": 1, "containers": 1}],
                "containers": 4, "elements": 8, "routers": {"http": 3, "tcp": 1},
                "findings": [{"severity": "error", "code": "unknown-field", "engine": "far", "container": "web", "label": "traefik.x"},
                             {"severity": "note", "code": "blacklisted", "container": "db"}],
                "writes": 5, "lastWrite": {"at": "2026-01-02T03:05:00Z", "tookMicroseconds": 1042}, "later": "field"}"#,
            "\
docker-watcher runs since 2026-01-02T03:04:05Z, ready

ENGINE  CONNECTED SINCE         EVENTS  CONTAINERS  LAST ERROR
local   2026-01-02T03:04:05.1Z  12      3           none
far     2026-01-02T03:04:07Z    1       1           none

containers  4
routes      4 (HTTP 3, TCP 1, UDP 0)
findings    1 error, 0 warnings, 1 note
file        /srv/f.yml
last write  2026-01-02T03:05:00Z, took 1.042 ms, 5 writes since the start

error  unknown-field  web on far  traefik.x
note   blacklisted    db

`docker-watcher explain CONTAINER` tells more.
",
        );
    }
}
