//! How things stand with the watcher that runs.

mod table;

use std::io::{self, BufRead as _, BufReader, ErrorKind, IsTerminal as _, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context as _, anyhow, bail};
use portolan_reconcile::Report;

use crate::cli::{StatusArguments, StatusFormat};
use crate::report;
use crate::status_socket::WATCH;

/// How long a watcher may take to answer: one that writes to a slow disk answers after that.
const PATIENCE: Duration = Duration::from_secs(30);

/// No report is longer: a thousand findings are some hundred kilobytes.
const LIMIT: u64 = 64 << 20;

/// Puts the cursor of a terminal in its first place, and clears what is below.
const CLEAR: &str = "\x1b[H\x1b[J";

pub(crate) fn run(arguments: &StatusArguments) -> anyhow::Result<ExitCode> {
    let socket = arguments.status_socket.iter();
    let flags = socket.map(|path| ("status-socket".to_owned(), path.clone())).collect();
    let settings = portolan_program::configure::settings(arguments.config.as_deref(), None, flags)?;
    let Some(path) = settings.status.socket else {
        bail!("setting `status.socket` is empty: the watcher has no socket to be asked at");
    };
    let stream = connect(&path)?;
    if arguments.watch {
        (&stream).write_all(format!("{WATCH}\n").as_bytes()).context("the watcher's socket")?;
    } else {
        stream.shutdown(Shutdown::Write).context("the watcher's socket")?;
    }
    let mut reader = BufReader::new(&stream);
    let mut first = true;
    loop {
        // Between two changes any time may pass.
        stream.set_read_timeout(first.then_some(PATIENCE))?;
        match read(&mut reader)? {
            Some(line) if print(&line, arguments, first)? => {}
            // Nobody reads any more.
            Some(_) => return Ok(ExitCode::SUCCESS),
            None if first => bail!("the watcher at `{}` ends, and has not answered", path.display()),
            None if arguments.watch => bail!("the watcher has ended"),
            None => return Ok(ExitCode::SUCCESS),
        }
        first = false;
    }
}

fn connect(path: &Path) -> anyhow::Result<UnixStream> {
    UnixStream::connect(path).map_err(|error| {
        let (what, help) = match error.kind() {
            ErrorKind::NotFound | ErrorKind::ConnectionRefused => (
                "no watcher answers at",
                "start `docker-watcher run`, or give its socket by `--status-socket`; why it has none, its log tells",
            ),
            ErrorKind::PermissionDenied => {
                ("no access to the watcher at", "be root or in the group of the service")
            }
            _ => ("cannot reach the watcher at", "give its socket by `--status-socket`"),
        };
        report::with_help(anyhow!("{what} `{}`: {error}", path.display()), Some(help.to_owned()))
    })
}

/// The next report, as the watcher has put it; nothing at the end.
fn read(reader: &mut BufReader<&UnixStream>) -> anyhow::Result<Option<String>> {
    let mut line = String::new();
    match reader.take(LIMIT).read_line(&mut line) {
        Ok(0) => Ok(None),
        Ok(_) if line.ends_with('\n') => Ok(Some(line)),
        Ok(_) => bail!("the answer breaks off"),
        Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
            bail!("the watcher does not answer within {PATIENCE:?}")
        }
        Err(error) => Err(error).context("the watcher's socket"),
    }
}

/// Whether somebody may read the next one.
fn print(line: &str, arguments: &StatusArguments, first: bool) -> anyhow::Result<bool> {
    let report: Report = serde_json::from_str(line).context("the answer is not a watcher's")?;
    let text = match arguments.format {
        StatusFormat::Json => line.to_owned(),
        StatusFormat::Text => {
            let between = match (arguments.watch && io::stdout().is_terminal(), first) {
                (true, _) => CLEAR,
                (false, true) => "",
                (false, false) => "\n",
            };
            format!("{between}{}", table::text(&report))
        }
    };
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        written => written.context("standard output").map(|()| true),
    }
}
