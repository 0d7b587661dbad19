use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, ExtendedKeyUsagePurpose,
    IsCa, KeyPair, KeyUsagePurpose,
};

use crate::Error;

/// An authority's certificate, and the two that it has signed: the agent's, and that of who may ask it.
///
/// The authority's key is not kept. Nobody can sign a third certificate, so a copy of these files is all that there is to
/// guard; for another client, or after a loss, all are made anew.
#[derive(Clone)]
pub struct Certificates {
    /// The authority's certificate, in PEM, by which each side knows the other.
    pub authority: String,
    /// The agent's certificate and key.
    pub agent: Pair,
    /// The client's certificate and key.
    pub client: Pair,
}

/// A certificate and its private key, in PEM.
#[derive(Clone)]
pub struct Pair {
    /// The certificate.
    pub certificate: String,
    /// The private key.
    pub key: String,
}

/// How long the certificates are valid: ten years, as they are renewed by hand.
const VALID: Duration = Duration::from_secs(3650 * 24 * 3600);

impl Certificates {
    /// Makes them, for an agent that is reached under these names and addresses.
    ///
    /// ```
    /// use std::time::SystemTime;
    ///
    /// let names = ["db.example.com".to_owned(), "192.0.2.7".to_owned()];
    /// let made = portolan_agent::Certificates::make(&names, SystemTime::now())?;
    /// assert!(made.client.key.starts_with("-----BEGIN PRIVATE KEY-----"));
    /// # Ok::<(), portolan_agent::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Certificate`] where a name is none.
    pub fn make(names: &[String], now: SystemTime) -> Result<Self, Error> {
        let since = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let epoch = rcgen::date_time_ymd(1970, 1, 1);
        let parameters = |common: &str, names: &[String]| -> Result<CertificateParams, Error> {
            let mut parameters = CertificateParams::new(names)?;
            // Clocks of two machines may differ by hours.
            parameters.not_before = epoch + since.saturating_sub(Duration::from_secs(24 * 3600));
            parameters.not_after = epoch + since + VALID;
            parameters.distinguished_name = DistinguishedName::new();
            parameters.distinguished_name.push(DnType::CommonName, common);
            Ok(parameters)
        };
        let mut authority = parameters("portolan agent authority", &[])?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
        let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
        let sign = |mut parameters: CertificateParams, usage| -> Result<Pair, Error> {
            parameters.extended_key_usages = vec![usage];
            parameters.use_authority_key_identifier_extension = true;
            let key = KeyPair::generate()?;
            let certificate = parameters.signed_by(&key, &authority)?.pem();
            Ok(Pair { certificate, key: key.serialize_pem() })
        };
        let agent = sign(parameters("portolan agent", names)?, ExtendedKeyUsagePurpose::ServerAuth)?;
        let client = sign(parameters("docker-watcher", &[])?, ExtendedKeyUsagePurpose::ClientAuth)?;
        Ok(Self { authority: authority.pem(), agent, client })
    }
}

impl std::fmt::Debug for Certificates {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Certificates").finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Pair {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pair").finish_non_exhaustive()
    }
}
