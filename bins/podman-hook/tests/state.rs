//! What is no container's state, given to the program as a runtime gives it: told on standard error, and nothing comes of it.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "these are tests")]

use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Mutex, PoisonError};

use nix::errno::Errno;
use nix::sys::wait::wait;
use tempfile::TempDir;

/// What came of one call.
#[derive(Debug, PartialEq)]
struct Done {
    code: Option<i32>,
    said: String,
    /// Processes that it left behind.
    left: usize,
    /// Files and directories, but for those that were there before.
    written: Vec<String>,
}

/// Calls the hook with this on its standard input. Its children become ours when it ends, so that none is missed, and all
/// have ended when this returns.
fn call(state: &[u8], variables: &[(&str, &str)]) -> Done {
    // Children of one call are not to be taken for those of another.
    static ONE: Mutex<()> = Mutex::new(());
    let _one = ONE.lock().unwrap_or_else(PoisonError::into_inner);
    nix::sys::prctl::set_child_subreaper(true).expect("to take in orphans");
    let scratch = TempDir::new().unwrap();
    let at = |name: &str| scratch.path().join(name);
    let mut hook = hook();
    hook.env_clear().env("PORTOLAN_CONFIG", "").envs(variables.iter().copied());
    hook.env("PORTOLAN_HOOK_DIRECTORY", at("records")).env("PORTOLAN_OUTPUT", at("dynamic"));
    hook.env("PORTOLAN_PROBE", "false").env("PORTOLAN_HOOK_TIMEOUT", "2s").current_dir(scratch.path());
    hook.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = hook.spawn().expect("the program starts");
    // It does not read on once it has seen enough.
    let _ = child.stdin.take().expect("is piped").write_all(state);
    let mut said = String::new();
    child.stderr.take().expect("is piped").read_to_string(&mut said).expect("it says UTF-8");
    let code = child.wait().expect("it ends").code();
    let mut left = 0;
    loop {
        match wait() {
            Ok(_) => left += 1,
            Err(Errno::ECHILD) => break,
            Err(error) => panic!("{error}"),
        }
    }
    Done { code, said, left, written: below(scratch.path()) }
}

#[expect(clippy::disallowed_methods, reason = "the program under test")]
fn hook() -> Command {
    Command::new(env!("CARGO_BIN_EXE_podman-hook"))
}

fn below(directory: &Path) -> Vec<String> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        names.push(path.file_name().unwrap().to_string_lossy().into_owned());
        if path.is_dir() {
            names.extend(below(&path));
        }
    }
    names.sort();
    names
}

fn check(state: &[u8], message: &str) {
    for (variables, code) in [
        (&[][..], 0),
        (&[("PORTOLAN_HOOK_REQUIRED", "false")][..], 0),
        (&[("PORTOLAN_HOOK_REQUIRED", "true")][..], 1),
    ] {
        let done = call(state, variables);
        assert_eq!(
            (done.code, done.left, done.written.as_slice()),
            (Some(code), 0, &[][..]),
            "{message}: {done:?}"
        );
        let first = done.said.lines().next().unwrap_or_default();
        assert_eq!(first.strip_prefix("error: ").map(|it| it.starts_with(message)), Some(true), "{done:?}");
        assert!(done.said.len() < 1_000, "{message}: a line, and perhaps a help: {done:?}");
    }
}

#[test]
fn what_is_empty_truncated_or_too_long() {
    check(b"", "there is no container's state on standard input");
    check(b" \n\t ", "there is no container's state on standard input");
    check(b"{", "standard input is not a container's state: EOF");
    check(
        br#"{"ociVersion":"1.0.2","id":"web","status":"created","pid":11"#,
        "standard input is not a container's state: EOF",
    );
    let endless = [br#"{"id":""#.as_slice(), &vec![b'a'; 10 * 1024 * 1024]].concat();
    check(&endless, "the container's state is longer than 1048576 bytes");
    let padded = [br#"{"id":"web","status":"stopped"}"#.as_slice(), &vec![b' '; 10 * 1024 * 1024]].concat();
    check(&padded, "the container's state is longer than 1048576 bytes");
}

#[test]
fn what_is_of_another_type() {
    const NO_STATE: &str = "standard input is not a container's state: invalid type";
    for state in [
        r#"{"id":7,"status":"created","pid":1}"#,
        r#"{"id":"web","status":"created","pid":"1"}"#,
        r#"{"id":"web","status":"created","pid":1,"annotations":["a"]}"#,
        r#"{"id":"web","status":"created","pid":1,"annotations":{"a":1}}"#,
        r#"{"id":"web","status":"created","pid":1,"bundle":{}}"#,
        "\"web\"",
        "null",
    ] {
        check(state.as_bytes(), NO_STATE);
    }
    for state in [
        r#"{"id":"web","status":"created","pid":-1}"#,
        r#"{"id":"web","status":"created","pid":4294967296}"#,
        r#"{"id":"web","id":"web","status":"created","pid":1}"#,
        r#"{"status":"created","pid":1}"#,
        r#"{"id":"web","pid":1}"#,
        r#"{"id":"web","status":"created","pid":1} {}"#,
        r#"["web"]"#,
        "\u{feff}{}",
        "hello",
    ] {
        check(state.as_bytes(), "standard input is not a container's state: ");
    }
    check(
        b"{\"id\":\"w\xff\",\"status\":\"created\",\"pid\":1}",
        "standard input is not a container's state: ",
    );
    check(&[b'['; 500_000], "standard input is not a container's state: ");
}

#[test]
fn an_identifier_that_is_a_path() {
    for id in ["../../etc/cron.d/x", "/etc/passwd", "..", ".", "a/b", ""] {
        for status in ["created", "stopped"] {
            let state = format!(r#"{{"id":"{id}","status":"{status}","pid":1}}"#);
            check(state.as_bytes(), &format!("`{id}` is not a container's identifier"));
        }
    }
    // Not as a terminal would obey it.
    check(br#"{"id":"a\u001b[31m","status":"stopped"}"#, r"`a\u{1b}[31m` is not a container's identifier");
}

#[test]
fn an_unknown_status_and_a_start_without_a_process() {
    for status in ["paused", "Running", "", "run"] {
        let state = format!(r#"{{"id":"web","status":"{status}","pid":1}}"#);
        check(
            state.as_bytes(),
            &format!("standard input is not a container's state: unknown variant `{status}`"),
        );
    }
    for state in [
        r#"{"id":"web","status":"running"}"#,
        r#"{"id":"web","status":"created","pid":0}"#,
        r#"{"id":"web","status":"creating","pid":null}"#,
    ] {
        check(state.as_bytes(), "the state of the running container `web` has no process");
    }
}

#[test]
fn a_state_leaves_a_worker() {
    let done = call(br#"{"ociVersion":"1.0.2","id":"web","status":"stopped","new":[{}]}"#, &[]);
    assert_eq!((done.code, done.left, done.said.as_str()), (Some(0), 1, ""), "{done:?}");
    assert!(done.written.iter().any(|name| name == "records"), "{done:?}");
}
