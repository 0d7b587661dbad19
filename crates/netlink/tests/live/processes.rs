use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use portolan_netlink::{Error, Namespace, Process};

use crate::scratch::{inside, namespace, skip};

/// Where processes are.
fn proc() -> &'static Path {
    Path::new("/proc")
}

/// A process that waits for its end, in the namespace of the calling thread.
#[expect(clippy::disallowed_methods, reason = "a process is what the tests are about")]
fn process() -> Child {
    Command::new("cat").stdin(Stdio::piped()).spawn().unwrap()
}

#[test]
fn a_process_is_where_it_is() {
    let Some(namespace) = namespace() else { return };
    let mut child = inside(&namespace, |_| process());
    let found = Process::open(proc(), child.id()).unwrap();
    assert_eq!(found.namespace().unwrap().id(), namespace.id());
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn a_process_that_ended_is_gone() {
    let mut child = process();
    let pid = child.id();
    let found = Process::open(proc(), pid).unwrap();
    let check = |error: Error| assert!(matches!(error, Error::Gone { pid: of } if of == pid), "{error:?}");

    let end = child.stdin.take();
    drop(end);
    // Ended, but not waited for: it is still listed.
    while !fs::read_to_string(format!("/proc/{pid}/stat")).unwrap().contains(") Z ") {
        std::thread::yield_now();
    }
    check(found.namespace().unwrap_err());
    check(found.namespace_of(&"5d".repeat(32)).unwrap_err());
    check(Process::open(proc(), pid).unwrap().namespace().unwrap_err());

    child.wait().unwrap();
    check(found.namespace().unwrap_err());
    check(found.is_in_container(&"5d".repeat(32)).unwrap_err());
}

#[test]
fn a_number_that_is_taken_again_is_another_process() {
    let Some(namespace) = namespace() else { return };
    let mut first = inside(&namespace, |_| process());
    let pid = first.id();
    let found = Process::open(proc(), pid).unwrap();
    first.kill().unwrap();
    first.wait().unwrap();

    for _ in 0..200 {
        // The kernel gives the numbers after this one next; others start processes too.
        let last = (pid - 1).to_string();
        if fs::OpenOptions::new()
            .write(true)
            .open("/proc/sys/kernel/ns_last_pid")
            .and_then(|mut file| std::io::Write::write_all(&mut file, last.as_bytes()))
            .is_err()
        {
            return skip("this kernel does not let numbers of processes be chosen");
        }
        let mut second = process();
        let same = second.id() == pid;
        let here = same.then(|| Process::open(proc(), pid).and_then(|it| it.namespace()).map(|it| it.id()));
        let there = found.namespace();
        second.kill().unwrap();
        second.wait().unwrap();
        assert!(matches!(there, Err(Error::Gone { .. })), "{there:?}");
        if let Some(here) = here {
            assert_eq!(here.unwrap(), Namespace::own().unwrap().id());
            return;
        }
    }
    panic!("the number {pid} was not taken again");
}

#[test]
fn the_container_of_a_process() {
    let id = "5d".repeat(32);
    let mut child = process();
    let found = Process::open(proc(), child.id()).unwrap();
    let foreign = found.namespace_of(&id).unwrap_err();
    assert_eq!(foreign.to_string(), format!("the process {} is not of the container `{id}`", child.id()));

    if let Some(group) = group(&id, child.id()) {
        assert!(found.is_in_container(&id).unwrap());
        assert!(!found.is_in_container(&"e7".repeat(32)).unwrap());
        assert_eq!(found.namespace_of(&id).unwrap().id(), Namespace::own().unwrap().id());
        child.kill().unwrap();
        child.wait().unwrap();
        fs::remove_dir(group).unwrap();
    } else {
        skip("no control groups to write to");
        child.kill().unwrap();
        child.wait().unwrap();
    }
}

/// Puts a process into a control group as Docker has them.
fn group(id: &str, pid: u32) -> Option<PathBuf> {
    let mounts = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].map(Path::new);
    let mount = mounts.into_iter().find(|mount| mount.join("cgroup.procs").is_file())?;
    let group = mount.join(format!("portolan-{}-{id}", std::process::id()));
    fs::create_dir(&group).ok()?;
    #[expect(clippy::disallowed_methods, reason = "it is no file but the kernel's")]
    let moved = fs::write(group.join("cgroup.procs"), pid.to_string());
    if moved.is_err() {
        fs::remove_dir(&group).unwrap();
    }
    moved.ok().map(|()| group)
}

#[test]
fn what_is_no_proc_file_system() {
    for path in ["/tmp", "/there/is/none", "/dev/null"] {
        let error = Process::open(Path::new(path), 1).unwrap_err();
        assert!(matches!(error, Error::NotProc { .. }), "{error:?}");
        assert!(error.help().is_some());
    }
}
