use portolan_container::Container;

/// The name of a container's service and router where its labels give none (Traefik 3.7).
///
/// Compose's service and project where it has both, so that replicas share a service; else its own name. Normalised.
///
/// ```
/// use portolan_container::Container;
/// use portolan_routes::service_name;
///
/// let labels = [("com.docker.compose.project", "shop"), ("com.docker.compose.service", "web")];
/// let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
/// assert_eq!(service_name(&Container { name: "shop-web-1".into(), labels, ..Container::default() }), "web-shop");
/// ```
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
