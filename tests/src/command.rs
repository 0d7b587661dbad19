use std::ffi::OsStr;
use std::io::Write;
use std::process::{Command, Output, Stdio};
use std::thread;

use anyhow::{Context, Result, ensure};

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
    let output = outcome(command, input)?;
    let stderr = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "{command:?} ended with {}: {}", output.status, stderr.trim());
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// How a command ends, given `input` on standard input, and what it prints.
///
/// # Errors
/// Where it can't be started.
pub fn outcome(command: &mut Command, input: &[u8]) -> Result<Output> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("start {command:?}"))?;
    let stdin = child.stdin.take();
    let output = thread::scope(|scope| {
        // From a thread of its own: the program may print before it has read everything.
        scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
        child.wait_with_output()
    })?;
    Ok(output)
}
