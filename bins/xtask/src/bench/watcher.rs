use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result};
use tempfile::TempDir;

use super::engine::Engine;
use super::subject::Subject;
use crate::background::Background;
use crate::process::command;

/// docker-watcher; what it makes is its file.
#[derive(Debug)]
pub(super) struct Watcher {
    process: Background,
    file: PathBuf,
    /// The file that was last read: each new one is another inode.
    seen: Option<(u64, i64, i64)>,
    _directory: TempDir,
}

impl Watcher {
    pub(super) fn start(program: &Path, engine: &Engine) -> Result<Self> {
        let directory = tempfile::tempdir().context("cannot make a directory")?;
        let output = directory.path().join("dynamic");
        let mut watcher = command(program);
        // Whatever the environment sets is not measured.
        watcher.env_clear().args(["run", "--engine", &engine.url(), "--output"]).arg(&output);
        // The made-up engine's containers are not those that the machine's own service has routes on the host for.
        watcher
            .env("PORTOLAN_NETWORK_ENABLED", "false")
            .env("PORTOLAN_STATUS_SOCKET", directory.path().join("status.sock"));
        let process = Background::start(&mut watcher, &directory.path().join("log"))?;
        Ok(Self { process, file: output.join("docker-watcher.yml"), seen: None, _directory: directory })
    }
}

impl Subject for Watcher {
    fn process(&mut self) -> &mut Background {
        &mut self.process
    }

    fn has_made(&mut self, rule: &str) -> Result<Option<Instant>> {
        // Absent at first.
        let Ok(found) = fs::metadata(&self.file) else { return Ok(None) };
        let seen = Some((found.ino(), found.mtime(), found.mtime_nsec()));
        if seen == self.seen {
            return Ok(None);
        }
        let made = Instant::now();
        self.seen = seen;
        let text = fs::read_to_string(&self.file).context("cannot read the file of docker-watcher")?;
        Ok(text.contains(rule).then_some(made))
    }
}
