use portolan_blacklist::{Blacklist, Verdict};
use portolan_container::{Container, Diagnostic, LabelPlace};
use portolan_labels::has_prefix_fold;
use portolan_routes::{Section, Table, service_name};

use crate::codes::DATABASE_EXPOSED;

/// A database that was let through, and that nothing but the default rule routes: by HTTP, which it does not speak.
pub(crate) fn check(container: &Container, blacklist: &Blacklist, table: &Table) -> Option<Diagnostic> {
    let Verdict::Overridden { reason, by } = blacklist.judge(container) else { return None };
    let routes = ["traefik.http.", "traefik.tcp.", "traefik.udp.", "proxy."];
    let says_how = |key: &String| routes.iter().any(|prefix| has_prefix_fold(key, prefix));
    let is_routed = table.get(&(Section::HttpRouters, service_name(container))).is_some();
    if !is_routed || container.labels.keys().any(says_how) {
        return None;
    }
    let message = format!("{reason}, and {by} has it routed by HTTP, for all who reach the proxy");
    let finding = Diagnostic::warning(DATABASE_EXPOSED, message);
    let enable = container.labels.keys().find(|key| has_prefix_fold(key, "traefik.enable"));
    let finding = match enable {
        Some(key) => finding.at(LabelPlace::key(key, 0..key.len())),
        None => finding,
    };
    Some(finding.with_help("leave the label out, or route it by a TCP router with an entry point of its own"))
}
