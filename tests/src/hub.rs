use std::fs::{self, File};
use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;
use tempfile::TempDir;

use crate::prerequisites::{hub_proxy, jupyterhub, traefik, wheel};
use crate::{Need, NetworkNamespace, Process, command, eventually_within, output, unmet};

/// What a hub, its proxy and several servers may take that a busy machine starts at once.
const PATIENCE: Duration = Duration::from_secs(240);

/// What is run in here ends with this process, whatever it has started: the first of a namespace of processes.
const ALONE: [&str; 6] = ["unshare", "--pid", "--mount-proc", "--fork", "--kill-child=KILL", "--"];

/// A machine of its own for a JupyterHub: a network with loopback alone, and a directory that everything is in.
#[derive(Debug)]
pub struct Hub {
    directory: TempDir,
    python: PathBuf,
    running: Vec<Process>,
    _network: NetworkNamespace,
}

/// Plays a test on such a machine; a test that can't run here says so and passes.
///
/// # Errors
/// Those of the test, after showing what each program logged.
pub fn hub(needs: &[Need], test: impl FnOnce(&mut Hub) -> Result<()>) -> Result<()> {
    if unmet(&[&[Need::Hub, Need::HubProxy, Need::Traefik], needs].concat())?.is_some() {
        return Ok(());
    }
    let mut hub = Hub::new()?;
    let result = test(&mut hub);
    if result.is_err() {
        hub.show();
    }
    result
}

impl Hub {
    /// Where the hub's users reach it.
    pub const PUBLIC: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 8000);

    /// Takes the calling thread into the network.
    fn new() -> Result<Self> {
        let network = NetworkNamespace::new()?;
        network.enter()?;
        let directory = tempfile::Builder::new().prefix("hub-").tempdir()?;
        let bin = directory.path().join("bin");
        fs::create_dir(&bin)?;
        let link = |name: &str, program: Option<PathBuf>| -> Result<()> {
            Ok(symlink(program.with_context(|| format!("no `{name}`"))?, bin.join(name))?)
        };
        link("traefik", traefik())?;
        link("jupyterhub-proxy", hub_proxy())?;
        // As JupyterHub calls its proxy unless it is told another.
        link("configurable-http-proxy", hub_proxy())?;
        let python = jupyterhub().context("no JupyterHub")?;
        Ok(Self { directory, python, running: Vec::new(), _network: network })
    }

    /// The directory in which everything is started.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// Installs the Python package, for all that is started from now on.
    ///
    /// # Errors
    /// Where `pip` fails.
    pub fn install(&self) -> Result<()> {
        fs::remove_file(self.directory().join("bin/jupyterhub-proxy"))?;
        let mut pip = self.python();
        pip.args(["-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", "site"]);
        output(pip.arg(wheel().context("no wheel")?), b"").map(drop)
    }

    /// The Python that has JupyterHub and, if that was installed, our package.
    pub fn python(&self) -> Command {
        self.command(&self.python)
    }

    /// A program in the directory, which finds Traefik, the proxy under test and JupyterHub.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let environment = self.python.parent().unwrap_or(Path::new("/"));
        let path = [&self.directory().join("bin"), environment].map(|path| path.display().to_string());
        let mut command = command(program.as_ref());
        command.current_dir(self.directory());
        // Nothing of what the caller has set, such as a proxy for HTTP or another hub's token.
        command.env_clear().env("HOME", self.directory()).env("LANG", "C.UTF-8");
        command.env("PATH", format!("{}:/usr/bin:/bin:/usr/sbin:/sbin", path.join(":")));
        command.env("PYTHONPATH", self.directory().join("site")).env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    /// Writes a file of the directory.
    ///
    /// # Errors
    /// Where it can't be written.
    pub fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.directory().join(name);
        File::create(&path)?.write_all(text.as_bytes())?;
        Ok(path)
    }

    /// Starts a program beside the test, which ends with the test.
    ///
    /// # Errors
    /// Where it can't be started.
    pub fn start(&mut self, program: &Command) -> Result<()> {
        self.running.push(Process::start(program)?);
        Ok(())
    }

    /// The same, as a service: it is started anew whenever it ends, and ends with all that it started.
    ///
    /// # Errors
    /// Where it can't be started.
    pub fn serve(&mut self, program: &Command) -> Result<()> {
        let [unshare, options @ ..] = ALONE;
        let mut service = self.command(unshare);
        service.args(options).args(["bash", "-c", r#"while :; do "$@"; sleep 0.1; done"#, "service"]);
        service.arg(program.get_program()).args(program.get_args());
        for (name, value) in program.get_envs() {
            service.env(name, value.unwrap_or_default());
        }
        self.start(&service)
    }

    /// Starts a JupyterHub with this configuration and what tests add to one, and waits until it runs.
    ///
    /// # Errors
    /// Where it doesn't.
    pub fn run(&mut self, configuration: &str) -> Result<()> {
        let settings = include_str!("hub/settings.py");
        self.write("jupyterhub_config.py", &format!("{configuration}\n{settings}"))?;
        let mut program = self.python();
        program.args(["-m", "jupyterhub", "--config", "jupyterhub_config.py"]);
        self.serve(&program)?;
        self.is_running(0)
    }

    /// Ends the hub as a service manager does, and waits until it runs again.
    ///
    /// # Errors
    /// Where it doesn't.
    pub fn restart(&self) -> Result<()> {
        let before = self.running.last().map_or(0, |process| process.log.len());
        self.signal(&["python", "-m", "jupyterhub"], Signal::SIGTERM)?;
        self.is_running(before)
    }

    fn is_running(&self, from: usize) -> Result<()> {
        let hub = self.running.last().context("no hub was started")?;
        let said = |line: &str| line.contains("JupyterHub is now running").then_some(());
        hub.log.wait_for(from, PATIENCE, "the hub runs", said).map(drop)
    }

    /// Has each of these users reach their own server and nobody else's, with a fresh browser each.
    ///
    /// # Errors
    /// Where one doesn't, however often they try.
    pub fn visit(&self, users: &[&str]) -> Result<()> {
        let visit = self.write("visit.py", include_str!("hub/visit.py"))?;
        eventually_within(PATIENCE, "everybody reaches their own server", || {
            let url = format!("http://{}", Self::PUBLIC);
            output(self.python().arg(&visit).arg(url).args(users), b"").map(drop)
        })
    }

    /// The processes in this network whose command lines begin so; the program's path is of no matter.
    ///
    /// # Errors
    /// Where the system doesn't tell.
    pub fn processes(&self, line: &[&str]) -> Result<Vec<Pid>> {
        let network = fs::read_link("/proc/thread-self/ns/net")?;
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc")?.flatten() {
            let Some(id) = entry.file_name().to_str().and_then(|name| name.parse().ok()) else { continue };
            // Those that have ended meanwhile have neither.
            let same = fs::read_link(entry.path().join("ns/net")).is_ok_and(|its| its == network);
            let its = fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
            let its = its.rsplit_once('\0').map_or("", |(words, _)| words);
            let words = its.split('\0').map(|word| word.rsplit('/').next().unwrap_or(word));
            if same && words.take(line.len()).eq(line.iter().copied()) {
                found.push(Pid::from_raw(id));
            }
        }
        Ok(found)
    }

    /// Sends a signal to the one process whose command line begins so, and gives it.
    ///
    /// # Errors
    /// Where there is none, or several.
    pub fn signal(&self, line: &[&str], signal: Signal) -> Result<Pid> {
        // One that is about to start another program looks like two of its kind for a moment.
        eventually_within(PATIENCE, "there is one such process", || {
            let processes = self.processes(line)?;
            let [process] = processes[..] else { bail!("`{}`: {processes:?}", line.join(" ")) };
            kill(process, signal).with_context(|| format!("send {signal} to `{}`", line.join(" ")))?;
            Ok(process)
        })
    }

    /// Runs a module of JupyterHub's own tests, and gives what pytest says at the end of it.
    ///
    /// # Errors
    /// Where a test fails, with what it says.
    pub fn suite(&mut self, module: &str, subdomains: bool) -> Result<String> {
        self.write("names.py", include_str!("hub/names.py"))?;
        self.write(
            "pytest.ini",
            "[pytest]\nasyncio_mode = auto\nasyncio_default_fixture_loop_scope = module\nasyncio_default_test_loop_scope = module\n",
        )?;
        let [unshare, options @ ..] = ALONE;
        let mut tests = self.command(unshare);
        tests.args(options).arg(&self.python).args(["-m", "pytest", "--rootdir", ".", "-c", "pytest.ini"]);
        tests.args(["-p", "names", "-p", "no:cacheprovider", "--quiet", "--pyargs"]);
        tests.arg(format!("jupyterhub.tests.{module}")).env("PYTHONPATH", self.directory());
        if subdomains {
            tests.env("JUPYTERHUB_TEST_SUBDOMAIN_HOST", "http://localhost.jovyan.org:8000");
        }
        let mut tests = Process::start(&tests)?;
        let status = tests.ended(3 * PATIENCE);
        let told = tests.log.text();
        ensure!(status?.success(), "{told}");
        // Programs that it started may have the last word.
        let sum = told.lines().rfind(|line| line.contains(" passed"));
        Ok(sum.unwrap_or_default().to_owned())
    }

    #[expect(clippy::print_stderr, reason = "shown with the failed test, where output is captured too")]
    fn show(&self) {
        for (number, process) in self.running.iter().enumerate() {
            let text = process.log.text();
            let lines: Vec<&str> = text.lines().collect();
            let last = lines.get(lines.len().saturating_sub(150)..).unwrap_or_default();
            eprintln!("--- program {number}, the last lines\n{}", last.join("\n"));
        }
        for name in ["rules.toml", "traefik.toml"] {
            let text = fs::read_to_string(self.directory().join(name)).unwrap_or_default();
            eprintln!("--- {name}\n{text}");
        }
    }
}

impl Drop for Hub {
    fn drop(&mut self) {
        if thread::panicking() {
            self.show();
        }
    }
}
