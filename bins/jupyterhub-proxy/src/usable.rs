use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use anyhow::{Context as _, anyhow, bail};
use portolan_program::report;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::{self, PemObject as _};
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::sign::CertifiedKey;
use tokio_rustls::rustls::{Error, InconsistentKeys};

use crate::tls::Pair;

/// Refuses a pair that is of no use to Traefik. It takes kinds of keys and certificates that we do not know: those pass.
///
/// # Errors
/// Where there is no certificate or no key, or they are not for each other.
pub(crate) fn pair(pair: &Pair, traefik_is_ours: bool) -> anyhow::Result<()> {
    let Some(text) = read(&pair.certificate, traefik_is_ours)? else { return Ok(()) };
    let certificates = certificates(&pair.certificate, &text)?;
    let Some(text) = read(&pair.key, traefik_is_ours)? else { return Ok(()) };
    let text = String::from_utf8_lossy(&text);
    if !text.lines().any(begins_key) {
        bail!("there is no key in `{}`: it is to be in PEM", pair.key.display());
    }
    encrypted(&pair.key, &text)?;
    let Ok(key) = PrivateKeyDer::from_pem_slice(text.as_bytes()) else { return Ok(()) };
    let Ok(key) = ring::default_provider().key_provider.load_private_key(key) else { return Ok(()) };
    match CertifiedKey::new(certificates, key).keys_match() {
        Err(Error::InconsistentKeys(InconsistentKeys::KeyMismatch)) => {
            bail!(
                "the key `{}` is not that of the certificate `{}`",
                pair.key.display(),
                pair.certificate.display()
            )
        }
        _ => Ok(()),
    }
}

/// Refuses an authority that can have signed nothing.
///
/// # Errors
/// Where there is no certificate.
pub(crate) fn authority(path: &Path, traefik_is_ours: bool) -> anyhow::Result<()> {
    let Some(text) = read(path, traefik_is_ours)? else { return Ok(()) };
    certificates(path, &text).map(drop)
}

/// Refuses a key that takes a passphrase.
///
/// # Errors
/// Where it does.
pub(crate) fn encrypted(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut lines = text.lines().skip_while(|line| !begins_key(line));
    let head = lines.next().is_some_and(|line| line.contains("ENCRYPTED"));
    let old_kind =
        lines.next().is_some_and(|line| line.starts_with("Proc-Type:") && line.contains("ENCRYPTED"));
    if !head && !old_kind {
        return Ok(());
    }
    let error = anyhow!(
        "the key `{}` is encrypted: `CONFIGPROXY_SSL_KEY_PASSPHRASE` cannot be honoured",
        path.display()
    );
    Err(report::with_help(error, Some("decrypt it with `openssl pkey -in KEY -out NEW`".to_owned())))
}

/// What is in the file; nothing if only somebody else's Traefik may read it.
fn read(path: &Path, traefik_is_ours: bool) -> anyhow::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Err(error) if error.kind() == ErrorKind::PermissionDenied && !traefik_is_ours => Ok(None),
        read => Ok(Some(read.with_context(|| format!("cannot read `{}`", path.display()))?)),
    }
}

/// Those that can be read: Traefik passes over others.
fn certificates(path: &Path, text: &[u8]) -> anyhow::Result<Vec<CertificateDer<'static>>> {
    let (mut certificates, mut others) = (Vec::new(), false);
    for certificate in CertificateDer::pem_slice_iter(text) {
        match certificate {
            Ok(certificate) => certificates.push(certificate),
            Err(pem::Error::NoItemsFound) => {}
            Err(_) => {
                others = true;
                break;
            }
        }
    }
    if certificates.is_empty() && !others {
        bail!("there is no certificate in `{}`: it is to be in PEM", path.display());
    }
    Ok(certificates)
}

fn begins_key(line: &str) -> bool {
    line.starts_with("-----BEGIN ") && line.trim_end().ends_with("PRIVATE KEY-----")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pair_that_is_none_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let ((certificate, key), (other, _)) =
            (crate::certificate::unknown().unwrap(), crate::certificate::unknown().unwrap());
        let check = |certificate: &str, key: &str, expected: &str| {
            let put = |name: &str, text: &str| {
                let path = directory.path().join(name);
                std::io::Write::write_all(&mut fs::File::create(&path).unwrap(), text.as_bytes()).unwrap();
                path
            };
            let files = Pair { certificate: put("c", certificate), key: put("k", key) };
            let said = pair(&files, true).map_or_else(|error| format!("{error:#}"), |()| String::new());
            assert_eq!(said.replace(&format!("{}/", directory.path().display()), ""), expected);
        };
        check(&certificate, &key, "");
        check(&format!("a chain\n{certificate}{other}"), &key, "");
        check(&other, &key, "the key `k` is not that of the certificate `c`");
        check("", &key, "there is no certificate in `c`: it is to be in PEM");
        check(&key, &certificate, "there is no certificate in `c`: it is to be in PEM");
        check(&certificate, "\u{1}", "there is no key in `k`: it is to be in PEM");
        let encrypted = "the key `k` is encrypted: `CONFIGPROXY_SSL_KEY_PASSPHRASE` cannot be honoured";
        let body = "MAA=\n-----END";
        check(
            &certificate,
            &format!("-----BEGIN ENCRYPTED PRIVATE KEY-----\n{body} ENCRYPTED PRIVATE KEY-----\n"),
            encrypted,
        );
        let old_kind = "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n\n";
        check(
            &certificate,
            &format!("-----BEGIN RSA PRIVATE KEY-----\n{old_kind}{body} RSA PRIVATE KEY-----\n"),
            encrypted,
        );
        // A kind that only Traefik may know.
        check(&certificate, &format!("-----BEGIN PRIVATE KEY-----\n{body} PRIVATE KEY-----\n"), "");
    }
}
