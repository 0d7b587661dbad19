use std::fs;
use std::path::{Path, PathBuf};

/// Where an engine puts the control groups of its containers, as learnt from one of them: `/docker/ID`,
/// `/system.slice/docker-ID.scope`, `/machine.slice/libpod-ID.scope/container`.
///
/// An engine tells that a container has started before it tells by which process. The kernel has known that process for longer:
/// it is in the container's control group, and so can be found without asking the engine.
///
/// What is found must still be proven, as [`Process::namespace_of`](crate::Process::namespace_of) does: nothing is promised here.
/// Control groups that are not to be seen, as from within a container, teach nothing.
///
/// ```
/// use std::path::Path;
///
/// use portolan_netlink::Groups;
///
/// let groups = Groups::default();
/// assert_eq!(groups.process(&"5d".repeat(32)), None, "nothing was learnt yet");
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Groups {
    /// What stands before and after the identifier in the path of a container's list of processes.
    learnt: Option<(String, String)>,
}

/// Where control groups are mounted (`man 7 cgroups`, systemd).
const ROOT: &str = "/sys/fs/cgroup";

impl Groups {
    /// Whether it knows where to look.
    pub fn is_taught(&self) -> bool {
        self.learnt.is_some()
    }

    /// Learns from the process of a container, by its full identifier.
    pub fn learn(&mut self, proc: &Path, pid: u32, id: &str) {
        let Ok(text) = fs::read_to_string(proc.join(pid.to_string()).join("cgroup")) else { return };
        let mut found = candidates(Path::new(ROOT), &text).filter(|list| processes(list).contains(&pid));
        let split = |list: PathBuf| {
            let (before, after) = list.to_str()?.rsplit_once(id)?;
            Some((before.to_owned(), after.to_owned()))
        };
        if let Some(learnt) = found.find_map(split) {
            self.learnt = Some(learnt);
        }
    }

    /// The process of a container that has just started; `None` where there is none, or more than one already.
    pub fn process(&self, id: &str) -> Option<u32> {
        let (before, after) = self.learnt.as_ref()?;
        match processes(Path::new(&format!("{before}{id}{after}")))[..] {
            // Zero is a process of another process namespace.
            [pid] if pid > 0 => Some(pid),
            _ => None,
        }
    }
}

/// The lists of processes of the groups that a `cgroup` file names: of version 2, which has no name, or of each hierarchy of version 1.
fn candidates<'a>(root: &'a Path, text: &'a str) -> impl Iterator<Item = PathBuf> + 'a {
    text.lines().flat_map(move |line| {
        let mut fields = line.splitn(3, ':').skip(1);
        let (hierarchy, path) = (fields.next().unwrap_or_default(), fields.next().unwrap_or_default());
        let hierarchy = hierarchy.strip_prefix("name=").unwrap_or(hierarchy);
        // Both versions at once have the second below `unified`.
        let mounts = if hierarchy.is_empty() { vec!["", "unified"] } else { vec![hierarchy] };
        let inside = path.trim_start_matches('/');
        mounts.into_iter().map(move |mount| root.join(mount).join(inside).join("cgroup.procs"))
    })
}

fn processes(list: &Path) -> Vec<u32> {
    let text = fs::read_to_string(list).unwrap_or_default();
    text.lines().filter_map(|line| line.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_groups_of_both_versions() {
        let check = |text: &str, expected: &[&str]| {
            let found: Vec<_> = candidates(Path::new("/c"), text).collect();
            let expected: Vec<_> = expected.iter().map(|path| Path::new("/c").join(path)).collect();
            assert_eq!(found, expected, "{text}");
        };
        check("0::/docker/5d\n", &["docker/5d/cgroup.procs", "unified/docker/5d/cgroup.procs"]);
        check(
            "4:cpu,cpuacct:/docker/5d\n1:name=systemd:/docker/5d\n",
            &["cpu,cpuacct/docker/5d/cgroup.procs", "systemd/docker/5d/cgroup.procs"],
        );
        check("0::/../../etc\n", &["../../etc/cgroup.procs", "unified/../../etc/cgroup.procs"]);
        check("", &[]);
        check("nothing", &["cgroup.procs", "unified/cgroup.procs"]);
    }

    #[test]
    fn what_was_learnt_of_one_container_is_found_for_another() {
        let root = tempfile::tempdir().unwrap();
        let at = |id: &str, processes: &str| {
            let directory = root.path().join(format!("system.slice/docker-{id}.scope"));
            fs::create_dir_all(&directory).unwrap();
            #[expect(clippy::disallowed_methods, reason = "a file of the test's own")]
            fs::write(directory.join("cgroup.procs"), processes).unwrap();
        };
        let before = format!("{}/system.slice/docker-", root.path().display());
        let groups = Groups { learnt: Some((before, ".scope/cgroup.procs".to_owned())) };
        let check = |id: &str, processes: &str, expected: Option<u32>| {
            at(id, processes);
            assert_eq!(groups.process(id), expected, "{processes}");
        };
        check("one", "17\n", Some(17));
        check("two", "17\n18\n", None);
        check("none", "", None);
        check("elsewhere", "0\n", None);
        assert_eq!(groups.process("unknown"), None);
    }

    #[test]
    fn a_process_that_is_no_container_s_teaches_nothing() {
        let mut groups = Groups::default();
        groups.learn(Path::new("/proc"), std::process::id(), &"5d".repeat(32));
        groups.learn(Path::new("/nowhere"), 1, "5d");
        assert!(!groups.is_taught());
    }
}
