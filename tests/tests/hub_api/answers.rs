//! What requests of the hub are answered.

use anyhow::{Result, ensure};
use portolan_tests::{Backends, HubProxy, hub_proxy_with, request};
use serde_json::json;

#[test]
fn requests_are_answered_as_configurable_http_proxy_does() -> Result<()> {
    hub_proxy_with(&[], |proxy| {
        proxy.ready()?;
        let target = r#"{"target": "http://127.0.0.1:1", "n": [1.5, null, "`{{"]}"#;
        let check = |method: &str, path: &str, body: &str, status: u16, said: &str| {
            let answer = proxy.api(method, path, body)?;
            ensure!(answer.status == status && answer.body == said, "{method} {path} {body}: {answer:?}");
            Ok(())
        };
        check("GET", "/api/routes", "", 200, "{}")?;
        check("POST", "/api/routes/a%20b/", target, 201, "")?;
        check("GET", "/api/routes/a", "", 404, "")?;
        check("DELETE", "/api/routes/a", "", 404, "")?;
        check("DELETE", "/api/routes", "", 404, "")?;
        check("POST", "/api/routes/a", "{}", 400, "Must specify 'target' as string")?;
        check("POST", "/api/routes/%zz", target, 400, "path `/%zz` has an escape that cannot be decoded")?;
        check("GET", "/api/routes?inactiveSince=x", "", 400, "Invalid datestamp 'x' must be ISO8601.")?;
        check("PUT", "/api/routes/a", "", 405, "Method not supported")?;
        check("GET", "/api", "", 404, "Not Found")?;
        let given = proxy.routes()?;
        let mut route = given["/a b"].clone();
        ensure!(route["last_activity"].as_str().is_some_and(|at| at.len() == 24), "{given}");
        route["last_activity"].take();
        ensure!(
            route == json!({"target": "http://127.0.0.1:1", "n": [1.5, null, "`{{"], "last_activity": null}),
            "{given}"
        );
        ensure!(proxy.api("GET", "/api/routes/a%20b", "")?.status == 200, "it is there");
        check("DELETE", "/api/routes/a%20b", "", 204, "")?;
        check("GET", "/api/routes/", "", 200, "{}")
    })
}

#[test]
fn without_the_token_nothing_is_told() -> Result<()> {
    hub_proxy_with(&[], |proxy| {
        proxy.ready()?;
        for header in ["", "Authorization: token secre\r\n", "Authorization: token\r\n"] {
            for method in ["GET", "DELETE"] {
                let line = format!("{method} /api/routes/ HTTP/1.0\r\n{header}\r\n");
                let answer = request(HubProxy::API, &line)?;
                ensure!(answer.status == 403 && answer.body.is_empty(), "{line}: {answer:?}");
            }
        }
        Ok(())
    })
}

#[test]
fn the_hub_may_come_in_by_a_unix_socket() -> Result<()> {
    use std::io::{Read as _, Write as _};
    hub_proxy_with(&["--api-socket", "api.sock"], |proxy| {
        proxy.ready()?;
        let mut stream = std::os::unix::net::UnixStream::connect(proxy.file("api.sock"))?;
        write!(stream, "GET /api/routes HTTP/1.0\r\nAuthorization: {}\r\n\r\n", HubProxy::TOKEN)?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        ensure!(answer.starts_with("HTTP/1.0 200") && answer.ends_with("{}"), "{answer}");
        Ok(())
    })
}

#[test]
fn who_is_used_is_not_idle() -> Result<()> {
    hub_proxy_with(&["--metrics-port", "8002"], |proxy| {
        let backends = Backends::start()?;
        for (number, path) in [(1, "/user/busy"), (2, "/user/idle")] {
            proxy.add(path, &backends.url(number))?;
        }
        let before = proxy.routes()?;
        let since = |path: &str| before[path]["last_activity"].as_str().unwrap_or_default().to_owned();
        // Traefik's counters are read no more than once in a second.
        portolan_tests::eventually("its last activity moves on", || {
            ensure!(proxy.visit("/user/busy/x")?.status == 200, "it is served");
            let now = proxy.routes()?;
            ensure!(now["/user/busy"]["last_activity"].as_str() > Some(&since("/user/busy")), "{now}");
            ensure!(now["/user/idle"]["last_activity"].as_str() == Some(&since("/user/idle")), "{now}");
            let listed =
                proxy.api("GET", &format!("/api/routes?inactive_since={}", since("/user/busy")), "")?;
            ensure!(!listed.body.contains("/user/busy"), "{listed:?}");
            Ok(())
        })?;
        let metrics = request(([127, 0, 0, 1], 8002).into(), "GET /metrics HTTP/1.0\r\n\r\n")?;
        for line in ["api_route_add 2", "requests_api{status=\"201\"} 2", "requests_proxy{status=\"200\"} "] {
            ensure!(metrics.body.contains(line), "{line}: {metrics:?}");
        }
        Ok(())
    })
}

#[test]
fn a_request_is_counted_once() -> Result<()> {
    hub_proxy_with(&["--metrics-port", "8002"], |proxy| {
        proxy.add("/gone", "http://127.0.0.1:1")?;
        ensure!(proxy.visit("/gone")?.status == 503, "nobody is there");
        portolan_tests::eventually("it is counted", || {
            let metrics = request(([127, 0, 0, 1], 8002).into(), "GET /metrics HTTP/1.0\r\n\r\n")?.body;
            ensure!(metrics.contains("requests_proxy{status=\"503\"} 1\n"), "{metrics}");
            ensure!(metrics.contains("requests_web 1\n"), "{metrics}");
            Ok(())
        })
    })
}
