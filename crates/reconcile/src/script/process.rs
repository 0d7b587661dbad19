use std::convert::Infallible;
use std::os::unix::process::CommandExt as _;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use std::{env, fmt, io, pin};

use futures_util::future::join;
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use portolan_container::printable;
use tokio::io::AsyncWriteExt as _;
use tokio::process::{Child, ChildStdin, Command};
use tracing::{debug, info, warn};

use super::{Script, ScriptContext, output};

/// What became of a script.
#[derive(Debug)]
#[non_exhaustive]
pub enum ScriptOutcome {
    /// It ended by itself, well or not.
    Ended(ExitStatus),
    /// Its time was over, and it was killed with its process group.
    TimedOut(Duration),
    /// It could not be started, or was lost sight of.
    Failed(io::Error),
}

impl fmt::Display for ScriptOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended(status) => write!(f, "script ended: {status}"),
            Self::TimedOut(after) => write!(f, "script killed, since it took longer than {after:?}"),
            Self::Failed(error) => write!(f, "script could not be run: {error}"),
        }
    }
}

/// Runs a script, and logs what it prints and what became of it.
pub(super) async fn run(script: &Script, context: &ScriptContext, timeout: Duration) -> ScriptOutcome {
    let container = printable(&context.container.name);
    debug!(container = &*container, script = script.name, "script started");
    let outcome = match start(script, context).await {
        Ok(child) => attend(child, script, context, timeout).await,
        Err(error) => ScriptOutcome::Failed(error),
    };
    match &outcome {
        ScriptOutcome::Ended(status) if status.success() => {
            info!(container = &*container, script = script.name, "{outcome}");
        }
        _ => warn!(container = &*container, script = script.name, "{outcome}"),
    }
    outcome
}

/// How often a file is tried that somebody is still writing, and how long is waited between.
const TRIES: usize = 10;
const PAUSE: Duration = Duration::from_millis(20);

async fn start(script: &Script, context: &ScriptContext) -> io::Result<Child> {
    let mut command = command(script, context);
    for _ in 1..TRIES {
        match command.spawn() {
            Err(error) if error.kind() == io::ErrorKind::ExecutableFileBusy => {
                tokio::time::sleep(PAUSE).await
            }
            started => return started,
        }
    }
    command.spawn()
}

/// Without a shell, and with nothing of our environment but where programs and the home are: there may be secrets in it.
#[expect(clippy::disallowed_methods, reason = "users' scripts, which they wrote to be started")]
fn command(script: &Script, context: &ScriptContext) -> Command {
    let mut command = std::process::Command::new(&script.path);
    command.env_clear();
    command.env("PATH", env::var_os("PATH").unwrap_or_else(|| PATH.into()));
    command.envs(env::var_os("HOME").map(|home| ("HOME", home)));
    command.envs(context.variables());
    command.current_dir(&script.directory);
    // A group of its own, by which all that it started can be found.
    command.process_group(0);
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut command = Command::from(command);
    command.kill_on_drop(true);
    command
}

/// Where programs are, if we were not told.
const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Feeds a script and listens to it until it has ended, or its time is over.
async fn attend(
    mut child: Child,
    script: &Script,
    context: &ScriptContext,
    timeout: Duration,
) -> ScriptOutcome {
    // It is dropped, and kills, before the child is.
    let group = Group::of(&child);
    match tokio::time::timeout(timeout, converse(&mut child, script, context)).await {
        Ok(Ok(status)) => {
            group.spare();
            ScriptOutcome::Ended(status)
        }
        Ok(Err(error)) => ScriptOutcome::Failed(error),
        Err(_) => {
            drop(group);
            // Not for ever: a process that sleeps in the kernel is not even killed.
            let _ = tokio::time::timeout(Duration::from_secs(1), child.wait()).await;
            ScriptOutcome::TimedOut(timeout)
        }
    }
}

/// The first of the processes is waited for last: until it is, its number is that of no other group.
async fn converse(child: &mut Child, script: &Script, context: &ScriptContext) -> io::Result<ExitStatus> {
    let container = printable(&context.container.name);
    let stdout = child.stdout.take().map(|stream| {
        output::tell(stream, |line| info!(container = &*container, script = script.name, "{line}"))
    });
    let stderr = child.stderr.take().map(|stream| {
        output::tell(stream, |line| warn!(container = &*container, script = script.name, "{line}"))
    });
    let streams = join(optional(stdout), optional(stderr));
    // A script that does not read may end all the same, and one that closes its output may still read.
    let stdin = child.stdin.take();
    let mut feeding = pin::pin!(async {
        if let Some(stdin) = stdin {
            feed(stdin, context).await;
        }
        std::future::pending::<Infallible>().await
    });
    tokio::select! {
        ((), ()) = streams => {}
        never = &mut feeding => match never {},
    }
    tokio::select! {
        status = child.wait() => status,
        never = feeding => match never {},
    }
}

async fn optional(stream: Option<impl Future<Output = ()>>) {
    if let Some(stream) = stream {
        stream.await;
    }
}

/// Writes what happened to the script's standard input. One that does not read it, or not to the end, is as good.
async fn feed(mut stdin: ChildStdin, context: &ScriptContext) {
    if let Err(error) = stdin.write_all(context.json().as_bytes()).await {
        debug!(container = &*printable(&context.container.name), "script did not read all: {error}");
    }
}

/// The process group of a script, which is killed when this is dropped.
struct Group(Option<Pid>);

impl Group {
    /// The group that the child leads. It must not have been waited for.
    fn of(child: &Child) -> Self {
        Self(child.id().and_then(|id| i32::try_from(id).ok()).map(Pid::from_raw))
    }

    /// Lets live what is left of it.
    fn spare(mut self) {
        self.0 = None;
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        if let Some(group) = self.0 {
            // It fails where nobody is left.
            let _ = killpg(group, Signal::SIGKILL);
        }
    }
}
