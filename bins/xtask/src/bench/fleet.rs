//! Made-up containers as an engine tells of them.

use serde_json::{Value, json};

/// The containers of an engine, each as the texts that it answers with: an engine should cost little beside its clients.
#[derive(Debug)]
pub(super) struct Fleet {
    entries: Vec<Entry>,
    changes: usize,
}

#[derive(Debug)]
struct Entry {
    id: String,
    name: String,
    /// That of its router.
    rule: String,
    inspect: String,
    summary: String,
}

impl Fleet {
    pub(super) fn new(containers: usize) -> Self {
        let entries = (0..containers)
            .map(|number| entry(number, &format!("Host(`app{number}.example.com`)")))
            .collect();
        Self { entries, changes: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    /// The rule of a container's router.
    pub(super) fn rule(&self, number: usize) -> Option<&str> {
        self.entries.get(number).map(|entry| entry.rule.as_str())
    }

    /// Gives a container's router a rule that none had before; the rule, and the event that tells of the change.
    pub(super) fn change(&mut self, number: usize) -> (String, String) {
        self.changes += 1;
        let rule = format!("Host(`changed{}.example.com`)", self.changes);
        let changed = entry(number, &rule);
        let event = event(number, &changed);
        if let Some(entry) = self.entries.get_mut(number) {
            *entry = changed;
        }
        (rule, event)
    }

    /// The answer to `/containers/json`.
    pub(super) fn list(&self) -> String {
        let summaries: Vec<&str> = self.entries.iter().map(|entry| entry.summary.as_str()).collect();
        format!("[{}]", summaries.join(","))
    }

    /// The answer to `/containers/ID/json`.
    pub(super) fn inspect(&self, id_or_name: &str) -> Option<&str> {
        // Identifiers begin with the container's number, so that finding one costs nothing.
        let number = id_or_name.get(..8).and_then(|digits| usize::from_str_radix(digits, 16).ok());
        let by_id = number.and_then(|number| self.entries.get(number)).filter(|entry| entry.id == id_or_name);
        let entry = by_id.or_else(|| self.entries.iter().find(|entry| entry.name == id_or_name))?;
        Some(&entry.inspect)
    }
}

/// What people write for one service behind Traefik. Traefik accepts it without a complaint, and it names nothing that
/// Traefik would connect to.
fn labels(number: usize, rule: &str) -> Value {
    let http = "traefik.http";
    let mut labels = serde_json::Map::new();
    let mut label = |key: String, value: String| labels.insert(key, Value::String(value));
    label("traefik.enable".into(), "true".into());
    label(format!("{http}.routers.app{number}.rule"), rule.into());
    label(format!("{http}.routers.app{number}.entrypoints"), "web".into());
    label(format!("{http}.routers.app{number}.middlewares"), format!("strip{number},headers{number}"));
    label(format!("{http}.routers.app{number}.tls"), "true".into());
    label(format!("{http}.middlewares.strip{number}.stripprefix.prefixes"), "/api".into());
    label(
        format!("{http}.middlewares.headers{number}.headers.customresponseheaders.X-App"),
        format!("app{number}"),
    );
    label(format!("{http}.services.app{number}.loadbalancer.server.port"), "8080".into());
    label(format!("{http}.services.app{number}.loadbalancer.sticky.cookie.name"), "s".into());
    label("com.docker.compose.project".into(), "p".into());
    label("com.docker.compose.service".into(), format!("app{number}"));
    Value::Object(labels)
}

fn entry(number: usize, rule: &str) -> Entry {
    let id = format!("{number:08x}{:056x}", 0xc0_ffee);
    let name = format!("app{number}");
    let labels = labels(number, rule);
    // RFC 2544 keeps these addresses for benchmarks.
    let address = format!("198.18.{}.{}", number >> 8 & 255, number & 255);
    let networks = json!({ "bridge": {
        "IPAMConfig": null, "Links": null, "Aliases": null, "DriverOpts": null,
        "NetworkID": "b".repeat(64), "EndpointID": "e".repeat(64),
        "Gateway": "198.18.0.1", "IPAddress": address, "IPPrefixLen": 15,
        "IPv6Gateway": "", "GlobalIPv6Address": "", "GlobalIPv6PrefixLen": 0,
        "MacAddress": "02:42:ac:11:00:02",
    }});
    let image = format!("sha256:{}", "a".repeat(64));
    let inspect = json!({
        "Id": id, "Name": format!("/{name}"), "Created": "2026-01-01T00:00:00.000000000Z", "Path": "/app", "Args": [],
        "State": {
            "Status": "running", "Running": true, "Paused": false, "Restarting": false, "OOMKilled": false, "Dead": false,
            "Pid": 4242, "ExitCode": 0, "Error": "",
            "StartedAt": "2026-01-01T00:00:00.000000000Z", "FinishedAt": "0001-01-01T00:00:00Z",
        },
        "Image": image, "RestartCount": 0, "Driver": "overlay2", "Platform": "linux",
        "HostConfig": { "NetworkMode": "bridge", "PortBindings": {}, "AutoRemove": false },
        "Mounts": [],
        "Config": {
            "Hostname": &id[..12], "Image": "app:latest", "Labels": labels, "Env": [], "Cmd": [],
            "ExposedPorts": { "8080/tcp": {} },
        },
        "NetworkSettings": {
            "Bridge": "", "SandboxID": "", "SandboxKey": format!("/var/run/docker/netns/{}", &id[..12]),
            "Ports": { "8080/tcp": null }, "Networks": networks,
        },
    });
    let summary = json!({
        "Id": id, "Names": [format!("/{name}")], "Image": "app:latest", "ImageID": image, "Command": "/app",
        "Created": 1_767_225_600, "Ports": [{ "PrivatePort": 8080, "Type": "tcp" }], "Labels": labels, "State": "running",
        "Status": "Up 1 second", "HostConfig": { "NetworkMode": "bridge" },
        "NetworkSettings": { "Networks": networks }, "Mounts": [],
    });
    Entry { id, name, rule: rule.to_owned(), inspect: inspect.to_string(), summary: summary.to_string() }
}

fn event(number: usize, entry: &Entry) -> String {
    let mut attributes = labels(number, &entry.rule);
    attributes["image"] = "app:latest".into();
    attributes["name"] = entry.name.as_str().into();
    let message = json!({
        "status": "start", "id": entry.id, "from": "app:latest", "Type": "container", "Action": "start",
        "Actor": { "ID": entry.id, "Attributes": attributes },
        "scope": "local", "time": 1_767_225_600, "timeNano": 1_767_225_600_000_000_000_i64,
    });
    message.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_container_is_found_by_identifier_and_name() {
        let fleet = Fleet::new(300);
        let read = |text: &str| serde_json::from_str::<Value>(text).unwrap();
        let listed = read(&fleet.list());
        assert_eq!(listed.as_array().unwrap().len(), 300);
        let id = listed[299]["Id"].as_str().unwrap();
        let inspected = read(fleet.inspect(id).unwrap());
        assert_eq!((&inspected["Id"], &inspected["Name"]), (&listed[299]["Id"], &json!("/app299")));
        assert_eq!(fleet.inspect("app299"), fleet.inspect(id));
        assert_eq!(fleet.inspect("app300"), None);
        assert_eq!(fleet.inspect(&id.replace("0000012b", "0000012c")), None);
    }

    #[test]
    fn a_change_is_of_one_container_and_always_a_change() {
        let mut fleet = Fleet::new(3);
        let (first, event) = fleet.change(1);
        assert!(event.contains(&first) && event.contains("00000001"));
        assert_eq!(fleet.list().matches(&first).count(), 1);
        assert!(fleet.inspect("app1").unwrap().contains(&first));
        assert!(fleet.inspect("app2").unwrap().contains(fleet.rule(2).unwrap()));
        let (second, _) = fleet.change(1);
        assert_ne!(first, second);
        assert_eq!(fleet.rule(1), Some(second.as_str()));
    }
}
