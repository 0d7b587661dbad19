use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use portolan_engine::{Endpoint, Engine, Pool};
use tempfile::TempDir;

use crate::daemon::{Daemon, can_run, command, put};

/// Connects to the engine at `ENDPOINT` and prints what came of it. The other tests run this in a process of its own,
/// since `PATH` decides which `ssh` is found, and the user whether a socket can be used.
#[tokio::test]
#[ignore = "run by the other tests, with an environment"]
async fn connects() {
    let Ok(endpoint) = std::env::var("ENDPOINT") else { return };
    let endpoint = Endpoint::parse(&endpoint).unwrap();
    let result = match Engine::connect(&endpoint, Duration::from_secs(10)).await {
        Ok(engine) => {
            format!("{:?} {:?}", engine.list().await, engine.inspect("web").await.map(|web| web.is_some()))
        }
        Err(error) => format!("{error}; {}", error.help().unwrap_or_default()),
    };
    println!("result: {result}");
}

/// Shares a connection through SSH and lets it go; prints how many there were in `TMPDIR`, where each has a directory. Run as
/// [`connects`] is.
#[tokio::test]
#[ignore = "run by the other tests, with an environment"]
async fn shares() {
    let Ok(endpoint) = std::env::var("ENDPOINT") else { return };
    let endpoint = Endpoint::parse(&endpoint).unwrap();
    let connections = || std::fs::read_dir(std::env::temp_dir()).unwrap().count();
    let pool = Pool::with_linger(Duration::from_millis(1));
    let patience = Duration::from_secs(60);
    let one = pool.connect(&endpoint, patience).await.unwrap();
    let two = pool.connect(&endpoint, patience).await.unwrap();
    let lists = (one.list().await, two.list().await);
    let (clients, shared) = (pool.clients().len(), connections());
    drop((one, two));
    let end = Instant::now() + patience;
    while connections() > 0 && Instant::now() < end {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    println!("result: {lists:?} {clients} {shared} {} {}", pool.clients().len(), connections());
}

/// What [`connects`] prints with the `ssh` of this directory.
fn connect(endpoint: &str, programs: &Path) -> String {
    let program = std::env::current_exe().unwrap();
    result_of("connects", command(program.to_str().unwrap()).env("PATH", programs), endpoint)
}

/// What [`connects`] prints as a user who may nothing.
pub(crate) fn connect_as_nobody(endpoint: &str) -> String {
    // The directories of the test program may be closed to that user.
    let directory = tempfile::tempdir().unwrap();
    std::fs::set_permissions(directory.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let program = directory.path().join("live");
    std::fs::copy(std::env::current_exe().unwrap(), &program).unwrap();
    let nobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups"];
    result_of("connects", command("setpriv").args(nobody).arg(program).current_dir("/"), endpoint)
}

fn result_of(name: &str, test: &mut Command, endpoint: &str) -> String {
    let output = test
        .args(["--exact", &format!("ssh::{name}"), "--ignored", "--nocapture"])
        .env("ENDPOINT", endpoint)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().find_map(|line| line.split_once("result: ")).unwrap_or_else(|| panic!("{text}")).1.to_owned()
}

/// An SSH server on loopback, and a directory with an `ssh` that knows it.
struct Server {
    process: Child,
    directory: TempDir,
    port: u16,
}

impl Server {
    fn start() -> Option<Self> {
        if !can_run(&["sshd", "ssh", "ssh-keygen"]) {
            return None;
        }
        let directory = tempfile::tempdir().unwrap();
        let at = directory.path();
        for key in ["host", "user"] {
            let made = command("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f"])
                .arg(at.join(key))
                .status();
            assert!(made.unwrap().success());
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let host_key = std::fs::read_to_string(at.join("host.pub")).unwrap();
        put(&at.join("known"), &format!("[127.0.0.1]:{port} {host_key}"));
        std::fs::copy(at.join("user.pub"), at.join("authorized")).unwrap();
        put(
            &at.join("sshd.conf"),
            &format!(
                "ListenAddress 127.0.0.1:{port}\nHostKey {0}/host\nAuthorizedKeysFile {0}/authorized\nPidFile none\nUsePAM no\n\
                 StrictModes no\nPasswordAuthentication no\nPermitRootLogin yes\n",
                at.display()
            ),
        );
        std::fs::create_dir_all("/run/sshd").unwrap();
        let process = command("setpriv")
            .args(["--pdeathsig", "KILL", "/usr/sbin/sshd", "-D", "-e", "-f"])
            .arg(at.join("sshd.conf"))
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let server = Self { process, directory, port };
        let end = Instant::now() + Duration::from_secs(10);
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(Instant::now() < end, "no SSH server");
            std::thread::sleep(Duration::from_millis(20));
        }
        Some(server)
    }

    /// A directory with the real `ssh`, told to use this key and this file of known hosts instead of the user's.
    fn programs(&self, name: &str, key: &str, known: &str) -> std::path::PathBuf {
        let at = self.directory.path();
        let programs = at.join(name);
        std::fs::create_dir(&programs).unwrap();
        let options = format!(
            "-F none -o IdentityAgent=none -o IdentitiesOnly=yes -o IdentityFile={0}/{key} -o GlobalKnownHostsFile=none \
             -o UserKnownHostsFile={0}/{known}",
            at.display()
        );
        let script = programs.join("ssh");
        put(&script, &format!("#!/bin/sh\nexec /usr/bin/ssh {options} \"$@\"\n"));
        std::fs::set_permissions(&script, std::fs::Permissions::from_mode(0o755)).unwrap();
        programs
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[tokio::test]
async fn an_engine_behind_ssh() {
    let Some(server) = Server::start() else { return };
    let Some(daemon) = Daemon::docker().await else { return };
    daemon.import_image();
    let id = daemon.run(&["create", "--name", "web", "box", "/bin/sh"]);
    let endpoint = format!("ssh://root@127.0.0.1:{}{}", server.port, daemon.socket().display());

    let result = connect(&endpoint, &server.programs("good", "user", "known"));
    assert_eq!(result, format!("Ok([{id:?}]) Ok(true)"));
    let result = connect(&endpoint, &server.programs("stranger", "host", "known"));
    assert!(result.contains("no SSH connection") && result.contains("Permission denied"), "{result}");
    assert!(result.contains(&format!("check `ssh ssh://root@127.0.0.1:{}`", server.port)), "{result}");
    let result = connect(&endpoint, &server.programs("unknown", "user", "none"));
    assert!(result.contains("Host key verification failed"), "{result}");
    let nowhere = format!("ssh://root@127.0.0.1:{}/nowhere.sock", server.port);
    let result = connect(&nowhere, &server.programs("nowhere", "user", "known"));
    assert!(result.contains("the engine at `ssh://root@127.0.0.1"), "{result}");
}

#[tokio::test]
async fn one_login_serves_all_users_of_a_pool() {
    let Some(server) = Server::start() else { return };
    let Some(daemon) = Daemon::docker().await else { return };
    let endpoint = format!("ssh://root@127.0.0.1:{}{}", server.port, daemon.socket().display());
    let temporary = tempfile::tempdir().unwrap();
    let programs = server.programs("good", "user", "known");
    let program = std::env::current_exe().unwrap();
    let mut test = command(program.to_str().unwrap());
    test.env("PATH", programs).env("TMPDIR", temporary.path());
    assert_eq!(result_of("shares", &mut test, &endpoint), "(Ok([]), Ok([])) 1 1 0 0");
}

#[test]
fn no_ssh_and_nobody_there() {
    let nothing = tempfile::tempdir().unwrap();
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let endpoint = format!("ssh://127.0.0.1:{port}");
    let result = connect(&endpoint, nothing.path());
    assert!(result.contains("no SSH connection") && result.contains("No such file"), "{result}");
    if can_run(&["ssh"]) {
        let result = connect(&endpoint, Path::new("/usr/bin"));
        assert!(result.contains("Connection refused"), "{result}");
    }
}
