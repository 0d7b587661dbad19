//! What the records come to, before anything is written.

use std::collections::BTreeMap;

use anyhow::Context;
use portolan_container::Container;
use portolan_hook::{Knowledge, Record};
use portolan_program::configure;
use portolan_reconcile::{Chart, Policy};
use portolan_settings::Settings;
use portolan_traefik::{Format, Marker};
use serde_json::Value;

use crate::location;

/// The containers that run, and the file that they come to.
#[derive(Debug)]
pub(crate) struct Drawing {
    /// The containers, by their identifiers.
    pub(crate) containers: BTreeMap<String, Container>,
    chart: Chart,
    policy: Policy,
}

impl Drawing {
    /// Draws the file of these containers, which all run.
    pub(crate) fn new<'r>(
        records: impl IntoIterator<Item = &'r (Record, Option<Knowledge>)>,
        settings: &Settings,
        marker: Option<&Marker>,
    ) -> anyhow::Result<Self> {
        let mut policy = configure::policy(settings).context("settings")?;
        policy.options.published_at.clone_from(&settings.traefik_host);
        let is_rootless = location::user().is_some();
        let mut containers = BTreeMap::new();
        for (record, knowledge) in records {
            let mut container = record.container(knowledge.as_ref());
            if is_rootless {
                hide(&mut container, settings);
            }
            containers.insert(record.id.clone(), container);
        }
        let mut chart = Chart::new(policy.clone(), configure::format(settings), marker);
        chart.list(0, containers.values().cloned().collect());
        Ok(Self { containers, chart, policy })
    }

    /// The file's text.
    pub(crate) fn text(&self) -> String {
        self.chart.text()
    }

    /// What is wrong with a container's labels or addresses, by itself or beside the others, a line each.
    pub(crate) fn findings(&self, id: &str) -> Vec<String> {
        let Some(container) = self.containers.get(id) else { return Vec::new() };
        let with_help = |finding: &portolan_container::Diagnostic| {
            let help = finding.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
            format!("{finding}{help}")
        };
        self.chart.findings_of(&container.name).map(with_help).collect()
    }

    /// The addresses, `HOST:PORT`, at which Traefik will look for a container, but for those of UDP.
    pub(crate) fn servers(&self, id: &str) -> Vec<String> {
        let mut alone = Chart::new(self.policy.clone(), Format::Json, None);
        // The others are there for their addresses: it may share one's network stack.
        let others = self.containers.values().map(|container| {
            let mut container = container.clone();
            if container.id != id {
                container.labels = [("traefik.enable".to_owned(), "false".to_owned())].into();
            }
            container
        });
        alone.list(0, others.collect());
        let document: Value = serde_json::from_str(&alone.text()).unwrap_or_default();
        let mut servers = Vec::new();
        for section in ["http", "tcp"] {
            let services = document.pointer(&format!("/{section}/services")).and_then(Value::as_object);
            for service in services.into_iter().flat_map(|services| services.values()) {
                let of_service = service.pointer("/loadBalancer/servers").and_then(Value::as_array);
                for server in of_service.into_iter().flatten() {
                    let address = server.get("url").or_else(|| server.get("address")).and_then(Value::as_str);
                    servers.extend(address.map(authority));
                }
            }
        }
        servers.sort();
        servers.dedup();
        servers
    }
}

/// Takes the addresses that nobody outside has a way to: networks of rootless Podman are in a network namespace of the user's.
///
/// Those of networks that somebody names are kept: a Traefik in a container of the user's is on one of them.
fn hide(container: &mut Container, settings: &Settings) {
    let label = container.labels.iter().find(|(key, _)| key.eq_ignore_ascii_case("traefik.docker.network"));
    let named: Vec<&String> = settings
        .traefik_networks
        .iter()
        .chain(&settings.network.default)
        .chain(label.map(|it| it.1))
        .chain(container.labels.get("proxy.network"))
        .collect();
    container.attachments.retain(|network, _| named.contains(&network));
}

/// Host and port of an address: `http://10.88.0.2:80` is `10.88.0.2:80`.
fn authority(address: &str) -> String {
    let after = address.split_once("://").map_or(address, |(_, after)| after);
    after.split('/').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use portolan_hook::OciState;
    use serde_json::json;

    use super::*;
    use crate::settings;

    /// A container that runs, as Podman tells it.
    fn known(id: &str, network_mode: &str, network: &Value, labels: &Value) -> (Record, Option<Knowledge>) {
        let state =
            OciState::read(format!(r#"{{"id":"{id}","status":"running","pid":7}}"#).as_bytes()).unwrap();
        let inspect = json!({"Id": id, "Name": id, "State": {"Status": "running"}, "Config": {"Labels": labels},
            "HostConfig": {"NetworkMode": network_mode}, "NetworkSettings": network});
        (
            Record::new(state, "1".to_owned(), 7, 8, None),
            Some(Knowledge::told("1", Container::from_inspect(&inspect).unwrap())),
        )
    }

    fn bridge() -> Value {
        json!({"Networks": {"podman": {"IPAddress": "10.88.0.2"}}, "Ports": {"80/tcp": [{"HostIp": "", "HostPort": "8080"}]}})
    }

    fn labels(name: &str) -> Value {
        json!({"traefik.enable": "true", "traefik.http.routers.same.rule": format!("Host(`{name}`)")})
    }

    #[test]
    fn what_two_containers_are_at_odds_about_is_told_of_both() {
        let records = ["one", "two"].map(|id| known(id, "bridge", &bridge(), &labels(id)));
        let drawing = Drawing::new(&records, &settings::defaults(), None).unwrap();
        for id in ["one", "two"] {
            let findings = drawing.findings(id);
            assert!(findings.iter().any(|finding| finding.contains("error[conflict]")), "{findings:?}");
        }
        assert_eq!(drawing.findings("three"), Vec::<String>::new());
    }

    #[test]
    fn a_member_of_a_pod_is_looked_for_where_its_infra_container_is() {
        let port =
            json!({"traefik.enable": "true", "traefik.http.services.web.loadbalancer.server.port": "8080"});
        let records = [
            known("infra", "bridge", &bridge(), &json!({})),
            known("web", "container:infra", &json!({}), &port),
        ];
        let drawing = Drawing::new(&records, &settings::defaults(), None).unwrap();
        assert_eq!(drawing.servers("web"), ["10.88.0.2:8080"]);
        assert_eq!(drawing.servers("infra"), Vec::<String>::new());
    }

    #[test]
    fn networks_of_rootless_podman_are_hidden_unless_somebody_names_them() {
        let check = |set: &dyn Fn(&mut Settings), label: &str, kept: bool| {
            let mut settings = settings::defaults();
            set(&mut settings);
            let (record, knowledge) =
                known("web", "bridge", &bridge(), &json!({"Traefik.Docker.Network": label}));
            let mut container = record.container(knowledge.as_ref());
            hide(&mut container, &settings);
            assert_eq!(container.attachments.contains_key("podman"), kept, "{label}");
        };
        check(&|_| (), "", false);
        check(&|_| (), "front", false);
        check(&|_| (), "podman", true);
        check(&|settings| settings.traefik_networks = vec!["podman".to_owned()], "", true);
        check(&|settings| settings.network.default = Some("podman".to_owned()), "", true);
    }

    #[test]
    fn a_container_with_proxy_labels_is_routed_by_them() {
        let labels = json!({"proxy.aliases": "web", "proxy.web.port": "80", "proxy.network": "podman"});
        let records = [known("web", "bridge", &bridge(), &labels)];
        let drawing = Drawing::new(&records, &settings::defaults(), None).unwrap();
        assert!(drawing.text().contains("HostRegexp(`^web"), "{}", drawing.text());
        // Where networks are hidden, one that a label names is not.
        let (record, knowledge) = &records[0];
        let mut container = record.container(knowledge.as_ref());
        hide(&mut container, &settings::defaults());
        assert!(container.attachments.contains_key("podman"));
    }

    #[test]
    fn the_authority_of_an_address() {
        assert_eq!(authority("http://10.88.0.2:80"), "10.88.0.2:80");
        assert_eq!(authority("https://[fd12::2]:443/x"), "[fd12::2]:443");
        assert_eq!(authority("10.88.0.2:5432"), "10.88.0.2:5432");
    }
}
