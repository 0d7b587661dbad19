use super::HIDDEN;

/// A server's address as it may be shown: without user information, and without what follows a `?` or a `#`.
pub(super) fn shown(address: &str) -> String {
    let end = address.find(['?', '#']).unwrap_or(address.len());
    let address = address.get(..end).unwrap_or_default();
    let (scheme, rest) = split(address);
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    let port = host.rsplit_once(']').map_or(host, |(_, rest)| rest).split_once(':').map(|(_, port)| port);
    if port.is_some_and(|port| !port.bytes().all(|byte| byte.is_ascii_digit())) {
        // It may be a password with a `/` or a `?` in it.
        return HIDDEN.to_owned();
    }
    format!("{scheme}{host}{path}")
}

/// The host that an address names, an IPv6 address without brackets.
pub(super) fn host(address: &str) -> &str {
    let (_, rest) = split(address);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, host)| host);
    match authority.strip_prefix('[') {
        Some(bracketed) => bracketed.split(']').next().unwrap_or_default(),
        None => authority.rsplit_once(':').map_or(authority, |(host, _)| host),
    }
}

/// The scheme with its slashes, and what follows. Either of both may be missing, and slashes too few or too many: user information
/// follows all the same.
fn split(address: &str) -> (&str, &str) {
    let scheme = address.split_once(":/").map_or(0, |(scheme, _)| {
        let is_scheme = scheme.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte));
        if is_scheme { scheme.len() + ":".len() } else { 0 }
    });
    let after = address.get(scheme..).unwrap_or_default();
    address.split_at(address.len() - after.trim_start_matches('/').len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn user_information_and_parameters_are_not_shown() {
        let check = |address: &str, expected: &str| assert_eq!(shown(address), expected, "{address}");
        check("http://10.0.0.1:80", "http://10.0.0.1:80");
        check("http://user:s3@cret@10.0.0.1:80/a@b?token=s3cret", "http://10.0.0.1:80/a@b");
        check("https://s3cret@[fe80::1]:80", "https://[fe80::1]:80");
        check("user@10.0.0.1:53", "10.0.0.1:53");
        check("http://a/#s3cret", "http://a/");
        check("http://u:s3cret?@a/", "…");
        check("http://u:s3/cret@a/", "…");
        check("", "");
    }

    #[test]
    fn user_information_is_not_shown_of_an_address_without_a_scheme() {
        let check = |address: &str, expected: &str| assert_eq!(shown(address), expected, "{address}");
        check("//u:s3cr3t@h/", "//h/");
        check("/u:s3cr3t@h:80/x", "/h:80/x");
        check("http:/u:s3cr3t@h/", "http:/h/");
        check("http:///u:s3cr3t@h/", "http:///h/");
        check("u:s3cr3t://h", "…");
    }

    #[test]
    fn hosts_are_without_ports_and_brackets() {
        let check = |address: &str, expected: &str| assert_eq!(host(address), expected, "{address}");
        check("http://10.0.0.1:80/x:1", "10.0.0.1");
        check("http://[fd00::1]:80", "fd00::1");
        check("10.0.0.1:53", "10.0.0.1");
        check("h2c://user@web", "web");
        check("//user@web:80/", "web");
        check("", "");
    }
}
