use std::net::IpAddr;
use std::path::Path;
use std::time::Duration;

use crate::Settings;
use crate::node::printable;

/// A value that is of the right type and can't be meant.
pub(crate) struct Finding {
    /// The key, then the others that were looked at.
    pub(crate) about: &'static [&'static str],
    pub(crate) message: String,
    pub(crate) help: String,
}

const LONGEST: Duration = Duration::from_secs(3600);

/// What is wrong with settings whose values are of the right types. Nothing is with the defaults.
pub(crate) fn check(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |about, message: String, help: &str| {
        findings.push(Finding { about, message, help: help.to_owned() });
    };

    if settings.engine.iter().any(|address| address.trim().is_empty()) {
        find(&["engine"], "an address is empty".to_owned(), "remove it: without any, it is the local engine");
    }
    match (&settings.tls.cert, &settings.tls.key) {
        (Some(_), None) => {
            let message = "a certificate is of no use without its key".to_owned();
            find(&["tls.cert", "tls.key"], message, "set `tls.key` too");
        }
        (None, Some(_)) => {
            let message = "a key is of no use without its certificate".to_owned();
            find(&["tls.key", "tls.cert"], message, "set `tls.cert` too");
        }
        (Some(_), Some(_)) | (None, None) => {}
    }
    if settings.output.as_os_str().is_empty() {
        let help = "name the directory that Traefik's file provider watches, such as `/srv/traefik/dynamic`";
        find(&["output"], "the path is empty".to_owned(), help);
    }
    if !is_host(&settings.host_address) {
        let message = format!("`{}` is neither an IP address nor a name", printable(&settings.host_address));
        find(&["hostAddress"], message, "write it without scheme, port and brackets, as in `127.0.0.1`");
    }
    for host in settings.status.hosts.iter().filter(|host| !is_host(host)) {
        let message = format!("`{}` is neither a name nor an IP address", printable(host));
        let help = "write it without scheme, port and brackets, as in `status.example.com`";
        find(&["status.hosts"], message, help);
    }
    for path in settings.blacklist.mounts.iter().filter(|path| !Path::new(path).has_root()) {
        let message = format!("`{}` is no path from the root", printable(path));
        find(&["blacklist.mounts"], message, "write the path inside the container, such as `/data/db`");
    }
    let paths = [
        (&["network.proc"] as &'static [&'static str], &settings.network.proc, "`/proc` is usual"),
        (&["scripts.directory"], &settings.scripts.directory, "`/etc/portolan/scripts` is usual"),
    ];
    for (about, path, help) in paths {
        if !path.has_root() {
            find(about, format!("`{}` is no path from the root", printable(&path.to_string_lossy())), help);
        }
    }
    let durations = [
        (&["debounce"] as &'static [&'static str], settings.debounce, None, "`100ms` is usual"),
        (&["timeout"], settings.timeout, Some("no request is answered in no time"), "`10s` is usual"),
        (&["network.timeout"], settings.network.timeout, Some("nothing is done in no time"), "`5s` is usual"),
        (&["scripts.timeout"], settings.scripts.timeout, Some("no script ends in no time"), "`30s` is usual"),
    ];
    for (about, duration, of_zero, help) in durations {
        match of_zero {
            Some(message) if duration.is_zero() => find(about, message.to_owned(), help),
            _ if duration > LONGEST => find(about, too_long(duration), help),
            _ => {}
        }
    }
    findings
}

fn too_long(duration: Duration) -> String {
    format!("`{}` is longer than one hour", humantime::format_duration(duration))
}

/// Whether a URL can have it as its host: an address, or parts of letters, digits, `-` and `_` with dots between.
pub(crate) fn is_host(text: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
    };
    text.parse::<IpAddr>().is_ok() || text.trim_end_matches('.').split('.').all(is_part)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_wrong_with_the_defaults() {
        assert!(check(&Settings::default()).is_empty());
    }

    #[test]
    fn hosts_are_names_and_addresses() {
        for host in ["127.0.0.1", "::1", "host.docker.internal", "my_host", "a.b."] {
            assert!(is_host(host), "{host}");
        }
        for other in ["", ".", "a..b", "http://a", "a:80", "[::1]", "a b"] {
            assert!(!is_host(other), "{other}");
        }
    }
}
