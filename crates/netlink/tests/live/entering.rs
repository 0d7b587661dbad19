use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use nix::sys::stat::Mode;
use portolan_netlink::{Error, Home, Namespace};

use crate::scratch::{LONG, namespace};

#[test]
fn one_thread_alone_enters() {
    let Some(namespace) = namespace() else { return };
    let here = Namespace::own().unwrap().id();
    let there = namespace.run(LONG, |_| Namespace::own().unwrap().id()).unwrap();
    assert_eq!(there, namespace.id());
    assert_ne!(there, here);
    assert_eq!(Namespace::own().unwrap().id(), here);
    let link = namespace.run(LONG, |_| fs::read_link("/proc/thread-self/ns/net").unwrap()).unwrap();
    assert_eq!(link, Path::new(&namespace.id().to_string()));
}

#[test]
fn a_thread_that_goes_itself_comes_back_whatever_happens() {
    let Some(namespace) = namespace() else { return };
    let here = Namespace::own().unwrap().id();
    let home = Home::of_this_thread().unwrap();
    let there = home.visit(&namespace, LONG, |_| Namespace::own().unwrap().id()).unwrap();
    assert_eq!(there, namespace.id());
    assert_eq!(Namespace::own().unwrap().id(), here);

    let work = AssertUnwindSafe(|| home.visit(&namespace, LONG, |_| panic!("as a fault would")));
    assert!(catch_unwind(work).is_err());
    assert_eq!(Namespace::own().unwrap().id(), here);
    // And the turn was given back.
    home.visit(&namespace, LONG, |_| ()).unwrap();
}

#[test]
fn nothing_but_a_network_namespace_is_entered() {
    let check = |path: &Path| {
        let error = Namespace::open(path).and_then(|it| it.run(LONG, |_| ())).unwrap_err();
        assert!(matches!(&error, Error::NotANamespace { path: of } if of == path), "{error:?}");
        assert!(error.help().is_some());
    };
    check(Path::new("/proc/self/ns/uts"));
    check(Path::new("/proc/self/status"));
    check(Path::new("/dev/null"));
    check(Path::new("/"));
    // One that nobody writes to.
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe");
    nix::unistd::mkfifo(&pipe, Mode::S_IRUSR).unwrap();
    check(&pipe);

    let error = Namespace::open("/run/netns/there/is/none").unwrap_err();
    assert!(matches!(error, Error::Open { .. }), "{error:?}");
    assert_eq!(error.to_string(), "cannot open the network namespace `/run/netns/there/is/none`");
    assert!(error.help().is_some());
}

#[test]
fn nothing_of_it_is_left_to_programs_that_are_started() {
    let Some(namespace) = namespace() else { return };
    // While one is open.
    let held = namespace.run(LONG, |_| not_closed()).unwrap();
    assert_eq!(held, Vec::<String>::new());
}

/// The sockets and namespaces of this process that a program it started would have too.
fn not_closed() -> Vec<String> {
    const CLOEXEC: u32 = 0o2_000_000;
    let mut found = Vec::new();
    for entry in fs::read_dir("/proc/self/fd").unwrap().map(Result::unwrap) {
        let number: u32 = entry.file_name().to_str().unwrap().parse().unwrap();
        // Tests beside this one open and close files.
        let Ok(target) = fs::read_link(entry.path()) else { continue };
        let Ok(info) = fs::read_to_string(format!("/proc/self/fdinfo/{number}")) else { continue };
        let flags = info.lines().find_map(|line| line.strip_prefix("flags:")).unwrap().trim();
        let kept = u32::from_str_radix(flags, 8).unwrap() & CLOEXEC == 0;
        let target = target.to_string_lossy().into_owned();
        if number > 2 && kept && (target.starts_with("net:") || target.starts_with("socket:")) {
            found.push(target);
        }
    }
    found
}
