use std::collections::BTreeMap;

use proptest::prelude::*;

use super::*;

#[track_caller]
fn check(text: &str, expected: &str) {
    let result = match Endpoint::parse(text) {
        Ok(endpoint) => format!("{endpoint}{}", if endpoint.is_local() { " (local)" } else { "" }),
        Err(Error::Endpoint { reason, .. }) => reason,
        Err(other) => panic!("{other}"),
    };
    assert_eq!(result, expected, "{text}");
}

#[test]
fn every_form() {
    check("unix:///var/run/docker.sock", "unix:///var/run/docker.sock (local)");
    check("/run/podman/podman.sock", "unix:///run/podman/podman.sock (local)");
    check("tcp://10.0.0.1:2375", "tcp://10.0.0.1:2375");
    check("TCP://engine:2375/", "tcp://engine:2375");
    check("tcp://127.0.0.1:2375", "tcp://127.0.0.1:2375 (local)");
    check("tcp://[::1]:2375", "tcp://[::1]:2375 (local)");
    check("tcp://[2001:db8::1]", "tcp://[2001:db8::1]");
    check("http://proxy", "http://proxy");
    check("https://engine.example.com:8443", "https://engine.example.com:8443");
    check("tls://localhost:2376", "tls://localhost:2376 (local)");
    check("agent://db.example.com:8890", "agent://db.example.com:8890");
    check("ssh://host", "ssh://host");
    check("ssh://ops@host:2222/", "ssh://ops@host:2222");
    check(
        "ssh://ops@host/run/user/1000/podman/podman.sock",
        "ssh://ops@host/run/user/1000/podman/podman.sock",
    );
}

#[test]
fn a_password_is_refused_and_not_repeated() {
    let check = |text: &str, expected: &str| {
        let told = Endpoint::parse(text).unwrap_err().to_string();
        assert!(told.starts_with(&format!("`{expected}` is not the address of an engine: ")), "{told}");
        assert!(!told.contains("s3cr3t") && !told.contains("brackets"), "{told}");
    };
    check("http://user:s3cr3t@host", "http://…@host");
    check("tcp://user:s3cr3t@host:2375/", "tcp://…@host:2375/");
    check("tls://user:s3cr3t/@@host", "tls://…@host");
    check("agent://s3cr3t@host", "agent://…@host");
    check("ssh://user:s3cr3t@host", "ssh://…@host");
    check("user:s3cr3t@host", "…@host");
    check("ssh://user@host:0", "ssh://user@host:0");
    check("unix://a@b", "unix://a@b");
}

#[test]
fn what_is_refused() {
    check("", "it is empty");
    check("engine:2375", "it does not begin with a scheme such as `unix://`");
    check("unix://run/docker.sock", "the path of a socket begins with `/`: `unix:///path`");
    check("unix://", "the path of a socket begins with `/`: `unix:///path`");
    check("npipe:////./pipe/docker_engine", "named pipes are for engines on Windows");
    check("fd://", "`fd://` tells an engine which socket it was started with");
    check("ftp://host", "the scheme is not known");
    check("tcp://", "the host is missing");
    check("tcp://:2375", "the host is missing");
    check("tcp://host:0", "a port is a number from 1 to 65535");
    check("tcp://host:65536", "a port is a number from 1 to 65535");
    check("tcp://host:+1", "a port is a number from 1 to 65535");
    check("tcp://::1:2375", "an IPv6 address stands in brackets");
    check("tcp://[::1", "the bracket is not closed");
    check("tcp://[::1]2375", "a port is a number from 1 to 65535");
    check("tcp://[host]:1", "what is in brackets is not an IPv6 address");
    check("tcp://host:2375/v1.41", "nothing can follow the port");
    check("ssh://ops:secret@host", "a password does not belong into an address: `ssh` uses keys");
    check("ssh://-oProxyCommand=x@host", "the user's name has characters that `ssh` does not take");
    check("ssh://-oProxyCommand=x", "the host's name has characters that names do not have");
    check("ssh://@host", "the user's name has characters that `ssh` does not take");
}

/// What an environment and the sockets that are there lead to.
#[track_caller]
fn check_env(env: &[(&str, &str)], sockets: &[&str], expected: &str) -> Option<Tls> {
    let env: BTreeMap<&str, &str> = env.iter().copied().collect();
    let lookup = |name: &str| env.get(name).map(|value| (*value).to_owned());
    let result =
        Endpoint::from_lookup(&lookup, |path| sockets.iter().any(|socket| path == Path::new(socket)));
    let tls = result.as_ref().ok().and_then(Endpoint::tls);
    assert_eq!(result.map_or_else(|error| error.to_string(), |endpoint| endpoint.to_string()), expected);
    tls
}

#[test]
fn the_environment_and_the_usual_sockets() {
    let all = [
        "/var/run/docker.sock",
        "/run/podman/podman.sock",
        "/run/user/1/podman/podman.sock",
        "/run/user/1/docker.sock",
    ];
    let user = [("XDG_RUNTIME_DIR", "/run/user/1")];
    check_env(&[("DOCKER_HOST", "tcp://host:1")], &all, "tcp://host:1");
    check_env(
        &[("DOCKER_HOST", "host")],
        &all,
        "`host` is not the address of an engine: it does not begin with a scheme such as `unix://`",
    );
    check_env(&user, &all, "unix:///var/run/docker.sock");
    check_env(&user, &all[1..], "unix:///run/user/1/docker.sock");
    check_env(&user, &all[1..3], "unix:///run/podman/podman.sock");
    check_env(&user, &all[2..3], "unix:///run/user/1/podman/podman.sock");
    check_env(
        &[],
        &all[2..],
        "no engine found: `DOCKER_HOST` is not set, and there is no socket at `/var/run/docker.sock`, `/run/podman/podman.sock`",
    );
}

#[test]
fn the_environment_asks_for_tls() {
    let host = ("DOCKER_HOST", "tcp://host:2376");
    let certs = ("DOCKER_CERT_PATH", "/certs");
    let tls = Some(Tls::in_directory(Path::new("/certs")));
    assert_eq!(check_env(&[host, certs], &[], "tcp://host:2376"), None);
    assert_eq!(check_env(&[host, certs, ("DOCKER_TLS_VERIFY", "1")], &[], "tcp://host:2376"), tls);
    assert_eq!(check_env(&[("DOCKER_HOST", "tls://host"), certs], &[], "tls://host"), tls);
    assert_eq!(
        check_env(&[("DOCKER_HOST", "unix:///s"), certs, ("DOCKER_TLS_VERIFY", "1")], &[], "unix:///s"),
        None
    );
}

proptest! {
    #[test]
    fn no_text_panics_and_what_is_read_is_given_back(
        text in "(unix|tcp|http|https|tls|agent|ssh|[a-z]{0,3})?(://)?[a-z@:/.0-9\\[\\]-]{0,20}",
    ) {
        if let Ok(endpoint) = Endpoint::parse(&text) {
            prop_assert_eq!(Endpoint::parse(&endpoint.to_string()).unwrap(), endpoint);
        }
    }
}
