//! What `status.listen` serves: of a real watcher that follows a real engine.

use std::fs::{self, File};
use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};

use anyhow::{Context, Result, ensure};
use portolan_tests::{
    Engine, Log, Metrics, Need, OpenApi, PATIENCE, Response, Stage, eventually, get, request, stage_on, unmet,
};
use serde_json::{Value, json};

/// Every address that answers whole.
const PATHS: &[&str] =
    &["/", "/healthz", "/readyz", "/metrics", "/api/v1/report", "/api/v1/state", "/api/v1/openapi.json"];

/// Plays a test on an engine that others use at the same time.
fn play(test: impl FnOnce(&Stage<'_>) -> Result<()>) -> Result<()> {
    if unmet(&[Need::Docker, Need::Watcher])?.is_some() {
        return Ok(());
    }
    stage_on(Engine::shared()?, test)
}

fn answer(page: SocketAddr, path: &str) -> Result<Response> {
    let answer = get(page, "localhost", path)?;
    ensure!(answer.status == 200, "`{path}` is answered {answer:?}");
    Ok(answer)
}

fn state(page: SocketAddr) -> Result<Value> {
    Ok(serde_json::from_str(&answer(page, "/api/v1/state")?.body)?)
}

/// What has this name in a list of the state.
fn named<'v>(state: &'v Value, list: &str, name: &str) -> Option<&'v Value> {
    state[list].as_array()?.iter().find(|it| it["name"] == name)
}

/// The events of the page from now on, a line each.
fn events(page: SocketAddr) -> Result<Log> {
    let mut stream = TcpStream::connect(page)?;
    stream.write_all(b"GET /api/v1/events HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
    let log = Log::default();
    log.follow(stream);
    Ok(log)
}

fn told(line: &str) -> Option<Value> {
    serde_json::from_str(line.strip_prefix("data: ")?).ok()
}

#[test]
fn a_container_that_starts_later_is_told_to_who_looks() -> Result<()> {
    play(|stage| {
        let watcher = stage.watch(&["--status-listen", "0"])?;
        let page = watcher.page()?;
        let mut api = OpenApi::read()?;
        let events = events(page)?;
        let (first, next) = events.wait_for(0, PATIENCE, "the state at once", told)?;
        api.hold("State", &first)?;
        ensure!(first["routers"] == json!([]), "{first}");
        ensure!(events.text().to_lowercase().contains("content-type: text/event-stream"), "another type");

        let rule = format!("Host(`{}.test`)", stage.name("web"));
        let web = stage.run("web").label("traefik.http.routers.page-web.rule", &rule).start()?;
        let with_web = |line: &str| told(line).filter(|state| named(state, "routers", "page-web").is_some());
        let (seen, next) = events.wait_for(next, PATIENCE, "a state with the route", with_web)?;
        api.hold("State", &seen)?;
        let of_web = json!([{"engine": stage.engine.docker.url(), "name": web.name}]);
        let router = named(&seen, "routers", "page-web").context("a router")?;
        ensure!(router["rule"] == json!(rule) && router["containers"] == of_web, "{router}");
        let container = named(&seen, "containers", &web.name).context("a container")?;
        ensure!(container["address"] == json!(web.address("bridge")?), "{container}");
        ensure!(container["network"] == "bridge" && container["state"] == "running", "{container}");
        ensure!(
            container["id"].as_str().is_some_and(|id| id.len() == 12 && web.id.starts_with(id)),
            "{container}"
        );
        let service = router["service"].as_str().context("a service")?;
        let service = named(&seen, "services", service).context("the service")?;
        ensure!(service["servers"] == json!([format!("http://{}:80", web.address("bridge")?)]), "{service}");
        // The file is written before the state is made that has the change, or right after.
        let written = |state: &Value| {
            let writes = state["history"].as_array()?.clone();
            writes.into_iter().find(|write| write["changes"].to_string().contains("page-web"))
        };
        let (write, next) = match written(&seen) {
            Some(write) => (write, next),
            None => events.wait_for(next, PATIENCE, "the write", |line| written(&told(line)?))?,
        };
        let added =
            json!({"what": "added", "section": "http.routers", "name": "page-web", "containers": [web.name]});
        ensure!(write["changes"].as_array().is_some_and(|changes| changes.contains(&added)), "{write}");
        ensure!(write["latencyMicroseconds"].as_u64().is_some_and(|it| it > 0 && it < 20_000_000), "{write}");

        web.order("rm", &["--force"])?;
        let without = |line: &str| told(line).filter(|state| named(state, "containers", &web.name).is_none());
        let (gone, _) = events.wait_for(next, PATIENCE, "a state without it", without)?;
        api.hold("State", &gone)?;
        let last = |state: &Value| state["history"].as_array().and_then(|writes| writes.last()).cloned();
        eventually("its removal is in the history", || {
            let removed = last(&state(page)?).unwrap_or_default()["changes"].to_string();
            ensure!(removed.contains("\"removed\"") && removed.contains(&web.name), "{removed}");
            Ok(())
        })
    })
}

#[test]
fn each_address_answers_and_says_how_a_browser_may_use_it() -> Result<()> {
    play(|stage| {
        let settings = stage.scratch().join("settings.yml");
        File::create(&settings)?.write_all(b"status: {listen: 0, hosts: [status.test]}\n")?;
        let watcher = stage.watch(&["--config", &settings.display().to_string()])?;
        let page = watcher.page()?;
        let mut api = OpenApi::read()?;
        for path in PATHS {
            let answer = answer(page, path)?;
            for header in [
                "x-content-type-options: nosniff",
                "referrer-policy: no-referrer",
                "content-security-policy: default-src 'none';",
                "cache-control: no-store",
            ] {
                ensure!(answer.head.contains(header), "`{path}` has no `{header}`: {}", answer.head);
            }
            ensure!(!answer.head.contains("access-control-"), "`{path}`: {}", answer.head);
            let head = request(page, &format!("HEAD {path} HTTP/1.0\r\nHost: status.test\r\n\r\n"))?;
            ensure!(head.status == 200 && head.body.is_empty(), "`{path}`: {head:?}");
            let described = api.document()["paths"].get(*path).and_then(|path| path.get("get"));
            ensure!(described.is_some(), "`{path}` is not described");
        }
        let served = PATHS.len() + 1;
        ensure!(
            api.document()["paths"].as_object().map(|paths| paths.len()) == Some(served),
            "other paths are described"
        );

        let document = answer(page, "/")?;
        ensure!(document.body.to_lowercase().starts_with("<!doctype html>"), "{}", document.body);
        ensure!(
            document.head.contains("script-src 'sha256-") && document.head.contains("style-src 'sha256-"),
            "{}",
            document.head
        );
        ensure!(answer(page, "/healthz")?.body == "ok", "it is not well");
        let report: Value = serde_json::from_str(&answer(page, "/api/v1/report")?.body)?;
        api.hold("Report", &report)?;
        ensure!(report["file"] == watcher.status()?["file"], "{report}");
        api.hold("State", &state(page)?)?;
        let served: Value = serde_json::from_str(&answer(page, "/api/v1/openapi.json")?.body)?;
        ensure!(&served == api.document(), "another description is served");

        for path in ["/nothing", "/api/v1/", "//", "/api/v1/state/", "/../etc/passwd", "/index.html"] {
            ensure!(get(page, "localhost", path)?.status == 404, "`{path}` is answered");
        }
        for method in ["POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW"] {
            for path in ["/", "/api/v1/state", "/api/v1/events", "/nothing"] {
                let answer = request(page, &format!("{method} {path} HTTP/1.0\r\nHost: localhost\r\n\r\n"))?;
                ensure!(
                    answer.status == 405 && answer.head.contains("allow: get, head"),
                    "{method} `{path}`: {answer:?}"
                );
            }
        }
        // By names of others nothing is told, whatever is asked for.
        for host in ["evil.test", "localhost.evil.test", "127.0.0.1.evil.test", "status.test.evil.test", ""] {
            for path in PATHS.iter().chain(&["/api/v1/events", "/nothing"]) {
                let answer = get(page, host, path)?;
                ensure!(
                    answer.status == 403 && answer.body.contains("status.hosts"),
                    "`{host}` `{path}`: {answer:?}"
                );
            }
        }
        let nameless = request(page, "GET /api/v1/state HTTP/1.0\r\n\r\n")?;
        ensure!(nameless.status == 403, "{nameless:?}");
        for host in ["localhost", "127.0.0.1", "[::1]", "status.test", "STATUS.test", &page.to_string()] {
            ensure!(get(page, host, "/healthz")?.status == 200, "`{host}` is refused");
        }
        Ok(())
    })
}

#[test]
fn no_secret_is_shown() -> Result<()> {
    play(|stage| {
        let watcher = stage.watch(&["--status-listen", "0"])?;
        let page = watcher.page()?;
        let events = events(page)?;
        let secret = "s3cret";
        let good = stage
            .run("good")
            .label(
                "traefik.http.routers.page-good.rule",
                "Host(`good.test`) && Header(`X-Token`, `s3cret`) && Query(`token`, `s3cret`)",
            )
            .label("traefik.http.routers.page-good.middlewares", "page-auth")
            .label("traefik.http.routers.page-good.service", "page-good")
            .label("traefik.http.middlewares.page-auth.basicauth.users", "zoe:$2y$05$s3cret")
            .label(
                "traefik.http.services.page-good.loadbalancer.server.url",
                "http://zoe:s3cret@10.9.8.7:80/?token=s3cret",
            )
            .label(
                "traefik.http.routers.page-other.rule",
                "HeaderRegexp(`X-Token`, `s3cret.*`) || QueryRegexp(`token`, `s3cret`)",
            )
            .label("traefik.http.routers.page-other.service", "page-good")
            .label("note", secret)
            .option("--env", "TOKEN=s3cret")
            .start()?;
        let bad = stage
            .run("bad")
            .label("traefik.http.routers.page-bad.priority", secret)
            .label("traefik.http.routers.page-bad.rule", "Host(`s3cret")
            .option("--env", "TOKEN=s3cret")
            .start()?;
        let disabled = stage.run("disabled").label("traefik.enable", secret).start()?;
        let has_all = |line: &str| {
            told(line).filter(|state| {
                [&good, &bad, &disabled].iter().all(|it| named(state, "containers", &it.name).is_some())
            })
        };
        let (seen, _) = events.wait_for(0, PATIENCE, "a state with all", has_all)?;
        let router = named(&seen, "routers", "page-good").context("the router")?;
        ensure!(
            router["rule"] == "Host(`good.test`) && Header(`X-Token`, `…`) && Query(`token`, `…`)",
            "{router}"
        );
        ensure!(router["middlewares"] == json!(["page-auth"]), "{router}");
        let service = named(&seen, "services", "page-good").context("the service")?;
        ensure!(service["servers"] == json!(["http://10.9.8.7:80/"]), "{service}");
        let left_out = named(&seen, "containers", &bad.name).and_then(|it| it["leftOut"].as_str());
        ensure!(left_out.is_some_and(|reason| reason.starts_with("bad-value: ")), "{left_out:?}");
        for path in PATHS {
            let answer = answer(page, path)?;
            ensure!(!answer.body.contains(secret), "`{path}`: {}", answer.body);
        }
        ensure!(!events.text().contains(secret), "an event: {}", events.text());
        ensure!(stage.text()?.contains(secret), "the file has it, so that it is looked for in vain by right");
        Ok(())
    })
}

#[test]
fn it_is_ready_when_the_engine_is_there_and_the_file_is_written() -> Result<()> {
    play(|stage| {
        let socket = stage.scratch().join("late.sock");
        let url = format!("unix://{}", socket.display());
        let usual = stage.arguments(&["--status-listen", "0"]);
        let arguments: Vec<String> = usual
            .into_iter()
            .map(|it| if it == stage.engine.docker.url() { url.clone() } else { it })
            .collect();
        let watcher = stage.watch_with(&arguments)?;
        let page = watcher.page()?;
        watcher.wait_for(&["engine is away"])?;
        let before = get(page, "localhost", "/readyz")?;
        ensure!(before.status == 503 && before.body.starts_with("not ready"), "{before:?}");
        ensure!(answer(page, "/healthz")?.body == "ok", "it lives all the same");
        let metrics = Metrics::parse(&format!("{}\n", answer(page, "/metrics")?.body))?;
        ensure!(metrics.get("portolan_ready")? < 0.5, "{metrics:?}");
        ensure!(metrics.get(&format!("portolan_engine_connected{{engine=\"{url}\"}}"))? < 0.5, "{metrics:?}");
        OpenApi::read()?.hold("State", &state(page)?)?;

        fs::hard_link(stage.engine.directory().join("docker.sock"), &socket)?;
        watcher.ready()?;
        ensure!(answer(page, "/readyz")?.body == "ready", "it is not ready");
        Ok(())
    })
}

#[test]
fn metrics_count_what_has_happened() -> Result<()> {
    play(|stage| {
        let watcher = stage.watch(&["--status-listen", "0"])?;
        let page = watcher.page()?;
        let metrics = || {
            let answer = answer(page, "/metrics")?;
            ensure!(
                answer.head.contains("content-type: application/openmetrics-text; version=1.0.0"),
                "{}",
                answer.head
            );
            // What is told ends with a line.
            Metrics::parse(&format!("{}\n", answer.body))
        };
        let of_engine = |name: &str| format!("{name}{{engine=\"{}\"}}", stage.engine.docker.url());
        let (events, requests) =
            (of_engine("portolan_events_total"), of_engine("portolan_engine_requests_total"));
        let before = metrics()?;
        ensure!(
            before.get("portolan_ready")? > 0.5 && before.get(&of_engine("portolan_engine_connected"))? > 0.5,
            "{before:?}"
        );
        ensure!(
            before.get(&format!("portolan_build_info{{version=\"{}\"}}", env!("CARGO_PKG_VERSION")))? > 0.5,
            "{before:?}"
        );
        // Its version, its list and its events, and a look at each container that others have there.
        ensure!(before.get(&requests)? >= 3.0, "{before:?}");

        let web = stage.run("web").start()?;
        let bad = stage.run("bad").label("traefik.http.routers.page-bad.rul", "x").start()?;
        watcher.wait_for(&[&bad.name, "unknown-field"])?;
        watcher.wait_for(&[&web.name, "added"])?;
        eventually("all of it is counted", || {
            let after = metrics()?;
            // A start is a few events: `create`, `connect`, `start`.
            ensure!(after.get(&events)? >= before.get(&events)? + 4.0, "{after:?}");
            ensure!(after.get(&requests)? >= before.get(&requests)? + 2.0, "{after:?}");
            ensure!(
                after.get("portolan_findings{severity=\"error\",code=\"unknown-field\"}")? > 0.5,
                "{after:?}"
            );
            ensure!(after.get("portolan_routes{protocol=\"http\"}")? > 0.5, "{after:?}");
            ensure!(after.get("portolan_routes{protocol=\"udp\"}")? < 0.5, "{after:?}");
            let writes = after.get("portolan_file_writes_total")?;
            ensure!(writes > before.get("portolan_file_writes_total")?, "{after:?}");
            ensure!(after.get("portolan_file_write_duration_seconds_count")?.eq(&writes), "{after:?}");
            ensure!(after.get("portolan_event_to_file_seconds_count")? >= 1.0, "{after:?}");
            ensure!(after.get("portolan_event_to_file_seconds_sum")? > 0.0, "{after:?}");
            ensure!(after.get("portolan_file_write_failures_total")? < 0.5, "{after:?}");
            Ok(())
        })
    })
}

#[test]
fn a_port_that_is_taken_is_told_and_the_watcher_goes_on() -> Result<()> {
    play(|stage| {
        let taken = TcpListener::bind("127.0.0.1:0")?;
        let address = taken.local_addr()?.to_string();
        let watcher = stage.watch(&["--status-listen", &address])?;
        watcher.wait_for(&["WARN", "no status page", &address, "status.listen"])?;
        let web = stage.run("web").start()?;
        watcher.wait_for(&[&web.name, "added"])?;
        Ok(())
    })
}
