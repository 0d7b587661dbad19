use std::collections::BTreeSet;

use portolan_container::{Diagnostic, LabelPlace};
use portolan_labels::{Node, Tree, eq_fold, suggest};
use portolan_routes::{Name, Section, Table};

use crate::Surroundings;
use crate::codes::UNKNOWN_REFERENCE;
use crate::label::each;
use crate::router::items;

/// What may be referred to: what containers define, also those whose labels are in error, and what files of others do.
pub(crate) struct Names<'t> {
    table: &'t Table,
    /// What is not in the table.
    others: BTreeSet<Name>,
}

/// The sections whose elements others name.
const NAMED: [Section; 5] = [
    Section::HttpServices,
    Section::HttpMiddlewares,
    Section::TcpServices,
    Section::TcpMiddlewares,
    Section::UdpServices,
];

/// Traefik's own services.
const INTERNAL: [&str; 7] = ["api", "dashboard", "noop", "ping", "prometheus", "rest", "acme-http"];

impl<'t> Names<'t> {
    pub(crate) fn gather(table: &'t Table, trees: &[Tree<'_>], surroundings: &Surroundings) -> Self {
        let mut others: BTreeSet<Name> = surroundings.defined.iter().flatten().cloned().collect();
        for root in trees.iter().filter_map(|tree| tree.root.as_ref()) {
            for section in NAMED {
                let (protocol, elements) = section.path();
                each(root, &[protocol, elements, "*"], &mut |node| {
                    let name = (section, node.name.to_owned());
                    if !table.has(&name) {
                        others.insert(name);
                    }
                });
            }
        }
        Self { table, others }
    }

    fn has(&self, section: Section, name: &str) -> bool {
        let name = (section, name.to_owned());
        self.table.has(&name) || self.others.contains(&name)
    }

    fn of(&self, section: Section) -> impl Iterator<Item = &str> {
        let all = self.table.names().chain(&self.others);
        all.filter(move |(of, _)| *of == section).map(|(_, name)| name.as_str())
    }
}

/// Where labels name what others define: the path, whether it is a list, and the section.
const REFERENCES: &[(&[&str], bool, Section)] = &[
    (&["http", "routers", "*", "middlewares"], true, Section::HttpMiddlewares),
    (&["http", "routers", "*", "service"], false, Section::HttpServices),
    (&["http", "services", "*", "middlewares"], true, Section::HttpMiddlewares),
    (&["http", "middlewares", "*", "chain", "middlewares"], true, Section::HttpMiddlewares),
    (&["http", "middlewares", "*", "errors", "service"], false, Section::HttpServices),
    (&["tcp", "routers", "*", "middlewares"], true, Section::TcpMiddlewares),
    (&["tcp", "routers", "*", "service"], false, Section::TcpServices),
    (&["udp", "routers", "*", "service"], false, Section::UdpServices),
    (&["http", "services", "*", "loadBalancer", "serversTransport"], false, Section::HttpServersTransports),
    (&["tcp", "services", "*", "loadBalancer", "serversTransport"], false, Section::TcpServersTransports),
    (&["http", "routers", "*", "tls", "options"], false, Section::TlsOptions),
    (&["tcp", "routers", "*", "tls", "options"], false, Section::TlsOptions),
];

/// Names that nobody defines.
pub(crate) fn check(root: &Node<'_>, names: &Names<'_>, surroundings: &Surroundings) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (path, is_list, section) in REFERENCES {
        each(root, path, &mut |node| {
            let whole = || (node.value, node.value_place());
            let referred: Vec<_> = if *is_list { items(node).collect() } else { vec![whole()] };
            let referred = referred.into_iter().filter(|(name, _)| !name.is_empty());
            found.extend(
                referred.filter_map(|(name, place)| unknown(name, place, *section, names, surroundings)),
            );
        });
    }
    for protocol in ["http", "tcp"] {
        each(root, &[protocol, "routers", "*", "tls", "certResolver"], &mut |node| {
            found.extend(resolver(node, surroundings));
        });
    }
    found
}

fn unknown(
    reference: &str,
    place: LabelPlace,
    section: Section,
    names: &Names<'_>,
    surroundings: &Surroundings,
) -> Option<Diagnostic> {
    let (name, provider) = reference.split_once('@').unwrap_or((reference, "file"));
    let kind = section.element();
    if provider == "internal" {
        let is_service = section == Section::HttpServices;
        let near = suggest(name, INTERNAL).filter(|near| is_service && *near != name)?;
        let message = format!("Traefik has no {kind} `{reference}` of its own");
        let help = format!("did you mean `{near}@internal`?");
        return Some(Diagnostic::error(UNKNOWN_REFERENCE, message).at(place).with_help(help));
    }
    // What other providers define is not known, and those of containers are told already.
    if provider != "file" || names.has(section, name) {
        return None;
    }
    let is_complete = surroundings.defined.is_some();
    let by_files_alone = !NAMED.contains(&section);
    if !is_complete && (by_files_alone || reference != name) {
        return None;
    }
    if by_files_alone && name == "default" {
        return None;
    }
    let others = names.of(section);
    let message = format!("nobody defines the {kind} `{name}`");
    // Of a name that Traefik compares letter by letter, one in other letters is meant first.
    let near = names.of(section).find(|known| eq_fold(known, name)).or_else(|| suggest(name, others));
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None if is_complete => "define it in labels of a container, or in a file".to_owned(),
        None => "if another file defines it, name that file with `--dynamic`".to_owned(),
    };
    let finding = if is_complete {
        Diagnostic::error(UNKNOWN_REFERENCE, message)
    } else {
        Diagnostic::warning(UNKNOWN_REFERENCE, message)
    };
    Some(finding.at(place).with_help(help))
}

fn resolver(node: &Node<'_>, surroundings: &Surroundings) -> Option<Diagnostic> {
    let known = surroundings.resolvers.as_ref()?;
    if node.value.is_empty() || known.contains(node.value) {
        return None;
    }
    let message = format!("Traefik has no certificate resolver `{}`", node.value);
    let finding = Diagnostic::error(UNKNOWN_REFERENCE, message).at(node.value_place());
    let help = match suggest(node.value, known.iter().map(String::as_str)) {
        Some(near) => format!("did you mean `{near}`?"),
        None => "define it in Traefik's static configuration, below `certificatesResolvers`".to_owned(),
    };
    Some(finding.with_help(help))
}
