use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{
    ClientConfig, DigitallySignedStruct, Error, RootCertStore, ServerConfig, SignatureScheme,
};
use tokio_rustls::{TlsAcceptor, TlsConnector};

use crate::usable;

/// A certificate and its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) certificate: std::path::PathBuf,
    pub(crate) key: std::path::PathBuf,
}

/// What is asked of those who connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) ca: std::path::PathBuf,
    /// Whether those without a good certificate are refused.
    pub(crate) required: bool,
}

/// Servers of ours.
pub(crate) fn acceptor(pair: &Pair, asked: Option<&Asked>) -> anyhow::Result<TlsAcceptor> {
    let builder = ServerConfig::builder();
    let builder = match asked {
        None => builder.with_no_client_auth(),
        Some(asked) => {
            let verifier = WebPkiClientVerifier::builder(roots(&asked.ca)?.into());
            let verifier = if asked.required { verifier } else { verifier.allow_unauthenticated() };
            builder.with_client_cert_verifier(verifier.build()?)
        }
    };
    let config = builder
        .with_single_cert(certificates(&pair.certificate)?, key(&pair.key)?)
        .with_context(|| format!("cannot use the certificate `{}`", pair.certificate.display()))?;
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// How we connect to others.
pub(crate) fn connector(ca: &Path, pair: Option<&Pair>) -> anyhow::Result<TlsConnector> {
    let builder = ClientConfig::builder().with_root_certificates(roots(ca)?);
    let config = match pair {
        None => builder.with_no_client_auth(),
        Some(pair) => builder
            .with_client_auth_cert(certificates(&pair.certificate)?, key(&pair.key)?)
            .with_context(|| format!("cannot use the certificate `{}`", pair.certificate.display()))?,
    };
    Ok(TlsConnector::from(Arc::new(config)))
}

/// How we connect to a Traefik of ours, whose certificate is for the names of others: what it serves is all that we ask, and we say nothing.
pub(crate) fn own_connector() -> anyhow::Result<TlsConnector> {
    let provider = Arc::new(ring::default_provider());
    let schemes = provider.signature_verification_algorithms.supported_schemes();
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Any(schemes)))
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}

/// Takes any certificate.
#[derive(Debug)]
struct Any(Vec<SignatureScheme>);

impl ServerCertVerifier for Any {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.clone()
    }
}

fn roots(path: &Path) -> anyhow::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots.add(certificate).with_context(|| format!("cannot use the authority `{}`", path.display()))?;
    }
    Ok(roots)
}

fn certificates(path: &Path) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let read = || CertificateDer::pem_file_iter(path)?.collect::<Result<Vec<_>, _>>();
    read().with_context(|| format!("cannot read the certificate `{}`", path.display()))
}

fn key(path: &Path) -> anyhow::Result<PrivateKeyDer<'static>> {
    let what = || format!("cannot read the key `{}`", path.display());
    let text = std::fs::read(path).with_context(what)?;
    usable::encrypted(path, &String::from_utf8_lossy(&text))?;
    PrivateKeyDer::from_pem_slice(&text).with_context(what)
}
