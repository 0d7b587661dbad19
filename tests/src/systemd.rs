use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::{Engine, Process, command, eventually, output, prerequisites};

/// A systemd as the first process of a namespace, on a view of this machine's files that keeps nothing of what is written.
///
/// It has no units but those that a test puts into `/etc/systemd/system`.
/// It shares the network of the calling thread. It ends when it is dropped, and with the test's process.
#[derive(Debug)]
pub struct Systemd {
    process: Process,
    directory: PathBuf,
    cgroup: PathBuf,
}

impl Systemd {
    /// Boots one which shows `directory` at `/srv`, and the processes of `engine` at `/engine/proc`. It has `docker-watcher` in
    /// `/usr/local/bin`.
    ///
    /// # Errors
    /// Those of [`Self::boot`].
    pub fn start(directory: &Path, engine: &Engine) -> Result<Self> {
        let systemd = Self::boot(directory, &engine.process()?)?;
        systemd.install(&prerequisites::watcher().context("`docker-watcher` is not built")?)?;
        systemd.run(
            "mkdir /etc/systemd/system/docker-watcher.service.d && printf '[Service]\\nStandardError=append:/srv/watcher.log\\n' \
             >/etc/systemd/system/docker-watcher.service.d/log.conf",
        )?;
        Ok(systemd)
    }

    /// Boots one which shows `directory` at `/srv`, and at `/engine/proc` the processes that this process can see.
    ///
    /// # Errors
    /// Where a namespace can't be made, or systemd doesn't come up.
    pub fn boot(directory: &Path, process: &str) -> Result<Self> {
        let script = directory.join("systemd.sh");
        File::create(&script)?.write_all(include_bytes!("systemd.sh"))?;
        let name = directory.file_name().context("a directory's name")?;
        let cgroup = Self::hierarchy()?.join(format!("systemd-{}", name.to_string_lossy()));
        fs::create_dir(&cgroup)?;
        let mut boot = command("unshare");
        boot.args(["--mount", "--propagation", "private", "bash"]).arg(&script);
        boot.args([directory, &cgroup]).arg(process);
        let systemd = Self { process: Process::start(&boot)?, directory: directory.to_owned(), cgroup };
        eventually("systemd has started", || {
            let state = systemd.run("systemctl is-system-running || true")?;
            ensure!(state == "running", "it is {state}");
            Ok(())
        })?;
        Ok(systemd)
    }

    /// Puts a program into `/usr/local/bin`.
    ///
    /// # Errors
    /// Where it can't be copied.
    pub fn install(&self, program: &Path) -> Result<()> {
        let name = program.file_name().context("a program's name")?.to_string_lossy();
        // Through a file: the program may be where systemd's files are not.
        fs::copy(program, self.directory.join(&*name))?;
        self.run(&format!("install -m 755 /srv/{name} /usr/local/bin/ && rm /srv/{name}")).map(drop)
    }

    /// What a line for `bash` prints on standard output, without the last line's end.
    ///
    /// # Errors
    /// Where it doesn't end with 0, with what it printed on standard error.
    pub fn run(&self, line: &str) -> Result<String> {
        let id = self.process.id();
        let children = fs::read_to_string(format!("/proc/{id}/task/{id}/children"))?;
        let first = children.split_whitespace().next();
        let first = first.with_context(|| format!("systemd has ended: {}", self.process.log.text()))?;
        let mut inside = command("nsenter");
        inside.args(["--target", first, "--mount", "--pid", "--ipc", "--uts", "--root", "--wd"]);
        inside.args(["env", "--ignore-environment", "PATH=/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]);
        Ok(output(inside.args(["SYSTEMD_COLORS=0", "bash", "-c", line]), b"")?.trim_end().to_owned())
    }

    /// Where control groups of the second version are.
    pub(crate) fn hierarchy() -> Result<PathBuf> {
        let candidates = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].map(PathBuf::from);
        let found = candidates.into_iter().find(|path| path.join("cgroup.controllers").exists());
        found.context("no control groups of the second version")
    }

    /// What the service has logged.
    pub fn log(&self) -> String {
        fs::read_to_string(self.directory.join("watcher.log")).unwrap_or_default()
    }
}

impl Drop for Systemd {
    fn drop(&mut self) {
        let _ = self.process.kill();
        // The kernel takes its time to empty them.
        let _ = eventually("the control groups are gone", || remove(&self.cgroup));
    }
}

/// Removes a control group and those below it.
fn remove(group: &Path) -> Result<()> {
    for entry in fs::read_dir(group)? {
        let path = entry?.path();
        if path.is_dir() {
            remove(&path)?;
        }
    }
    Ok(fs::remove_dir(group)?)
}
