//! What the hook leaves behind: it asks the engine, once the engine can be asked, and writes the file.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use anyhow::Context;
use portolan_hook::{Knowledge, Record, Records};
use portolan_settings::Settings;
use tracing::{error, info, warn};

use crate::cli::WorkerArguments;
use crate::{engine, location, probe, publish, settings};

/// Starts the worker and leaves it alone.
///
/// It has nothing of ours: a runtime waits until the last that holds the ends of its pipes is gone.
#[expect(clippy::disallowed_methods, reason = "the worker is this program itself")]
pub(crate) fn leave(id: &str, start: Option<&str>) -> anyhow::Result<()> {
    let mut command = Command::new("/proc/self/exe");
    command.arg("worker").arg(id).args(start);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/");
    let child = command.spawn().context("cannot start the worker")?;
    // It is not waited for: it becomes init's when we end.
    drop(child);
    Ok(())
}

/// Learns what a container is, and writes the file.
pub(crate) fn run(arguments: &WorkerArguments) -> anyhow::Result<ExitCode> {
    // A session of its own, so that no signal meant for Podman's reaches it. It fails only for who has one already.
    let _ = nix::unistd::setsid();
    let settings = settings::read();
    let told = settings.as_ref().err().map(|error| format!("{error:#}"));
    let settings = settings.unwrap_or_else(|_| settings::defaults());
    crate::commands::log(&settings);
    if let Some(error) = told {
        error!("the defaults are used: {error}");
    }
    let records = Records::open(location::directory(&settings))?;
    let Some(start) = &arguments.start else {
        publish::publish(&records, &settings)?;
        return Ok(ExitCode::SUCCESS);
    };
    let Some(record) = records.get(&arguments.id)?.filter(|record| record.start == *start) else {
        // It has stopped already, or started anew: another worker is about it.
        return Ok(ExitCode::SUCCESS);
    };
    let knowledge = learn(&record, &settings);
    records.learn(&record.id, &knowledge)?;
    let published = publish::publish(&records, &settings)?;
    let Some(container) = published.containers.get(&record.id) else { return Ok(ExitCode::SUCCESS) };
    let mut failures: Vec<String> = knowledge.failures.clone();
    failures.extend(published.findings.get(&container.name).into_iter().flatten().cloned());
    failures.extend(publish::networks(container, &settings));
    if settings.probe {
        failures.extend(probe::probe(&published.servers(&record.id), Path::new("/proc")));
    }
    for failure in &failures {
        warn!(container = container.name, "{failure}");
    }
    info!(container = container.name, "in the file");
    records.learn(&record.id, &Knowledge { failures, ..knowledge })?;
    Ok(ExitCode::SUCCESS)
}

/// What the engine tells of the container; its labels may stand in its annotations, which need no engine.
fn learn(record: &Record, settings: &Settings) -> Knowledge {
    match engine::inspect(record, settings) {
        Ok(inspect) => Knowledge::told(&record.start, inspect),
        Err(error) => Knowledge::none(
            &record.start,
            format!("the engine did not tell what the container is: {error:#}"),
        ),
    }
}
