//! An answer means that Traefik serves what was asked for.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, anyhow, ensure};
use nix::sys::signal::{Signal, kill};
use portolan_tests::{Backends, HubProxy, add, eventually, hub_proxy_with, request};

#[test]
fn a_change_is_served_when_it_is_answered() -> Result<()> {
    hub_proxy_with(&[], |proxy| {
        let backends = Backends::start()?;
        for round in 0..20 {
            proxy.add("/user/zoe", &backends.url(round))?;
            let answer = proxy.visit("/user/zoe/")?;
            ensure!(answer.body == format!("{round} /user/zoe/"), "in round {round}: {answer:?}");
        }
        ensure!(proxy.api("DELETE", "/api/routes/user/zoe", "")?.status == 204, "it is deleted");
        ensure!(proxy.visit("/user/zoe/")?.status == 404, "it is gone");
        Ok(())
    })
}

#[test]
fn the_same_again_writes_nothing() -> Result<()> {
    hub_proxy_with(&[], |proxy| {
        proxy.add("/a", "http://127.0.0.1:1/x?y")?;
        let file = || fs::metadata(proxy.file("rules.toml")).map(|file| (file.ino(), file.mtime_nsec()));
        let before = file()?;
        for _ in 0..5 {
            proxy.add("/a", "http://127.0.0.1:1/x?y")?;
        }
        ensure!(file()? == before, "the file was written");
        ensure!(
            fs::metadata(proxy.file("rules.toml"))?.permissions().mode() & 0o777 == 0o600,
            "it has secrets"
        );
        proxy.add("/a", "http://127.0.0.1:2/x?y")?;
        ensure!(file()? != before, "the file was not written");
        Ok(())
    })
}

#[test]
fn changes_that_come_together_share_a_file() -> Result<()> {
    const MANY: u16 = 100;
    hub_proxy_with(&[], |proxy| {
        proxy.ready()?;
        let backends = Backends::start()?;
        let before = proxy.generation()?;
        let begin = Instant::now();
        // While it loads nothing, all of them come, and no file is written but one in each second.
        kill(proxy.traefik()?, Signal::SIGSTOP)?;
        let path = |number: u16| format!("/user/u{number}");
        // Threads are in the network of the one that starts them.
        thread::scope(|scope| {
            let adds: Vec<_> = (0..MANY)
                .map(|number| {
                    let url = backends.url(number);
                    scope.spawn(move || add(&path(number), &url))
                })
                .collect();
            let all = eventually("all are asked for", || {
                let routes = proxy.routes()?.as_object().map_or(0, |routes| routes.len());
                ensure!(routes == usize::from(MANY), "{routes} routes");
                Ok(())
            });
            kill(proxy.traefik()?, Signal::SIGCONT)?;
            let added =
                adds.into_iter().try_for_each(|add| add.join().map_err(|_| anyhow!("a thread panicked"))?);
            all.and(added)
        })?;
        let files = proxy.generation()? - before;
        let limit = begin.elapsed().as_secs() + 3;
        println!("{MANY} routes at once: {files} files, of no more than {limit}");
        ensure!(files <= limit, "{MANY} changes were {files} files");
        for number in 0..MANY {
            let answer = proxy.visit(&path(number))?;
            ensure!(answer.body == format!("{number} {}", path(number)), "{answer:?}");
        }
        Ok(())
    })
}

#[test]
fn a_target_with_a_path_has_it_put_before() -> Result<()> {
    hub_proxy_with(&[], |proxy| {
        let backends = Backends::start()?;
        proxy.add("/a", &format!("{}/x/y/", backends.url(7)))?;
        let answer = proxy.visit("/a/b?c=d")?;
        ensure!(answer.body == "7 /x/y/a/b?c=d", "{answer:?}");
        proxy.add("/a", &backends.url(7))?;
        ensure!(proxy.visit("/a/b")?.body == "7 /a/b", "the path is gone");
        Ok(())
    })
}

#[test]
fn the_file_may_be_yaml() -> Result<()> {
    hub_proxy_with(&["--dynamic-config-file", "routes.yaml", "--dynamic-mode", "640"], |proxy| {
        let backends = Backends::start()?;
        proxy.add("/user/%7B%7B%20x/", &backends.url(3))?;
        let answer = proxy.visit("/user/%7B%7B%20x/lab")?;
        ensure!(answer.body == "3 /user/%7B%7B%20x/lab", "{answer:?}");
        ensure!(fs::metadata(proxy.file("routes.yaml"))?.permissions().mode() & 0o777 == 0o640, "its mode");
        Ok(())
    })
}

#[test]
fn hosts_have_their_own_routes() -> Result<()> {
    hub_proxy_with(&["--host-routing"], |proxy| {
        let backends = Backends::start()?;
        for (number, path) in [(1, "/"), (2, "/hub.test"), (3, "/hub.test/a"), (4, "/zoe.hub.test/user/zoe")]
        {
            proxy.add(path, &backends.url(number))?;
        }
        let check = |host: &str, path: &str, number: u16| {
            let answer = request(HubProxy::PUBLIC, &format!("GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n"))?;
            ensure!(answer.body == format!("{number} {path}"), "{host}{path}: {answer:?}");
            Ok(())
        };
        check("other.test", "/a", 1)?;
        check("hub.test", "/b", 2)?;
        check("HUB.test:8000", "/a/x", 3)?;
        check("zoe.hub.test", "/user/zoe/", 4)?;
        check("zoe.hub.test", "/user/zoe2", 1)?;
        let route = proxy.api("GET", "/api/routes/hub.test/a", "")?;
        ensure!(route.body.contains(r#""host":"hub.test""#), "{route:?}");
        Ok(())
    })
}

#[test]
fn where_no_server_answers_the_hub_has_a_page() -> Result<()> {
    hub_proxy_with(&["--error-target", "http://127.0.0.1:9/hub/error"], |proxy| {
        let backends = Backends::start()?;
        proxy.add("/user/dead", "http://127.0.0.1:1")?;
        let dead = proxy.visit("/user/dead/x")?;
        ensure!(dead.status == 503 && dead.body.contains("does not answer"), "no hub, so ours: {dead:?}");
        proxy.process.kill()?;
        proxy.start_again(&["--error-target", &format!("{}/hub/error", backends.url(9))])?;
        proxy.add("/user/dead", "http://127.0.0.1:1")?;
        let dead = proxy.visit("/user/dead/x?y")?;
        ensure!(dead.status == 503 && dead.body == "9 /hub/error/503?url=%2Fuser%2Fdead%2Fx%3Fy", "{dead:?}");
        let nobody = proxy.visit("/nobody")?;
        ensure!(nobody.status == 404 && nobody.body == "9 /hub/error/404?url=%2Fnobody", "{nobody:?}");
        let health = proxy.visit("/_chp_healthz")?;
        ensure!(health.status == 200 && health.body == r#"{"status": "OK"}"#, "{health:?}");
        Ok(())
    })
}

#[test]
fn pages_for_errors_may_be_files() -> Result<()> {
    let pages = tempfile::tempdir()?;
    let write = |name: &str, text: &str| File::create(pages.path().join(name))?.write_all(text.as_bytes());
    let directory = pages.path().display().to_string();
    hub_proxy_with(&["--error-path", &directory], |proxy| {
        write("503.html", "it sleeps")?;
        write("error.html", "it is broken")?;
        proxy.add("/user/dead", "http://127.0.0.1:1")?;
        let check = |path: &str, status: u16, page: &str| {
            let answer = proxy.visit(path)?;
            ensure!(answer.status == status && answer.body.contains(page), "`{path}`: {answer:?}");
            Ok(())
        };
        check("/user/dead/x", 503, "it sleeps")?;
        check("/nobody", 404, "it is broken")?;
        write("404.html", "it is not here")?;
        check("/nobody", 404, "it is not here")?;
        for page in ["404.html", "503.html", "error.html"] {
            fs::remove_file(pages.path().join(page))?;
        }
        check("/user/dead/x", 503, "does not answer")?;
        proxy.process.log.wait_for(0, HubProxy::PATIENCE, "there is neither", |line| {
            line.contains("neither `503.html` nor `error.html`").then_some(())
        })?;
        Ok(())
    })
}

/// Traefik's middleware for pages sees a status and nothing else, so that those which Traefik gives for a dead server are taken for
/// that wherever they come from. There are two.
#[test]
fn what_a_server_answers_is_passed_on_but_for_two_statuses() -> Result<()> {
    hub_proxy_with(&[], |proxy| {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        proxy.add("/user/zoe", &format!("http://{}", listener.local_addr()?))?;
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // Who hangs up early ends a connection and nothing else.
                let _ = answer(&stream);
            }
        });
        for status in [200, 204, 404, 418, 500, 501, 503, 505, 507, 520, 599] {
            let answer = proxy.visit(&format!("/user/zoe/{status}"))?;
            let body = if status == 204 { "" } else { "of the server" };
            ensure!(answer.status == status && answer.body == body, "{status}: {answer:?}");
        }
        // The last is a server that hangs up.
        for path in ["502", "504", "none"] {
            let answer = proxy.visit(&format!("/user/zoe/{path}"))?;
            ensure!(answer.status == 503 && answer.body.contains("does not answer"), "{path}: {answer:?}");
        }
        Ok(())
    })
}

/// Answers a request with the status that is the last part of its path, and with nothing where that is no number.
fn answer(mut stream: &TcpStream) -> Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let first = lines.next().context("no request")??;
    while !lines.next().context("half a request")??.is_empty() {}
    let status = first.split(' ').nth(1).and_then(|path| path.rsplit('/').next());
    let Some(status) = status.and_then(|status| status.parse::<u16>().ok()) else { return Ok(()) };
    let (length, body) = if status == 204 { ("", "") } else { ("Content-Length: 13\r\n", "of the server") };
    Ok(write!(stream, "HTTP/1.1 {status} X\r\n{length}Connection: close\r\n\r\n{body}")?)
}
