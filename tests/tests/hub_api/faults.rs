//! What is killed comes back, and what cannot be is told.

use std::fs::File;
use std::io::Write;
use std::sync::atomic::{AtomicU16, Ordering};
use std::thread;

use anyhow::{Context, Result, anyhow, ensure};
use nix::sys::signal::{Signal, kill};
use portolan_tests::{
    Backends, HubProxy, Process, add, command, eventually, hub_proxy_program, hub_proxy_with, request,
    traefik_program,
};

#[test]
fn a_traefik_that_dies_is_started_again() -> Result<()> {
    hub_proxy_with(&[], |proxy| {
        let backends = Backends::start()?;
        proxy.add("/a", &backends.url(1))?;
        let first = proxy.traefik()?;
        proxy.kill_traefik()?;
        // Answered once there is another that serves it.
        proxy.add("/b", &backends.url(2))?;
        ensure!(proxy.visit("/b")?.body == "2 /b", "what came meanwhile is served");
        ensure!(proxy.visit("/a")?.body == "1 /a", "what was there is served");
        ensure!(proxy.traefik()? != first, "it is another");
        Ok(())
    })
}

#[test]
fn traefik_does_not_outlive_the_program() -> Result<()> {
    for signal in [Signal::SIGKILL, Signal::SIGTERM] {
        hub_proxy_with(&[], |proxy| {
            proxy.ready()?;
            let traefik = proxy.traefik()?;
            proxy.process.signal(signal)?;
            let status = proxy.process.ended(HubProxy::PATIENCE)?;
            ensure!((signal == Signal::SIGTERM) == (status.code() == Some(0)), "after {signal}: {status}");
            eventually("Traefik is gone", || {
                ensure!(kill(traefik, None).is_err() || is_zombie(traefik.as_raw())?, "Traefik still runs");
                Ok(())
            })?;
            // Its ports are free again.
            proxy.start_again(&[])?;
            proxy.ready()
        })?;
    }
    Ok(())
}

/// Whether it has ended, and nobody has asked how: whoever takes over orphans may be slow.
fn is_zombie(process: i32) -> Result<bool> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    Ok(stat.rsplit(") ").next().is_none_or(|rest| rest.is_empty() || rest.starts_with('Z')))
}

#[test]
fn a_program_killed_amid_adds_has_kept_what_it_answered() -> Result<()> {
    const MANY: u16 = 100;
    let options = ["--state-file", "state.json"];
    hub_proxy_with(&options, |proxy| {
        proxy.ready()?;
        let backends = Backends::start()?;
        let path = |number: u16| format!("/user/u{number}");
        let process = proxy.process.id();
        let (next, count) = (AtomicU16::new(0), AtomicU16::new(0));
        // Eight at once, until it is killed after some of them.
        let answered = thread::scope(|scope| {
            let add = || {
                let mut answered = Vec::new();
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= MANY
                        || portolan_tests::add_once(&path(number), &backends.url(number)).is_err()
                    {
                        return answered;
                    }
                    answered.push(number);
                    count.fetch_add(1, Ordering::Relaxed);
                }
            };
            let adds: Vec<_> = (0..8).map(|_| scope.spawn(add)).collect();
            let killed = eventually("some are answered", || {
                ensure!(count.load(Ordering::Relaxed) >= 10, "it has hardly begun");
                Ok(kill(nix::unistd::Pid::from_raw(i32::try_from(process)?), Signal::SIGKILL)?)
            });
            let answered: Result<Vec<_>> =
                adds.into_iter().map(|add| add.join().map_err(|_| anyhow!("a thread panicked"))).collect();
            killed.and(answered)
        })?;
        let answered: Vec<u16> = answered.into_iter().flatten().collect();
        proxy.process.ended(HubProxy::PATIENCE)?;
        proxy.start_again(&options)?;
        let routes = proxy.routes()?;
        println!(
            "{} of {MANY} were answered, {} are kept",
            answered.len(),
            routes.as_object().map_or(0, |it| it.len())
        );
        proxy.ready()?;
        for number in answered {
            ensure!(routes.get(path(number)).is_some(), "`{}` is lost", path(number));
            let answer = proxy.visit(&path(number))?;
            ensure!(answer.body == format!("{number} {}", path(number)), "{answer:?}");
        }
        ensure!(!proxy.file("state.json.corrupt").exists(), "the state was whole");
        // The hub adds what it has no answer for.
        add(&path(0), &backends.url(0))
    })
}

#[test]
fn what_cannot_start_says_why() -> Result<()> {
    hub_proxy_with(&[], |proxy| {
        proxy.ready()?;
        let ended = |proxy: &mut HubProxy, options: &[&str], said: &str| {
            proxy.start_again(options)?;
            let status = proxy.process.ended(HubProxy::PATIENCE)?;
            ensure!(status.code() == Some(2), "{options:?}: {status}");
            proxy
                .process
                .log
                .wait_for(0, HubProxy::PATIENCE, said, |line| line.contains(said).then_some(()))
                .map(drop)
        };
        proxy.process.kill()?;
        ended(proxy, &["--socket", "public.sock"], "Traefik listens on TCP alone")?;
        ended(proxy, &["--traefik", "nothing-of-the-kind"], "there is no program `nothing-of-the-kind`")?;
        ended(proxy, &["--dynamic-config-file", "rules.conf"], "unknown format `conf`")?;
        File::create(proxy.file("mine.toml"))?.write_all(b"[http]\n")?;
        ended(proxy, &["--dynamic-config-file", "mine.toml"], "was written by someone else")?;
        ensure!(std::fs::read_to_string(proxy.file("mine.toml"))? == "[http]\n", "it was touched");
        let taken = std::net::TcpListener::bind("127.0.0.1:8000")?;
        ended(proxy, &[], "Traefik ended before it served anything")?;
        drop(taken);
        let _taken = std::net::TcpListener::bind("127.0.0.1:8001")?;
        ended(proxy, &[], "cannot listen on `127.0.0.1:8001`")
    })
}

/// As JupyterHub's own tests start them: each with a Traefik of its own, and nobody has named a file.
#[test]
fn two_proxies_in_one_directory_do_not_take_each_other_s_users() -> Result<()> {
    hub_proxy_with(&[], |proxy| {
        proxy.ready()?;
        let backends = Backends::start()?;
        proxy.add("/a", &backends.url(1))?;
        let mut other = command(hub_proxy_program().context("no `jupyterhub-proxy`")?);
        other.current_dir(proxy.directory()).env("HOME", proxy.directory());
        other.env("JUPYTERHUB_PROXY_TRAEFIK", traefik_program().context("no Traefik")?);
        let ports = ["--ip", "127.0.0.1", "--port", "9000", "--api-port", "9001"];
        let other = Process::start(other.args(ports).args(["--default-target", &backends.url(2)]))?;
        let serves = |line: &str| line.contains("Traefik serves the routes").then_some(());
        other.log.wait_for(0, HubProxy::PATIENCE, "Traefik serves the routes", serves)?;
        let theirs = request(([127, 0, 0, 1], 9000).into(), "GET /a HTTP/1.0\r\nHost: x\r\n\r\n")?;
        ensure!(theirs.body == "2 /a", "{theirs:?}");
        ensure!(proxy.visit("/a")?.body == "1 /a", "the first one's routes are served");
        ensure!(proxy.file("rules-9000.toml").exists() && proxy.file("traefik-9000.toml").exists());
        proxy.add("/b", &backends.url(1))?;
        ensure!(proxy.visit("/b")?.body == "1 /b", "and its changes");
        Ok(())
    })
}

#[test]
fn two_proxies_do_not_keep_one_file() -> Result<()> {
    hub_proxy_with(&[], |proxy| {
        proxy.ready()?;
        let backends = Backends::start()?;
        proxy.add("/a", &backends.url(1))?;
        let mut other = command(hub_proxy_program().context("no `jupyterhub-proxy`")?);
        other.current_dir(proxy.directory()).env("HOME", proxy.directory()).args([
            "--external",
            "--port",
            "9000",
        ]);
        let said = |process: &Process, said: &str| {
            process
                .log
                .wait_for(0, HubProxy::PATIENCE, said, |line| line.contains(said).then_some(()))
                .map(drop)
        };
        let mut second = Process::start(&other)?;
        let status = second.ended(HubProxy::PATIENCE)?;
        ensure!(status.code() == Some(2), "{status}");
        let first = proxy.process.id();
        said(&second, &format!("rules.toml` is kept by another jupyterhub-proxy, process {first}"))?;
        said(&second, "name another file by --dynamic-config-file")?;
        ensure!(proxy.visit("/a")?.body == "1 /a", "the first one's routes are served");

        // One that ends lets the next one wait for it.
        let third = Process::start(&other)?;
        said(&third, &format!("waiting for another jupyterhub-proxy, process {first}"))?;
        proxy.process.signal(Signal::SIGTERM)?;
        said(&third, "0 routes in")?;
        // One that is killed leaves nothing to wait for.
        third.signal(Signal::SIGKILL)?;
        let fourth = Process::start(&other)?;
        said(&fourth, "0 routes in")
    })
}
