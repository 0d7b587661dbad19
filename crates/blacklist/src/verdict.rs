use std::fmt;

use portolan_container::{Image, Protocol};

use crate::known;

/// What the blacklist says of a container.
///
/// ```
/// use portolan_blacklist::{Blacklist, Reason, Verdict};
/// use portolan_container::{Container, Mount};
///
/// let data = Mount { destination: "/var/lib/mysql".into(), ..Mount::default() };
/// let verdict = Blacklist::default().judge(&Container { mounts: vec![data], ..Container::default() });
/// assert_eq!(verdict, Verdict::Denied(Reason::Mount("/var/lib/mysql".into())));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing speaks against it.
    Allowed,
    /// Something speaks against it, and its owner or the settings let it through all the same.
    Overridden {
        /// What speaks against it.
        reason: Reason,
        /// The label or setting that lets it through, such as ``label `traefik.enable=true` ``.
        by: String,
    },
    /// It is kept off the proxy.
    Denied(Reason),
}

impl Verdict {
    /// Whether the container may be routed.
    pub fn lets_through(&self) -> bool {
        !matches!(self, Self::Denied(_))
    }
}

/// Why a container is on the blacklist. Its text is a clause: ``image `postgres:18` is a database``.
///
/// ```
/// use portolan_blacklist::Reason;
/// use portolan_container::Protocol;
///
/// assert_eq!(Reason::Port(3306, Protocol::Tcp).to_string(), "port `3306/tcp` is that of MySQL and MariaDB");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Its image, as the container names it.
    Image(String),
    /// The author of its image.
    Author(String),
    /// The path of one of its mounts, inside the container.
    Mount(String),
    /// One of its ports, inside the container.
    Port(u16, Protocol),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const LISTED: &str = "is on the blacklist of the settings";
        match self {
            Self::Image(image) => {
                let parts = Image::parse(image);
                let what = known::image(known::author_on_hub(&parts), &parts.name);
                write!(f, "image `{image}` {}", what.unwrap_or(LISTED))
            }
            Self::Author(author) => {
                write!(f, "image author `{author}` {}", known::author(author).unwrap_or(LISTED))
            }
            Self::Mount(path) => write!(f, "mount `{path}` {}", known::mount(path).unwrap_or(LISTED)),
            Self::Port(number, protocol) => {
                write!(f, "port `{number}/{protocol}` {}", known::port(*number).unwrap_or(LISTED))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_clauses() {
        let check = |reason: Reason, expected: &str| assert_eq!(reason.to_string(), expected);
        check(Reason::Image("ghcr.io/x/redis:8".into()), "image `ghcr.io/x/redis:8` is a database");
        check(Reason::Image("x/own".into()), "image `x/own` is on the blacklist of the settings");
        check(Reason::Author("zabbix".into()), "image author `zabbix` makes monitoring backends");
        check(Reason::Port(3306, Protocol::Tcp), "port `3306/tcp` is that of MySQL and MariaDB");
        check(Reason::Port(53, Protocol::Udp), "port `53/udp` is on the blacklist of the settings");
        check(Reason::Mount("/var/lib/mysql".into()), "mount `/var/lib/mysql` holds the data of MySQL");
    }
}
