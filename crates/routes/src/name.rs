use portolan_container::Container;

/// The name of a container's service and router where its labels give none (Traefik 3.7).
///
/// Compose's service and project where it has both, so that replicas share a service; else its own name. Normalised.
pub fn service_name(container: &Container) -> String {
    match (container.compose_service(), container.compose_project()) {
        (Some(service), Some(project)) => normalize(&format!("{service}_{project}")),
        _ => normalize(&container.name),
    }
}

/// The letters and digits of a text, with one hyphen in place of whatever stands between them.
///
/// ```
/// assert_eq!(portolan_routes::normalize("/my_app.v2"), "my-app-v2");
/// ```
pub fn normalize(text: &str) -> String {
    let pieces = text.split(|c: char| !c.is_alphanumeric()).filter(|piece| !piece.is_empty());
    pieces.collect::<Vec<_>>().join("-")
}
