use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde_json::{Map, Value};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::{Attachment, Binding, Container, Health, Image, Mount, NetworkMode, Port, Protocol, State};

/// Why a JSON value is not a container.
///
/// ```
/// use portolan_container::{Container, InspectError};
/// use serde_json::json;
///
/// assert_eq!(Container::from_inspect(&json!({"Name": ""})), Err(InspectError::NoIdentity));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InspectError {
    /// The value is not an object.
    #[error("a container must be an object, this is {0}")]
    NotAnObject(&'static str),
    /// Neither `Id` nor `Name` says which container it is.
    #[error("a container needs an `Id` or a `Name`")]
    NoIdentity,
}

impl Container {
    /// Reads what `docker inspect` or `podman inspect` prints of one container.
    ///
    /// Lenient: engines differ in what they leave out, spell otherwise or give as null, so only a value that is no
    /// container at all is refused. Engines' spellings as of Docker 20.10 to 29 and Podman 4.3 to 5.
    ///
    /// # Errors
    /// [`InspectError::NotAnObject`] and [`InspectError::NoIdentity`].
    pub fn from_inspect(value: &Value) -> Result<Self, InspectError> {
        let root = value.as_object().ok_or(InspectError::NotAnObject(kind(value)))?;
        let id = text(root, "Id");
        let name = text(root, "Name").trim_start_matches('/');
        if id.is_empty() && name.is_empty() {
            return Err(InspectError::NoIdentity);
        }
        let config = object(root, "Config");
        let state = object(root, "State");
        let host = object(root, "HostConfig");
        let network = object(root, "NetworkSettings");

        let health = ["Health", "Healthcheck"].iter().map(|key| text(object(state, key), "Status"));
        // Podman's own inspect has the reference in `ImageName` and the image's identifier in `Image`.
        let image = [text(config, "Image"), text(root, "ImageName"), text(root, "Image")];
        Ok(Self {
            id: id.to_owned(),
            name: if name.is_empty() { id } else { name }.to_owned(),
            image: Image::parse(image.iter().find(|image| !image.is_empty()).unwrap_or(&"")),
            labels: strings(object(config, "Labels")),
            state: State::parse(text(state, "Status")),
            health: health.into_iter().find_map(Health::parse),
            network_mode: NetworkMode::parse(text(host, "NetworkMode")),
            attachments: object(network, "Networks")
                .iter()
                .map(|(name, at)| (name.clone(), attachment(at)))
                .collect(),
            ports: ports(object(network, "Ports")),
            mounts: array(root, "Mounts").iter().filter_map(Value::as_object).map(mount).collect(),
            pid: state
                .get("Pid")
                .and_then(Value::as_u64)
                .and_then(|pid| u32::try_from(pid).ok())
                .filter(|pid| *pid > 0),
            created: instant(text(root, "Created")),
        })
    }

    /// Takes the ports of what `docker inspect` prints of the same container, in place of those that were known.
    ///
    /// A listing has no ports of a container on the host's network; an inspection has those that its image exposes.
    ///
    /// ```
    /// use portolan_container::{Container, NetworkMode};
    /// use serde_json::json;
    ///
    /// let mut container = Container { network_mode: NetworkMode::Host, ..Container::default() };
    /// container.update_ports(&json!({"Config": {"ExposedPorts": {"8080/tcp": {}}}}));
    /// assert_eq!(container.ports[0].number, 8080);
    /// ```
    pub fn update_ports(&mut self, inspected: &Value) {
        let Some(root) = inspected.as_object() else { return };
        let mut found = ports(object(object(root, "NetworkSettings"), "Ports"));
        if self.network_mode == NetworkMode::Host {
            // On the host's network, what is exposed is open on the host under the same number.
            found = ports(object(object(root, "Config"), "ExposedPorts"));
            for port in &mut found {
                port.bindings = vec![Binding { host_ip: None, host_port: Some(port.number) }];
            }
        }
        self.ports = found;
    }
}

/// An instant of RFC 3339 in nanoseconds since 1970. Docker says the year 1 where it does not know.
fn instant(text: &str) -> Option<i64> {
    let instant = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(instant.unix_timestamp_nanos()).ok()
}

pub(crate) fn attachment(value: &Value) -> Attachment {
    let Some(endpoint) = value.as_object() else { return Attachment::default() };
    Attachment {
        ipv4: text(endpoint, "IPAddress").parse().ok(),
        ipv6: text(endpoint, "GlobalIPv6Address").parse().ok(),
        name: None,
        gateway: text(endpoint, "Gateway").parse().ok(),
        mac: Some(text(endpoint, "MacAddress")).filter(|mac| !mac.is_empty()).map(str::to_owned),
    }
}

/// `{"80/tcp": null | [{"HostIp": "", "HostPort": "8080"}]}`.
fn ports(map: &Map<String, Value>) -> Vec<Port> {
    let mut ports: Vec<Port> = map
        .iter()
        .filter_map(|(key, bindings)| {
            let (number, protocol) = key.split_once('/').unwrap_or((key, ""));
            let bindings =
                bindings.as_array().into_iter().flatten().filter_map(Value::as_object).map(binding);
            Some(Port {
                number: number.parse().ok()?,
                protocol: Protocol::parse(protocol)?,
                bindings: bindings.collect(),
            })
        })
        .collect();
    ports.sort();
    ports
}

fn binding(value: &Map<String, Value>) -> Binding {
    Binding { host_ip: text(value, "HostIp").parse().ok(), host_port: text(value, "HostPort").parse().ok() }
}

pub(crate) fn mount(value: &Map<String, Value>) -> Mount {
    Mount {
        kind: text(value, "Type").to_owned(),
        source: text(value, "Source").to_owned(),
        destination: text(value, "Destination").to_owned(),
    }
}

pub(crate) fn strings(map: &Map<String, Value>) -> BTreeMap<String, String> {
    map.iter().map(|(key, value)| (key.clone(), value.as_str().unwrap_or_default().to_owned())).collect()
}

pub(crate) fn text<'a>(map: &'a Map<String, Value>, key: &str) -> &'a str {
    map.get(key).and_then(Value::as_str).unwrap_or_default()
}

pub(crate) fn array<'a>(map: &'a Map<String, Value>, key: &str) -> &'a [Value] {
    map.get(key).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

pub(crate) fn object<'a>(map: &'a Map<String, Value>, key: &str) -> &'a Map<String, Value> {
    static EMPTY: LazyLock<Map<String, Value>> = LazyLock::new(Map::new);
    map.get(key).and_then(Value::as_object).unwrap_or(&EMPTY)
}

pub(crate) fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_an_engine_leaves_out_is_empty() {
        let container = Container::from_inspect(&json!({"Id": "ab"})).unwrap();
        assert_eq!(
            container,
            Container { id: "ab".into(), name: "ab".into(), image: Image::parse(""), ..Container::default() }
        );
    }

    #[test]
    fn nulls_and_wrong_types_are_absent() {
        let value = json!({"Id": "ab", "Name": "/x", "State": null, "Config": {"Labels": null, "Image": 7},
            "NetworkSettings": {"Ports": {"x/tcp": null, "80/tcp": [{"HostIp": "", "HostPort": ""}]}, "Networks": {"n": null}}});
        let container = Container::from_inspect(&value).unwrap();
        assert_eq!(container.ports[0].bindings, [Binding { host_ip: None, host_port: None }]);
        assert_eq!(container.attachments["n"], Attachment::default());
    }

    #[test]
    fn ports_are_in_numeric_order() {
        let value = json!({"Id": "ab", "NetworkSettings": {"Ports": {"9000/tcp": null, "80/tcp": null, "53/udp": null}}});
        let numbers: Vec<u16> =
            Container::from_inspect(&value).unwrap().ports.iter().map(|port| port.number).collect();
        assert_eq!(numbers, [53, 80, 9000]);
    }

    #[test]
    fn an_instant_is_one_in_whatever_zone() {
        let check = |text: &str, expected: Option<i64>| assert_eq!(instant(text), expected, "{text}");
        check("2026-01-02T03:04:05Z", Some(1_767_323_045_000_000_000));
        check("2026-01-02T03:04:05.6Z", Some(1_767_323_045_600_000_000));
        check("2026-01-02T05:04:05.600000007+02:00", Some(1_767_323_045_600_000_007));
        check("0001-01-01T00:00:00Z", None);
        check("yesterday", None);
        check("", None);
    }

    #[test]
    fn other_values_are_refused() {
        assert_eq!(Container::from_inspect(&json!([])), Err(InspectError::NotAnObject("a list")));
        assert_eq!(Container::from_inspect(&json!({})), Err(InspectError::NoIdentity));
    }
}
