use std::env;
use std::io::Write;
use std::path::PathBuf;
use std::thread;

use anyhow::{Result, ensure};

use crate::Systemd;

/// What a test needs of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// Root, `dockerd` and its client, and what containers are made from.
    Docker,
    /// Root, Podman and the same.
    Podman,
    /// What lets Podman run without root, on a machine where root may make users.
    Rootless,
    /// Root, and iproute2.
    Namespaces,
    /// A Traefik.
    Traefik,
    /// The program under test.
    Watcher,
    /// The hook under test.
    Hook,
    /// Root, systemd, and control groups for its services.
    Systemd,
    /// Root, and the program by which systemd judges units.
    Units,
    /// Root, and the proxy of JupyterHub under test.
    HubProxy,
    /// A JupyterHub, and what its own tests and users' servers take.
    Hub,
    /// The Python package with that proxy.
    Wheel,
    /// The program under test as it is in an image, and the task that builds one.
    Image,
    /// Root, since it is kept in a network of the test's, and Chromium.
    Browser,
    /// The task that serves an engine of made-up containers.
    MadeUp,
}

/// Why the calling test can't run here; said on standard error, even where output is captured.
///
/// # Errors
/// With `CI=true`, where a test that can't run fails.
pub fn unmet(needs: &[Need]) -> Result<Option<String>> {
    let missing = needs.iter().find_map(|need| match need {
        Need::Docker => engine(&["dockerd", "docker", "iptables"]),
        Need::Podman => engine(&["podman", "docker"]),
        Need::Rootless => programs(&["newuidmap", "nsenter", "podman", "runc", "setpriv", "slirp4netns"]),
        Need::Namespaces => programs(&["ip"]),
        Need::Traefik => traefik().is_none().then(|| "no Traefik: `PORTOLAN_TRAEFIK` names none".to_owned()),
        Need::Watcher => watcher().is_none().then(|| "`docker-watcher` is not built".to_owned()),
        Need::Hook => hook().is_none().then(|| "`podman-hook` is not built".to_owned()),
        Need::Systemd => programs(&["bash", "nsenter", "systemctl", "systemd-analyze", "unshare"])
            .or_else(|| Systemd::hierarchy().err().map(|error| error.to_string())),
        Need::Units => programs(&["systemd-analyze"]),
        Need::HubProxy => programs(&["ip", "openssl", "setpriv"])
            .or_else(|| hub_proxy().is_none().then(|| "`jupyterhub-proxy` is not built".to_owned())),
        Need::Hub => programs(&["bash", "ip", "setpriv", "unshare"]).or_else(|| {
            let none = || "no JupyterHub: `PORTOLAN_JUPYTERHUB` names no Python that has one".to_owned();
            jupyterhub().is_none().then(none)
        }),
        Need::Wheel => wheel().is_none().then(|| "no Python package: `PORTOLAN_WHEEL` names none".to_owned()),
        Need::Image => match (static_watcher(), xtask()) {
            (None, _) => Some("no static `docker-watcher`: `PORTOLAN_STATIC_WATCHER` names none".to_owned()),
            (_, None) => Some("`xtask` is not built".to_owned()),
            _ => None,
        },
        Need::Browser => programs(&["chromium", "setpriv"]),
        Need::MadeUp => xtask().is_none().then(|| "`xtask` is not built".to_owned()),
    });
    if let Some(why) = &missing {
        ensure!(env::var("CI").as_deref() != Ok("true"), "can't run, and with `CI=true` must: {why}");
        let test = thread::current().name().unwrap_or("a test").to_owned();
        // In one write: other tests' lines would come in between.
        std::io::stderr().write_all(format!("skipped: {test}: {why}\n").as_bytes())?;
    }
    Ok(missing)
}

fn engine(engines: &[&str]) -> Option<String> {
    programs(&[&["bash", "busybox", "ip", "unshare"], engines].concat())
}

/// Why these can't be run as root.
fn programs(programs: &[&str]) -> Option<String> {
    if !nix::unistd::geteuid().is_root() {
        return Some("needs root".to_owned());
    }
    let program = programs.iter().find(|program| find(program).is_none())?;
    Some(format!("no program `{program}`"))
}

/// Where this program is. Distribution packages first: another `docker` may come earlier in `PATH`.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let path = env::var_os("PATH").unwrap_or_default();
    let directories =
        ["/usr/bin", "/usr/sbin", "/bin"].map(PathBuf::from).into_iter().chain(env::split_paths(&path));
    directories.map(|directory| directory.join(program)).find(|file| file.is_file())
}

/// The Traefik that tests run.
pub fn traefik() -> Option<PathBuf> {
    let venv = concat!(env!("CARGO_MANIFEST_DIR"), "/../.tools/venv/bin/traefik");
    given("PORTOLAN_TRAEFIK", venv.into()).or_else(|| find("traefik"))
}

pub(crate) fn watcher() -> Option<PathBuf> {
    given("PORTOLAN_WATCHER", built()?.join("docker-watcher"))
}

/// The hook under test.
pub fn hook() -> Option<PathBuf> {
    given("PORTOLAN_HOOK", built()?.join("podman-hook"))
}

/// The Python of an environment with a JupyterHub.
pub(crate) fn jupyterhub() -> Option<PathBuf> {
    let made = concat!(env!("CARGO_MANIFEST_DIR"), "/../.tools/jupyterhub/bin/python");
    let python = env::var_os("PORTOLAN_JUPYTERHUB").map_or_else(|| PathBuf::from(made), PathBuf::from);
    // Not where the link leads: by its own path it knows its environment.
    python.is_file().then(|| std::path::absolute(python).ok()).flatten()
}

/// The proxy of JupyterHub under test.
pub fn hub_proxy() -> Option<PathBuf> {
    given("PORTOLAN_HUB_PROXY", built()?.join("jupyterhub-proxy"))
}

/// The Python package with the proxy under test, as `cargo xtask wheel` builds it.
pub(crate) fn wheel() -> Option<PathBuf> {
    given("PORTOLAN_WHEEL", PathBuf::new())
}

/// The program under test without need of a library, as `cargo xtask test` builds it.
pub fn static_watcher() -> Option<PathBuf> {
    given("PORTOLAN_STATIC_WATCHER", PathBuf::new())
}

/// The program behind `cargo xtask`.
pub fn xtask() -> Option<PathBuf> {
    given("PORTOLAN_XTASK", built()?.join("xtask"))
}

/// Tests are in `target/<profile>/deps`, programs in `target/<profile>`.
fn built() -> Option<PathBuf> {
    Some(env::current_exe().ok()?.ancestors().nth(2)?.to_owned())
}

fn given(variable: &str, default: PathBuf) -> Option<PathBuf> {
    let file = env::var_os(variable).map_or(default, PathBuf::from);
    // Absolute: programs are started in other directories.
    file.is_file().then(|| file.canonicalize().ok()).flatten()
}
