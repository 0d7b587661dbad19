//! A Traefik that somebody else runs.

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;

use anyhow::{Context, Result, ensure};
use nix::sys::signal::Signal;
use portolan_tests::{
    Backends, HubProxy, Process, command, eventually, hub_proxy_program, hub_proxy_with, request,
    traefik_program,
};

/// What an administrator has written.
pub(super) const STATIC: &str = r#"
[api]

[entryPoints.http]
address = "127.0.0.1:8000"

[entryPoints.auth_api]
address = "127.0.0.1:8099"

[providers]
providersThrottleDuration = "0s"

[providers.file]
filename = "rules.toml"
watch = true
"#;

#[test]
fn the_dynamic_file_alone_is_ours() -> Result<()> {
    let options = ["--external", "--state-file", "state.json", "--traefik-api-username", "admin"];
    let options =
        [&options[..], &["--traefik-api-hashed-password", "$apr1$eS/j3kum$q/X2khsIEG/bBGsteP.x./"]].concat();
    hub_proxy_with(&options, |proxy| {
        proxy.routes()?;
        proxy.process.kill()?;
        fs::remove_file(proxy.file("rules.toml"))?;
        // As the guide has it: empty, for whoever runs Traefik to read.
        File::create(proxy.file("rules.toml"))?.set_permissions(Permissions::from_mode(0o640))?;
        File::create(proxy.file("mine.toml"))?.write_all(STATIC.as_bytes())?;
        let mut traefik = command(traefik_program().context("no Traefik")?);
        traefik.current_dir(proxy.directory()).arg("--configFile=mine.toml");
        let mut traefik = Process::start(&traefik)?;
        proxy.start_again(&options)?;
        proxy.ready()?;

        let backends = Backends::start()?;
        proxy.add("/user/zoe", &backends.url(1))?;
        ensure!(proxy.visit("/user/zoe")?.body == "1 /user/zoe", "it is served");
        let mode = fs::metadata(proxy.file("rules.toml"))?.permissions().mode() & 0o777;
        ensure!(mode == 0o640 && !proxy.file("traefik.toml").exists(), "{mode:o}");
        let api = |header: &str| {
            request(([127, 0, 0, 1], 8099).into(), &format!("GET /api/rawdata HTTP/1.0\r\n{header}\r\n"))
        };
        ensure!(api("")?.status == 401, "its API is behind the password");
        // `admin:admin`
        ensure!(api("Authorization: Basic YWRtaW46YWRtaW4=\r\n")?.status == 200, "its API is there");

        // Each may be started anew without the other.
        proxy.process.kill()?;
        ensure!(proxy.visit("/user/zoe")?.body == "1 /user/zoe", "Traefik serves on");
        proxy.start_again(&options)?;
        ensure!(proxy.routes()?.get("/user/zoe").is_some(), "the state is kept");
        traefik.kill()?;
        let mut again = command(traefik_program().context("no Traefik")?);
        again.current_dir(proxy.directory()).arg("--configFile=mine.toml");
        let _again = Process::start(&again)?;
        proxy.add("/user/mia", &backends.url(2))?;
        ensure!(proxy.visit("/user/mia")?.body == "2 /user/mia", "it is served");
        Ok(())
    })
}

#[test]
fn without_a_traefik_the_hub_is_told_to_try_again() -> Result<()> {
    hub_proxy_with(&["--external", "--served-within", "1"], |proxy: &mut HubProxy| {
        let answer = proxy.api("POST", "/api/routes/a", r#"{"target": "http://127.0.0.1:1"}"#)?;
        ensure!(answer.status == 503 && answer.body.contains("Traefik does not serve"), "{answer:?}");
        ensure!(proxy.routes()?.get("/a").is_some(), "it is served later");
        Ok(())
    })
}

#[test]
fn a_restart_is_no_use_of_a_server() -> Result<()> {
    let options = ["--external", "--traefik-metrics", "--state-file", "state.json", "--metrics-port", "8002"];
    hub_proxy_with(&options, |proxy| {
        let counted = format!("{STATIC}\n[metrics.prometheus]\nmanualRouting = true\n");
        File::create(proxy.file("mine.toml"))?.write_all(counted.as_bytes())?;
        proxy.routes()?;
        let mut traefik = command(traefik_program().context("no Traefik")?);
        traefik.current_dir(proxy.directory()).arg("--configFile=mine.toml");
        let _traefik = Process::start(&traefik)?;
        proxy.ready()?;
        let backends = Backends::start()?;
        proxy.add("/user/zoe", &backends.url(1))?;
        let last = |proxy: &HubProxy| anyhow::Ok(proxy.routes()?["/user/zoe"]["last_activity"].to_string());
        let moves_on = |proxy: &HubProxy, since: &str| {
            eventually("its last activity moves on", || {
                ensure!(proxy.visit("/user/zoe")?.status == 200, "it is served");
                ensure!(last(proxy)?.as_str() > since, "it stays");
                Ok(())
            })
        };
        let added = last(proxy)?;
        moves_on(proxy, &added)?;
        proxy.process.signal(Signal::SIGTERM)?;
        proxy.process.ended(HubProxy::PATIENCE)?;
        let kept = std::fs::read_to_string(proxy.file("state.json"))?;
        proxy.start_again(&options)?;
        proxy.ready()?;
        let metrics = || request(([127, 0, 0, 1], 8002).into(), "GET /metrics HTTP/1.0\r\n\r\n");
        eventually("Traefik's counters are read", || {
            let read = metrics()?.body;
            ensure!(read.contains("requests_proxy{status=\"200\"} 0\n"), "{read}");
            Ok(())
        })?;
        let before = last(proxy)?;
        ensure!(kept.contains(&before), "{before} is not in {kept}");
        moves_on(proxy, &before)
    })
}

#[test]
fn the_variable_for_external_is_one_of_yes_and_no() -> Result<()> {
    hub_proxy_with(&["--external"], |proxy| {
        proxy.routes()?;
        let check = |value: &str, options: &[&str], expected: &str| {
            let mut program = command(hub_proxy_program().context("no `jupyterhub-proxy`")?);
            program.current_dir(proxy.directory()).env("HOME", proxy.directory());
            program.env("JUPYTERHUB_PROXY_EXTERNAL", value).env("JUPYTERHUB_PROXY_TRAEFIK", "no-traefik");
            program.args(["--port", "9000", "--dynamic-config-file", "other.toml"]).args(options);
            let process = Process::start(&program)?;
            let said = |line: &str| line.contains(expected).then_some(());
            process.log.wait_for(0, HubProxy::PATIENCE, expected, said).map(drop)
        };
        for yes in ["1", "true", "yes"] {
            check(yes, &[], "0 routes in")?;
        }
        for no in ["0", "false", ""] {
            check(no, &["--static-config-file", "x.toml"], "there is no program `no-traefik`")?;
        }
        Ok(())
    })
}
