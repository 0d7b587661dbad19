use std::fs::{self, File};
use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Result, ensure};
use portolan_tests::{Need, NetworkNamespace, Traefik, eventually, render, unmet};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::client::{Answer, get};

/// Containers as `docker inspect` prints them, and a Traefik that loads what their labels come to.
pub(crate) struct Stage {
    containers: Vec<Value>,
    settings: Vec<String>,
    directory: TempDir,
    _namespace: NetworkNamespace,
}

/// A Traefik that has loaded the file.
pub(crate) struct Proxy {
    pub(crate) traefik: Traefik,
    pub(crate) file: String,
}

/// Plays a test in a network namespace of its own; one that can't run here says so and passes.
pub(crate) fn stage(test: impl FnOnce(Stage) -> Result<()>) -> Result<()> {
    if unmet(&[Need::Namespaces, Need::Traefik, Need::Watcher])?.is_some() {
        return Ok(());
    }
    let namespace = NetworkNamespace::new()?;
    namespace.enter()?;
    let directory = tempfile::tempdir()?;
    test(Stage { containers: Vec::new(), settings: Vec::new(), directory, _namespace: namespace })
}

impl Stage {
    /// A container that is reached at this address and port, which labels name where they don't name others. It was created later
    /// than those before.
    pub(crate) fn container(&mut self, name: &str, at: SocketAddr, labels: &[(&str, &str)]) {
        let mut all: serde_json::Map<String, Value> =
            labels.iter().map(|(key, value)| ((*key).to_owned(), json!(value))).collect();
        // No container here exposes a port.
        if !all.contains_key("proxy.ports") {
            all.entry("proxy.*.port").or_insert_with(|| json!(at.port().to_string()));
        }
        self.containers.push(json!({
            "Id": format!("{name:0<64}"), "Name": format!("/{name}"), "State": {"Status": "running"},
            "Created": format!("2026-01-02T03:04:{:02}Z", self.containers.len()),
            "Config": {"Image": "test", "Labels": all}, "HostConfig": {"NetworkMode": "front"},
            "NetworkSettings": {"Networks": {"front": {"IPAddress": at.ip().to_string()}}},
        }));
    }

    /// A line of the settings file, in its section `proxy`.
    pub(crate) fn setting(&mut self, line: &str) {
        self.settings.push(format!("  {line}\n"));
    }

    /// A file of the test, such as a certificate.
    pub(crate) fn file(&self, name: &str, text: &str) -> Result<String> {
        let path = self.directory.path().join(name);
        File::create(&path)?.write_all(text.as_bytes())?;
        Ok(path.to_string_lossy().into_owned())
    }

    /// Starts a Traefik with entry points `web`, `tcp` and `udp`, has `more` add what takes their ports, and has it load the file.
    pub(crate) fn play_with(&mut self, more: impl FnOnce(&mut Self, &Traefik)) -> Result<Proxy> {
        let dynamic = self.directory.path().join("dynamic");
        fs::create_dir_all(&dynamic)?;
        let traefik = Traefik::start(&dynamic, self.directory.path())?;
        more(self, &traefik);
        let file = self.render()?;
        File::create(self.directory.path().join("new.yml"))?.write_all(file.as_bytes())?;
        fs::rename(self.directory.path().join("new.yml"), dynamic.join("docker-watcher.yml"))?;
        let proxy = Proxy { traefik, file };
        proxy.in_force()?;
        Ok(proxy)
    }

    /// The same with what is there already.
    pub(crate) fn start(&mut self) -> Result<Proxy> {
        self.play_with(|_, _| ())
    }

    fn render(&self) -> Result<String> {
        let config = self.config()?;
        let input = Value::from(self.containers.clone()).to_string();
        render(&["--config", &config.to_string_lossy(), "-"], input.as_bytes())
    }

    fn config(&self) -> Result<PathBuf> {
        let path = self.directory.path().join("settings.yml");
        let lines: String = self.settings.concat();
        let section = if lines.is_empty() { String::new() } else { format!("proxy:\n{lines}") };
        File::create(&path)?.write_all(section.as_bytes())?;
        Ok(path)
    }
}

impl Proxy {
    /// Waits until every router of the file is there: what comes to an entry point of TCP before is kept waiting for a request.
    fn in_force(&self) -> Result<()> {
        let written: Value = serde_yaml::from_str(&self.file)?;
        let sections = [("http", "routers"), ("tcp", "tcpRouters"), ("udp", "udpRouters")];
        let routers = sections.into_iter().flat_map(|(protocol, section)| {
            let routers = written[protocol]["routers"].as_object();
            routers
                .into_iter()
                .flat_map(serde_json::Map::keys)
                .map(move |name| (section, format!("{name}@file")))
        });
        let routers: Vec<_> = routers.collect();
        eventually("the routers are in force", || {
            let data = self.traefik.raw_data()?;
            let absent = routers.iter().find(|(section, name)| data[section].get(name).is_none());
            ensure!(absent.is_none(), "{absent:?} is not among {data:#}\n{}", self.file);
            Ok(())
        })
    }

    /// Waits until a host is answered as expected: Traefik puts a configuration into force a little after it has loaded it.
    pub(crate) fn answers(
        &self,
        host: &str,
        path: &str,
        headers: &[&str],
        expected: impl Fn(&Answer) -> bool,
    ) -> Result<Answer> {
        eventually(&format!("`{host}{path}` is answered as expected"), || {
            let answer = get(self.traefik.web, host, path, headers)?;
            ensure!(expected(&answer), "{answer:?}\n{}\n{}", self.file, self.traefik.complaints().join("\n"));
            Ok(answer)
        })
    }

    /// Waits until a host is served by this backend.
    pub(crate) fn served(&self, host: &str, backend: &str) -> Result<()> {
        self.answers(host, "/", &[], |answer| answer.status == 200 && answer.backend() == backend).map(drop)
    }

    /// Waits until a host is answered with this status.
    pub(crate) fn status(&self, host: &str, status: u16) -> Result<()> {
        self.answers(host, "/", &[], |answer| answer.status == status).map(drop)
    }
}
