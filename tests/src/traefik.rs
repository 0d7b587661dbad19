use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::{PATIENCE, Process, Response, command, free_port, get, prerequisites};

/// A real Traefik with the file provider on a directory, all its entry points on loopback.
#[derive(Debug)]
pub struct Traefik {
    /// The program; its log has an object of JSON in each line.
    pub process: Process,
    /// Entry point `web`, for HTTP.
    pub web: SocketAddr,
    /// Entry point `tcp`.
    pub tcp: SocketAddr,
    /// Entry point `udp`.
    pub udp: SocketAddr,
    api: SocketAddr,
    started: usize,
}

impl Traefik {
    /// Starts one that watches `dynamic`, on ports of its own; its static configuration goes into `scratch`.
    ///
    /// # Errors
    /// Where it doesn't load the directory.
    pub fn start(dynamic: &Path, scratch: &Path) -> Result<Self> {
        let address = || SocketAddr::from(([127, 0, 0, 1], free_port()));
        Self::start_at(dynamic, scratch, [address(), address(), address(), address()])
    }

    /// Starts one that nobody will send a request to.
    ///
    /// # Errors
    /// Where it doesn't load the directory.
    pub fn start_unreached(dynamic: &Path, scratch: &Path) -> Result<Self> {
        Self::start_at(dynamic, scratch, [SocketAddr::from(([127, 0, 0, 1], 0)); 4])
    }

    fn start_at(dynamic: &Path, scratch: &Path, [web, tcp, udp, api]: [SocketAddr; 4]) -> Result<Self> {
        let configuration = json!({
            "global": { "checkNewVersion": false, "sendAnonymousUsage": false },
            "entryPoints": {
                "web": { "address": web.to_string() },
                "tcp": { "address": tcp.to_string() },
                "udp": { "address": format!("{udp}/udp") },
                "traefik": { "address": api.to_string() },
            },
            "api": { "insecure": true },
            "log": { "level": "DEBUG", "format": "json" },
            "providers": {
                "providersThrottleDuration": "10ms",
                "file": { "directory": dynamic, "watch": true },
            },
        });
        let path = scratch.join("traefik.yml");
        serde_json::to_writer(File::create(&path)?, &configuration)?;
        let program = prerequisites::traefik().context("no Traefik")?;
        let process = Process::start(command(program).arg(format!("--configFile={}", path.display())))?;
        let mut traefik = Self { process, web, tcp, udp, api, started: 0 };
        (_, traefik.started) = traefik.wait_for_configuration(0, "its directory is loaded", |_| true)?;
        Ok(traefik)
    }

    /// Asks for `/` of a host, on entry point `web`.
    ///
    /// # Errors
    /// Where there is no answer.
    pub fn get(&self, host: &str) -> Result<Response> {
        get(self.web, host, "/")
    }

    /// All routers, services and middlewares with their states, as Traefik's API gives them.
    ///
    /// # Errors
    /// Where the API doesn't answer.
    pub fn raw_data(&self) -> Result<Value> {
        Ok(serde_json::from_str(&get(self.api, "traefik", "/api/rawdata")?.body)?)
    }

    /// Waits for a dynamic configuration, logged from line `from` on, of the file provider; and the line after.
    ///
    /// # Errors
    /// Where none that is `expected` came in time.
    pub fn wait_for_configuration(
        &self,
        from: usize,
        what: &str,
        expected: impl Fn(&Value) -> bool,
    ) -> Result<(Value, usize)> {
        self.process.log.wait_for(from, PATIENCE, what, |line| {
            configuration(line).filter(|configuration| expected(configuration))
        })
    }

    /// What it has complained about since it has started, one line each.
    pub fn complaints(&self) -> Vec<String> {
        self.process.log.matching(self.started, &[r#""level":"error""#, r#""level":"warn""#])
    }
}

/// The dynamic configuration of the file provider, in the line with which Traefik logs one.
pub(crate) fn configuration(line: &str) -> Option<Value> {
    // Looked at before it is parsed: most lines are others, and long.
    if !line.contains("Configuration received") {
        return None;
    }
    let mut entry: Value = serde_json::from_str(line).ok()?;
    (entry.get("providerName")? == "file").then(|| entry.get_mut("config").map(Value::take)).flatten()
}
