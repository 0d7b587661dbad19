//! Writes the file for Traefik from all records, under their lock.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Context;
use portolan_container::Container;
use portolan_hook::{Records, is_alive};
use portolan_netlink::{apply, asks, parts};
use portolan_program::{configure, report};
use portolan_reconcile::{Chart, Policy};
use portolan_settings::Settings;
use portolan_traefik::{Directory, Marker};
use serde_json::Value;

use crate::fault;

/// The file's name in the directory, without its extension.
const STEM: &str = "podman-hook";

/// What the file was made of.
#[derive(Debug)]
pub(crate) struct Published {
    /// The containers that run, by their identifiers.
    pub(crate) containers: BTreeMap<String, Container>,
    /// What is wrong, by the container's name.
    pub(crate) findings: BTreeMap<String, Vec<String>>,
    policy: Policy,
}

/// Draws the file from all records, and drops those of containers that have ended. Nobody else does so meanwhile.
pub(crate) fn publish(records: &Records, settings: &Settings) -> anyhow::Result<Published> {
    let policy = policy(settings)?;
    let format = configure::format(settings);
    let mut directory = Directory::new(&settings.output, STEM, format)
        .map_err(report::directory)?
        .with_marker(Marker::new("podman-hook"));
    let held = records.lock()?;
    fault::at("holding-lock");
    held.tidy()?;
    let mut containers = BTreeMap::new();
    for (record, knowledge) in records.all()? {
        if is_alive(Path::new("/proc"), record.pid, record.born) {
            containers.insert(record.id.clone(), record.container(knowledge.as_ref()));
        } else {
            records.remove(&record.id)?;
        }
    }
    let mut chart = Chart::new(policy.clone(), format, Some(directory.marker()));
    chart.list(0, containers.values().cloned().collect());
    directory.prepare().map_err(report::directory)?;
    fault::at("before-write");
    directory.write(&chart.text()).map_err(report::directory)?;
    fault::at("after-write");
    drop(held);
    let mut findings: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for finding in chart.diagnostics() {
        let name = finding.container.clone().unwrap_or_default();
        let help = finding.help.as_ref().map(|help| format!(" ({help})")).unwrap_or_default();
        findings.entry(name).or_default().push(format!("{finding}{help}"));
    }
    Ok(Published { containers, findings, policy })
}

fn policy(settings: &Settings) -> anyhow::Result<Policy> {
    let mut policy = configure::policy(settings).context("settings")?;
    policy.options.published_at.clone_from(&settings.traefik_host);
    Ok(policy)
}

/// Carries out what a container's network labels ask for; what could not be done.
pub(crate) fn networks(container: &Container, settings: &Settings) -> Vec<String> {
    if !settings.network.enabled || !asks(&container.labels) {
        return Vec::new();
    }
    let policy = configure::network(settings);
    let (parts, mut diagnostics) = parts(&container.labels, &policy.names, &|name| policy.variable(name));
    diagnostics.extend(apply(container, &parts, &policy.conditions).diagnostics);
    diagnostics.iter().map(ToString::to_string).collect()
}

impl Published {
    /// The addresses at which Traefik will look for a container.
    pub(crate) fn servers(&self, id: &str) -> Vec<String> {
        let Some(container) = self.containers.get(id) else { return Vec::new() };
        let mut alone = Chart::new(self.policy.clone(), portolan_traefik::Format::Json, None);
        alone.list(0, vec![container.clone()]);
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

/// Host and port of an address: `http://10.88.0.2:80` is `10.88.0.2:80`.
fn authority(address: &str) -> String {
    let after = address.split_once("://").map_or(address, |(_, after)| after);
    after.split('/').next().unwrap_or_default().to_owned()
}
