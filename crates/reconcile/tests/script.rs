//! Scripts that are really started: what reaches them, how they end, and which are refused.

#![expect(
    clippy::disallowed_methods,
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "files of a test's own, which nobody reads meanwhile; what goes wrong there fails the test"
)]

use std::collections::BTreeMap;
use std::fs::{self, File, Permissions};
use std::io::{BufRead as _, BufReader, Read as _};
use std::os::unix::fs::{PermissionsExt as _, chown, symlink};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use nix::sys::stat::Mode;
use portolan_container::Container;
use portolan_reconcile::{Script, ScriptContext, ScriptError, ScriptOutcome, Scripts};
use tempfile::TempDir;
use tokio::task::spawn_blocking;

/// A directory of scripts.
struct Scene {
    directory: TempDir,
}

impl Scene {
    fn new() -> Self {
        let scene = Self { directory: tempfile::tempdir().unwrap() };
        mode(scene.directory.path(), 0o755);
        scene
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// A script for `/bin/sh`.
    fn script(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, format!("#!/bin/sh\n{text}\n")).unwrap();
        mode(&path, 0o755);
        path
    }

    fn fifo(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        nix::unistd::mkfifo(&path, Mode::from_bits_truncate(0o600)).unwrap();
        path
    }

    fn scripts(&self) -> Scripts {
        Scripts::new(self.directory.path(), Duration::from_secs(60))
    }

    fn found(&self, event: &str, container: &str) -> Script {
        self.scripts().find(event, container).unwrap().expect("a script")
    }

    /// Runs `start.web`, which must end well.
    async fn run(&self, context: &ScriptContext) {
        let outcome = self.scripts().run(&self.found("start", "web"), context).await;
        assert!(matches!(&outcome, ScriptOutcome::Ended(status) if status.success()), "{outcome}");
    }

    fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn refusal(&self, container: &str) -> ScriptError {
        self.scripts().find("start", container).expect_err("it should be refused")
    }
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn context(event: &str, container: &str, labels: &[(&str, &str)]) -> ScriptContext {
    let container = Container {
        id: format!("id-of-{container}"),
        name: container.to_owned(),
        labels: labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect(),
        pid: Some(4711),
        ..Container::default()
    };
    ScriptContext { event: event.to_owned(), engine: "unix:///run/docker.sock".to_owned(), container }
}

/// What is written to a fifo until nobody has it open any more.
async fn all_of(fifo: PathBuf) -> String {
    let read = spawn_blocking(move || {
        let mut text = String::new();
        File::open(fifo).unwrap().read_to_string(&mut text).unwrap();
        text
    });
    tokio::time::timeout(Duration::from_secs(30), read).await.expect("an end").unwrap()
}

/// The first lines that are written to a fifo, by whomever.
async fn lines_of(fifo: PathBuf, count: usize) -> Vec<String> {
    let read = spawn_blocking(move || {
        // Open for writing too, it has no end when the first writer is gone.
        let fifo = File::options().read(true).write(true).open(fifo).unwrap();
        BufReader::new(fifo).lines().take(count).map(Result::unwrap).collect()
    });
    tokio::time::timeout(Duration::from_secs(30), read).await.expect("all lines").unwrap()
}

#[tokio::test]
async fn the_environment_and_standard_input_tell_what_happened() {
    let scene = Scene::new();
    scene.script("start.web", "env > env; cat > json; pwd > pwd; echo $# > arguments");
    let mut context = context("start", "web", &[("a.b", "1"), ("c", "2")]);
    context.container.image.name = "nginx:1".to_owned();
    scene.run(&context).await;

    let text = scene.text("env");
    let mut env: BTreeMap<&str, &str> = text.lines().filter_map(|line| line.split_once('=')).collect();
    for of_the_shell in ["PWD", "SHLVL", "_", "OLDPWD"] {
        env.remove(of_the_shell);
    }
    assert!(env.remove("PATH").is_some());
    env.remove("HOME");
    let expected = BTreeMap::from([
        ("PORTOLAN_ENGINE", "unix:///run/docker.sock"),
        ("PORTOLAN_EVENT", "start"),
        ("PORTOLAN_ID", "id-of-web"),
        ("PORTOLAN_IMAGE", "nginx:1"),
        ("PORTOLAN_LABELS", r#"{"a.b":"1","c":"2"}"#),
        ("PORTOLAN_NAME", "web"),
        ("PORTOLAN_PID", "4711"),
    ]);
    assert_eq!(env, expected, "and nothing of the environment of the tests, such as CARGO");

    let json: serde_json::Value = serde_json::from_str(&scene.text("json")).unwrap();
    assert_eq!(json["event"], "start");
    assert_eq!(json["container"], serde_json::to_value(&context.container).unwrap());
    assert_eq!(Path::new(scene.text("pwd").trim_end()), scene.directory.path().canonicalize().unwrap());
    assert_eq!(scene.text("arguments"), "0\n");
}

#[tokio::test]
async fn no_label_is_more_than_text() {
    let scene = Scene::new();
    scene.script("start.web", "printf %s \"$PORTOLAN_LABELS\" > labels; cat > json");
    let hostile =
        ["$(touch x)", "`touch x`", "\ntouch x\n", "| touch x", "&& touch x; touch x", "*", "a\0b", "\"'\\"];
    let labels: Vec<(&str, &str)> = hostile.iter().map(|text| (*text, *text)).collect();
    let mut context = context("start", "web", &labels);
    context.container.id = "$(touch x)\n`touch x`".to_owned();
    context.container.image.name = "a\0b".to_owned();
    scene.run(&context).await;

    assert!(!scene.path("x").exists());
    let labels: BTreeMap<String, String> = serde_json::from_str(&scene.text("labels")).unwrap();
    assert_eq!(labels, context.container.labels);
    let json: serde_json::Value = serde_json::from_str(&scene.text("json")).unwrap();
    assert_eq!(json["container"], serde_json::to_value(&context.container).unwrap());
}

/// A variable could not hold them; and a pipe can't, so that somebody must read meanwhile.
#[tokio::test]
async fn labels_of_any_size_reach_those_who_read_them() {
    let long = "x".repeat(1 << 20);
    let context = context("start", "web", &[("a", &long)]);
    for (text, expected) in [
        ("echo ${PORTOLAN_LABELS-unset}; wc -c > size", true),
        ("exec > other 2>&1; wc -c > size", true),
        ("exec <&-", false),
        ("true", false),
    ] {
        let scene = Scene::new();
        scene.script("start.web", text);
        scene.run(&context).await;
        let size =
            fs::read_to_string(scene.path("size")).ok().map(|size| size.trim().parse::<usize>().unwrap());
        assert_eq!(size.map(|size| size > long.len()), expected.then_some(true), "{text}");
    }
}

#[tokio::test]
async fn a_script_that_hangs_is_killed_with_what_it_started() {
    for text in [
        "sleep 1000 & wait",
        "sleep 1000 & exit 0",
        "trap '' TERM INT HUP; sleep 1000 >/dev/null 2>&1 & sleep 1000",
    ] {
        let scene = Scene::new();
        let alive = all_of(scene.fifo("alive"));
        scene.script("start.web", &format!("exec 9>alive; echo started >&9; {text}"));
        // Long enough for a shell to start on a machine that is busy.
        let scripts = Scripts::new(scene.directory.path(), Duration::from_secs(2));
        let (script, context) = (scene.found("start", "web"), context("start", "web", &[]));
        let (outcome, said) = tokio::join!(scripts.run(&script, &context), alive);
        assert!(matches!(outcome, ScriptOutcome::TimedOut(_)), "{text}: {outcome}");
        assert_eq!(said, "started\n", "and nobody has the fifo open any more");
    }
}

#[tokio::test]
async fn what_has_its_output_elsewhere_may_stay() {
    let scene = Scene::new();
    let (go, alive) = (scene.fifo("go"), scene.fifo("alive"));
    scene.script("start.web", "(read word < go; echo $word > alive) < /dev/null > /dev/null 2>&1 &");
    scene.run(&context("start", "web", &[])).await;
    let alive = tokio::spawn(all_of(alive));
    spawn_blocking(move || fs::write(go, "here\n").unwrap()).await.unwrap();
    assert_eq!(alive.await.unwrap(), "here\n");
}

#[tokio::test]
async fn how_a_script_ended() {
    let told = async |text: &str| {
        let scene = Scene::new();
        scene.script("start.web", text);
        let outcome = scene.scripts().run(&scene.found("start", "web"), &context("start", "web", &[])).await;
        outcome.to_string()
    };
    assert_eq!(told("exit 0").await, "script ended: exit status: 0");
    assert_eq!(told("exit 7").await, "script ended: exit status: 7");
    assert_eq!(told("kill -9 $$").await, "script ended: signal: 9 (SIGKILL)");

    let scene = Scene::new();
    let path = scene.path("start.web");
    fs::write(&path, "#!/no/such/interpreter\n").unwrap();
    mode(&path, 0o755);
    let outcome = scene.scripts().run(&scene.found("start", "web"), &context("start", "web", &[])).await;
    assert!(
        matches!(&outcome, ScriptOutcome::Failed(error) if error.kind() == std::io::ErrorKind::NotFound),
        "{outcome}"
    );
}

/// A line of the log as JSON: it is gathered here.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn what_a_script_prints_is_in_the_log() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().json().with_writer(move || writer.clone()).finish();
    let guard = tracing::subscriber::set_default(subscriber);
    let scene = Scene::new();
    scene.script("start.web", "echo out; printf 'a\\033[31mb\\r\\n' >&2; printf 'no end'; exit 3");
    scene.scripts().run(&scene.found("start", "web"), &context("start", "web\n", &[])).await;
    drop(guard);

    let bytes = log.0.lock().unwrap().clone();
    let mut lines: Vec<(String, String, String)> = serde_json::Deserializer::from_slice(&bytes)
        .into_iter::<serde_json::Value>()
        .map(|line| {
            let line = line.unwrap();
            assert_eq!(line["fields"]["script"], "start.web");
            let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
            (text(&line["level"]), text(&line["fields"]["container"]), text(&line["fields"]["message"]))
        })
        .collect();
    let last = lines.pop();
    // The two streams are two: which comes first is not told.
    lines.sort();
    let line = |level: &str, message: &str| (level.to_owned(), "web\\n".to_owned(), message.to_owned());
    assert_eq!(lines, [line("INFO", "no end"), line("INFO", "out"), line("WARN", "a\\u{1b}[31mb")]);
    assert_eq!(last, Some(line("WARN", "script ended: exit status: 3")));
}

#[test]
fn what_is_not_there_is_no_mistake() {
    let scene = Scene::new();
    scene.script("start.web", "");
    scene.script("start.", "");
    for (event, container) in [("stop", "web"), ("start", "other"), ("start", ""), ("", "web")] {
        assert!(scene.scripts().find(event, container).unwrap().is_none(), "{event} {container}");
    }
    let absent = Scripts::new(scene.path("absent"), Duration::from_secs(1));
    assert!(absent.find("start", "web").unwrap().is_none());
}

#[test]
fn no_name_leads_out_of_the_directory() {
    let scene = Scene::new();
    let scripts = scene.path("scripts");
    fs::create_dir_all(scripts.join("start.x")).unwrap();
    scene.script("evil", "");
    let scripts = Scripts::new(&scripts, Duration::from_secs(1));
    for name in ["x/../../evil", "/../evil", "../evil", &scene.path("evil").to_string_lossy()] {
        assert!(scripts.find("start", name).unwrap().is_none(), "{name}");
        assert!(scripts.find(name, "web").unwrap().is_none(), "{name}");
    }
    assert!(matches!(scripts.find("start", "x"), Err(ScriptError::NotAFile { .. })));
}

#[test]
fn scripts_that_others_could_change_are_refused() {
    let scene = Scene::new();
    let path = scene.script("start.web", "");
    assert_eq!(scene.found("start", "web").path(), path.canonicalize().unwrap());
    for (bits, words) in [(0o777, "everybody may"), (0o775, "a group may"), (0o757, "everybody may")] {
        mode(&path, bits);
        let error = scene.refusal("web");
        assert_eq!(error.to_string(), format!("{words} write to `{}`", path.display()));
        assert_eq!(error.help(), Some(format!("`chmod go-w {}`", path.display())));
    }
    mode(&path, 0o644);
    let error = scene.refusal("web");
    assert_eq!(error.to_string(), format!("`{}` is not executable", path.display()));
    assert_eq!(error.help(), Some(format!("`chmod u+x {}`", path.display())));

    mode(&path, 0o700);
    assert!(scene.scripts().find("start", "web").unwrap().is_some());
    fs::write(&path, "touch x\n").unwrap();
    assert!(matches!(scene.refusal("web"), ScriptError::NoInterpreter { .. }), "no shell shall guess");
}

#[test]
fn directories_that_others_could_change_are_refused() {
    let scene = Scene::new();
    scene.script("start.web", "");
    for bits in [0o777, 0o775, 0o1777] {
        mode(scene.directory.path(), bits);
        let error = scene.refusal("web");
        assert_eq!(error.help(), Some(format!("`chmod go-w {}`", scene.directory.path().display())));
    }
    mode(scene.directory.path(), 0o755);

    // Whoever may write above may put another directory in its place.
    let inner = scene.path("inner");
    fs::create_dir(&inner).unwrap();
    mode(&inner, 0o755);
    fs::rename(scene.path("start.web"), inner.join("start.web")).unwrap();
    let scripts = Scripts::new(&inner, Duration::from_secs(1));
    assert!(scripts.find("start", "web").unwrap().is_some());
    mode(scene.directory.path(), 0o777);
    let error = scripts.find("start", "web").unwrap_err();
    assert!(
        matches!(&error, ScriptError::Writable { path, .. } if path == scene.directory.path()),
        "{error}"
    );
    mode(scene.directory.path(), 0o1777);
    assert!(scripts.find("start", "web").unwrap().is_some(), "in a sticky one nobody can");
}

#[test]
fn what_belongs_to_others_is_refused() {
    if !nix::unistd::geteuid().is_root() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "nothing may be skipped under CI");
        println!("skipped: only root can give files away");
        return;
    }
    let scene = Scene::new();
    let path = scene.script("start.web", "");
    chown(&path, Some(12345), None).unwrap();
    let error = scene.refusal("web");
    let words = "belongs to the user 12345, neither to root nor to the user of this service";
    assert_eq!(error.to_string(), format!("`{}` {words}", path.display()));
    assert_eq!(error.help(), Some(format!("`chown --no-dereference root {}`", path.display())));
    chown(&path, Some(0), None).unwrap();
    assert!(scene.scripts().find("start", "web").unwrap().is_some());
    chown(scene.directory.path(), Some(12345), None).unwrap();
    assert!(matches!(scene.refusal("web"), ScriptError::ForeignOwner { .. }));
    chown(scene.directory.path(), Some(0), None).unwrap();

    // A link of somebody else's, to a file that is as it should be.
    symlink("start.web", scene.path("start.link")).unwrap();
    assert!(scene.scripts().find("start", "link").unwrap().is_some());
    std::os::unix::fs::lchown(scene.path("start.link"), Some(12345), None).unwrap();
    assert!(matches!(scene.refusal("link"), ScriptError::ForeignOwner { .. }));
}

#[test]
fn links_are_judged_by_all_that_they_lead_through() {
    let scene = Scene::new();
    let directory = scene.directory.path().canonicalize().unwrap();
    for name in ["scripts", "good", "bad"] {
        fs::create_dir(scene.path(name)).unwrap();
        mode(&scene.path(name), 0o755);
    }
    for name in ["good", "bad"] {
        fs::rename(scene.script("script", ""), scene.path(name).join("script")).unwrap();
    }
    mode(&scene.path("bad"), 0o777);
    let link = |target: &str, name: &str| symlink(target, scene.path(name)).unwrap();
    link("../good/script", "scripts/start.relative");
    link(&directory.join("good/script").to_string_lossy(), "scripts/start.absolute");
    link("../bad/script", "scripts/start.bad");
    link("../good/script", "bad/link");
    link("../bad/link", "scripts/start.through-bad");
    link("start.loop", "scripts/start.loop");
    link("../good/absent", "scripts/start.dangling");
    link("../good", "scripts/start.directory");
    link("scripts", "other-name");

    for directory_name in ["scripts", "other-name", "bad/../scripts/../other-name"] {
        let scripts = Scripts::new(scene.path(directory_name), Duration::from_secs(1));
        let find = |name: &str| scripts.find("start", name);
        if directory_name.contains("bad") {
            assert!(matches!(find("relative"), Err(ScriptError::Writable { .. })));
            continue;
        }
        for name in ["relative", "absolute"] {
            assert_eq!(find(name).unwrap().unwrap().path(), directory.join("good/script"), "{name}");
        }
        for name in ["bad", "through-bad"] {
            let error = find(name).unwrap_err();
            assert!(
                matches!(&error, ScriptError::Writable { path, .. } if *path == directory.join("bad")),
                "{error}"
            );
        }
        assert!(matches!(find("loop"), Err(ScriptError::TooManyLinks { .. })));
        assert!(matches!(find("dangling"), Err(ScriptError::Unreadable { .. })));
        assert!(matches!(find("directory"), Err(ScriptError::NotAFile { .. })));
    }
}

#[tokio::test]
async fn a_container_s_scripts_run_one_by_one_and_in_order() {
    let scene = Scene::new();
    let lines = scene.fifo("lines");
    let events = ["create", "start", "pause", "unpause", "kill", "die", "stop", "destroy"];
    for event in events {
        // Whoever comes while another is at it, finds the directory.
        let text = "mkdir busy || echo two > lines; sleep 0.02; echo $PORTOLAN_EVENT; echo $PORTOLAN_EVENT > lines; rmdir busy";
        scene.script(&format!("{event}.web"), text);
    }
    let lines = tokio::spawn(lines_of(lines, events.len()));
    let queue = scene.scripts().spawn();
    for event in events {
        queue.post(context(event, "web", &[]));
        queue.post(context(event, "of-no-script", &[]));
    }
    assert_eq!(lines.await.unwrap(), events);
    queue.stop().await;
}

#[tokio::test]
async fn scripts_of_different_containers_run_side_by_side() {
    let scene = Scene::new();
    let (lines, meeting) = (scene.fifo("lines"), scene.fifo("meeting"));
    // Each waits for the other at the fifo.
    scene.script("start.a", "echo word > meeting");
    scene.script("start.b", "read word < meeting; echo $word > lines");
    let lines = tokio::spawn(lines_of(lines, 1));
    let queue = scene.scripts().spawn();
    queue.post(context("start", "a", &[]));
    queue.post(context("start", "b", &[]));
    assert_eq!(lines.await.unwrap(), ["word"]);
    queue.stop().await;
    assert!(meeting.exists());
}

#[tokio::test]
async fn a_refused_script_does_not_hold_up_the_next() {
    let scene = Scene::new();
    let lines = scene.fifo("lines");
    mode(&scene.script("create.web", "echo create > lines"), 0o777);
    scene.script("start.web", "echo start > lines");
    let lines = tokio::spawn(lines_of(lines, 1));
    let queue = scene.scripts().spawn();
    queue.post(context("create", "web", &[]));
    queue.post(context("start", "web", &[]));
    assert_eq!(lines.await.unwrap(), ["start"]);
    queue.stop().await;
}

#[tokio::test]
async fn what_runs_ends_with_the_queue() {
    for by_stop in [true, false] {
        let scene = Scene::new();
        let (alive, started) = (scene.fifo("alive"), scene.fifo("started"));
        scene.script("start.web", "exec 9>alive; echo here > started; sleep 1000 & sleep 1000");
        scene.script("die.web", "exec > alive; echo after");
        let alive = tokio::spawn(all_of(alive));
        let started = tokio::spawn(lines_of(started, 1));
        let queue = scene.scripts().spawn();
        queue.post(context("start", "web", &[]));
        queue.post(context("die", "web", &[]));
        assert_eq!(started.await.unwrap(), ["here"]);
        if by_stop {
            queue.stop().await
        } else {
            drop(queue)
        }
        assert_eq!(alive.await.unwrap(), "", "nobody has the fifo open any more");
    }
}
