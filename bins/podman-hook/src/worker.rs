//! What the hook leaves behind: it asks the engine, once the engine can be asked, and writes the file.

use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::Context;
use portolan_hook::{Claim, Knowledge, Record, Records, is_alive};
use portolan_program::report;
use portolan_settings::Settings;
use tracing::{info, warn};

use crate::cli::WorkerArguments;
use crate::drawing::Drawing;
use crate::{annotated, engine, fault, location, log, networks, probe, publish, settings};

/// How long no container may have come before those that start side by side are asked about. A start takes about as long.
const LULL: Duration = Duration::from_millis(100);

/// Starts the worker and leaves it alone.
///
/// It has nothing of ours: a runtime waits until the last that holds the ends of its pipes is gone.
#[expect(clippy::disallowed_methods, reason = "the worker is this program itself")]
pub(crate) fn leave(records: &Records, id: &str, start: Option<&str>) -> anyhow::Result<()> {
    let mut command = Command::new("/proc/self/exe");
    command.arg("worker").arg(id).args(start);
    // It could not find out: the processes above us that know the user's runtime directory will not be above it.
    command.env("PORTOLAN_HOOK_DIRECTORY", records.directory());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).current_dir("/");
    // All that we were given, wanted or not: `podman container cleanup` has stray ones open.
    close_fds::set_fds_cloexec(3, &[]);
    let child = command.spawn().context("cannot start the worker")?;
    // It is not waited for: it becomes init's when we end.
    drop(child);
    Ok(())
}

/// Learns what a container is, and writes the file. There is nobody to see how it ends but the log.
pub(crate) fn run(arguments: &WorkerArguments) -> ExitCode {
    // A session of its own, so that no signal meant for Podman's reaches it. It fails only for who has one already.
    let _ = nix::unistd::setsid();
    let (settings, said) = report::captured(settings::read);
    let worker =
        Worker { may_publish: settings.is_ok(), settings: settings.unwrap_or_else(|_| settings::in_error()) };
    log::start(&worker.settings);
    log::told(&said);
    let (worked, said) = report::captured(|| {
        let worked = worker.work(arguments);
        worked.inspect_err(report::error).is_ok()
    });
    log::told(&said);
    if worked { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// What a worker goes by.
#[derive(Debug)]
pub(crate) struct Worker {
    /// The settings, or what can be known of them.
    pub(crate) settings: Settings,
    /// Whether these are the settings, and not what is left where they are in error.
    pub(crate) may_publish: bool,
}

impl Worker {
    fn work(&self, arguments: &WorkerArguments) -> anyhow::Result<()> {
        let records = Records::open(location::directory(&self.settings))?;
        match &arguments.start {
            None => drop(self.publish(&records)?),
            // Else it has stopped already, or started anew, or another is about it.
            Some(start) => {
                if let Some(claim) =
                    records.claim(&arguments.id)?.filter(|claim| claim.record.start == *start)
                    && let Some(container) = annotated::container(&claim.record, &self.settings)
                {
                    records.learn(&claim.record.id, &Knowledge::told(start, container))?;
                    self.finish(&[claim], &records)?;
                }
            }
        }
        self.adopt(&records)
    }

    /// Does what is to be done for all containers that nobody is about: those whose workers wait for their turn or were killed.
    ///
    /// One asks the engine at a time, for all of them at once: a hundred containers started together would else have a hundred
    /// processes of Podman beside them.
    pub(crate) fn adopt(&self, records: &Records) -> anyhow::Result<()> {
        let turn = records.turn(LULL)?;
        let mut claims = Vec::new();
        for id in records.unfinished()? {
            let Some(claim) = records.claim(&id)? else { continue };
            if is_alive(Path::new("/proc"), claim.record.pid, claim.record.born) {
                claims.push(claim);
            }
        }
        let mut unknown = Vec::new();
        for Claim { record, .. } in &claims {
            let known = records.knowledge(record)?.filter(|known| known.container.is_some());
            if known.is_some() {
                continue;
            }
            match annotated::container(record, &self.settings) {
                Some(container) => records.learn(&record.id, &Knowledge::told(&record.start, container))?,
                None => unknown.push(record),
            }
        }
        let mut told = engine::inspect(&unknown, self.settings.hook.timeout);
        fault::at("after-inspect");
        for record in unknown {
            let knowledge = match told.remove(record.id.as_str()) {
                Some(Ok(container)) => Knowledge::told(&record.start, container),
                answer => {
                    let why =
                        answer.and_then(Result::err).map(|error| format!(": {error:#}")).unwrap_or_default();
                    let failure = format!("the engine did not tell what the container is{why}");
                    Knowledge::none(&record.start, failure)
                }
            };
            records.learn(&record.id, &knowledge)?;
        }
        drop(turn);
        if claims.is_empty() { Ok(()) } else { self.finish(&claims, records) }
    }

    pub(crate) fn publish(&self, records: &Records) -> anyhow::Result<Drawing> {
        if !self.may_publish {
            let error = anyhow::anyhow!("the settings are in error");
            return Err(report::with_help(error, Some("mend them, and run `podman-hook sync`".to_owned())));
        }
        publish::publish(records, &self.settings)
    }

    /// Writes the file, carries out network labels and tries addresses, of containers of which all is known that will be.
    fn finish(&self, claims: &[Claim], records: &Records) -> anyhow::Result<()> {
        let published = self.publish(records);
        // An address that nobody answers at takes a second: they are tried side by side.
        thread::scope(|scope| {
            let finished: Vec<_> = claims
                .iter()
                .map(|claim| {
                    let published = &published;
                    scope.spawn(move || self.finish_one(&claim.record, published.as_ref(), records))
                })
                .collect();
            finished
                .into_iter()
                .try_for_each(|thread| thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        })?;
        published.map(drop)
    }

    fn finish_one(
        &self,
        record: &Record,
        published: Result<&Drawing, &anyhow::Error>,
        records: &Records,
    ) -> anyhow::Result<()> {
        // Else it has stopped or started anew meanwhile.
        let Some(mut knowledge) = records.knowledge(record)? else { return Ok(()) };
        let name = record.container(Some(&knowledge)).name;
        let failures = &mut knowledge.failures;
        match published {
            Ok(published) => {
                let Some(container) = published.containers.get(&record.id) else { return Ok(()) };
                for finding in published.findings(&record.id) {
                    warn!(container = name, "{finding}");
                }
                failures.extend(networks::carry_out(container, records, &self.settings)?);
                if self.settings.probe {
                    failures.extend(probe::probe(&published.servers(&record.id), Path::new("/proc")));
                }
                info!(container = name, "the file is written");
            }
            Err(error) => failures.push(format!("the file is not written: {error:#}")),
        }
        for failure in failures.iter() {
            warn!(container = name, "{failure}");
        }
        // What was not written, `sync` writes.
        knowledge.is_done = true;
        Ok(records.learn(&record.id, &knowledge)?)
    }
}
