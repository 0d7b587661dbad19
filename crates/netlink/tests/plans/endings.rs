//! A container that ends while its labels are carried out.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Barrier;
use std::thread;

use nix::sched::{CloneFlags, unshare};
use portolan_container::Container;
use portolan_netlink::{Conditions, Home, Kind, Names, Namespace, State, apply};

use crate::shown::Shown;
use crate::topology::{LONG, Topology, skip};

/// How often a container ends.
const TIMES: u32 = 300;

#[test]
fn a_container_that_ends_is_no_failure() {
    if Topology::new().is_none() {
        return;
    }
    let id = "c7".repeat(32);
    let Some(group) = Group::new(&id) else { return skip("no control groups to write to") };
    let label = (Kind::Route.label(), "add blackhole 10.66.0.0/16; add prohibit 10.67.0.0/16".to_owned());
    let (parts, _) = portolan_netlink::parts(&[label].into(), &Names::built_in(), &|_| None);
    let conditions = Conditions { timeout: LONG, ..Conditions::default() };
    let own = || Shown::of(&Namespace::own().unwrap().run(LONG, State::read).unwrap().unwrap()).routes;
    let before = own();
    let here = Namespace::own().unwrap().id();

    let (mut ended, mut done) = (0, 0);
    for turn in 0..TIMES {
        let mut child = process();
        group.take(child.id());
        let mut container = Container { id: id.clone(), ..Container::default() };
        container.pid = Some(child.id());
        let barrier = Barrier::new(2);
        let applied = thread::scope(|scope| {
            let applying = scope.spawn(|| {
                barrier.wait();
                if turn % 4 < 2 {
                    return apply(&container, &parts, &conditions);
                }
                let home = Home::of_this_thread().unwrap();
                let applied = home.apply(&container, &parts, &conditions);
                assert_eq!(Namespace::own().unwrap().id(), here, "the thread is back");
                applied
            });
            barrier.wait();
            // A little later each time, up to where it comes too late.
            for _ in 0..turn * 100 {
                std::hint::spin_loop();
            }
            child.kill().unwrap();
            if turn % 2 == 0 {
                child.wait().unwrap();
            }
            applying.join().unwrap()
        });
        child.wait().unwrap();
        assert_eq!(applied.diagnostics, [], "turn {turn}");
        assert!(applied.ended || applied.done.len() == 2, "turn {turn}: {applied:?}");
        ended += u32::from(applied.ended);
        done += u32::from(applied.done.len() == 2);
    }
    assert!(ended > 0 && done > 0, "{ended} ended, {done} were done");
    assert_eq!(own(), before, "no other namespace is touched");
}

/// A process that waits for its end, in a network namespace of its own that ends with it.
#[expect(clippy::disallowed_methods, reason = "a process that ends is what the test is about")]
fn process() -> Child {
    let start = || {
        unshare(CloneFlags::CLONE_NEWNET).unwrap();
        Command::new("cat").stdin(Stdio::piped()).spawn().unwrap()
    };
    thread::spawn(start).join().unwrap()
}

/// A control group as Docker has it for a container, removed at the end.
struct Group(PathBuf);

impl Group {
    fn new(id: &str) -> Option<Self> {
        let mounts = ["/sys/fs/cgroup", "/sys/fs/cgroup/unified"].map(Path::new);
        let mount = mounts.into_iter().find(|mount| mount.join("cgroup.procs").is_file())?;
        let group = mount.join(format!("portolan-plans-{}-{id}", std::process::id()));
        fs::create_dir(&group).ok()?;
        Some(Self(group))
    }

    #[expect(clippy::disallowed_methods, reason = "it is no file but the kernel's")]
    fn take(&self, pid: u32) {
        fs::write(self.0.join("cgroup.procs"), pid.to_string()).unwrap();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}
