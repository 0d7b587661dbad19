//! TLS towards users, and towards a hub that proves who it is.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use anyhow::{Result, ensure};
use portolan_tests::{Backends, HubProxy, command, hub_proxy_with, output};

/// The signed certificate of this name, and its key, in the directory.
fn certify(directory: &Path, name: &str) -> Result<()> {
    let openssl = |arguments: &str| {
        output(command("openssl").current_dir(directory).args(arguments.split(' ')), b"").map(drop)
    };
    let key =
        format!("-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout {name}.key -out {name}.pem");
    if name == "ca" {
        return openssl(&format!("req -x509 {key} -days 2 -subj /CN=ca"));
    }
    let names =
        "-addext subjectAltName=DNS:localhost,IP:127.0.0.1 -addext basicConstraints=critical,CA:FALSE";
    openssl(&format!("req -x509 -CA ca.pem -CAkey ca.key {key} -days 2 -subj /CN={name} {names}"))
}

#[test]
fn users_and_the_hub_come_in_by_tls() -> Result<()> {
    let certificates = tempfile::tempdir()?;
    let directory = certificates.path();
    // With an authority of its own, that the tests' machine does not know.
    let made = ["ca", "server", "hub"].map(|name| certify(directory, name));
    let file = |name: &str| directory.join(name).display().to_string();
    let options = format!(
        "--ssl-key {key} --ssl-cert {cert} --api-ssl-key {key} --api-ssl-cert {cert} --api-ssl-ca {ca} --api-ssl-request-cert \
         --api-ssl-reject-unauthorized",
        key = file("server.key"),
        cert = file("server.pem"),
        ca = file("ca.pem"),
    );
    let options: Vec<&str> = options.split(' ').collect();
    hub_proxy_with(&options, |proxy| {
        for made in made {
            made?;
        }
        // It has seen by HTTPS that its routes are served.
        proxy.ready()?;
        let ask = |port: u16, more: &[&str], request: &str| {
            let mut client = command("openssl");
            client.args([
                "s_client",
                "-connect",
                &format!("127.0.0.1:{port}"),
                "-quiet",
                "-verify_return_error",
            ]);
            client.args(["-CAfile", &file("ca.pem"), "-verify_ip", "127.0.0.1"]).args(more);
            output(&mut client, request.as_bytes())
        };
        let backends = Backends::start()?;
        let body = format!(r#"{{"target": "{}"}}"#, backends.url(5));
        let add = format!(
            "POST /api/routes/a HTTP/1.0\r\nAuthorization: {}\r\nContent-Length: {}\r\n\r\n{body}",
            HubProxy::TOKEN,
            body.len()
        );
        let stranger = ask(8001, &[], &add).unwrap_or_default();
        ensure!(!stranger.contains("HTTP/"), "without a certificate: {stranger}");
        let certificate = ["-cert", &file("hub.pem"), "-key", &file("hub.key")];
        let answer = ask(8001, &certificate, &add)?;
        ensure!(answer.starts_with("HTTP/1.0 201"), "{answer}");
        let answer = ask(8000, &[], "GET /a/b HTTP/1.0\r\nHost: localhost\r\n\r\n")?;
        ensure!(answer.ends_with("5 /a/b"), "{answer}");
        Ok(())
    })
}

#[test]
fn a_pair_that_is_none_is_told_at_the_start() -> Result<()> {
    let certificates = tempfile::tempdir()?;
    let directory = certificates.path();
    for name in ["ca", "server", "hub"] {
        certify(directory, name)?;
    }
    let encrypt = "pkey -in server.key -aes256 -passout pass:x -out encrypted.key".split(' ');
    output(command("openssl").current_dir(directory).args(encrypt), b"")?;
    let odd = "ecparam -name secp521r1 -genkey -noout -out odd.key";
    output(command("openssl").current_dir(directory).args(odd.split(' ')), b"")?;
    let odd = "req -x509 -key odd.key -days 2 -subj /CN=odd -out odd.pem";
    output(command("openssl").current_dir(directory).args(odd.split(' ')), b"")?;
    let file = |name: &str| directory.join(name).display().to_string();
    hub_proxy_with(&[], |proxy| {
        proxy.ready()?;
        proxy.process.kill()?;
        let mut check = |option: &str, key: &str, expected: &str| {
            let (keys, certs) = (format!("--{option}-key"), format!("--{option}-cert"));
            proxy.start_again(&[&keys, &file(key), &certs, &file("server.pem")])?;
            let status = proxy.process.ended(HubProxy::PATIENCE)?;
            ensure!(status.code() == Some(2), "{option} {key}: {status}");
            let said = |line: &str| line.contains(expected).then_some(());
            proxy.process.log.wait_for(0, HubProxy::PATIENCE, expected, said).map(drop)
        };
        for option in ["ssl", "client-ssl"] {
            check(option, "hub.key", "is not that of the certificate")?;
            check(option, "server.pem", "there is no key in")?;
        }
        for option in ["ssl", "client-ssl", "api-ssl"] {
            check(
                option,
                "encrypted.key",
                "is encrypted: `CONFIGPROXY_SSL_KEY_PASSPHRASE` cannot be honoured",
            )?;
            check(option, "encrypted.key", "help: decrypt it with `openssl pkey")?;
        }
        // Of a curve that Traefik knows, and we do not.
        proxy.start_again(&["--ssl-key", &file("odd.key"), "--ssl-cert", &file("odd.pem")])?;
        let started = |line: &str| line.contains("routes in").then_some(());
        proxy.process.log.wait_for(0, HubProxy::PATIENCE, "it starts", started).map(drop)
    })
}

/// As far as it goes without an authority: Traefik loads all of it, knows the resolver by its name, and asks who is to sign.
#[test]
fn a_real_traefik_takes_what_is_for_acme() -> Result<()> {
    let options = "--acme-email admin@example.com --acme-domain hub.example.com --acme-domain www.example.com \
                   --acme-server https://127.0.0.1:1/directory --acme-storage certificates.json";
    let options: Vec<&str> = options.split_ascii_whitespace().collect();
    hub_proxy_with(&options, |proxy| {
        proxy.ready()?;
        let asks = |line: &str| (line.contains("hub.acme") && line.contains("127.0.0.1:1/")).then_some(());
        proxy.process.log.wait_for(0, HubProxy::PATIENCE, "Traefik asks the authority", asks)?;
        // With Traefik's own certificate until there is a better one.
        proxy.add("/a", "http://127.0.0.1:1")?;
        let stored = std::fs::metadata(proxy.file("certificates.json"))?;
        ensure!(stored.permissions().mode() & 0o777 == 0o600, "{stored:?}");
        let unknown = proxy.process.log.matching(0, &["nonexistent certificate resolver"]);
        ensure!(unknown.is_empty(), "{unknown:?}");
        Ok(())
    })
}
