//! Each recorded string in the recorded topology: the same state afterwards, the same exit code, and of what
//! `ip` itself refuses the same words.
//!
//! What the kernel says is not compared: its words change from version to version. The differential test does, with what it says to the
//! real `ip` on the same machine.

use anyhow::{Result, ensure};
use portolan_tests::netns::{State, Told, Topology, with_tables};
use portolan_tests::{Need, Record, records, unmet};

use crate::allowed;
use crate::ours;
use crate::program;
use crate::sequence::Call;

/// How one of the two carries out a call.
type Subject<'a> = dyn Fn(&Topology, &Call) -> Result<Told> + 'a;

#[test]
fn ours_does_what_was_recorded() -> Result<()> {
    if unmet(&[Need::Namespaces])?.is_some() {
        return Ok(());
    }
    with_tables(|| {
        let names = ours::names();
        all(&|topology, call| ours::call(topology, &names, call))
    })
}

#[test]
fn the_program_does_what_was_recorded() -> Result<()> {
    if unmet(&[Need::Namespaces, Need::Watcher])?.is_some() {
        return Ok(());
    }
    with_tables(|| all(&program::call))
}

/// Fails with the records after which something differs.
fn all(subject: &Subject<'_>) -> Result<()> {
    let mut topology = Topology::new()?;
    let mut wrong = Vec::new();
    let records = records()?;
    for record in &records {
        if let Err(why) = one(record, &mut topology, subject) {
            let Record { id, kind, arguments, .. } = record;
            wrong.push(format!("#{id} {kind} {arguments}: {why:#}"));
        }
        if topology.restore().is_err() {
            topology = Topology::new()?;
        }
    }
    ensure!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), records.len(), wrong.join("\n"));
    Ok(())
}

fn one(record: &Record, topology: &mut Topology, subject: &Subject<'_>) -> Result<()> {
    let (told, state) = carry_out(record, topology, subject)?;
    if record.only_prints() {
        ensure!(told.exit == 255 && told.text.ends_with("has no effect here"), "is not refused: {told:?}");
    }
    let is_like = |recorded: &Told, there: &State| -> Result<()> {
        ensure!(
            record.only_prints() || told.exit == recorded.exit,
            "ended with {} for {}: {}",
            told.exit,
            recorded.exit,
            told.text
        );
        let difference = there.difference(&state);
        ensure!(difference.is_empty(), "the state differs\n{difference}");
        Ok(())
    };
    if let Err(why) = is_like(&record.told, &record.state) {
        // Another kernel may do other things: then this one does so for the real `ip` as well.
        let ip: &Subject<'_> = &|topology, call| Ok(topology.ip(&call.arguments())?.0);
        let (told, state) = carry_out(record, &mut Topology::new()?, ip)?;
        is_like(&told, &state).map_err(|_| why)?;
    }
    if matches!(record.told.exit, 1 | 22 | 255) && !record.only_prints() {
        let (ours, theirs) = (allowed::text(&told.text), allowed::text(&record.told.text));
        ensure!(ours == theirs, "said\n{ours}\nfor\n{theirs}");
    }
    Ok(())
}

/// How the string ends after its setup, and what is there then.
fn carry_out(record: &Record, topology: &mut Topology, subject: &Subject<'_>) -> Result<(Told, State)> {
    for (command, exit) in record.setup.iter().zip(&record.setup_exits) {
        let (told, _) = topology.ip(&command.split_whitespace().collect::<Vec<_>>())?;
        ensure!(told.exit == *exit, "`ip {command}` ended with {} for {exit}: {}", told.exit, told.text);
    }
    topology.settle()?;
    let told = subject(topology, &Call::of(record))?;
    topology.settle()?;
    Ok((told, State::read(topology)?))
}
