//! Random sequences of strings, carried out by the real `ip` in one namespace and by the other in its twin.

use std::fmt::Write;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};
use std::{env, thread};

use anyhow::{Context, Result, anyhow, ensure};
use portolan_tests::netns::with_tables;
use portolan_tests::{Need, Record, records, unmet};

use crate::allowed;
use crate::grammar::KINDS;
use crate::ours;
use crate::program;
use crate::random::Random;
use crate::sequence::{Call, Generator};
use crate::twin::{Pair, Subject, Twin};

/// How many sequences there are, unless `PORTOLAN_SEQUENCES` says otherwise.
const SEQUENCES: usize = 1000;

/// How many differences are looked for before it is enough.
const ENOUGH: usize = 8;

#[test]
fn the_real_ip_is_like_itself() -> Result<()> {
    if unmet(&[Need::Namespaces])?.is_some() {
        return Ok(());
    }
    let ip: &Subject<'_> = &|topology, call| Ok(topology.ip(&call.arguments())?.0);
    compare(ip, sequences(SEQUENCES)? / 10)
}

#[test]
fn ours_is_like_the_real_ip() -> Result<()> {
    if unmet(&[Need::Namespaces])?.is_some() {
        return Ok(());
    }
    let names = with_tables(|| Ok(ours::names()))?;
    let kinds = env::var("PORTOLAN_KINDS").unwrap_or_else(|_| KINDS.join(","));
    let ours: &Subject<'_> = &|topology, call| {
        if kinds.split(',').any(|kind| kind == call.kind) {
            ours::call(topology, &names, call)
        } else {
            Ok(topology.ip(&call.arguments())?.0)
        }
    };
    compare(ours, sequences(SEQUENCES)?)
}

#[test]
fn the_program_is_like_the_real_ip() -> Result<()> {
    if unmet(&[Need::Namespaces, Need::Watcher])?.is_some() {
        return Ok(());
    }
    compare(&program::call, sequences(SEQUENCES)? / 10)
}

#[expect(clippy::print_stderr, reason = "shown where tests are run to see how much was compared")]
fn tell([calls, done, changed]: [usize; 3], rebuilt: usize) {
    eprintln!(
        "{calls} calls, of which {done} were carried out, and {changed} changed something; {rebuilt} new twins"
    );
}

/// Fails with sequences, made as short as can be, after which the two differ.
pub(crate) fn compare(subject: &Subject<'_>, sequences: usize) -> Result<()> {
    let records = records()?;
    let seed = seed()?;
    let next = AtomicUsize::new(0);
    let found = Mutex::new(Vec::new());
    let work = || -> Result<()> {
        with_tables(|| {
            let mut worker = Worker { twin: Twin::new(subject)?, subject, records: &records, rebuilt: 0 };
            loop {
                let number = next.fetch_add(1, Ordering::Relaxed);
                let enough = found.lock().is_ok_and(|found| found.len() >= ENOUGH);
                if number >= sequences || enough {
                    tell(worker.twin.counts, worker.rebuilt);
                    return Ok(());
                }
                if let Some(difference) = worker.sequence(seed.wrapping_add(number as u64))?
                    && let Ok(mut found) = found.lock()
                {
                    found.push(difference);
                }
            }
        })
    };
    let workers = thread::available_parallelism().map_or(1, usize::from).min(4);
    thread::scope(|scope| -> Result<()> {
        let all: Vec<_> = (0..workers).map(|_| scope.spawn(work)).collect();
        all.into_iter().try_for_each(|it| it.join().map_err(|_| anyhow!("a worker panicked"))?)
    })?;
    let found = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    ensure!(
        found.is_empty(),
        "{} differences, of {sequences} sequences from PORTOLAN_SEED={seed}:\n\n{}",
        found.len(),
        found.join("\n")
    );
    Ok(())
}

/// The number of sequences to do.
pub(crate) fn sequences(default: usize) -> Result<usize> {
    env::var("PORTOLAN_SEQUENCES").map_or(Ok(default), |it| it.parse().context("PORTOLAN_SEQUENCES"))
}

/// The seed of the first sequence; each next one has the next number.
fn seed() -> Result<u64> {
    match env::var("PORTOLAN_SEED") {
        Ok(seed) => seed.parse().context("PORTOLAN_SEED"),
        Err(_) => Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs() * 1_000_000),
    }
}

struct Worker<'a> {
    twin: Twin<'a>,
    subject: &'a Subject<'a>,
    records: &'a [Record],
    rebuilt: usize,
}

impl Worker<'_> {
    /// Does the sequence of this seed; what differs, for people to read.
    fn sequence(&mut self, seed: u64) -> Result<Option<String>> {
        let calls = Generator::new(self.records).sequence(&mut Random::new(seed));
        let found = self.twin.first_difference(&calls, &is_different)?;
        if found.is_some() || self.twin.restore().is_err() {
            self.twin.renew()?;
            self.rebuilt += 1;
        }
        let Some((at, pair)) = found else { return Ok(None) };
        let calls = &calls[..=at];
        let mut told = format!("sequence {seed}:\n");
        match self.shrunk(calls)? {
            Some((calls, pair)) => show(&mut told, &calls, &pair)?,
            None => {
                told += "(not in new namespaces: what the sequences before it left counts)\n";
                show(&mut told, calls, &pair)?;
            }
        }
        Ok(Some(told))
    }

    /// The shortest sequence that is found by leaving out calls, then words; none where a new twin shows no difference.
    fn shrunk(&mut self, calls: &[Call]) -> Result<Option<(Vec<Call>, Pair)>> {
        let Some(pair) = self.try_new(calls)? else { return Ok(None) };
        let mut best = (calls.to_vec(), pair);
        let mut at = 0;
        while at < best.0.len() {
            let mut fewer = best.0.clone();
            fewer.remove(at);
            match self.try_new(&fewer)? {
                Some(pair) => best = (fewer, pair),
                None => at += 1,
            }
        }
        for at in 0..best.0.len() {
            let mut word = 0;
            while let Some(shorter) = without(&best.0[at], word) {
                let mut calls = best.0.clone();
                calls[at] = shorter;
                match self.try_new(&calls)? {
                    Some(pair) => best = (calls, pair),
                    None => word += 1,
                }
            }
        }
        Ok(Some(best))
    }

    fn try_new(&self, calls: &[Call]) -> Result<Option<Pair>> {
        let found = Twin::new(self.subject)?.first_difference(calls, &is_different)?;
        Ok(found.filter(|(at, _)| at + 1 == calls.len()).map(|(_, pair)| pair))
    }
}

/// The call without the word at this place of its text.
fn without(call: &Call, word: usize) -> Option<Call> {
    let mut words: Vec<_> = call.text.split_ascii_whitespace().collect();
    (word < words.len()).then(|| words.remove(word))?;
    Some(Call { text: words.join(" "), ..call.clone() })
}

fn is_different(call: &Call, pair: &Pair) -> bool {
    let same_text = || allowed::text(&pair.real.text) == allowed::text(&pair.other.text);
    let same = pair.real.exit == pair.other.exit
        && (same_text() || allowed::other_words())
        && pair.difference.is_empty();
    !same && allowed::difference(call, pair).is_none()
}

fn show(told: &mut String, calls: &[Call], pair: &Pair) -> Result<()> {
    for call in calls {
        writeln!(told, "    {call}")?;
    }
    writeln!(told, "  ip:   {} {}", pair.real.exit, pair.real.text)?;
    writeln!(told, "  ours: {} {}", pair.other.exit, pair.other.text)?;
    write!(told, "{}", pair.difference)?;
    Ok(())
}
