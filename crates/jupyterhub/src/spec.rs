use std::fmt;

use percent_encoding::percent_decode_str;

use crate::Error;

/// Which requests a route takes: those for a path and for all below it.
///
/// It is decoded, begins with a slash and does not end with one, unless it is `/`, the route of all that no other takes. Where the
/// hub gives each user a domain, the first part is the host: `/zoe.example.com/user/zoe`.
///
/// ```
/// use portolan_jupyterhub::RouteSpec;
///
/// let spec = RouteSpec::from_escaped("/user/has%20space/")?;
/// assert_eq!(spec.as_str(), "/user/has space");
/// assert_eq!(spec.host_and_path(true), (Some("user"), "/has space"));
/// assert_eq!(RouteSpec::from_escaped("")?, RouteSpec::from_decoded("/"));
/// assert!(RouteSpec::from_escaped("/user/%zz").is_err());
/// # Ok::<(), portolan_jupyterhub::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RouteSpec(String);

impl RouteSpec {
    /// That of a path of the API, as it stands after `/api/routes`.
    ///
    /// `%2F` becomes a separator, as with configurable-http-proxy 5, which decodes the whole path.
    ///
    /// # Errors
    /// [`Error::Escape`].
    pub fn from_escaped(path: &str) -> Result<Self, Error> {
        decode(path)
            .map(|path| Self::from_decoded(&path))
            .ok_or_else(|| Error::Escape { path: path.to_owned() })
    }

    /// That of a path without escapes.
    pub fn from_decoded(path: &str) -> Self {
        let path = path.strip_suffix('/').unwrap_or(path);
        Self(match path {
            "" => "/".to_owned(),
            path if path.starts_with('/') => path.to_owned(),
            path => format!("/{path}"),
        })
    }

    /// The decoded path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it takes all that no other takes.
    pub fn is_root(&self) -> bool {
        self.0 == "/"
    }

    /// The host, if the first part of the path is one, and the path.
    pub fn host_and_path(&self, host_routing: bool) -> (Option<&str>, &str) {
        if !host_routing || self.is_root() {
            return (None, &self.0);
        }
        let rest = self.0.strip_prefix('/').unwrap_or(&self.0);
        match rest.find('/') {
            Some(end) => {
                let (host, path) = rest.split_at(end);
                (Some(host), path)
            }
            None => (Some(rest), "/"),
        }
    }
}

impl fmt::Display for RouteSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// As decodeURIComponent of JavaScript: a `%` without two digits is an error, and so is what is no UTF-8 afterwards.
fn decode(path: &str) -> Option<String> {
    let escapes = path.split('%').skip(1);
    let whole =
        |escape: &str| escape.as_bytes().get(..2).is_some_and(|it| it.iter().all(u8::is_ascii_hexdigit));
    if !escapes.into_iter().all(whole) {
        return None;
    }
    percent_decode_str(path).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(path: &str, expected: Option<&str>) {
        assert_eq!(RouteSpec::from_escaped(path).ok().as_ref().map(RouteSpec::as_str), expected, "{path}");
    }

    #[test]
    fn paths_are_decoded_and_lose_one_slash() {
        check("", Some("/"));
        check("/", Some("/"));
        check("/user/zoe/", Some("/user/zoe"));
        check("user/zoe", Some("/user/zoe"));
        check("/a//", Some("/a/"));
        check("/a%2Fb", Some("/a/b"));
        check("/%E2%98%83%20x", Some("/☃ x"));
    }

    #[test]
    fn what_cannot_be_decoded_is_refused() {
        for path in ["/%", "/%4", "/%zz", "/%ff", "/%e2%98", "/%+1", "/a%\u{e9}"] {
            check(path, None);
        }
    }

    #[test]
    fn a_host_is_the_first_part() {
        let check = |path: &str, expected| {
            assert_eq!(RouteSpec::from_decoded(path).host_and_path(true), expected, "{path}");
        };
        check("/", (None, "/"));
        check("/hub.example.com", (Some("hub.example.com"), "/"));
        check("/hub.example.com/user/a/", (Some("hub.example.com"), "/user/a"));
        assert_eq!(RouteSpec::from_decoded("/a/b").host_and_path(false), (None, "/a/b"));
    }

    proptest::proptest! {
        #[test]
        fn any_path_is_read_or_refused(path: String) {
            if let Ok(spec) = RouteSpec::from_escaped(&path) {
                proptest::prop_assert!(spec.as_str().starts_with('/'));
                let escaped = percent_encoding::utf8_percent_encode(spec.as_str(), percent_encoding::NON_ALPHANUMERIC).to_string();
                proptest::prop_assert_eq!(RouteSpec::from_escaped(&format!("{escaped}/")).ok(), Some(spec));
            }
        }
    }
}
