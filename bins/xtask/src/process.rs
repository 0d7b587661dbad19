//! The one place in which this program starts others.

use std::ffi::OsStr;
use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};

use crate::progress::seconds;

/// How long a command may be silent before we say that it still runs.
const PATIENCE: Duration = Duration::from_secs(15);

/// A command in the workspace's root.
#[expect(clippy::disallowed_methods, reason = "to run the project's tools is what this program is for")]
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(crate::workspace::root()).stdin(Stdio::null());
    command
}

/// The Cargo that runs us.
pub(crate) fn cargo() -> Command {
    command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}

/// Runs a command whose output goes where ours goes.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("cannot start `{}`", describe(command)))?;
    succeeded(command, status)
}

/// Runs a command and gives its standard output.
pub(crate) fn capture(command: &mut Command) -> Result<String> {
    capture_both(command).map(|(output, _)| output)
}

/// Runs a command and gives its standard output and what it said beside it.
pub(crate) fn capture_both(command: &mut Command) -> Result<(String, String)> {
    let output = command.output().with_context(|| format!("cannot start `{}`", describe(command)))?;
    if !output.status.success() {
        bail!(
            "`{}` ended with {}: {}",
            describe(command),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        );
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    Ok((text(&output.stdout), text(&output.stderr)))
}

/// Runs a command whose output is of interest only if it fails; says now and then that it still runs.
pub(crate) fn quiet(command: &mut Command) -> Result<()> {
    let described = describe(command);
    let mut said = Vec::new();
    let status = lines(command, |event| match event {
        Event::Line(line) => said.push(line),
        Event::Silence(elapsed) => eprintln!("    `{described}` still runs ({})", seconds(elapsed)),
    })?;
    if !status.success() {
        said.iter().for_each(|line| eprintln!("    {line}"));
    }
    succeeded(command, status)
}

/// What a running command does.
pub(crate) enum Event {
    /// It wrote a line, to whichever stream.
    Line(String),
    /// It wrote nothing for a while; the time since it began.
    Silence(Duration),
}

/// Runs a command and hands on what it writes, line by line.
pub(crate) fn lines(command: &mut Command, mut each: impl FnMut(Event)) -> Result<ExitStatus> {
    let started = Instant::now();
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .with_context(|| format!("cannot start `{}`", describe(command)))?;
    let (sender, receiver) = mpsc::channel();
    let streams: [Option<Box<dyn Read + Send>>; 2] = [
        child.stdout.take().map(|stream| Box::new(stream) as _),
        child.stderr.take().map(|stream| Box::new(stream) as _),
    ];
    for stream in streams.into_iter().flatten() {
        let sender = sender.clone();
        std::thread::spawn(move || {
            for line in BufReader::new(stream).split(b'\n').map_while(Result::ok) {
                let line = String::from_utf8_lossy(&line).trim_end_matches('\r').to_owned();
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
    }
    drop(sender);
    loop {
        match receiver.recv_timeout(PATIENCE) {
            Ok(line) => each(Event::Line(line)),
            Err(RecvTimeoutError::Timeout) => each(Event::Silence(started.elapsed())),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    child.wait().with_context(|| format!("cannot wait for `{}`", describe(command)))
}

/// Where a program stands: on the search path, or where administrators' programs stand.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|directory| directory.join(program))
        .find(|candidate| is_executable(candidate))
}

/// A command as one would type it, where the program is on the search path.
pub(crate) fn describe(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let program = program.file_name().unwrap_or(program.as_os_str());
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| quoted(&word.to_string_lossy())).collect::<Vec<_>>().join(" ")
}

fn succeeded(command: &Command, status: ExitStatus) -> Result<()> {
    if !status.success() {
        bail!("`{}` ended with {status}", describe(command));
    }
    Ok(())
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@%+{}".contains(c);
    if !word.is_empty() && word.chars().all(plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_reads_as_one_types_it() {
        let check = |word: &str, expected: &str| assert_eq!(quoted(word), expected);
        check("--label", "--label");
        check("traefik.enable=true", "traefik.enable=true");
        check("rule=Host(`a.example`)", "'rule=Host(`a.example`)'");
        check("it's", r"'it'\''s'");
        check("", "''");
    }

    #[test]
    fn both_streams_arrive_line_by_line() {
        let mut heard = Vec::new();
        let mut shell = command("/bin/sh");
        shell.args(["-c", "echo out; echo err >&2; printf unfinished; exit 3"]);
        let status = lines(&mut shell, |event| {
            if let Event::Line(line) = event {
                heard.push(line);
            }
        })
        .unwrap();
        heard.sort();
        assert_eq!(heard, ["err", "out", "unfinished"]);
        assert_eq!(status.code(), Some(3));
    }

    #[test]
    fn a_failure_names_the_command_and_what_it_said() {
        let error =
            capture(command("/bin/sh").args(["-c", "echo broken >&2; exit 4"])).unwrap_err().to_string();
        assert!(
            error.contains("`sh -c 'echo broken >&2; exit 4'`")
                && error.contains("exit status: 4")
                && error.ends_with("broken"),
            "{error}"
        );
    }

    #[test]
    fn programs_are_found_by_name() {
        assert!(find("sh").is_some());
        assert_eq!(find("no-program-has-this-name"), None);
    }
}
