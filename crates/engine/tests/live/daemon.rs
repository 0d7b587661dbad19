use std::env;
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use portolan_engine::{Endpoint, Engine};
use tempfile::TempDir;

/// An engine of a test's own; it and its containers end with the test, even where that is killed.
pub(crate) struct Daemon {
    process: Child,
    directory: TempDir,
    client: &'static str,
}

impl Daemon {
    /// A Docker engine, with a bridge in a network namespace of its own. `None` where it cannot run here.
    pub(crate) async fn docker() -> Option<Self> {
        Self::start("docker", &["dockerd", "tar", "/bin/busybox"], |directory| {
            let options = docker_options(directory);
            sandboxed(&["--net"], &format!("ip link set lo up && exec dockerd {options}"))
        })
        .await
    }

    /// A Docker engine that also listens at this TCP address, without networks, in the host's network namespace.
    pub(crate) async fn docker_at(address: &str, options: &str) -> Option<Self> {
        Self::start("docker", &["dockerd", "tar", "/bin/busybox"], |directory| {
            let options =
                format!("{} --bridge none --host tcp://{address} {options}", docker_options(directory));
            sandboxed(&[], &format!("exec dockerd {options}"))
        })
        .await
    }

    /// Podman's service. `None` where it cannot run here.
    pub(crate) async fn podman() -> Option<Self> {
        Self::start("podman", &["podman", "runc", "/usr/lib/podman/netavark", "tar", "/bin/busybox"], |directory| {
            let configuration = directory.join("containers.conf");
            // The limits that Podman sets by default are above what a container of CI may ask for.
            let limits = "[containers]\ndefault_ulimits = [\"nofile=1024:1024\", \"nproc=1024:1024\"]\n";
            let networks = format!("[network]\nnetwork_backend = \"netavark\"\nnetwork_config_dir = \"{}/networks\"\n", directory.display());
            put(&configuration, &format!("{limits}{networks}"));
            let at = directory.display();
            let mut command = sandboxed(
                &["--net"],
                &format!(
                    "ip link set lo up && mount -t tmpfs tmpfs /run && exec podman --root {at}/data --runroot {at}/run --tmpdir {at}/tmp --storage-driver vfs \
                     --cgroup-manager cgroupfs --events-backend file --runtime runc system service --time 0 unix://{at}/engine.sock"
                ),
            );
            command.env("CONTAINERS_CONF", configuration);
            command
        })
        .await
    }

    async fn start(client: &'static str, needs: &[&str], command: impl Fn(&Path) -> Command) -> Option<Self> {
        if !can_run(needs) {
            return None;
        }
        let directory = tempfile::tempdir().expect("a temporary directory");
        let log = File::create(directory.path().join("log")).expect("a log");
        let process = command(directory.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the log again"))
            .stderr(log)
            .spawn()
            .expect("a daemon");
        let daemon = Self { process, directory, client };
        let (end, endpoint) = (Instant::now() + Duration::from_secs(30), daemon.endpoint());
        while let Err(error) = Engine::connect(&endpoint, Duration::from_secs(5)).await {
            assert!(Instant::now() < end, "{error}\n{}", daemon.log());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        Some(daemon)
    }

    pub(crate) fn socket(&self) -> PathBuf {
        self.directory.path().join("engine.sock")
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint::parse(&format!("unix://{}", self.socket().display())).expect("an address")
    }

    /// Connects to its socket.
    pub(crate) async fn engine(&self) -> Engine {
        Engine::connect(&self.endpoint(), Duration::from_secs(5)).await.expect("a connection")
    }

    /// What the engine's own client prints.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let (option, socket) = match self.client {
            "docker" => ("--host", format!("unix://{}", self.socket().display())),
            _ => ("--url", format!("unix://{}", self.socket().display())),
        };
        let output = command(self.client).arg(option).arg(socket).args(arguments).output().expect("a client");
        succeeded(&format!("{} {arguments:?}", self.client), output)
    }

    /// Imports an image `box` with the programs of busybox.
    pub(crate) fn import_image(&self) {
        let root = self.directory.path().join("image");
        std::fs::create_dir_all(root.join("bin")).expect("a directory");
        std::fs::copy("/bin/busybox", root.join("bin/busybox")).expect("busybox");
        std::os::unix::fs::symlink("busybox", root.join("bin/sh")).expect("a link");
        let archive = self.directory.path().join("image.tar");
        let output =
            command("tar").arg("-C").arg(&root).arg("-cf").arg(&archive).arg("bin").output().expect("tar");
        succeeded("tar", output);
        self.run(&["import", archive.to_str().expect("a path of text"), "box"]);
    }

    /// Kills it, with all its containers.
    pub(crate) fn kill(&mut self) {
        // `unshare` passes its end on to what it started.
        self.process.kill().expect("a running daemon");
        self.process.wait().expect("its end");
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.directory.path().join("log")).unwrap_or_default()
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
        if std::thread::panicking() {
            eprintln!("{}", self.log());
        }
    }
}

fn docker_options(directory: &Path) -> String {
    let at = directory.display();
    format!(
        "--data-root {at}/data --exec-root {at}/run --pidfile {at}/pid --host unix://{at}/engine.sock --storage-driver vfs \
         --iptables=false --ip6tables=false --ip-masq=false --ip-forward=false --log-level error"
    )
}

/// A shell command in mount and process namespaces of its own, that ends when the thread that starts it does.
fn sandboxed(namespaces: &[&str], script: &str) -> Command {
    let mut command = command("setpriv");
    command
        .args([
            "--pdeathsig",
            "KILL",
            "unshare",
            "--mount",
            "--pid",
            "--fork",
            "--kill-child",
            "--mount-proc",
        ])
        .args(namespaces)
        .args(["sh", "-c", script]);
    command
}

/// Whether this is root on a machine with these programs; where not, says so, and fails in CI.
pub(crate) fn can_run(programs: &[&str]) -> bool {
    let id = command("id").arg("-u").output().expect("id");
    let mut missing: Vec<String> =
        programs.iter().filter(|name| !is_there(name)).map(|name| format!("no `{name}`")).collect();
    if String::from_utf8_lossy(&id.stdout).trim() != "0" {
        missing.insert(0, "not root".to_owned());
    }
    if missing.is_empty() {
        return true;
    }
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    let line = format!("skipped: {test}: {}", missing.join(", "));
    assert!(env::var("CI").as_deref() != Ok("true"), "{line}");
    // Past the capture of the test's output.
    let _ = writeln!(std::io::stderr().lock(), "{line}");
    false
}

fn is_there(program: &str) -> bool {
    let path = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&path)
        .chain([PathBuf::from("/usr/sbin")])
        .any(|directory| directory.join(program).is_file())
}

/// What a program that must succeed printed.
#[track_caller]
fn succeeded(what: &str, output: Output) -> String {
    assert!(output.status.success(), "{what}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text").trim().to_owned()
}

/// Writes a file.
pub(crate) fn put(path: &Path, text: &str) {
    File::create(path).and_then(|mut file| file.write_all(text.as_bytes())).expect("a file");
}

/// The one place where these tests start programs: engines, their clients, and `sshd`.
#[expect(clippy::disallowed_methods, reason = "real engines are the point of these tests")]
pub(crate) fn command(program: &str) -> Command {
    Command::new(program)
}
