use portolan_container::{Container, Diagnostic, LabelPlace, NetworkMode};
use portolan_labels::suggest;

use crate::codes::NETWORK_NOT_FOUND;
use crate::share::{Build, Choice};
use crate::{Options, Peers};

/// Where a container is reached.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::{Options, proxy::discover};
///
/// let labels = [("proxy.app.port", "80")];
/// let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
/// let container = Container { name: "app".into(), labels, ..Container::default() };
/// let found = discover(&container, &Options::default(), &[][..]);
/// assert_eq!((found.reach.private.as_str(), found.reach.public.as_str()), ("", "127.0.0.1"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Its own address; empty where there is none that Traefik has a way to.
    pub private: String,
    /// The host on which its ports are published; empty where it does not run.
    pub public: String,
}

/// Finds it. False where `proxy.network` names a network that the container is not on: then it has no routes.
pub(super) fn reach<P: Peers + ?Sized>(
    container: &Container,
    options: &Options,
    peers: &P,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Reach, bool) {
    let published_at = &options.published_at;
    let public = match container.state.is_running() {
        true if published_at.is_empty() => options.host_address.clone(),
        true => published_at.clone(),
        false => String::new(),
    };
    let without = |fine| (Reach { private: String::new(), public: public.clone() }, fine);
    let key = "proxy.network";
    if let Some((network, text)) = container.labels.get(key).map(|text| (text.trim(), text))
        && !network.is_empty()
    {
        let project = container.compose_project().map(|project| format!("{project}_{network}"));
        let names = std::iter::once(network).chain(project.as_deref());
        let mut on: Vec<_> = names.filter_map(|name| container.attachments.get(name)).collect();
        on.retain(|attachment| attachment.address().is_some());
        return match on.first().and_then(|attachment| attachment.address()) {
            // An address on another machine means nothing here.
            Some(_) if options.remote => without(true),
            Some(private) => (Reach { private, public }, true),
            None if is_attached(container, network, project.as_deref()) => without(true),
            None => {
                diagnostics.push(not_found(container, network, key, text.len()));
                without(false)
            }
        };
    }
    if container.network_mode == NetworkMode::Host || options.remote {
        return without(true);
    }
    let mut build = Build::of(container, options, peers);
    let address = build.address_of(container, &options.network, Choice::Setting, 0);
    let private = address.and_then(|address| address.text);
    diagnostics.append(&mut build.diagnostics);
    (Reach { private: private.unwrap_or_default(), public }, true)
}

fn is_attached(container: &Container, network: &str, project: Option<&str>) -> bool {
    container.attachments.keys().any(|name| name == network || Some(name.as_str()) == project)
}

fn not_found(container: &Container, network: &str, key: &str, length: usize) -> Diagnostic {
    let names = container.attachments.keys().map(String::as_str);
    let near = suggest(network, names.clone()).or_else(|| names.min());
    let message = format!("network `{network}` not found: the container is not on it, so it has no routes");
    let diagnostic = Diagnostic::error(NETWORK_NOT_FOUND, message).at(LabelPlace::value(key, 0..length));
    match near {
        Some(near) => diagnostic.with_help(format!("did you mean `{near}`?")),
        None => diagnostic.with_help("the container is on no network"),
    }
}
