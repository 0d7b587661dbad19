use std::fmt;

use serde::{Deserialize, Serialize};

/// An image reference in its parts: `[AUTHOR/]NAME[:TAG][@DIGEST]`.
///
/// The blacklist decides by author and name, so a registry's port must not be read as a tag, nor a digest as a name.
///
/// ```
/// use portolan_container::Image;
///
/// let image = Image::parse("registry.example.com:5000/team/app:2@sha256:00ff");
/// assert_eq!((image.author.as_str(), image.name.as_str()), ("registry.example.com:5000/team", "app"));
/// assert_eq!((image.tag.as_str(), image.digest.as_str()), ("2", "sha256:00ff"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// Registry and path before the name, such as `ghcr.io/org`; `library` where there is none (Docker Hub).
    pub author: String,
    /// The last part of the path.
    pub name: String,
    /// The tag; `latest` where neither tag nor digest is given.
    pub tag: String,
    /// The digest, with its algorithm; empty where none is given.
    pub digest: String,
}

impl Image {
    /// Takes a reference apart. Total: a text that no registry would accept still has a name.
    ///
    /// ```
    /// use portolan_container::Image;
    ///
    /// let image = Image::parse("localhost:5000/team/db:15@sha256:0f");
    /// assert_eq!((image.author.as_str(), image.name.as_str()), ("localhost:5000/team", "db"));
    /// assert_eq!((image.tag.as_str(), image.digest.as_str()), ("15", "sha256:0f"));
    /// ```
    pub fn parse(reference: &str) -> Self {
        if let Some(digest) = reference.strip_prefix("sha256:") {
            // An image that has no name is known by its own digest.
            return Self { digest: format!("sha256:{digest}"), ..Self::default() };
        }
        let (path, digest) = reference.split_once('@').unwrap_or((reference, ""));
        let (author, last) = path.rsplit_once('/').unwrap_or(("library", path));
        let (name, tag) =
            last.split_once(':').unwrap_or((last, if digest.is_empty() { "latest" } else { "" }));
        let author = match author {
            "docker.io" | "docker.io/library" => "library",
            other => other,
        };
        Self {
            author: author.to_owned(),
            name: name.to_owned(),
            tag: tag.to_owned(),
            digest: digest.to_owned(),
        }
    }
}

impl fmt::Display for Image {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.name.is_empty() {
            return f.write_str(&self.digest);
        }
        if self.author != "library" {
            write!(f, "{}/", self.author)?;
        }
        f.write_str(&self.name)?;
        if !self.tag.is_empty() {
            write!(f, ":{}", self.tag)?;
        }
        if !self.digest.is_empty() {
            write!(f, "@{}", self.digest)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reference: &str, expected: (&str, &str, &str, &str)) {
        let image = Image::parse(reference);
        let got = (&*image.author, &*image.name, &*image.tag, &*image.digest);
        assert_eq!(got, expected, "{reference}");
    }

    #[test]
    fn references_come_apart() {
        check("nginx", ("library", "nginx", "latest", ""));
        check("nginx:1.29", ("library", "nginx", "1.29", ""));
        check("docker.io/library/redis", ("library", "redis", "latest", ""));
        check("ghcr.io/org/app:v1", ("ghcr.io/org", "app", "v1", ""));
        check("reg:5000/app", ("reg:5000", "app", "latest", ""));
        check("reg:5000/a/b:2@sha256:00", ("reg:5000/a", "b", "2", "sha256:00"));
        check("mysql@sha256:00", ("library", "mysql", "", "sha256:00"));
        check("sha256:00ff", ("", "", "", "sha256:00ff"));
        check("", ("library", "", "latest", ""));
    }
}
