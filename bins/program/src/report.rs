//! What is said to people, on standard error; to the log, once that is for programs to read.

mod said;

use std::io::{self, IsTerminal};
use std::ops::Range;

use annotate_snippets::{AnnotationKind, Group, Level, Renderer, Snippet};
use portolan_container::{Container, Diagnostic, Part, Severity, printable};
use portolan_engine::files::Location;
use portolan_settings::Problem;

pub use self::said::{Line, captured, repeat};
use self::said::{heard, say, write};

/// Prints a failure and its causes on standard error, with the next step where one is known.
pub fn error(error: &anyhow::Error) {
    let help =
        error.chain().find_map(|cause| cause.downcast_ref::<Helped>()).map(|helped| helped.help.as_str());
    line("error", &format!("{error:#}"), help);
}

/// Prints one line on standard error, and a help line below it.
pub fn line(level: &str, message: &str, help: Option<&str>) {
    say(level, message, help, None);
}

/// Says what is wrong with settings, or probably so.
pub fn problem(level: &str, problem: &Problem) {
    say(level, &problem.to_string(), problem.help.as_deref(), problem.key.as_deref());
}

/// Prints a finding with the label that it is about.
pub fn diagnostic(diagnostic: &Diagnostic, container: Option<&Container>) {
    let word = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "info",
    };
    if heard(word, &diagnostic.to_string(), diagnostic.help.as_deref(), None) {
        return;
    }
    let text =
        draw(diagnostic, of_label(diagnostic, container).as_ref(), Level::INFO, io::stderr().is_terminal());
    write(&format!("{text}\n"));
}

/// A finding with the lines of the file that it is about, or else with its label; `colour` is for a terminal.
pub fn in_place(
    diagnostic: &Diagnostic,
    container: Option<&Container>,
    location: Option<&Location>,
    colour: bool,
) -> String {
    let source = location.and_then(of_file).or_else(|| of_label(diagnostic, container));
    draw(diagnostic, source.as_ref(), Level::NOTE, colour)
}

/// What is underlined.
struct Underlined {
    text: String,
    path: Option<String>,
    first_line: usize,
    span: Range<usize>,
}

/// The label as `KEY=VALUE`.
fn of_label(diagnostic: &Diagnostic, container: Option<&Container>) -> Option<Underlined> {
    let place = diagnostic.label.as_ref()?;
    let value = container.and_then(|container| container.labels.get(&place.key)).map(String::as_str);
    let offset = if place.part == Part::Value { place.key.len() + 1 } else { 0 };
    let name = diagnostic.subject();
    Some(Underlined {
        text: format!("{}={}", place.key, value.unwrap_or_default()),
        path: name.map(|name| format!("label of {name}")),
        first_line: 1,
        span: offset + place.start..offset + place.end,
    })
}

/// The lines that a place in a file is on.
fn of_file(location: &Location) -> Option<Underlined> {
    let (line, _) = location.line_and_column();
    let Range { start, end } = location.bytes.clone();
    let first = location.text.get(..start)?.rfind('\n').map_or(0, |newline| newline + 1);
    let last = location.text.get(end..)?.find('\n').map_or(location.text.len(), |newline| end + newline);
    let path = location.path.as_ref().map_or("<stdin>".into(), |path| path.to_string_lossy());
    Some(Underlined {
        text: location.text.get(first..last)?.to_owned(),
        path: Some(path.into_owned()),
        first_line: line,
        span: start - first..end - first,
    })
}

fn draw(diagnostic: &Diagnostic, source: Option<&Underlined>, info: Level<'_>, colour: bool) -> String {
    let level = match diagnostic.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Info => info,
    };
    let subject = diagnostic.subject();
    let message =
        subject.map_or(diagnostic.message.clone(), |subject| format!("{subject}: {}", diagnostic.message));
    let message = printable(&message);
    let title = level.primary_title(message.as_ref()).id(diagnostic.code.0);
    let mut group = match source {
        Some(Underlined { text, path, first_line, span }) => {
            let snippet =
                Snippet::source(text.as_str()).line_start(*first_line).fold(true).path(path.as_deref());
            Group::with_title(title).element(snippet.annotation(AnnotationKind::Primary.span(span.clone())))
        }
        None => Group::with_title(title),
    };
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = if colour { Renderer::styled() } else { Renderer::plain() };
    renderer.render(&[group])
}

/// An engine's error with what to do about it.
pub fn engine(error: portolan_engine::Error) -> anyhow::Error {
    let help = error.help();
    with_help(error.into(), help)
}

/// Why an agent cannot serve, with what to do about it.
pub fn agent(error: portolan_agent::Error) -> anyhow::Error {
    let help = error.help().map(str::to_owned);
    with_help(error.into(), help)
}

/// A failure to write with what to do about it.
pub fn directory(error: portolan_traefik::Error) -> anyhow::Error {
    let help = error.help();
    with_help(error.into(), help)
}

/// Why a network namespace was not worked in, with what to do about it.
pub fn network(error: portolan_netlink::Error) -> anyhow::Error {
    let help = error.help();
    with_help(error.into(), help)
}

/// An error with what to do about it.
pub fn with_help(error: anyhow::Error, help: Option<String>) -> anyhow::Error {
    match help {
        Some(help) => Helped { message: format!("{error:#}"), help }.into(),
        None => error,
    }
}

/// A failure that comes with a next step.
#[derive(Debug)]
struct Helped {
    message: String,
    help: String,
}

impl std::fmt::Display for Helped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Helped {}

/// Prints a line as it is on standard error.
pub fn plain(text: &str) {
    if heard("info", text, None, None) {
        return;
    }
    write(&format!("{text}\n"));
}
