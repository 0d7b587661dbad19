use portolan_container::{Container, Diagnostic, LabelPlace};
use portolan_labels::{Node, eq_fold, has_prefix_fold};

use crate::codes::{
    DEPRECATED_NAME, IGNORED_FIELD, IGNORED_INDEX, MIDDLEWARE_KINDS, OTHER_DIALECT, QUOTED_VALUE,
};

/// The root of Traefik's labels, and what may follow it.
const ROOT: &str = "traefik";
const FIRST: [&str; 6] = ["http", "tcp", "udp", "tls", "docker", "enable"];

/// The prefix of the labels that ask for changes of the network.
const NETWORK: &str = "docker-events";

/// What is wrong with labels whatever they are for.
pub(crate) fn check(container: &Container) -> Vec<Diagnostic> {
    let mut found = foreign(container);
    found.extend(container.labels.iter().filter_map(|(key, value)| quoted(key, value)));
    found
}

/// Labels of which the root is misspelt or missing: nobody reads them.
pub(crate) fn foreign(container: &Container) -> Vec<Diagnostic> {
    container.labels.keys().filter_map(|key| misspelt_root(key).or_else(|| missing_root(key))).collect()
}

fn misspelt_root(key: &str) -> Option<Diagnostic> {
    let (root, rest) = key.split_once('.')?;
    let first = rest.split('.').next().unwrap_or(rest);
    let near = |name: &str, most: usize| {
        let lower = root.to_lowercase();
        root.len() <= 2 * name.len() && lower != name && strsim::damerau_levenshtein(&lower, name) <= most
    };
    let kinds = ["address", "route", "rule", "host-route"];
    // What is quick to tell comes first: most labels are right, and of Traefik.
    let meant = if root != ROOT && FIRST.iter().any(|name| eq_fold(name, first)) && near(ROOT, 2) {
        ROOT
    } else if kinds.contains(&rest) && near(NETWORK, 2) {
        NETWORK
    } else {
        return None;
    };
    let message = format!("nobody reads the label: `{root}` is not `{meant}`");
    let place = LabelPlace::key(key, 0..root.len());
    Some(Diagnostic::error(OTHER_DIALECT, message).at(place).with_help(format!("did you mean `{meant}`?")))
}

/// `http.routers.web.rule` alone, or below the root of another dialect.
fn missing_root(key: &str) -> Option<Diagnostic> {
    let mut segments = key.split('.');
    let mut first = segments.next()?;
    let mut start = 0;
    if first == "proxy" || first == NETWORK {
        start = first.len() + 1;
        first = segments.next()?;
    }
    let second = segments.next()?;
    let elements = ["routers", "services", "middlewares"];
    if !["http", "tcp", "udp"].contains(&first) || !elements.contains(&second) || segments.next().is_none() {
        return None;
    }
    let rest = key.get(start..).unwrap_or(key);
    let message = match start {
        0 => format!("nobody reads the label: its root `{ROOT}` is missing"),
        _ => format!(
            "nobody reads the label: `{first}.{second}` is of Traefik's labels, and this is another's root"
        ),
    };
    let place = LabelPlace::key(key, 0..start + first.len());
    Some(Diagnostic::error(OTHER_DIALECT, message).at(place).with_help(format!("write `{ROOT}.{rest}`")))
}

/// A value in quotes. Rules are looked at with the others.
fn quoted(key: &str, value: &str) -> Option<Diagnostic> {
    let is_rule = key.rsplit('.').next().is_some_and(|last| eq_fold(last, "rule"));
    if !has_prefix_fold(key, "traefik.") || is_rule || may_have_quotes(key) {
        return None;
    }
    let inner = unquoted(value)?;
    let message = format!("the quotes are part of the value: it is `{value}`");
    let help = if inner.is_empty() { "leave them out".to_owned() } else { format!("write `{inner}`") };
    let place = LabelPlace::value(key, 0..value.len());
    Some(Diagnostic::warning(QUOTED_VALUE, message).at(place).with_help(help))
}

/// Whether the value goes to browsers, applications or plugins as it is: quotes may belong to it, as in `Clear-Site-Data: "cache"`.
fn may_have_quotes(key: &str) -> bool {
    let free = ["customRequestHeaders", "customResponseHeaders", "plugin"];
    key.split('.').any(|name| free.iter().any(|free| eq_fold(free, name)))
}

/// What stands between quotes that a value begins and ends with.
pub(crate) fn unquoted(value: &str) -> Option<&str> {
    ['"', '\'', '`'].iter().find_map(|quote| value.strip_prefix(*quote)?.strip_suffix(*quote))
}

/// Fields that Traefik reads and ignores, or has another name for.
pub(crate) fn fields(root: &Node<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (path, field) in IGNORED {
        each(root, path, &mut |node| found.push(ignored(node, field)));
    }
    for (path, instead, words) in DEPRECATED {
        each(root, path, &mut |node| found.push(deprecated(node, instead, words)));
    }
    for protocol in ["http", "tcp"] {
        each(root, &[protocol, "middlewares", "*"], &mut |node| found.extend(kinds(node)));
    }
    for protocol in ["http", "tcp", "udp"] {
        for (elements, kind) in
            [("routers", "router"), ("services", "service"), ("middlewares", "middleware")]
        {
            each(root, &[protocol, elements, "*"], &mut |node| {
                found.extend(on_the_name(node, elements, kind))
            });
        }
    }
    for protocol in ["http", "tcp"] {
        each(root, &[protocol, "routers", "*", "tls", "domains"], &mut |node| found.extend(no_index(node)));
    }
    indices(root, &mut Vec::new(), &mut found);
    found
}

/// `traefik.http.routers.web=…`: the name of a router, service or middleware takes no value.
fn on_the_name(node: &Node<'_>, elements: &str, kind: &str) -> Option<Diagnostic> {
    if node.value.is_empty() {
        return None;
    }
    let message = format!("the value is ignored: `{}` is the name of a {kind}", node.name);
    let field = match kind {
        "router" => "rule",
        "service" => "loadbalancer.server.port",
        _ => "KIND.FIELD",
    };
    let help = format!("set a field below it, such as `{elements}.{}.{field}`", node.name);
    Some(Diagnostic::warning(IGNORED_FIELD, message).at(node.value_place()).with_help(help))
}

/// `tls.domains.main`: a list of groups, each of which has an index.
fn no_index(node: &Node<'_>) -> Option<Diagnostic> {
    let field = node.children.iter().find(|child| !child.name.starts_with('['))?;
    let message = format!("`{}` is ignored: `{}` is a list of groups", field.name, node.name);
    let help = format!("write `{}[0].{}`", node.name, field.name);
    Some(Diagnostic::warning(IGNORED_FIELD, message).at(field.name_place()).with_help(help))
}

/// Fields that labels may name and cannot set (Traefik 3.7), and what to do instead.
const IGNORED: &[(&[&str], &str)] = &[
    (&["http", "services", "*", "weighted"], "define a service of several in a file of your own"),
    (&["http", "services", "*", "mirroring"], "define a service of several in a file of your own"),
    (&["http", "services", "*", "failover"], "define a service of several in a file of your own"),
    (&["http", "services", "*", "highestRandomWeight"], "define a service of several in a file of your own"),
    (&["tcp", "services", "*", "weighted"], "define a service of several in a file of your own"),
    (&["udp", "services", "*", "weighted"], "define a service of several in a file of your own"),
    (&["http", "serversTransports"], "define it in a file of your own, and name it with `@file`"),
    (&["tcp", "serversTransports"], "define it in a file of your own, and name it with `@file`"),
    (&["http", "routers", "*", "parentRefs"], "define routers below one another in a file of your own"),
    (
        &["tcp", "services", "*", "loadBalancer", "server", "address"],
        "set `port`: the address is the container's",
    ),
    (
        &["udp", "services", "*", "loadBalancer", "server", "address"],
        "set `port`: the address is the container's",
    ),
    (&["tls", "stores", "default", "defaultCertificate"], "define certificates in a file of your own"),
];

/// Names that still are read, the name that took their place, and what else there is to say (Traefik 3.7).
const DEPRECATED: &[(&[&str], Option<&str>, &str)] = &[
    (&["http", "middlewares", "*", "ipWhiteList"], Some("ipAllowList"), ""),
    (&["tcp", "middlewares", "*", "ipWhiteList"], Some("ipAllowList"), ""),
    (&["http", "routers", "*", "ruleSyntax"], None, "write the rule in the syntax of version 3"),
    (&["tcp", "routers", "*", "ruleSyntax"], None, "write the rule in the syntax of version 3"),
    (&["http", "middlewares", "*", "headers", "sslRedirect"], None, "use the middleware `redirectscheme`"),
    (
        &["http", "middlewares", "*", "headers", "sslTemporaryRedirect"],
        None,
        "use the middleware `redirectscheme`",
    ),
    (&["http", "middlewares", "*", "headers", "sslHost"], None, "use the middleware `redirectregex`"),
    (&["http", "middlewares", "*", "headers", "sslForceHost"], None, "use the middleware `redirectregex`"),
    (&["http", "middlewares", "*", "headers", "featurePolicy"], None, "set `permissionspolicy`"),
    (&["http", "middlewares", "*", "stripPrefix", "forceSlash"], None, "leave it out"),
    (&["http", "middlewares", "*", "forwardAuth", "tls", "caOptional"], None, "leave it out"),
    (
        &["http", "middlewares", "*", "contentType", "autoDetect"],
        None,
        "leave it out: the middleware alone turns it on",
    ),
    (
        &["tcp", "services", "*", "loadBalancer", "terminationDelay"],
        None,
        "set it in a servers transport, in a file of your own",
    ),
    (
        &["tcp", "services", "*", "loadBalancer", "proxyProtocol"],
        None,
        "set it in a servers transport, in a file of your own",
    ),
];

/// What takes the place of a name, as `--fix` writes it.
pub(crate) fn instead_of(name: &str) -> Option<&'static str> {
    let known = DEPRECATED.iter().find(|(path, ..)| path.last().is_some_and(|last| eq_fold(last, name)));
    let instead = known.and_then(|(_, instead, _)| *instead)?;
    let is_lower = name.chars().all(|c| !c.is_uppercase());
    Some(if is_lower && instead == "ipAllowList" { "ipallowlist" } else { instead })
}

/// Every node at a path, in which `*` is any name.
pub(crate) fn each<'n, 'a>(node: &'n Node<'a>, path: &[&str], found: &mut impl FnMut(&'n Node<'a>)) {
    let Some((first, rest)) = path.split_first() else {
        found(node);
        return;
    };
    for child in &node.children {
        if *first == "*" || eq_fold(first, child.name) {
            each(child, rest, found);
        }
    }
}

fn ignored(node: &Node<'_>, help: &str) -> Diagnostic {
    let message = format!("`{}` is ignored: labels cannot set it", node.name);
    Diagnostic::warning(IGNORED_FIELD, message).at(node.name_place()).with_help(help)
}

fn deprecated(node: &Node<'_>, instead: &Option<&str>, words: &str) -> Diagnostic {
    let message = format!("`{}` is deprecated", node.name);
    let help = match instead {
        Some(_) => format!("its name is `{}` now", instead_of(node.name).unwrap_or_default()),
        None => words.to_owned(),
    };
    Diagnostic::warning(DEPRECATED_NAME, message).at(node.name_place()).with_help(help)
}

/// A middleware is of one kind: Traefik does not run one of none or of several.
fn kinds(node: &Node<'_>) -> Option<Diagnostic> {
    let names: Vec<String> = node.children.iter().map(|kind| format!("`{}`", kind.name)).collect();
    let (message, place, help) = match node.children.as_slice() {
        [_] => return None,
        [] => (
            format!("middleware `{}` is of no kind", node.name),
            node.name_place(),
            format!("set a field of one, such as `{}.stripprefix.prefixes`", node.name),
        ),
        [_, second, ..] => (
            format!("middleware `{}` is of several kinds: {}", node.name, names.join(", ")),
            second.name_place(),
            "define a middleware for each, and name them in the router's `middlewares`".to_owned(),
        ),
    };
    Some(Diagnostic::error(MIDDLEWARE_KINDS, message).at(place).with_help(help))
}

/// Nodes whose children may be named `[0]`: lists of structs, and maps of any names.
const MAY_HAVE_INDICES: [&str; 8] = [
    "domains",
    "mirrors",
    "headers",
    "customRequestHeaders",
    "customResponseHeaders",
    "sslProxyHeaders",
    "statusRewrites",
    "plugin",
];

/// Lists of texts that are given by index.
fn indices<'n>(node: &'n Node<'n>, above: &mut Vec<&'n str>, found: &mut Vec<Diagnostic>) {
    if eq_fold(node.name, "plugin") {
        return;
    }
    let is_index = |child: &&Node<'_>| child.is_leaf() && child.name.starts_with('[');
    let mut indexed = node.children.iter().filter(is_index).peekable();
    if let Some(first) = indexed.peek().copied() {
        // `http.middlewares` holds names of any kind, the `middlewares` of a router are a list.
        let is_section = above.iter().filter(|name| !name.starts_with('[')).count() == 2;
        if !is_section && !MAY_HAVE_INDICES.iter().any(|name| eq_fold(name, node.name)) {
            let values: Vec<&str> = indexed.map(|child| child.value).collect();
            let path = above.iter().chain([&node.name]).fold(String::new(), |path, name| {
                let dot = if path.is_empty() || name.starts_with('[') { "" } else { "." };
                path + dot + name
            });
            let message = format!("`{}` is ignored: labels give the whole list in one value", first.name);
            let help = format!("write `{path}={}`", values.join(","));
            found.push(Diagnostic::warning(IGNORED_INDEX, message).at(first.name_place()).with_help(help));
        }
    }
    above.push(node.name);
    for child in &node.children {
        indices(child, above, found);
    }
    above.pop();
}
