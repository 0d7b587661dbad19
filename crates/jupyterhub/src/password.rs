use crate::Error;

/// A password as Traefik's basic authentication reads one.
///
/// Traefik computes the hash anew for each request, so the cost is every request's. Ours does not go by way of a password at all.
#[derive(Clone, PartialEq, Eq)]
pub struct HashedPassword(String);

impl HashedPassword {
    /// The bcrypt hash of a password, of this cost: each step more takes twice as long, 12 about a third of a second.
    ///
    /// # Errors
    /// [`Error::Password`] for one of more than 72 bytes, of which bcrypt would drop the rest.
    pub fn hash(password: &str, cost: u32, salt: [u8; 16]) -> Result<Self, Error> {
        if password.len() > 72 {
            return Err(Error::Password { reason: "has more than 72 bytes" });
        }
        let parts = bcrypt::hash_with_salt(password, cost, salt)
            .map_err(|_| Error::Password { reason: "cannot be hashed with this cost" })?;
        Ok(Self(parts.to_string()))
    }

    /// One that is hashed already: by `htpasswd` with bcrypt, with MD5 (`$apr1$`), or with SHA-1.
    ///
    /// # Errors
    /// [`Error::Password`] for a hash that Traefik (3.7) does not read.
    pub fn hashed(hash: &str) -> Result<Self, Error> {
        let known = ["$2a$", "$2b$", "$2x$", "$2y$", "$apr1$", "$1$", "{SHA}"];
        if known.iter().any(|prefix| hash.starts_with(prefix)) && hash.chars().all(|c| c.is_ascii_graphic()) {
            Ok(Self(hash.to_owned()))
        } else {
            Err(Error::Password { reason: "is no hash that Traefik reads: bcrypt, `$apr1$` or `{SHA}`" })
        }
    }
}

/// Nobody reads a hash in a log.
impl std::fmt::Debug for HashedPassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("HashedPassword(..)")
    }
}

/// A user of Traefik's basic authentication, as a line of `htpasswd`.
///
/// # Errors
/// [`Error::Password`] for a name that would end before its end.
pub fn user_entry(name: &str, password: &HashedPassword) -> Result<String, Error> {
    if name.is_empty() || name.contains(|c: char| c == ':' || c == '\u{2551}' || c.is_control()) {
        return Err(Error::Password { reason: "belongs to a user whose name is empty or has a colon" });
    }
    Ok(format!("{name}:{}", password.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_one_of_the_password() {
        let hash = HashedPassword::hash("admin", 4, [7; 16]).expect("can be hashed");
        assert!(bcrypt::verify("admin", &hash.0).expect("is a hash"));
        assert!(!bcrypt::verify("Admin", &hash.0).expect("is a hash"));
        let entry = user_entry("api_admin", &hash).expect("is a name");
        assert!(entry.starts_with("api_admin:$2b$04$"), "{entry}");
        assert_eq!(format!("{hash:?}"), "HashedPassword(..)");
    }

    #[test]
    fn what_is_no_hash_is_refused() {
        assert!(HashedPassword::hashed("$apr1$eS/j3kum$q/X2khsIEG/bBGsteP.x./").is_ok());
        for hash in ["", "admin", "$5$x", "$2b$04$a\nb"] {
            assert!(HashedPassword::hashed(hash).is_err(), "{hash}");
        }
        assert!(HashedPassword::hash(&"x".repeat(73), 4, [0; 16]).is_err());
        let hash = HashedPassword::hashed("{SHA}x").expect("is a hash");
        assert!(user_entry("a:b", &hash).is_err() && user_entry("", &hash).is_err());
    }
}
