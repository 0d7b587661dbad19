use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tokio::process::Child;
use tokio::sync::oneshot;
use tracing::{error, info};

use crate::hub::Hub;
use crate::orphan;

/// The Traefik that we start.
pub(crate) struct Traefik {
    pub(crate) program: PathBuf,
    pub(crate) static_file: PathBuf,
}

/// How long Traefik has to end when it is asked to.
const GRACE: Duration = Duration::from_secs(3);

/// How long until it is started again: the first time and at most. One that ran longer than that begins anew.
const PAUSES: (Duration, Duration) = (Duration::from_millis(20), Duration::from_secs(5));

impl Traefik {
    /// Starts it, and starts it again whenever it ends, until `stop` is told or dropped.
    ///
    /// # Errors
    /// Where it cannot be started, or ends before it has served anything: what is wrong then does not mend itself.
    pub(crate) async fn supervise(
        self,
        hub: Arc<Hub>,
        mut stop: oneshot::Receiver<()>,
    ) -> anyhow::Result<()> {
        let mut pause = PAUSES.0;
        loop {
            let mut child = self.start()?;
            let begin = Instant::now();
            let ended = tokio::select! {
                ended = child.wait() => ended?,
                _ = &mut stop => return end(&mut child).await,
            };
            if *hub.served().borrow() == 0 && pause == PAUSES.0 {
                bail!("Traefik ended before it served anything: {ended}; its own messages say why");
            }
            hub.served().send_replace(0);
            error!("Traefik has ended, and is started again: {ended}");
            pause = if begin.elapsed() > PAUSES.1 { PAUSES.0 * 2 } else { (pause * 2).min(PAUSES.1) };
            tokio::select! {
                () = tokio::time::sleep(pause) => {}
                _ = &mut stop => return Ok(()),
            }
        }
    }

    fn start(&self) -> anyhow::Result<Child> {
        let mut option = OsString::from("--configFile=");
        option.push(&self.static_file);
        let mut command = orphan::command(&self.program, &[option])?;
        // Standard output is data, and Traefik's is a log.
        command.stdin(Stdio::null()).stdout(Stdio::from(io::stderr())).stderr(Stdio::inherit());
        // The hub's secrets are none of its business.
        command.env_remove("CONFIGPROXY_AUTH_TOKEN").env_remove("JUPYTERHUB_PROXY_TRAEFIK_API_PASSWORD");
        let child = tokio::process::Command::from(command).kill_on_drop(true).spawn();
        let child = child.with_context(|| format!("cannot start `{}`", self.program.display()))?;
        info!("started `{}`, process {}", self.program.display(), child.id().unwrap_or_default());
        Ok(child)
    }
}

/// Asks Traefik to end, and has it killed if it does not.
async fn end(child: &mut Child) -> anyhow::Result<()> {
    if let Some(id) = child.id().and_then(|id| i32::try_from(id).ok()) {
        let _ = kill(Pid::from_raw(id), Signal::SIGTERM);
    }
    let ended: Result<io::Result<ExitStatus>, _> = tokio::time::timeout(GRACE, child.wait()).await;
    if ended.is_err() {
        child.kill().await.context("cannot end Traefik")?;
    }
    Ok(())
}

/// The program of this name, as the shell would find it.
pub(crate) fn find(program: &Path) -> anyhow::Result<PathBuf> {
    let found = if program.components().count() > 1 {
        Some(program.to_owned())
    } else {
        let path = std::env::var_os("PATH").unwrap_or_default();
        // A Python environment brings its Traefik beside us, and need not be in the path.
        let beside = std::env::current_exe().ok().and_then(|us| us.parent().map(Path::to_owned));
        let mut places = std::env::split_paths(&path).chain(beside);
        places.find(|place| place.join(program).is_file()).map(|place| place.join(program))
    };
    found
        .filter(|path| path.is_file())
        .with_context(|| format!("there is no program `{}`: --traefik names one", program.display()))
}
