use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::prerequisites::{hub_proxy, traefik};
use crate::{Need, NetworkNamespace, Process, Response, command, eventually, request, unmet};

/// A `jupyterhub-proxy` with a real Traefik, in a network of its own: the calling thread is in it.
#[derive(Debug)]
pub struct HubProxy {
    /// The program.
    pub process: Process,
    directory: TempDir,
    _network: NetworkNamespace,
}

/// Plays a test with a proxy that was started with these options; a test that can't run here says so and passes.
///
/// # Errors
/// Those of the test, after showing what the proxy logged and wrote.
pub fn hub_proxy_with(options: &[&str], test: impl FnOnce(&mut HubProxy) -> Result<()>) -> Result<()> {
    if unmet(&[Need::HubProxy, Need::Traefik])?.is_some() {
        return Ok(());
    }
    let mut proxy = HubProxy::start(options)?;
    let result = test(&mut proxy);
    if result.is_err() {
        proxy.show();
    }
    result
}

impl HubProxy {
    /// Where users come in.
    pub const PUBLIC: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8000);
    /// Where the hub comes in.
    pub const API: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8001);
    /// How long a test waits for a program to start, to end, or to say something: far above what any of it takes.
    pub const PATIENCE: Duration = Duration::from_secs(120);
    /// What the hub bears.
    pub const TOKEN: &str = "token secret";

    fn start(options: &[&str]) -> Result<Self> {
        let network = NetworkNamespace::new()?;
        network.enter()?;
        let directory = tempfile::Builder::new().prefix("hub-proxy-").tempdir()?;
        let process = Process::start(&program(directory.path(), options)?)?;
        Ok(Self { process, directory, _network: network })
    }

    /// Starts another in the place of the one before, which has ended or been killed, in the same directory.
    ///
    /// # Errors
    /// Where it can't be started.
    pub fn start_again(&mut self, options: &[&str]) -> Result<()> {
        self.process = Process::start(&program(self.directory.path(), options)?)?;
        Ok(())
    }

    /// The directory in which it was started.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// A file in that directory.
    pub fn file(&self, name: &str) -> PathBuf {
        self.directory().join(name)
    }

    /// Waits until Traefik serves what it should.
    ///
    /// # Errors
    /// Where it doesn't in time.
    pub fn ready(&self) -> Result<()> {
        let served = |line: &str| line.contains("Traefik serves the routes").then_some(());
        self.process.log.wait_for(0, Self::PATIENCE, "Traefik serves the routes", served).map(drop)
    }

    /// Asks the API, as the hub does.
    ///
    /// # Errors
    /// Where it doesn't answer.
    pub fn api(&self, method: &str, path: &str, body: &str) -> Result<Response> {
        api(method, path, body)
    }

    /// Adds a route, as the hub does.
    ///
    /// # Errors
    /// Where that isn't answered with 201.
    pub fn add(&self, path: &str, target: &str) -> Result<()> {
        add(path, target)
    }

    /// All routes, as the hub sees them.
    ///
    /// # Errors
    /// Where the API doesn't answer with them.
    pub fn routes(&self) -> Result<Value> {
        Ok(serde_json::from_str(&self.api("GET", "/api/routes", "")?.body)?)
    }

    /// What Traefik answers a user who asks for this path.
    ///
    /// # Errors
    /// Where it doesn't answer.
    pub fn visit(&self, path: &str) -> Result<Response> {
        request(Self::PUBLIC, &format!("GET {path} HTTP/1.0\r\nHost: 127.0.0.1:8000\r\n\r\n"))
    }

    /// How often the file of routes has been written: the number in its marker.
    ///
    /// # Errors
    /// Where there is no such file.
    pub fn generation(&self) -> Result<u64> {
        let text = std::fs::read_to_string(self.file("rules.toml"))?;
        let marker = text.split("[http.routers.portolan-marker]").nth(1).context("no marker")?;
        let path = marker.split('`').nth(1).context("no path")?;
        path.rsplit('/').next().and_then(|number| number.parse().ok()).context("no number")
    }

    /// The process of its Traefik.
    ///
    /// # Errors
    /// Where it has none.
    pub fn traefik(&self) -> Result<Pid> {
        let path = format!("/proc/{0}/task/{0}/children", self.process.id());
        let children = std::fs::read_to_string(&path).with_context(|| path)?;
        let child = children.split_whitespace().next().context("it has no Traefik")?;
        Ok(Pid::from_raw(child.parse()?))
    }

    /// Ends its Traefik as `kill -9` does.
    ///
    /// # Errors
    /// Where it has none.
    pub fn kill_traefik(&self) -> Result<()> {
        Ok(kill(self.traefik()?, Signal::SIGKILL)?)
    }

    #[expect(clippy::print_stderr, reason = "shown with the failed test, where output is captured too")]
    fn show(&self) {
        let text = self.process.log.text();
        let lines: Vec<&str> = text.lines().collect();
        eprintln!("--- the last lines\n{}", lines[lines.len().saturating_sub(80)..].join("\n"));
        let rules = std::fs::read_to_string(self.file("rules.toml")).unwrap_or_default();
        eprintln!("--- rules.toml\n{}", rules.chars().take(4000).collect::<String>());
    }
}

/// The program, in this directory, with what a hub gives it and these options.
fn program(directory: &Path, options: &[&str]) -> Result<Command> {
    let mut program = command(hub_proxy().context("no `jupyterhub-proxy`")?);
    program.current_dir(directory).env("HOME", directory).env("CONFIGPROXY_AUTH_TOKEN", "secret");
    program.env("JUPYTERHUB_PROXY_TRAEFIK", traefik().context("no Traefik")?);
    // As a hub gives them.
    let given = ["--ip", "127.0.0.1", "--port", "8000", "--api-ip", "127.0.0.1", "--api-port", "8001"];
    // What is the test's own comes instead of a hub's.
    let socket = options.contains(&"--api-socket");
    program.args(if socket { given.get(..4).unwrap_or_default() } else { &given }).args(options);
    if !options.contains(&"--served-within") {
        // A busy machine is no reason for an answer that a hub would try again after.
        program.args(["--served-within", "60"]);
    }
    Ok(program)
}

/// Asks the API, from whichever thread is in its network.
///
/// # Errors
/// Where it doesn't answer.
pub fn api(method: &str, path: &str, body: &str) -> Result<Response> {
    // It listens before Traefik does, and after it was started.
    eventually("the API is reached", || ask(method, path, body))
}

/// Adds a route, from whichever thread is in the network.
///
/// # Errors
/// Where that isn't answered with 201.
pub fn add(path: &str, target: &str) -> Result<()> {
    let (path, body) = route(path, target);
    added(&api("POST", &path, &body)?)
}

/// The same, without trying again.
///
/// # Errors
/// Where there is another answer, or none.
pub fn add_once(path: &str, target: &str) -> Result<()> {
    let (path, body) = route(path, target);
    added(&ask("POST", &path, &body)?)
}

fn route(path: &str, target: &str) -> (String, String) {
    let body = json!({ "target": target, "user": path, "jupyterhub": true });
    (format!("/api/routes{path}"), body.to_string())
}

fn added(answer: &Response) -> Result<()> {
    ensure!(answer.status == 201 && answer.body.is_empty(), "a route is answered with {answer:?}");
    Ok(())
}

fn ask(method: &str, path: &str, body: &str) -> Result<Response> {
    let head = format!("{method} {path} HTTP/1.0\r\nAuthorization: {}\r\n", HubProxy::TOKEN);
    request(HubProxy::API, &format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()))
}
