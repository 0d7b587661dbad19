use anyhow::{Context, Result, ensure};
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::sync::Arc;

use crate::backend::{echo, greeter, h2c, secure};
use crate::client::{get_secure, say_secure};
use crate::stage::stage;

/// A certificate for a name, and who signed it.
struct Signed {
    authority: String,
    certificate: Vec<u8>,
    config: ServerConfig,
}

fn signed(name: &str) -> Result<Signed> {
    let mut authority = CertificateParams::new(Vec::new())?;
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority_key = KeyPair::generate()?;
    let authority_certificate = authority.self_signed(&authority_key)?;
    let issuer = Issuer::new(authority, authority_key);
    let key = KeyPair::generate()?;
    let certificate = CertificateParams::new(vec![name.to_owned()])?.signed_by(&key, &issuer)?;
    let provider = Arc::new(ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    let private = PrivateKeyDer::try_from(key.serialize_der()).map_err(|error| anyhow::anyhow!(error))?;
    let chain = vec![CertificateDer::from(certificate.der().to_vec())];
    let config = config.with_no_client_auth().with_single_cert(chain, private)?;
    Ok(Signed { authority: authority_certificate.pem(), certificate: certificate.der().to_vec(), config })
}

#[test]
fn a_backend_with_tls_is_verified_unless_labels_say_otherwise() -> Result<()> {
    stage(|mut stage| {
        let signed = signed("backend.test")?;
        let at = secure("secure", signed.config)?;
        let authority = stage.file("authority.pem", &signed.authority)?;
        stage.container("strict", at, &[("proxy.*.scheme", "https")]);
        stage.container("lax", at, &[("proxy.*.scheme", "https"), ("proxy.*.no_tls_verify", "true")]);
        stage.container(
            "known",
            at,
            &[
                ("proxy.*.scheme", "https"),
                ("proxy.*.ssl_trusted_certificate", &authority),
                ("proxy.*.ssl_server_name", "backend.test"),
                ("proxy.*.ssl_protocols", "TLSv1.3"),
            ],
        );
        stage.container(
            "misnamed",
            at,
            &[
                ("proxy.*.scheme", "https"),
                ("proxy.*.ssl_trusted_certificate", &authority),
                ("proxy.*.ssl_server_name", "other.test"),
            ],
        );
        let proxy = stage.start()?;
        proxy.served("lax.test", "secure")?;
        proxy.served("known.test", "secure")?;
        proxy.status("strict.test", 500)?;
        proxy.status("misnamed.test", 500)
    })
}

#[test]
fn h2c_is_spoken_with_the_backend() -> Result<()> {
    stage(|mut stage| {
        let at = h2c()?;
        stage.container("grpc", at, &[("proxy.*.scheme", "h2c")]);
        let proxy = stage.start()?;
        ensure!(proxy.file.contains("h2c://"), "{}", proxy.file);
        proxy.status("grpc.test", 204)
    })
}

#[test]
fn each_route_is_at_the_entry_points_of_http_and_of_https() -> Result<()> {
    stage(|mut stage| {
        stage.setting("http: [web]");
        stage.setting("https: [tcp]");
        stage.container("app", echo("app")?, &[]);
        let proxy = stage.start()?;
        proxy.served("app.example.test", "app")?;
        let (answer, _) = get_secure(proxy.traefik.tcp, "app.example.test", "/")?;
        ensure!(answer.status == 200 && answer.backend() == "app", "{answer:?}");
        ensure!(answer.body.contains("X-Forwarded-Proto: https"), "{answer:?}");
        Ok(())
    })
}

#[test]
fn tls_is_passed_on_by_the_name_that_is_asked_for() -> Result<()> {
    stage(|mut stage| {
        stage.setting("https: [tcp]");
        let signed = signed("db.example.test")?;
        let at = secure("passed", signed.config)?;
        let plain = greeter("ended")?;
        let proxy = {
            let port = at.port();
            stage.container("web", echo("web")?, &[]);
            stage.play_with(|stage, traefik| {
                let listening = traefik.tcp.port();
                let passed = format!("{listening}:{port}");
                let ended = format!("{listening}:{}", plain.port());
                stage.setting(&format!("entryPoints: [\"tcp=:{listening}\"]"));
                stage.container("db", at, &[("proxy.db.port", &passed), ("proxy.db.scheme", "tcp")]);
                stage.container(
                    "line",
                    plain,
                    &[
                        ("proxy.line.port", &ended),
                        ("proxy.line.scheme", "tcp"),
                        ("proxy.line.tls_termination", "true"),
                    ],
                );
            })?
        };
        let (answer, shown) = portolan_tests::eventually("the backend itself is spoken to", || {
            let (answer, shown) = get_secure(proxy.traefik.tcp, "db.example.test", "/")?;
            ensure!(answer.backend() == "passed", "{answer:?}\n{}", proxy.file);
            Ok((answer, shown))
        })?;
        ensure!(shown == signed.certificate, "the backend's own certificate is shown: {answer:?}");
        let said =
            say_secure(proxy.traefik.tcp, "line.example.test", "hello").context("`tls_termination`")?;
        ensure!(said == "ended: hello\\n", "{said}");
        let (answer, _) = get_secure(proxy.traefik.tcp, "web.example.test", "/")?;
        ensure!(answer.backend() == "web", "{answer:?}");
        Ok(())
    })
}
