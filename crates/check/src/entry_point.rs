use portolan_container::Diagnostic;
use portolan_labels::suggest;
use portolan_routes::Section;

use crate::Surroundings;
use crate::codes::UNKNOWN_ENTRY_POINT;
use crate::router::{RouterLabels, items};

/// Entry points that Traefik's static configuration does not have, or that speak something else.
pub(crate) fn check(router: &RouterLabels<'_>, surroundings: &Surroundings) -> Vec<Diagnostic> {
    let (Some(points), Some(node)) = (&surroundings.entry_points, router.node.child("entryPoints")) else {
        return Vec::new();
    };
    let is_udp = router.section == Section::UdpRouters;
    let wrong = |name: &str| match points.get(name) {
        Some(point) if point.udp == is_udp => None,
        Some(point) => {
            let (takes, speaks) = if point.udp { ("UDP", "TCP") } else { ("TCP", "UDP") };
            Some((format!("entry point `{name}` takes {takes}, and the router is for {speaks}"), None))
        }
        None => {
            let help = match suggest(name, points.keys().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => {
                    let known: Vec<String> = points.keys().map(|name| format!("`{name}`")).collect();
                    format!("there are {}", known.join(", "))
                }
            };
            Some((format!("Traefik has no entry point `{name}`"), Some(help)))
        }
    };
    items(node)
        .filter_map(|(name, place)| {
            let (message, help) = wrong(name)?;
            let finding = Diagnostic::error(UNKNOWN_ENTRY_POINT, message).at(place);
            Some(match help {
                Some(help) => finding.with_help(help),
                None => finding,
            })
        })
        .collect()
}
