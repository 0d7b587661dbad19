//! What the runtime calls, while the container waits.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use std::time::SystemTime;

use anyhow::{Context, bail};
use portolan_hook::{OciState, Origin, Record, Records, Status, born};
use portolan_program::report;
use portolan_settings::Settings;

use crate::{fault, location, log, settings, worker};

/// Reads the state, leaves a record and a worker, and returns at once.
///
/// A failure is told on standard error, and does not keep the container from running, unless the settings want that. What a
/// container started with goes into the log too; a text that is no state comes from whoever tries us out. Settings in error are
/// told by the worker; they are a failure to whoever wants none, as far as that can be known.
pub(crate) fn run() -> ExitCode {
    let (read, said) = report::captured(settings::read);
    let in_error = read.is_err();
    let settings = read.unwrap_or_else(|_| settings::in_error());
    let failed = match state() {
        Err(error) => {
            report::error(&error);
            true
        }
        Ok((state, pid)) => match note(state, pid, &settings) {
            Err(error) => {
                report::error(&error);
                log::start(&settings);
                log::told(&report::captured(|| report::error(&error)).1);
                true
            }
            Ok(()) => in_error,
        },
    };
    if !failed || !settings.hook.required {
        return ExitCode::SUCCESS;
    }
    report::repeat(&said);
    ExitCode::FAILURE
}

/// The state on standard input, and the first process of a container that runs.
fn state() -> anyhow::Result<(OciState, Option<u32>)> {
    let mut text = Vec::new();
    let limit = u64::try_from(OciState::LIMIT + 1).unwrap_or(u64::MAX);
    std::io::stdin().take(limit).read_to_end(&mut text).context("cannot read standard input")?;
    let state = OciState::read(&text).map_err(|error| {
        let help = error.help().map(str::to_owned);
        report::with_help(error.into(), help)
    })?;
    let pid = match (state.status, state.pid) {
        (Status::Stopped, _) => None,
        (Status::Creating | Status::Created | Status::Running, Some(pid)) => Some(pid),
        (_, None) => bail!("the state of the running container `{}` has no process", state.id),
    };
    Ok((state, pid))
}

fn note(state: OciState, pid: Option<u32>, settings: &Settings) -> anyhow::Result<()> {
    let records = Records::open(location::directory(settings))?;
    match pid {
        None => {
            records.remove(&state.id)?;
            fault::at("before-worker");
            worker::leave(&records, &state.id, None)
        }
        Some(pid) => {
            let id = state.id.clone();
            let born = born(Path::new("/proc"), pid).unwrap_or_default();
            let start = Record::name_of_start(pid, born, SystemTime::now());
            let origin = Origin::find(Path::new("/proc"), pid);
            records.put(&Record::new(state, start.clone(), pid, born, origin))?;
            fault::at("after-record");
            fault::at("before-worker");
            // One that waits for its turn will find the record; where that cannot be told, one too many does no harm.
            if records.is_awaited().unwrap_or(false) {
                return Ok(());
            }
            worker::leave(&records, &id, Some(&start))
        }
    }
}
