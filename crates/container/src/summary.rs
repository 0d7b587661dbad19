use std::collections::BTreeMap;

use serde_json::Value;

use crate::inspect::{array, attachment, kind, mount, object, strings, text};
use crate::{Binding, Container, Health, Image, InspectError, NetworkMode, Port, Protocol, State};

impl Container {
    /// Reads one entry of an engine's listing, `GET /containers/json`.
    ///
    /// A listing has less than an inspection: no process, and no ports of containers on the host's network
    /// ([`Container::update_ports`]). Lenient as [`Container::from_inspect`].
    ///
    /// ```
    /// use portolan_container::Container;
    /// use serde_json::json;
    ///
    /// let listing = json!([{"Id": "1f", "Names": ["/web"], "State": "running", "Ports": [{"PrivatePort": 80, "Type": "tcp"}]}]);
    /// for entry in listing.as_array().into_iter().flatten() {
    ///     let container = Container::from_summary(entry)?;
    ///     assert_eq!((container.name.as_str(), container.ports[0].number), ("web", 80));
    /// }
    /// # Ok::<(), portolan_container::InspectError>(())
    /// ```
    ///
    /// # Errors
    /// [`InspectError::NotAnObject`] and [`InspectError::NoIdentity`].
    pub fn from_summary(value: &Value) -> Result<Self, InspectError> {
        let root = value.as_object().ok_or(InspectError::NotAnObject(kind(value)))?;
        let id = text(root, "Id");
        let name = array(root, "Names").first().and_then(Value::as_str).unwrap_or_default();
        if id.is_empty() && name.is_empty() {
            return Err(InspectError::NoIdentity);
        }
        let status = text(root, "Status");
        let state = match text(root, "State") {
            "" => status,
            state => state,
        };
        let networks = object(object(root, "NetworkSettings"), "Networks");
        Ok(Self {
            id: id.to_owned(),
            name: name.strip_prefix('/').unwrap_or(name).to_owned(),
            image: Image::parse(text(root, "Image")),
            labels: strings(object(root, "Labels")),
            state: State::parse(state),
            health: health(status),
            network_mode: NetworkMode::parse(text(object(root, "HostConfig"), "NetworkMode")),
            attachments: networks.iter().map(|(name, at)| (name.clone(), attachment(at))).collect(),
            ports: ports(array(root, "Ports")),
            mounts: array(root, "Mounts").iter().filter_map(Value::as_object).map(mount).collect(),
            pid: None,
            created: root.get("Created").and_then(Value::as_i64).and_then(|it| it.checked_mul(1_000_000_000)),
        })
    }
}

/// What a health check last said, as the status tells it: `Up 5 minutes (healthy)`.
fn health(status: &str) -> Option<Health> {
    let (_, said) = status.strip_suffix(')')?.rsplit_once('(')?;
    match said.strip_prefix("health: ").unwrap_or(said) {
        word @ ("healthy" | "unhealthy" | "starting") => Health::parse(word),
        _ => None,
    }
}

/// `[{"PrivatePort": 80, "PublicPort": 8080, "Type": "tcp", "IP": "0.0.0.0"}]`, an entry for each address.
fn ports(entries: &[Value]) -> Vec<Port> {
    let mut found: BTreeMap<(u16, Protocol), Vec<Binding>> = BTreeMap::new();
    for entry in entries.iter().filter_map(Value::as_object) {
        let number =
            |key: &str| entry.get(key).and_then(Value::as_u64).and_then(|port| u16::try_from(port).ok());
        let (Some(own), Some(protocol)) = (number("PrivatePort"), Protocol::parse(text(entry, "Type")))
        else {
            continue;
        };
        let bindings = found.entry((own, protocol)).or_default();
        if let Some(on_host) = number("PublicPort").filter(|port| *port != 0) {
            bindings.push(Binding { host_ip: text(entry, "IP").parse().ok(), host_port: Some(on_host) });
        }
    }
    let port = |((number, protocol), bindings)| Port { number, protocol, bindings };
    found.into_iter().map(port).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_listing_and_an_inspection_tell_the_same() {
        let listed = Container::from_summary(&json!({
            "Id": "1f", "Names": ["/web"], "Image": "nginx:1.29", "Labels": {"a": "b"}, "State": "running",
            "Status": "Up 2 minutes (unhealthy)", "HostConfig": {"NetworkMode": "bridge"},
            "NetworkSettings": {"Networks": {"bridge": {"IPAddress": "172.17.0.2"}}},
            "Ports": [{"PrivatePort": 80, "PublicPort": 8080, "Type": "tcp", "IP": "0.0.0.0"}, {"PrivatePort": 53, "Type": "udp"}],
            "Mounts": [{"Type": "bind", "Source": "/srv", "Destination": "/data"}], "Created": 1_767_323_045,
        }));
        let inspected = Container::from_inspect(&json!({
            "Id": "1f", "Name": "/web", "Config": {"Image": "nginx:1.29", "Labels": {"a": "b"}},
            "State": {"Status": "running", "Health": {"Status": "unhealthy"}}, "HostConfig": {"NetworkMode": "bridge"},
            "NetworkSettings": {"Networks": {"bridge": {"IPAddress": "172.17.0.2"}},
                "Ports": {"80/tcp": [{"HostIp": "0.0.0.0", "HostPort": "8080"}], "53/udp": null}},
            "Mounts": [{"Type": "bind", "Source": "/srv", "Destination": "/data"}], "Created": "2026-01-02T03:04:05Z",
        }));
        assert_eq!(listed, inspected);
    }

    #[test]
    fn a_status_tells_of_health_in_brackets_alone() {
        let check = |status: &str, expected: Option<Health>| assert_eq!(health(status), expected, "{status}");
        check("Up 5 seconds (health: starting)", Some(Health::Starting));
        check("Up 20 seconds (healthy)", Some(Health::Healthy));
        check("Up 30 seconds", None);
        check("Exited (0) 1 minute ago", None);
        check("Up 3 hours (Paused)", None);
    }

    #[test]
    fn other_values_are_refused() {
        assert_eq!(Container::from_summary(&json!(7)), Err(InspectError::NotAnObject("a number")));
        assert_eq!(Container::from_summary(&json!({"Names": []})), Err(InspectError::NoIdentity));
    }
}
