//! How long `docker-watcher check` takes on a Compose file of many services, as a hook before a commit.

use std::fmt::Write as _;
use std::io::Write as _;
use std::time::Instant;

use anyhow::{Result, ensure};
use tempfile::NamedTempFile;

use super::figures::median;
use crate::interrupt::Interrupt;
use crate::process::command;
use crate::workspace;

/// Services in the file.
const SERVICES: usize = 1_000;

/// Measures a file without mistakes, and one in which each service has one; prints both.
pub(super) fn run(rounds: usize, interrupt: &Interrupt) -> Result<()> {
    for (what, rule) in [("without mistakes", "Host"), ("with a mistake in each", "Hots")] {
        let mut file = tempfile::Builder::new().suffix(".yaml").tempfile()?;
        file.write_all(compose(rule).as_bytes())?;
        let mut milliseconds = Vec::new();
        for _ in 0..rounds {
            ensure!(!interrupt.is_set(), "interrupted");
            milliseconds.push(once(&file)?);
        }
        println!("check of {SERVICES} services {what}: {:.0} ms (median of {rounds})", median(&milliseconds));
    }
    Ok(())
}

fn once(file: &NamedTempFile) -> Result<f64> {
    let mut check = command(workspace::released("docker-watcher"));
    check.arg("check").arg(file.path()).env("PORTOLAN_CONFIG", "");
    let start = Instant::now();
    let done = check.output()?;
    let took = start.elapsed();
    ensure!(done.status.code().is_some_and(|code| code < 2), "{}", String::from_utf8_lossy(&done.stderr));
    Ok(took.as_secs_f64() * 1_000.0)
}

/// Services with a router, a middleware and a health check each.
fn compose(matcher: &str) -> String {
    let mut text = String::from("services:\n");
    for number in 0..SERVICES {
        let _ = write!(
            text,
            "  s{number}:\n    image: example.com/app:{number}\n    expose: [8080]\n    labels:\n      \
             traefik.enable: \"true\"\n      \
             traefik.http.routers.s{number}.rule: {matcher}(`s{number}.example.com`) && PathPrefix(`/app`)\n      \
             traefik.http.routers.s{number}.entrypoints: websecure\n      \
             traefik.http.routers.s{number}.middlewares: strip{number}\n      \
             traefik.http.middlewares.strip{number}.stripprefix.prefixes: /app\n      \
             traefik.http.services.s{number}.loadbalancer.server.port: \"8080\"\n      \
             traefik.http.services.s{number}.loadbalancer.healthcheck.path: /health\n"
        );
    }
    text
}
