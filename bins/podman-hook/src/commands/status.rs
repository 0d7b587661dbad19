use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::Context as _;
use portolan_container::printable;
use portolan_hook::{Knowledge, Record, Records, is_alive};
use portolan_settings::Settings;
use serde::Serialize;

use crate::cli::{StatusArguments, StatusFormat};
use crate::drawing::Drawing;
use crate::{location, log, settings};

pub(crate) fn run(arguments: &StatusArguments) -> anyhow::Result<ExitCode> {
    let settings = settings::read_by_hand()?;
    let status = Status::read(&settings)?;
    let text = match arguments.format {
        StatusFormat::Text => status.text(),
        StatusFormat::Json => serde_json::to_string_pretty(&status)? + "\n",
    };
    std::io::stdout().write_all(text.as_bytes()).context("standard output")?;
    Ok(ExitCode::SUCCESS)
}

/// What is known of all containers.
#[derive(Debug, Serialize)]
struct Status {
    containers: Vec<Entry>,
    /// The directory of the file for Traefik.
    output: String,
    /// Where the log is: a command, or a file.
    log: String,
}

/// What is known of one container.
#[derive(Debug, Serialize)]
struct Entry {
    id: String,
    name: String,
    state: State,
    /// When it started.
    since: Option<String>,
    /// Where Traefik looks for it, but for UDP.
    addresses: Vec<String>,
    /// What is wrong, with its labels or at the last attempt.
    problems: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    /// It is known.
    Known,
    /// Its worker waits for Podman.
    Waiting,
    /// Podman did not tell what it is.
    Unknown,
    /// Its worker was killed.
    Left,
    /// It has ended, and its hook was not called.
    Ended,
}

impl State {
    fn of(record: &Record, knowledge: Option<&Knowledge>, settings: &Settings) -> Self {
        if !is_alive(Path::new("/proc"), record.pid, record.born) {
            return Self::Ended;
        }
        let age =
            record.since().and_then(|since| SystemTime::now().duration_since(since).ok()).unwrap_or_default();
        match knowledge {
            Some(known) if known.container.is_some() => Self::Known,
            Some(known) if known.is_done => Self::Unknown,
            _ if age > settings.hook.timeout * 2 => Self::Left,
            _ => Self::Waiting,
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Waiting => "waiting for podman to tell what it is",
            Self::Unknown => "unknown: podman did not tell what it is; `podman-hook sync` asks again",
            Self::Left => "left by a worker that was killed: `podman-hook sync` does its work",
            Self::Ended => "ended: its record goes with the next `podman-hook sync`",
        }
    }
}

impl Status {
    fn read(settings: &Settings) -> anyhow::Result<Self> {
        let records = Records::open(location::directory(settings))?;
        let all = records.all()?;
        let states: Vec<State> =
            all.iter().map(|(record, knowledge)| State::of(record, knowledge.as_ref(), settings)).collect();
        let running =
            all.iter().zip(&states).filter(|(_, state)| **state != State::Ended).map(|(known, _)| known);
        let drawing = Drawing::new(running, settings, None)?;
        let entry = |((record, knowledge), state): (&(Record, Option<Knowledge>), &State)| {
            let mut problems = drawing.findings(&record.id);
            problems.extend(knowledge.iter().flat_map(|it| it.failures.iter().cloned()));
            Entry {
                id: record.id.clone(),
                name: record.container(knowledge.as_ref()).name,
                state: *state,
                since: record.since().map(|since| humantime::format_rfc3339_seconds(since).to_string()),
                addresses: drawing.servers(&record.id),
                problems,
            }
        };
        Ok(Self {
            containers: all.iter().zip(&states).map(entry).collect(),
            output: settings.output.display().to_string(),
            log: log::Place::of(settings).to_string(),
        })
    }

    fn text(&self) -> String {
        let mut text = String::new();
        for entry in &self.containers {
            let id = entry.id.get(..12).unwrap_or(&entry.id);
            text.push_str(&format!("{id}  {}  {}", printable(&entry.name), entry.state.words()));
            if let Some(since) = &entry.since {
                text.push_str(&format!(", since {since}"));
            }
            if !entry.addresses.is_empty() {
                text.push_str(&format!(", at {}", entry.addresses.join(", ")));
            }
            text.push('\n');
            for problem in &entry.problems {
                text.push_str(&format!("  {}\n", printable(problem)));
            }
        }
        if self.containers.is_empty() {
            text.push_str("no containers are known\n");
        }
        text.push_str(&format!("files: {}\nlog: {}\n", self.output, self.log));
        text
    }
}
