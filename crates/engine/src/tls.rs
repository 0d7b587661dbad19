use std::path::{Path, PathBuf};
use std::{env, fs};

use crate::Error;

/// The files that a TLS connection to an engine uses, all in PEM.
///
/// Where none is given, the system's certificate authorities judge the engine, and it is shown no certificate of ours.
///
/// ```
/// use portolan_engine::{Endpoint, Tls};
///
/// let tls = Tls::in_directory("/etc/portolan/db".as_ref());
/// assert_eq!(tls.ca.as_deref(), Some("/etc/portolan/db/ca.pem".as_ref()));
/// let endpoint = Endpoint::parse("tls://db.example.com:2376")?.with_tls(tls);
/// # assert!(endpoint.speaks_tls());
/// # Ok::<(), portolan_engine::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tls {
    /// The certificate authority of the engine's certificate, besides the system's.
    pub ca: Option<PathBuf>,
    /// Our certificate.
    pub cert: Option<PathBuf>,
    /// The private key of our certificate.
    pub key: Option<PathBuf>,
}

impl Tls {
    /// The three files of a directory, under the names that Docker gives them: `ca.pem`, `cert.pem`, `key.pem`.
    pub fn in_directory(directory: &Path) -> Self {
        Self {
            ca: Some(directory.join("ca.pem")),
            cert: Some(directory.join("cert.pem")),
            key: Some(directory.join("key.pem")),
        }
    }

    /// What the environment says: the directory `DOCKER_CERT_PATH`, else those files that are in `~/.docker`.
    pub fn from_env() -> Self {
        Self::from_lookup(&|name| env::var(name).ok().filter(|value| !value.is_empty()))
    }

    pub(crate) fn from_lookup(lookup: &dyn Fn(&str) -> Option<String>) -> Self {
        if let Some(directory) = lookup("DOCKER_CERT_PATH") {
            return Self::in_directory(Path::new(&directory));
        }
        let Some(home) = lookup("HOME") else { return Self::default() };
        let Self { ca, cert, key } = Self::in_directory(&Path::new(&home).join(".docker"));
        let present = |path: Option<PathBuf>| path.filter(|path| path.is_file());
        Self { ca: present(ca), cert: present(cert), key: present(key) }
    }

    /// Looks into the files, since the library below would connect without the certificate that it cannot read.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if let (Some(present), None) | (None, Some(present)) = (&self.cert, &self.key) {
            let reason = "a certificate and its key go together, and the other one is not given".to_owned();
            return Err(Error::TlsFile { path: present.clone(), reason });
        }
        let kinds = [
            (&self.ca, "CERTIFICATE-----", "there is no certificate in it"),
            (&self.cert, "CERTIFICATE-----", "there is no certificate in it"),
            (&self.key, "PRIVATE KEY-----", "there is no private key in it"),
        ];
        for (path, marker, missing) in kinds {
            let Some(path) = path else { continue };
            let refused = |reason: String| Error::TlsFile { path: path.clone(), reason };
            let text = fs::read(path).map_err(|error| refused(error.to_string()))?;
            let text = String::from_utf8_lossy(&text);
            if text.contains("ENCRYPTED PRIVATE KEY-----") || text.contains("Proc-Type: 4,ENCRYPTED") {
                return Err(refused("the key has a passphrase".to_owned()));
            }
            if !text.contains(marker) {
                return Err(refused(missing.to_owned()));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[track_caller]
    fn check(key: Option<&str>, expected: &str) {
        let directory = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| {
            fs::File::create(directory.path().join(name)).unwrap().write_all(text.as_bytes()).unwrap();
        };
        write("ca.pem", "-----BEGIN CERTIFICATE-----\n");
        write("cert.pem", "-----BEGIN CERTIFICATE-----\n");
        if let Some(key) = key {
            write("key.pem", key);
        }
        let result = Tls::in_directory(directory.path()).check();
        let text = result.map_or_else(|error| error.to_string(), |()| "fine".to_owned());
        assert_eq!(text.replace(&directory.path().display().to_string(), "D"), expected);
    }

    #[test]
    fn files_are_looked_into() {
        check(Some("-----BEGIN EC PRIVATE KEY-----\n"), "fine");
        check(Some("-----BEGIN PRIVATE KEY-----\n"), "fine");
        check(None, "cannot use `D/key.pem` for TLS: No such file or directory (os error 2)");
        check(
            Some("-----BEGIN CERTIFICATE-----\n"),
            "cannot use `D/key.pem` for TLS: there is no private key in it",
        );
        check(
            Some("-----BEGIN ENCRYPTED PRIVATE KEY-----\n"),
            "cannot use `D/key.pem` for TLS: the key has a passphrase",
        );
    }

    #[test]
    fn a_certificate_needs_its_key() {
        let tls = Tls { cert: Some("c.pem".into()), ..Tls::default() };
        assert!(matches!(tls.check(), Err(Error::TlsFile { path, .. }) if path == Path::new("c.pem")));
        assert!(Tls::default().check().is_ok());
    }

    #[test]
    fn the_environment_names_the_directory() {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join(".docker")).unwrap();
        fs::File::create(home.path().join(".docker/ca.pem")).unwrap();
        let home = home.path().display().to_string();
        let at_home = Tls::from_lookup(&|name| (name == "HOME").then(|| home.clone()));
        assert_eq!(at_home, Tls { ca: Some(format!("{home}/.docker/ca.pem").into()), cert: None, key: None });
        let named =
            Tls::from_lookup(&|name| Some(if name == "HOME" { home.clone() } else { "/certs".to_owned() }));
        assert_eq!(named, Tls::in_directory(Path::new("/certs")));
    }
}
