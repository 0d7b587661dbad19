use std::net::TcpListener;
use std::path::Path;
use std::time::Duration;

use portolan_engine::{Endpoint, Engine, Error, Tls};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, ExtendedKeyUsagePurpose, IsCa, KeyPair};

use crate::daemon::{Daemon, put};

/// Writes an authority, a certificate of it for the engine at 127.0.0.1, and one for us.
fn certificates(directory: &Path) {
    let mut authority = CertificateParams::new(Vec::<String>::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().unwrap()).unwrap();
    put(&directory.join("ca.pem"), &authority.pem());
    let ours = [
        ("server-", "127.0.0.1", ExtendedKeyUsagePurpose::ServerAuth),
        ("", "us", ExtendedKeyUsagePurpose::ClientAuth),
    ];
    for (prefix, name, purpose) in ours {
        let mut parameters = CertificateParams::new([name.to_owned()]).unwrap();
        parameters.extended_key_usages = vec![purpose];
        let key = KeyPair::generate().unwrap();
        let certificate = parameters.signed_by(&key, &authority).unwrap();
        put(&directory.join(format!("{prefix}cert.pem")), &certificate.pem());
        put(&directory.join(format!("{prefix}key.pem")), &key.serialize_pem());
    }
}

#[tokio::test]
async fn an_engine_that_verifies() {
    let directory = tempfile::tempdir().unwrap();
    let at = directory.path();
    certificates(at);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let options = format!(
        "--tlsverify --tlscacert {0}/ca.pem --tlscert {0}/server-cert.pem --tlskey {0}/server-key.pem",
        at.display()
    );
    let Some(_daemon) = Daemon::docker_at(&format!("127.0.0.1:{port}"), &options).await else { return };

    let connect = async |scheme: &str, host: &str, tls: Option<Tls>| {
        let endpoint = Endpoint::parse(&format!("{scheme}://{host}:{port}")).unwrap();
        let endpoint = tls.into_iter().fold(endpoint, Endpoint::with_tls);
        Engine::connect(&endpoint, Duration::from_secs(5)).await
    };
    let all = Tls::in_directory(at);

    for scheme in ["tls", "tcp", "https"] {
        let engine = connect(scheme, "127.0.0.1", Some(all.clone())).await.unwrap();
        assert_eq!(engine.list().await.unwrap(), Vec::<String>::new());
    }

    let without_certificate = Tls { cert: None, key: None, ..all.clone() };
    let error = connect("tls", "127.0.0.1", Some(without_certificate)).await.unwrap_err();
    assert!(
        matches!(&error, Error::Tls { reason, .. } if reason.to_lowercase().contains("certificate")),
        "{error}"
    );
    let error = connect("tls", "127.0.0.1", None).await.unwrap_err();
    assert!(matches!(&error, Error::Tls { reason, .. } if reason.contains("UnknownIssuer")), "{error}");
    let error = connect("tls", "localhost", Some(all.clone())).await.unwrap_err();
    assert!(matches!(&error, Error::Tls { reason, .. } if reason.contains("not valid for name")), "{error}");
    let error = connect("tcp", "127.0.0.1", None).await.unwrap_err();
    assert!(matches!(&error, Error::Status { status: 400, .. }), "{error}");
    assert!(error.help().unwrap().contains("tls://"));
    let missing = Tls { key: Some(at.join("none.pem")), ..all };
    let error = connect("tls", "127.0.0.1", Some(missing)).await.unwrap_err();
    assert!(matches!(&error, Error::TlsFile { path, .. } if path.ends_with("none.pem")), "{error}");
}
