//! `docker-watcher status`: what a running watcher tells of how things stand.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use anyhow::{Context, Result, ensure};
use nix::sys::signal::Signal;
use portolan_tests::{Engine, Need, PATIENCE, Process, outcome, output, program, stage_on, unmet};
use serde_json::{Value, json};

#[test]
fn it_tells_of_a_mistake_and_of_an_engine_that_went_away() -> Result<()> {
    if unmet(&[Need::Docker, Need::Watcher])?.is_some() {
        return Ok(());
    }
    let engine = Engine::docker()?;
    stage_on(&engine, |stage| {
        let watcher = stage.watch(&[])?;
        let before = watcher.status()?;
        let told = |report: &Value, pointer: &str| report.pointer(pointer).cloned().unwrap_or_default();
        let counts = [
            "/ready",
            "/containers",
            "/routers/http",
            "/findings",
            "/engines/0/events",
            "/engines/0/lastError",
        ];
        let of = |report: &Value| counts.map(|pointer| told(report, pointer));
        ensure!(
            of(&before) == [json!(true), json!(0), json!(0), json!([]), json!(0), Value::Null],
            "{before}"
        );
        ensure!(told(&before, "/engines/0/name") == engine.docker.url(), "{before}");
        let since = told(&before, "/engines/0/connectedSince");
        ensure!(since.is_string() && told(&before, "/lastWrite/tookMicroseconds").is_u64(), "{before}");

        // Each report is a line, the first one of now.
        let watching = Process::start(&watcher.status_command(&["--watch", "--format", "json"])?)?;
        let parsed = |line: &str| serde_json::from_str::<Value>(line).ok();
        let (_, next) = watching.log.wait_for(0, PATIENCE, "a report", parsed)?;

        let web = stage
            .run("web")
            .label("traefik.http.routers.web.rule", "Host(`web.test`)")
            .label("traefik.http.routers.web.prioritty", "12")
            .label("traefik.http.middlewares.web.basicauth.users", "s3cret")
            .option("--env", "TOKEN=s3cret")
            .start()?;
        let good = stage.run("good").start()?;
        let finding = json!({
            "severity": "error",
            "code": "unknown-field",
            "container": web.name,
            "label": "traefik.http.routers.web.prioritty",
        });
        let has_both = |line: &str| {
            let report = parsed(line)?;
            let findings = report.pointer("/findings")?.as_array()?;
            (findings.contains(&finding) && report.pointer("/routers/http") == Some(&json!(1)))
                .then_some(report)
        };
        let (seen, _) = watching.log.wait_for(next, PATIENCE, "a report with the finding", has_both)?;
        ensure!(told(&seen, "/containers") == 2 && told(&seen, "/engines/0/containers") == 2, "{seen}");
        ensure!(told(&seen, "/engines/0/events").as_u64() >= Some(2), "{seen}");
        ensure!(told(&seen, "/engines/0/connectedSince") == since, "{seen}");
        ensure!(!watching.log.text().contains("s3cret"), "a secret was told: {}", watching.log.text());

        let text = output(&mut watcher.status_command(&[])?, b"")?;
        let expected = [
            ", ready\n",
            "\ncontainers  2\n",
            "\nroutes      1 (HTTP 1, TCP 0, UDP 0)\n",
            "findings    1 error, ",
        ];
        let missing = expected.iter().find(|part| !text.contains(*part));
        ensure!(missing.is_none(), "no `{missing:?}` in\n{text}");
        let line = format!("error  unknown-field  {}  traefik.http.routers.web.prioritty", web.name);
        ensure!(text.lines().any(|found| found == line), "no `{line}` in\n{text}");

        let lines = watcher.process.log.len();
        engine.kill()?;
        watcher.wait_for_from(lines, &["engine is away"])?;
        let after = watcher.status()?;
        ensure!(told(&after, "/engines/0/connectedSince").is_null(), "{after}");
        let message = told(&after, "/engines/0/lastError/message");
        ensure!(message.as_str().is_some_and(|message| message.contains(&engine.docker.url())), "{after}");
        ensure!(told(&after, "/routers/http") == 1, "the routes stay: {after}");
        ensure!(output(&mut watcher.status_command(&[])?, b"")?.contains("  away  "), "no engine is away");

        engine.start_again()?;
        watcher.wait_for_from(lines, &["engine followed"])?;
        let back = watcher.status()?;
        let again = told(&back, "/engines/0/connectedSince");
        ensure!(again.is_string() && again != since, "{back}");
        ensure!(told(&back, "/engines/0/lastError/message").is_string(), "the error stays: {back}");
        drop(good);
        Ok(())
    })
}

#[test]
fn a_dead_watcher_s_socket_is_replaced_and_a_living_one_s_is_not() -> Result<()> {
    if unmet(&[Need::Docker, Need::Watcher])?.is_some() {
        return Ok(());
    }
    stage_on(Engine::shared()?, |stage| {
        let mut first = stage.watch(&[])?;
        let socket = first.status_socket().to_owned();
        ensure!(fs::metadata(&socket)?.permissions().mode() & 0o777 == 0o660, "another mode");
        let at = ["--status-socket", socket.to_str().context("a path")?];

        // It does its work all the same.
        let second = stage.watch(&at)?;
        second.wait_for(&["WARN", "another watcher answers at"])?;
        ensure!(first.status()?["ready"] == true, "the first one does not answer any more");
        drop(second);
        ensure!(first.status()?["ready"] == true, "the first one does not answer any more");

        first.process.kill()?;
        ensure!(socket.exists(), "a process that is killed removes nothing");
        let dead = outcome(&mut first.status_command(&[])?, b"")?;
        let told = String::from_utf8_lossy(&dead.stderr);
        ensure!(dead.status.code() == Some(2) && told.contains("no watcher answers at"), "{told}");

        let mut third = stage.watch(&at)?;
        let line = output(program()?.arg("status").args(at).args(["--format", "json"]), b"")?;
        ensure!(line.lines().count() == 1 && line.ends_with('\n'), "{line}");

        let mut watching = Process::start(program()?.arg("status").args(at).arg("--watch"))?;
        watching.log.wait_for(0, PATIENCE, "a report", |line| line.contains(", ready").then_some(()))?;
        third.process.signal(Signal::SIGTERM)?;
        ensure!(third.process.ended(PATIENCE)?.success(), "it does not end well");
        ensure!(!socket.exists(), "the socket is left");
        ensure!(watching.ended(PATIENCE)?.code() == Some(2), "it does not end with the watcher");
        Ok(())
    })
}

#[test]
fn a_socket_that_cannot_be_made_is_a_warning() -> Result<()> {
    if unmet(&[Need::Docker, Need::Watcher])?.is_some() {
        return Ok(());
    }
    stage_on(Engine::shared()?, |stage| {
        let watcher = stage.watch(&["--status-socket", "/proc/none/status.sock"])?;
        watcher.wait_for(&["WARN", "`docker-watcher status` gets no answer", "/proc/none"])?;
        let web = stage.run("web").start()?;
        watcher.wait_for(&[&web.name, "added"])?;
        Ok(())
    })
}
