//! How long a program takes from an engine's event to what it makes of it, and what it costs.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::engine::Engine;
use super::figures::Figures;
use crate::background::Background;
use crate::interrupt::Interrupt;

/// A program that follows the engine.
pub(super) trait Subject {
    fn process(&mut self) -> &mut Background;

    /// When it was seen to have made something new, since it was last asked, in which this rule stands: before we read it.
    fn has_made(&mut self, rule: &str) -> Result<Option<Instant>>;
}

/// A program that takes longer is taken for one that hangs.
const LIMIT: Duration = Duration::from_secs(120);

/// Between two events, so that each is one event and not a burst.
const PAUSE: Duration = Duration::from_millis(300);

/// How long we look away between two looks at what a program makes: this is the error of a measured time.
const NAP: Duration = Duration::from_micros(200);

/// Lets the program take in the whole engine, then changes one container after another and waits for each change.
pub(super) fn measure(
    engine: &Engine,
    subject: &mut impl Subject,
    events: usize,
    interrupt: &Interrupt,
) -> Result<Figures> {
    wait_for(subject, &engine.last_rule(), interrupt)?;
    while engine.followers() == 0 {
        alive(subject, interrupt)?;
        std::thread::sleep(NAP);
    }
    let mut milliseconds = Vec::new();
    let mut requests = Vec::new();
    for event in 0..events {
        // What the last event, or the start, still causes is not of this one.
        std::thread::sleep(PAUSE);
        let before = engine.requests();
        let started = Instant::now();
        let rule = engine.change(event % engine.containers().max(1));
        let made = wait_for(subject, &rule, interrupt)?;
        milliseconds.push(made.duration_since(started).as_secs_f64() * 1000.0);
        std::thread::sleep(PAUSE);
        requests.push(engine.requests() - before);
    }
    let resident_kib = subject.process().resident_kib()?;
    engine.forget_followers();
    Ok(Figures { milliseconds, requests, resident_kib })
}

fn wait_for(subject: &mut impl Subject, rule: &str, interrupt: &Interrupt) -> Result<Instant> {
    let started = Instant::now();
    loop {
        if let Some(made) = subject.has_made(rule)? {
            return Ok(made);
        }
        alive(subject, interrupt)?;
        if started.elapsed() > LIMIT {
            bail!("nothing came of `{rule}` within {} s", LIMIT.as_secs());
        }
        std::thread::sleep(NAP);
    }
}

fn alive(subject: &mut impl Subject, interrupt: &Interrupt) -> Result<()> {
    if interrupt.is_set() {
        bail!("interrupted");
    }
    let process = subject.process();
    if process.is_over() {
        let said = process.said();
        let lines: Vec<&str> = said.lines().rev().take(5).collect();
        bail!("it ended: {}", lines.into_iter().rev().collect::<Vec<_>>().join("\n"));
    }
    Ok(())
}
