//! What the runtime calls, while the container waits.

use std::io::Read;
use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, bail};
use portolan_hook::{OciState, Origin, Record, Records, Status, born};
use portolan_program::report;

use crate::{location, settings, worker};

/// Reads the state, leaves a record and a worker, and returns at once.
///
/// A failure is told on standard error, and does not keep the container from running, unless the settings want that.
pub(crate) fn run() -> ExitCode {
    match note() {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            report::error(&error);
            let required = settings::read().is_ok_and(|settings| settings.hook.required);
            if required { ExitCode::FAILURE } else { ExitCode::SUCCESS }
        }
    }
}

fn note() -> anyhow::Result<()> {
    let mut text = Vec::new();
    let limit = u64::try_from(OciState::LIMIT + 1).unwrap_or(u64::MAX);
    std::io::stdin().take(limit).read_to_end(&mut text).context("cannot read standard input")?;
    let state = OciState::read(&text).map_err(|error| {
        let help = error.help().map(str::to_owned);
        report::with_help(error.into(), help)
    })?;
    // Settings in error are told by the worker, who has where to tell it; the record must not be lost for them.
    let settings = settings::read().unwrap_or_else(|_| settings::defaults());
    let records = Records::open(location::directory(&settings))?;
    match state.status {
        Status::Stopped => {
            records.remove(&state.id)?;
            worker::leave(&state.id, None)
        }
        Status::Creating | Status::Created | Status::Running => {
            let Some(pid) = state.pid else {
                bail!("the state of the running container `{}` has no process", state.id)
            };
            let id = state.id.clone();
            let now =
                SystemTime::now().duration_since(UNIX_EPOCH).map(|it| it.as_nanos()).unwrap_or_default();
            let born = born(Path::new("/proc"), pid).unwrap_or_default();
            let start = format!("{pid}-{born}-{now}");
            let origin = Origin::find(Path::new("/proc"), pid);
            records.put(&Record::new(state, start.clone(), pid, born, origin))?;
            worker::leave(&id, Some(&start))
        }
    }
}
