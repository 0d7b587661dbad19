use portolan_container::Container;

/// The label by which a container's owner asks for a route, as `KEY=VALUE` or `KEY`; `None` where none does.
///
/// Asking is `traefik.enable` with a value that Go reads as true, or any label of the `proxy.` dialect, even
/// `proxy.exclude`: whoever writes one has thought of the proxy.
pub(crate) fn asked_for(container: &Container) -> Option<String> {
    if let Some((key, value)) = enable(container).filter(|(_, value)| is_true(value)) {
        return Some(format!("{key}={value}"));
    }
    container.labels.keys().find(|key| key.starts_with("proxy.")).cloned()
}

/// Whether the owner says that no route is wanted: `traefik.enable=false`.
pub(crate) fn declined(container: &Container) -> bool {
    enable(container).is_some_and(|(_, value)| is_false(value))
}

/// Whether its labels describe a router or service of Traefik.
pub(crate) fn describes_route(container: &Container) -> bool {
    let sections = ["traefik.http.", "traefik.tcp.", "traefik.udp."];
    container.labels.keys().any(|key| sections.iter().any(|section| key.starts_with(section)))
}

/// The label that decides, as Traefik 3.7 reads it: keys are filtered without regard to case, the first segment must be
/// exactly `traefik`, and of several spellings the last in byte order holds.
fn enable(container: &Container) -> Option<(&str, &str)> {
    let is_enable = |key: &str| {
        key.split_once('.')
            .is_some_and(|(root, rest)| root == "traefik" && rest.eq_ignore_ascii_case("enable"))
    };
    let mut labels = container.labels.iter().rev();
    labels.find(|(key, _)| is_enable(key)).map(|(key, value)| (key.as_str(), value.as_str()))
}

fn is_true(value: &str) -> bool {
    matches!(value, "1" | "t" | "T" | "TRUE" | "true" | "True")
}

fn is_false(value: &str) -> bool {
    matches!(value, "0" | "f" | "F" | "FALSE" | "false" | "False")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn container(labels: &[(&str, &str)]) -> Container {
        let labels = labels.iter().map(|(key, value)| ((*key).into(), (*value).into())).collect();
        Container { labels, ..Container::default() }
    }

    fn check(labels: &[(&str, &str)], expected: Option<&str>) {
        assert_eq!(asked_for(&container(labels)).as_deref(), expected, "{labels:?}");
    }

    #[test]
    fn traefik_labels_ask_by_a_true_that_go_knows() {
        for value in ["1", "t", "T", "TRUE", "true", "True"] {
            check(&[("traefik.enable", value)], Some(&format!("traefik.enable={value}")));
        }
        for value in ["", "yes", "tRUE", " true", "false", "0"] {
            check(&[("traefik.enable", value)], None);
        }
    }

    #[test]
    fn the_key_is_compared_without_regard_to_case_its_root_is_not() {
        check(&[("traefik.Enable", "1")], Some("traefik.Enable=1"));
        check(&[("traefik.ENABLE", "true")], Some("traefik.ENABLE=true"));
        check(&[("Traefik.enable", "true")], None);
        check(&[("traefik.enabled", "true")], None);
        check(&[("traefik.http.routers.db.rule", "Host(`db`)")], None);
    }

    #[test]
    fn of_two_spellings_the_last_in_byte_order_holds() {
        check(&[("traefik.Enable", "true"), ("traefik.enable", "false")], None);
        check(&[("traefik.Enable", "false"), ("traefik.enable", "true")], Some("traefik.enable=true"));
    }

    #[test]
    fn any_label_below_proxy_asks() {
        check(&[("proxy.aliases", "")], Some("proxy.aliases"));
        check(&[("proxy.exclude", "false")], Some("proxy.exclude"));
        check(&[("proxy.", "")], Some("proxy."));
        check(&[("proxy", "x")], None);
        check(&[("Proxy.aliases", "x")], None);
        check(&[("proxying.x", "x")], None);
    }

    #[test]
    fn a_false_declines() {
        assert!(declined(&container(&[("traefik.enable", "F")])));
        assert!(!declined(&container(&[("traefik.enable", "no")])));
        assert!(!declined(&container(&[])));
    }
}
