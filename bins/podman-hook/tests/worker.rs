//! What the hook leaves behind, with a fake Podman that a test can make wait.

#![expect(clippy::unwrap_used, reason = "these are tests")]

use std::fs::{self, File, Permissions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// Longer than anything takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// A container of a fake Podman: a process, one above it that watches over it as `conmon` does, and a program that is asked.
struct Scene {
    scratch: TempDir,
    conmon: Child,
    pid: u32,
}

impl Scene {
    /// A scene in which Podman answers this shell script's output.
    fn new(podman: &str) -> Self {
        let scratch = TempDir::new().unwrap();
        let path = scratch.path().join("podman");
        let mut file = File::create(&path).unwrap();
        write!(file, "#!/bin/sh\ncd {}\necho \"$@\" >> asked\n{podman}\n", scratch.path().display()).unwrap();
        file.set_permissions(Permissions::from_mode(0o755)).unwrap();
        drop(file);
        let mut conmon = command("sh");
        conmon.args(["-c", "sleep 1000 & echo $!; wait", "conmon", "--exit-command"]).arg(&path);
        conmon.args(["--exit-command-arg", "container", "--exit-command-arg", "cleanup"]);
        let mut conmon = conmon.stdout(Stdio::piped()).spawn().unwrap();
        let mut pid = [0; 16];
        let read = conmon.stdout.as_mut().unwrap().read(&mut pid).unwrap();
        let pid = String::from_utf8_lossy(&pid[..read]).trim().parse().unwrap();
        Self { scratch, conmon, pid }
    }

    fn at(&self, name: &str) -> PathBuf {
        self.scratch.path().join(name)
    }

    /// The hook, with this around it, called at the start of the container `web`.
    fn start(&self, mut hook: Command, annotations: &str) -> Child {
        hook.env("PORTOLAN_CONFIG", "").env("PORTOLAN_HOOK_DIRECTORY", self.at("records"));
        hook.env("PORTOLAN_OUTPUT", self.at("dynamic")).env("PORTOLAN_PROBE", "false");
        let mut child = hook.stdin(Stdio::piped()).spawn().unwrap();
        let state = format!(
            r#"{{"id":"web","status":"created","pid":{},"annotations":{{{annotations}}}}}"#,
            self.pid
        );
        child.stdin.take().unwrap().write_all(state.as_bytes()).unwrap();
        child
    }

    /// Waits until each worker of this scene has ended.
    fn until_no_worker(&self) {
        let ours = self.at("records").display().to_string();
        let works = |process: &Path| {
            let environment = fs::read(process.join("environ")).unwrap_or_default();
            let name = fs::read(process.join("comm")).unwrap_or_default();
            // A link of its own: `/proc/self/exe`.
            [&b"podman-hook\n"[..], b"exe\n"].contains(&&*name)
                && String::from_utf8_lossy(&environment).contains(&ours)
        };
        // One that is killed loses its environment first, and its locks a little later.
        let is_held = || {
            let record = File::open(self.at("records/web.json"));
            record.is_ok_and(|record| record.try_lock().is_err())
        };
        let end = Instant::now() + PATIENCE;
        while is_held()
            || fs::read_dir("/proc").unwrap().any(|entry| entry.is_ok_and(|entry| works(&entry.path())))
        {
            assert!(Instant::now() < end, "a worker does not end");
            std::thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits until a file holds this, and gives it.
    fn until(&self, name: &str, text: &str) -> String {
        let end = Instant::now() + PATIENCE;
        loop {
            let found = fs::read_to_string(self.at(name)).unwrap_or_default();
            if found.contains(text) {
                return found;
            }
            assert!(Instant::now() < end, "`{text}` does not come in {name}: {found}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Scene {
    /// Ends the container.
    fn end(&mut self) {
        // Its number is another's once the one above it has ended too.
        if self.conmon.try_wait().is_ok_and(|ended| ended.is_none()) {
            let pid = nix::unistd::Pid::from_raw(self.pid.cast_signed());
            let _ = nix::sys::signal::kill(pid, nix::sys::signal::SIGKILL);
            let _ = self.conmon.wait();
        }
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        self.end();
    }
}

#[expect(clippy::disallowed_methods, reason = "the program under test, and those around it")]
fn command(program: impl AsRef<Path>) -> Command {
    Command::new(program.as_ref())
}

fn hook() -> Command {
    command(env!("CARGO_BIN_EXE_podman-hook"))
}

const INSPECT: &str = r#"[{"Id": "web", "Name": "front", "State": {"Status": "running"}, "Config": {"Image": "web", "Labels":
    {"traefik.enable": "true"}}, "NetworkSettings": {"Ports": {"80/tcp": null}, "Networks": {"podman": {"IPAddress": "10.88.0.7"}}}}]"#;

#[test]
fn a_worker_holds_nothing_that_the_hook_was_given() {
    // Podman answers when somebody opens the other end.
    let scene = Scene::new(&format!("cat go > /dev/null\necho '{INSPECT}'"));
    nix::unistd::mkfifo(&scene.at("go"), nix::sys::stat::Mode::S_IRWXU).unwrap();
    let mut shell = command("sh");
    shell.args(["-c", r#"exec 8>&1 9>&1 >/dev/null; exec "$0""#, env!("CARGO_BIN_EXE_podman-hook")]);
    shell.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = scene.start(shell, "");
    assert!(child.wait().unwrap().success());
    // It ends when nobody holds the other ends.
    let (sender, receiver) = mpsc::channel();
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    std::thread::spawn(move || {
        let mut text = String::new();
        out.read_to_string(&mut text).unwrap();
        err.read_to_string(&mut text).unwrap();
        sender.send(text)
    });
    assert_eq!(receiver.recv_timeout(PATIENCE).unwrap(), "");
    // The worker was there all the time.
    scene.until("asked", "container inspect web");
    assert!(!scene.at("dynamic").exists());
    drop(File::options().write(true).open(scene.at("go")).unwrap());
    scene.until("dynamic/podman-hook.yml", "http://10.88.0.7:80");
}

#[test]
fn what_a_worker_has_to_say_is_in_its_log() {
    let scene = Scene::new("echo 'Error: no such container' >&2; exit 125");
    let mut hook = hook();
    hook.env("PORTOLAN_LOG_LEVEL", "loud");
    assert!(scene.start(hook, "").wait().unwrap().success());
    if Path::new("/run/systemd/journal/socket").exists() {
        return;
    }
    let log = scene.until("records/podman-hook.log", "no such container");
    assert!(log.contains("ERROR variable `PORTOLAN_LOG_LEVEL`"), "{log}");
    assert!(log.contains(" WARN web: the engine did not tell what the container is"), "{log}");
    scene.until("records/podman-hook.log", "the file is not written: the settings are in error");
    assert!(!scene.at("dynamic").exists(), "who knows what they keep from the world");
}

#[test]
fn the_next_hook_does_the_work_of_one_that_was_killed() {
    for step in ["after-record", "after-inspect", "holding-lock", "before-write", "after-write"] {
        let scene = Scene::new(&format!("echo '{INSPECT}'"));
        let mut killed = hook();
        killed.env("PORTOLAN_HOOK_FAULT", step);
        let _ = scene.start(killed, "").wait().unwrap();
        scene.until_no_worker();
        let mut stop = hook();
        stop.env("PORTOLAN_CONFIG", "").env("PORTOLAN_HOOK_DIRECTORY", scene.at("records"));
        stop.env("PORTOLAN_OUTPUT", scene.at("dynamic")).env("PORTOLAN_PROBE", "false");
        let mut stop = stop.stdin(Stdio::piped()).spawn().unwrap();
        stop.stdin.take().unwrap().write_all(br#"{"id":"other","status":"stopped"}"#).unwrap();
        assert!(stop.wait().unwrap().success());
        scene.until("dynamic/podman-hook.yml", "http://10.88.0.7:80");
    }
}

#[test]
fn labels_as_annotations_need_no_podman() {
    let scene = Scene::new("exit 1");
    let annotations = r#""traefik.enable":"true","traefik.http.services.s.loadbalancer.server.port":"8080""#;
    assert!(scene.start(hook(), annotations).wait().unwrap().success());
    // The process is no container of its own: it is reached where the host is.
    scene.until("dynamic/podman-hook.yml", "http://127.0.0.1:8080");
    assert!(!scene.at("asked").exists());
}

#[test]
fn what_is_known_is_told_and_what_has_ended_is_dropped() {
    let mut scene = Scene::new(&format!("echo '{INSPECT}'"));
    assert!(scene.start(hook(), "").wait().unwrap().success());
    scene.until_no_worker();
    let by_hand = |scene: &Scene, arguments: &[&str]| {
        let mut hook = hook();
        hook.env("PORTOLAN_CONFIG", "").env("PORTOLAN_HOOK_DIRECTORY", scene.at("records"));
        let output = hook.env("PORTOLAN_OUTPUT", scene.at("dynamic")).args(arguments).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let status: serde_json::Value =
        serde_json::from_str(&by_hand(&scene, &["status", "--format", "json"])).unwrap();
    let container = &status["containers"][0];
    assert_eq!((&container["name"], &container["state"]), (&"front".into(), &"known".into()));
    assert_eq!(container["addresses"], serde_json::json!(["10.88.0.7:80"]));
    assert!(by_hand(&scene, &["status"]).starts_with("web  front  known, since 20"));
    assert_eq!(by_hand(&scene, &["sync"]), "");
    scene.end();
    assert!(by_hand(&scene, &["status"]).starts_with("web  front  ended: its record goes with the next"));
    assert_eq!(by_hand(&scene, &["sync"]), "dropped  web  front: it has ended\n");
    assert!(by_hand(&scene, &["status"]).starts_with("no containers are known\nfiles: "));
    assert!(!fs::read_to_string(scene.at("dynamic/podman-hook.yml")).unwrap().contains("10.88.0.7"));
}
