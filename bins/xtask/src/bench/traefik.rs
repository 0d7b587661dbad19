use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use serde_json::json;
use tempfile::TempDir;

use super::engine::Engine;
use super::subject::Subject;
use crate::background::Background;
use crate::process::command;

/// Traefik with its own Docker provider; what it makes is the configuration that it logs as received.
#[derive(Debug)]
pub(super) struct Traefik {
    process: Background,
    log: File,
    /// The line of the log that is not whole yet.
    line: Vec<u8>,
    _directory: TempDir,
}

impl Traefik {
    pub(super) fn start(program: &Path, engine: &Engine) -> Result<Self> {
        let directory = tempfile::tempdir().context("cannot make a directory")?;
        let configuration = json!({
            "global": { "checkNewVersion": false, "sendAnonymousUsage": false },
            "entryPoints": { "web": { "address": "127.0.0.1:0" } },
            // Configurations are logged at this level alone.
            "log": { "level": "DEBUG", "format": "json" },
            // By itself it lets two seconds pass between two configurations.
            "providers": {
                "providersThrottleDuration": "10ms",
                "docker": { "endpoint": engine.url() },
            },
        });
        let path = directory.path().join("traefik.yml");
        let file = File::create(&path).context("cannot write the configuration of Traefik")?;
        serde_json::to_writer(file, &configuration).context("cannot write the configuration of Traefik")?;
        let log = directory.path().join("log");
        let mut traefik = command(program);
        let process =
            Background::start(traefik.env_clear().arg(format!("--configFile={}", path.display())), &log)?;
        let log = File::open(&log).context("cannot read the log of Traefik")?;
        Ok(Self { process, log, line: Vec::new(), _directory: directory })
    }
}

impl Subject for Traefik {
    fn process(&mut self) -> &mut Background {
        &mut self.process
    }

    fn has_made(&mut self, rule: &str) -> Result<Option<Instant>> {
        let mut new = Vec::new();
        self.log.read_to_end(&mut new).context("cannot read the log of Traefik")?;
        let read = Instant::now();
        let mut made = None;
        for piece in new.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(piece);
            if piece.ends_with(b"\n") {
                let line = String::from_utf8_lossy(&self.line);
                if line.contains("Configuration received") && line.contains(rule) {
                    made = Some(read);
                }
                self.line.clear();
            }
        }
        Ok(made)
    }
}
