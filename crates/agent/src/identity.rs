use std::path::Path;
use std::sync::Arc;

use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};

use crate::Error;

/// How an agent shows who it is, and by whom it knows its clients.
#[derive(Clone, Debug)]
pub struct Identity(Arc<ServerConfig>);

impl Identity {
    /// Reads the files, all in PEM: the authority that has signed the clients' certificates, the agent's own certificate, and
    /// the key of that.
    ///
    /// ```
    /// use std::path::Path;
    /// use portolan_agent::{Error, Identity};
    ///
    /// let nowhere = Path::new("/nonexistent.pem");
    /// assert!(matches!(Identity::read(nowhere, nowhere, nowhere), Err(Error::TlsFile { .. })));
    /// ```
    ///
    /// # Errors
    /// [`Error::TlsFile`] names the file that cannot be used; [`Error::Tls`] where they do not go together.
    pub fn read(authority: &Path, certificate: &Path, key: &Path) -> Result<Self, Error> {
        let mut roots = RootCertStore::empty();
        for root in certificates(authority)? {
            roots.add(root).map_err(|error| refused(authority, error.to_string()))?;
        }
        let chain = certificates(certificate)?;
        let secret = PrivateKeyDer::from_pem_file(key)
            .map_err(|error| refused(key, words(&error, "there is no private key in it")))?;

        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .map_err(|error| refused(authority, error.to_string()))?;
        let mut config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_client_cert_verifier(verifier)
            .with_single_cert(chain, secret)?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Self(Arc::new(config)))
    }

    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.0)
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    const NONE: &str = "there is no certificate in it";
    let read = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| refused(path, words(&error, NONE)))?;
    if read.is_empty() { Err(refused(path, NONE.to_owned())) } else { Ok(read) }
}

fn words(error: &rustls::pki_types::pem::Error, none: &str) -> String {
    use rustls::pki_types::pem::Error as Pem;

    match error {
        Pem::Io(error) => error.to_string(),
        Pem::NoItemsFound => none.to_owned(),
        other => other.to_string(),
    }
}

fn refused(path: &Path, reason: String) -> Error {
    Error::TlsFile { path: path.to_owned(), reason }
}
