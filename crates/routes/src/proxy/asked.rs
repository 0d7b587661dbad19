use portolan_container::Container;

use super::{Discovery, Route, Scheme, discover};
use crate::{Options, Peers, Precedence};

/// Where a route ends whose application others ask.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct End {
    /// `http://10.0.0.2:3000`
    pub(super) url: String,
    /// Whether its certificate is not looked at.
    pub(super) no_tls_verify: bool,
}

/// Where the route of this alias ends: one of the container itself, else of the first of the containers on its engine that run.
pub(super) fn end<P: Peers + ?Sized>(
    alias: &str,
    found: &Discovery<'_>,
    container: &Container,
    options: &Options,
    peers: &P,
) -> Option<End> {
    let alias = alias.trim().to_lowercase();
    if let Some(end) = found.routes.get(&alias).and_then(end_of) {
        return Some(end);
    }
    let is_other = |it: &&Container| it.id != container.id && it.state.is_running() && may_have(it, &alias);
    let mut others: Vec<_> = peers.containers().filter(is_other).collect();
    others.sort_by_key(|it| Precedence::of(it));
    others.into_iter().find_map(|it| end_of(discover(it, options, peers).routes.get(&alias)?))
}

fn end_of(route: &Route<'_>) -> Option<End> {
    let target = &route.target;
    let scheme = match target.scheme {
        Scheme::Http | Scheme::H2c => "http",
        Scheme::Https => "https",
        Scheme::Tcp | Scheme::Udp | Scheme::FileServer => return None,
    };
    if target.host.is_empty() || target.ports.target == 0 {
        return None;
    }
    let host = if target.host.contains(':') { format!("[{}]", target.host) } else { target.host.clone() };
    let no_tls_verify = scheme == "https" && route.tls.no_verify == Some(true);
    Some(End { url: format!("{scheme}://{host}:{}", target.ports.target), no_tls_verify })
}

/// Whether labels or the name of a container may make a route of this alias, given in lower case: whoever asks that route is made anew
/// with the container. It may be so without there being one.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::proxy::may_have;
///
/// let labels = [("proxy.aliases".to_owned(), "Login, sso".to_owned())].into();
/// let container = Container { name: "tinyauth".to_owned(), labels, ..Container::default() };
/// assert!(may_have(&container, "login") && !may_have(&container, "tinyauth"));
/// ```
pub fn may_have(container: &Container, alias: &str) -> bool {
    let is_alias = |text: &str| text.to_lowercase() == alias;
    let mut labels =
        container.labels.range("proxy.".to_owned()..).take_while(|(key, _)| key.starts_with("proxy."));
    super::discovery::aliases(container).iter().any(|it| is_alias(it))
        || labels.any(|(key, _)| key.split('.').nth(1).is_some_and(is_alias))
}
