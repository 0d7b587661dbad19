use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::{Log, command};

/// A program that runs beside the test, its output followed. Killed when dropped, and with the thread that started it.
#[derive(Debug)]
pub struct Process {
    child: Child,
    /// What it writes, on standard output and standard error.
    pub log: Log,
}

impl Process {
    /// Starts it.
    ///
    /// # Errors
    /// Where it can't be started.
    pub fn start(program: &Command) -> Result<Self> {
        let mut child = bound_to_this_thread(program)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| format!("start {program:?}"))?;
        let log = Log::default();
        if let (Some(stdout), Some(stderr)) = (child.stdout.take(), child.stderr.take()) {
            log.follow(stdout);
            log.follow(stderr);
        }
        Ok(Self { child, log })
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Sends it a signal.
    ///
    /// # Errors
    /// Where it is gone.
    pub fn signal(&self, signal: Signal) -> Result<()> {
        kill(Pid::from_raw(i32::try_from(self.child.id())?), signal).with_context(|| format!("send {signal}"))
    }

    /// Waits until it has ended.
    ///
    /// # Errors
    /// Where it still runs after `patience`.
    pub fn ended(&mut self, patience: Duration) -> Result<ExitStatus> {
        let deadline = Instant::now() + patience;
        loop {
            if let Some(status) = self.child.try_wait()? {
                return Ok(status);
            }
            if Instant::now() > deadline {
                bail!("process {} still runs after {patience:?}", self.id());
            }
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Ends it as `kill -9` does.
    ///
    /// # Errors
    /// Where it can't be waited for.
    pub fn kill(&mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

/// The same command, by way of a program that has the kernel kill it when the calling thread ends, in whatever way.
fn bound_to_this_thread(program: &Command) -> Command {
    let mut bound = command("setpriv");
    bound.args(["--pdeathsig", "KILL", "--"]).arg(program.get_program()).args(program.get_args());
    if let Some(directory) = program.get_current_dir() {
        bound.current_dir(directory);
    }
    for (name, value) in program.get_envs() {
        match value {
            Some(value) => bound.env(name, value),
            None => bound.env_remove(name),
        };
    }
    bound
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.kill();
    }
}
