use std::fmt;

use portolan_container::Container;

/// Why a route is not served, though nothing is wrong with its labels. Its text is GoDoxy's.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::{Options, proxy::{Exclusion, discover}};
///
/// let labels = [("proxy.exclude", "true")];
/// let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
/// let container = Container { name: "app".into(), labels, ..Container::default() };
/// let found = discover(&container, &Options::default(), &[][..]);
/// assert_eq!(found.routes["app"].exclusion, Some(Exclusion::Manual));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exclusion {
    /// `proxy.exclude`.
    Manual,
    /// No port is known, or none that can be reached.
    NoPort,
    /// No address is known.
    NoHost,
    /// A builder's container.
    Buildx,
    /// An alias that begins as what YAML files reuse.
    Anchor,
    /// A container that Compose is about to replace.
    Renaming,
}

impl Exclusion {
    /// Why the route of an alias is none, by the names alone.
    pub(super) fn by_name(container: &Container, alias: &str) -> Option<Self> {
        if container.name.starts_with("buildx_") {
            Some(Self::Buildx)
        } else if alias.starts_with("x-") {
            Some(Self::Anchor)
        } else if alias.ends_with("-old") {
            Some(Self::Renaming)
        } else {
            None
        }
    }
}

impl fmt::Display for Exclusion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Manual => "Manual exclusion",
            Self::NoPort => "No port exposed in container",
            Self::NoHost => "No address of container",
            Self::Buildx => "Buildx",
            Self::Anchor => "YAML anchor or reference",
            Self::Renaming => "Container renaming intermediate state",
        })
    }
}
