use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result};

use super::containers::{Image, PARTS, Part};
use crate::aside::{self, Answer, Engine, name};
use crate::background::Background;
use crate::process::{capture, command, find};
use crate::{tools, workspace};

/// All that the demo runs, and what it is called; gone when dropped.
#[derive(Debug)]
pub(super) struct Stage<'a> {
    // In the order in which they end: first those who read, then what they read.
    traefik: Option<Background>,
    watcher: Option<Background>,
    pub(super) engine: Engine,
    /// A name that nothing else on this machine has: the prefix of all others.
    pub(super) name: String,
    directory: &'a Path,
    /// Where Traefik listens for requests.
    address: SocketAddr,
    /// Where Traefik tells what it has loaded.
    api: SocketAddr,
}

impl<'a> Stage<'a> {
    pub(super) fn new(engine: Engine, directory: &'a Path) -> Result<Self> {
        // Both at once, so that they differ.
        let listen = || TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("cannot find a free port");
        let (site, api) = (listen()?, listen()?);
        let (address, api) = (site.local_addr()?, api.local_addr()?);
        Ok(Self { traefik: None, watcher: None, engine, name: name(directory), directory, address, api })
    }

    /// The command that makes an image of an archive; the archive is its standard input.
    pub(super) fn import(&self, image: Image) -> Command {
        // Busybox is the server and the shell: it writes its page from the environment, and serves it.
        let serve = format!(
            "echo \"I am $NAME\" > /www/index.html; exec busybox httpd -f -p {} -h /www",
            image.port()
        );
        let command = format!("CMD [\"/bin/busybox\", \"sh\", \"-c\", {}]", serde_json::Value::from(serve));
        let port = format!("EXPOSE {}", image.port());
        self.engine.docker(&["import", "--change", &port, "--change", &command, "-", &self.image(image)])
    }

    /// Makes the images.
    pub(super) fn build_images(&self) -> Result<()> {
        let archive = self.directory.join("image.tar");
        aside::write_image(&tools::busybox().context("there is no static `busybox`")?, &archive)?;
        for image in Image::ALL {
            let archive = std::fs::File::open(&archive).context("cannot read the archive")?;
            capture(self.import(image).stdin(Stdio::from(archive)))?;
        }
        Ok(())
    }

    /// The watcher's command. On an engine with other containers it looks at the demo's alone.
    pub(super) fn watcher_command(&self) -> Command {
        let mut watcher = command(workspace::built("docker-watcher"));
        watcher.args(["run", "--engine", self.engine.host()]).arg("--output").arg(self.output());
        // An engine's own watcher sees to networks, notes what it did to the host's, and answers at the usual socket.
        watcher
            .env("PORTOLAN_NETWORK_ENABLED", "false")
            .env("PORTOLAN_STATUS_SOCKET", self.directory.join("status.sock"));
        if !self.engine.is_own() {
            watcher.args(["--constraints", &format!("Label(`portolan.demo`, `{}`)", self.name)]);
        }
        watcher
    }

    pub(super) fn start_watcher(&mut self) -> Result<()> {
        let log = self.directory.join("docker-watcher.log");
        self.watcher = Some(Background::start(&mut self.watcher_command(), &log)?);
        Ok(())
    }

    /// Where the watcher writes and Traefik reads.
    pub(super) fn output(&self) -> PathBuf {
        self.directory.join("dynamic")
    }

    /// The file that the watcher wrote.
    pub(super) fn written(&self) -> Result<String> {
        let file = self.output().join("docker-watcher.yml");
        std::fs::read_to_string(&file).with_context(|| format!("cannot read `{}`", file.display()))
    }

    /// What the watcher said until now; an error if it ended.
    pub(super) fn watcher_said(&mut self) -> Result<String> {
        said(self.watcher.as_mut(), "docker-watcher")
    }

    /// The same for Traefik.
    pub(super) fn traefik_said(&mut self) -> Result<String> {
        said(self.traefik.as_mut(), "traefik")
    }

    /// Traefik's static configuration: a listener, a directory to watch, and its API on the loopback interface.
    pub(super) fn static_configuration(&self) -> String {
        format!(
            "\
entryPoints:
  web:
    address: {}
  traefik:
    address: {}
api:
  insecure: true
providers:
  providersThrottleDuration: 50ms
  file:
    directory: {}
",
            self.address,
            self.api,
            self.output().display()
        )
    }

    pub(super) fn traefik_command(&self) -> Result<Command> {
        let mut traefik = command(tools::traefik()?);
        traefik.arg(format!("--configFile={}", self.directory.join("traefik.yml").display()));
        Ok(traefik)
    }

    pub(super) fn start_traefik(&mut self) -> Result<()> {
        let file = self.directory.join("traefik.yml");
        #[expect(clippy::disallowed_methods, reason = "written before anybody reads it")]
        std::fs::write(&file, self.static_configuration()).context("cannot write `traefik.yml`")?;
        self.traefik =
            Some(Background::start(&mut self.traefik_command()?, &self.directory.join("traefik.log"))?);
        Ok(())
    }

    /// Where Traefik listens.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Asks Traefik for a page.
    pub(super) fn get(&self, host: &str, path: &str) -> Result<Answer> {
        aside::get(self.address, host, path)
    }

    /// The services that Traefik has loaded, as its API gives them.
    pub(super) fn loaded(&self) -> Result<String> {
        aside::get(self.api, "localhost", "/api/http/services").map(|answer| answer.body)
    }

    /// The address of a container on the demo's network.
    pub(super) fn address_of(&self, container: &str) -> Result<IpAddr> {
        let format = format!("{{{{(index .NetworkSettings.Networks {:?}).IPAddress}}}}", self.name);
        let printed = capture(&mut self.engine.docker(&["inspect", "--format", &format, container]))?;
        printed.trim().parse().with_context(|| format!("`{container}` has no address"))
    }

    /// Makes the containers' network.
    pub(super) fn create_network(&self) -> Result<()> {
        capture(&mut self.engine.docker(&["network", "create", &self.name]))?;
        Ok(())
    }

    /// The command that starts a container.
    pub(super) fn start(&self, part: &Part) -> Command {
        let container = self.container(part.name);
        let mut run = self.engine.docker(&["run", "--detach", "--network", &self.name, "--name", &container]);
        run.arg("--env").arg(format!("NAME={}", part.name));
        run.arg("--label").arg(format!("portolan.demo={}", self.name));
        for label in part.labels {
            run.args(["--label", label]);
        }
        run.arg(self.image(part.image));
        run
    }

    /// The full name of one of our containers.
    pub(super) fn container(&self, name: &str) -> String {
        format!("{}-{name}", self.name)
    }

    /// How one enters the demo's namespaces from another terminal.
    pub(super) fn entrance(&self) -> Option<String> {
        // We are the first process in there, and have another number outside: that of the only child of `unshare`.
        let unshare = std::fs::read_to_string(self.directory.join("pid")).ok()?;
        let unshare = unshare.trim();
        let nsenter = find("nsenter")?.display().to_string();
        Some(format!("{nsenter} --net --mount --target $(cat /proc/{unshare}/task/{unshare}/children) bash"))
    }

    fn image(&self, image: Image) -> String {
        format!("{}/{}:latest", self.name, image.name())
    }
}

impl Drop for Stage<'_> {
    fn drop(&mut self) {
        self.traefik = None;
        self.watcher = None;
        let remove = |arguments: &[&str]| drop(capture(&mut self.engine.docker(arguments)));
        let containers = PARTS.map(|part| self.container(part.name));
        // Our own engine too: it would give each container ten seconds to stop by itself.
        remove(
            &[&["rm", "--force", "--volumes"], containers.each_ref().map(String::as_str).as_slice()].concat(),
        );
        if !self.engine.is_own() {
            remove(&["network", "rm", &self.name]);
            for image in Image::ALL {
                remove(&["image", "rm", "--force", &self.image(image)]);
            }
        }
    }
}

fn said(program: Option<&mut Background>, name: &str) -> Result<String> {
    let program = program.with_context(|| format!("`{name}` is not running"))?;
    anyhow::ensure!(!program.is_over(), "`{name}` ended: {}", program.said().trim());
    Ok(program.said())
}
