use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

/// A command to start: the one place where these tests name a program.
#[expect(
    clippy::disallowed_methods,
    reason = "the tests are about programs: engines, a proxy and the watcher"
)]
pub fn command(program: impl AsRef<OsStr>) -> Command {
    Command::new(program)
}

/// What a command prints on standard output, given `input` on standard input.
///
/// # Errors
/// Where it can't be started or doesn't end with 0; the error carries what it printed on standard error.
pub fn output(command: &mut Command, input: &[u8]) -> Result<String> {
    let outcome = outcome(command, input)?;
    succeeded(command, &outcome)
}

/// What a command printed on standard output.
///
/// # Errors
/// Where it didn't end with 0.
pub(crate) fn succeeded(command: &Command, output: &Output) -> Result<String> {
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?} ended with {}: {}", output.status, stderr.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// How a command ends, given `input` on standard input, and what it prints.
///
/// # Errors
/// Where it can't be started, and where it takes longer than anything here does.
pub fn outcome(command: &mut Command, input: &[u8]) -> Result<Output> {
    const LIMIT: Duration = Duration::from_secs(1200);
    outcome_within(LIMIT, command, input)?.with_context(|| format!("{command:?} took {LIMIT:?}"))
}

/// The same; `None` where it takes longer than `limit`, and is killed.
///
/// # Errors
/// Where it can't be started.
pub(crate) fn outcome_within(limit: Duration, command: &mut Command, input: &[u8]) -> Result<Option<Output>> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("start {command:?}"))?;
    let stdin = child.stdin.take();
    let process = Pid::from_raw(i32::try_from(child.id())?);
    let (ended, end) = mpsc::channel::<()>();
    thread::scope(|scope| {
        // From a thread of its own: the program may print before it has read everything.
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
        let watchdog = scope.spawn(move || {
            let late = end.recv_timeout(limit) == Err(RecvTimeoutError::Timeout);
            // It may have ended at the last moment.
            late && kill(process, Signal::SIGKILL).is_ok()
        });
        let output = child.wait_with_output();
        drop(ended);
        let killed = watchdog.join().unwrap_or_default();
        Ok(if killed { None } else { Some(output?) })
    })
}
