use portolan_container::{Container, Diagnostic, NetworkMode, Part, Severity};
use portolan_reconcile::{Chart, ContainerKey, Policy};
use portolan_routes::{Configuration, Share, share};
use portolan_traefik::Format;

/// What holds of any containers: findings point into labels, files can be read again, no order matters, and whoever has
/// an error in a label might as well not be there.
pub(crate) fn holds(containers: &[Container], policy: &Policy) {
    let shares: Vec<Share> = containers.iter().map(|it| share(it, &policy.options, containers)).collect();
    for (container, share) in containers.iter().zip(&shares) {
        share.diagnostics.iter().for_each(|finding| points_into(finding, container));
        assert!(
            !is_refused(container, share) || share.elements.is_empty(),
            "a container with an error in a label contributes"
        );
    }
    for format in Format::ALL {
        let forward = draw(format, containers.iter(), policy);
        let backward = draw(format, containers.iter().rev(), policy);
        assert_eq!(forward.text(), backward.text(), "the order of containers matters");
        assert!(
            forward.diagnostics().eq(backward.diagnostics()),
            "the order of containers matters to findings"
        );
        is_readable(format, &forward);
    }
    if containers.iter().all(|it| !matches!(it.network_mode, NetworkMode::Container(_))) {
        let sound = containers.iter().zip(&shares).filter(|(it, share)| !is_refused(it, share));
        let alone = draw(Format::Yaml, sound.map(|(container, _)| container), policy);
        let all = draw(Format::Yaml, containers.iter(), policy);
        assert_eq!(all.text(), alone.text(), "a broken label harms another container");
    }
}

/// One error in Traefik's labels takes them all. Of `proxy.*` labels it takes one, so that such a container still contributes.
fn is_refused(container: &Container, share: &Share) -> bool {
    !portolan_routes::proxy::is_explicit(container)
        && share.diagnostics.iter().any(|it| it.severity == Severity::Error && it.label.is_some())
}

pub(crate) fn points_into(finding: &Diagnostic, container: &Container) {
    let Some(place) = &finding.label else { return };
    let (key, value) =
        container.labels.get_key_value(&place.key).expect("a place is in a label of the container");
    let text = if place.part == Part::Key { key } else { value };
    assert!(text.get(place.start..place.end).is_some(), "{place:?} is no part of {text:?}");
}

fn draw<'c>(format: Format, containers: impl Iterator<Item = &'c Container>, policy: &Policy) -> Chart {
    let mut chart = Chart::new(policy.clone(), format, None);
    for container in containers {
        chart.put(ContainerKey { engine: 0, id: container.id.clone() }, container.clone());
    }
    chart
}

/// Traefik's readers are stricter than ours; that they read the same is tested with a real Traefik.
fn is_readable(format: Format, chart: &Chart) {
    let text = chart.text();
    if chart.is_empty() {
        return;
    }
    let read: Configuration = match format {
        Format::Yaml => serde_yaml::from_str(&text).expect("is YAML"),
        Format::Toml => toml_edit::de::from_str(&text).expect("is TOML"),
        Format::Json => serde_json::from_str(&text).expect("is JSON"),
    };
    assert!(format == Format::Json || !text.contains("{{"), "Traefik finds a template in\n{text}");
    assert_eq!(read.into_elements().len(), chart.len(), "elements get lost in\n{text}");
}
