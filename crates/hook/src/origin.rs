use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::is_id;

/// Who started a container: the engine's program, with the options and the environment by which it finds its containers.
///
/// Podman has a process watch over each container, `conmon`, and tells it the command that cleans up after the container. That
/// command has the options that Podman itself was given (`--root`, `--runroot`, `--cgroup-manager`), and the process has its
/// environment. A hook is told neither.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// The engine's program.
    pub program: PathBuf,
    /// Its options before the command.
    pub options: Vec<String>,
    /// The variables that matter to it.
    pub environment: BTreeMap<String, String>,
    /// The container's name.
    #[serde(default)]
    pub name: Option<String>,
}

/// The variables by which Podman finds its storage, its settings and its user's directories.
const VARIABLES: [&str; 14] = [
    "CONTAINERS_CONF",
    "CONTAINERS_CONF_OVERRIDE",
    "CONTAINERS_REGISTRIES_CONF",
    "CONTAINERS_STORAGE_CONF",
    "DBUS_SESSION_BUS_ADDRESS",
    "HOME",
    "LOGNAME",
    "PATH",
    "TMPDIR",
    "USER",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_RUNTIME_DIR",
    "STORAGE_DRIVER",
];

/// The variables that rootless Podman gives its children, so that those know that they are in its user namespace.
const ROOTLESS: &str = "_CONTAINERS_";

impl Origin {
    /// Looks for the process that watches over a container, above its first: its parent or, while the runtime still stands
    /// between, the parent of that.
    ///
    /// `None` where there is none of that kind: the container has ended, or its engine works otherwise.
    pub fn find(proc: &Path, pid: u32) -> Option<Self> {
        /// The runtime may have helpers of its own.
        const ANCESTORS: usize = 4;
        let mut process = pid;
        for _ in 0..ANCESTORS {
            process = parent(&read(&proc.join(process.to_string()).join("stat")).ok()?)?;
            let directory = proc.join(process.to_string());
            let command = read(&directory.join("cmdline")).ok()?;
            let environment = read(&directory.join("environ")).unwrap_or_default();
            if let Some(origin) = Self::read(&command, &environment) {
                return Some(origin);
            }
        }
        None
    }

    /// Reads the command line and the environment of a `conmon`, both as the kernel has them: texts with a NUL after each.
    pub fn read(command: &[u8], environment: &[u8]) -> Option<Self> {
        let mut words = texts(command);
        let mut program = None;
        let mut name = None;
        let mut options = Vec::new();
        while let Some(word) = words.next() {
            match word.as_str() {
                "-n" | "--name" => name = words.next().filter(|name| is_id(name)),
                "--exit-command" => program = words.next().map(PathBuf::from),
                "--exit-command-arg" => options.extend(words.next()),
                _ => {}
            }
        }
        // What stands after the options is the command: `container cleanup ID`.
        let end = options.windows(2).position(|words| words == ["container", "cleanup"])?;
        options.truncate(end);
        let known = |name: &str| VARIABLES.contains(&name) || name.starts_with(ROOTLESS);
        let pairs = texts(environment).filter_map(|text| {
            let (name, value) = text.split_once('=')?;
            known(name).then(|| (name.to_owned(), value.to_owned()))
        });
        Some(Self { program: program?, options, environment: pairs.collect(), name })
    }
}

/// The number of a process's parent, from its `stat`: the second field after the name, which may hold anything.
pub fn parent(stat: &[u8]) -> Option<u32> {
    field(stat, 1)?.parse().ok().filter(|parent| *parent > 0)
}

/// When a process began, in the kernel's ticks since boot; `None` where there is none of this number.
///
/// With the number, it names a process for good: the number alone may be another's later.
pub fn born(proc: &Path, pid: u32) -> Option<u64> {
    let stat = read(&proc.join(pid.to_string()).join("stat")).ok()?;
    field(&stat, 19)?.parse().ok()
}

/// Whether the process of this number is still the one that began then, and has not ended.
pub fn is_alive(proc: &Path, pid: u32, since: u64) -> bool {
    read(&proc.join(pid.to_string()).join("stat")).is_ok_and(|stat| lives(&stat, since))
}

/// Whether a `stat` is that of the process that began then, which runs: one that has ended stays until its parent asks how.
fn lives(stat: &[u8], since: u64) -> bool {
    let is_it = field(stat, 19).and_then(|it| it.parse().ok()) == Some(since);
    // Its first thread may end before the others.
    let is_over = field(stat, 0).is_some_and(|state| matches!(state.as_str(), "Z" | "X"))
        && field(stat, 17).is_none_or(|threads| matches!(threads.as_str(), "0" | "1"));
    is_it && !is_over
}

/// A field of a `stat`, by its place after the name.
fn field(stat: &[u8], place: usize) -> Option<String> {
    let stat = String::from_utf8_lossy(stat);
    let (_, after) = stat.rsplit_once(')')?;
    after.split_ascii_whitespace().nth(place).map(str::to_owned)
}

/// Reads a file of the kernel's, which does not tell its length: at once where it is short, and not by growing pieces.
fn read(path: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(4096);
    File::open(path)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn texts(bytes: &[u8]) -> impl Iterator<Item = String> {
    let bytes = bytes.strip_suffix(&[0]).unwrap_or(bytes);
    bytes.split(|byte| *byte == 0).map(|text| String::from_utf8_lossy(text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nul(words: &[&str]) -> Vec<u8> {
        words.iter().flat_map(|word| [word.as_bytes(), &[0]].concat()).collect()
    }

    #[test]
    fn the_command_that_cleans_up_has_the_options() {
        let mut words = vec![
            "/usr/bin/conmon",
            "--api-version",
            "1",
            "-c",
            "38b0",
            "-u",
            "38b0",
            "-n",
            "web",
            "--exit-command",
        ];
        words.push("/usr/bin/podman");
        for word in [
            "--root",
            "/srv/podman",
            "--runroot",
            "/run/ph",
            "--log-level",
            "",
            "container",
            "cleanup",
            "38b0",
        ] {
            words.extend(["--exit-command-arg", word]);
        }
        let environment = nul(&[
            "XDG_RUNTIME_DIR=/run/user/1000",
            "SECRET=x",
            "_CONTAINERS_ROOTLESS_UID=1000",
            "HOME=/h=me",
            "odd",
        ]);
        let origin = Origin::read(&nul(&words), &environment).unwrap();
        assert_eq!(origin.program, PathBuf::from("/usr/bin/podman"));
        assert_eq!(origin.options, ["--root", "/srv/podman", "--runroot", "/run/ph", "--log-level", ""]);
        let names: Vec<_> = origin.environment.keys().map(String::as_str).collect();
        assert_eq!(names, ["HOME", "XDG_RUNTIME_DIR", "_CONTAINERS_ROOTLESS_UID"]);
        assert_eq!(origin.environment["HOME"], "/h=me");
        assert_eq!(origin.name.as_deref(), Some("web"));
    }

    #[test]
    fn another_process_is_none() {
        assert_eq!(Origin::read(&nul(&["/sbin/init"]), b""), None);
        assert_eq!(Origin::read(b"", b""), None);
        assert_eq!(Origin::read(&nul(&["conmon", "--exit-command"]), b""), None);
        assert_eq!(
            Origin::read(
                &nul(&["conmon", "--exit-command-arg", "container", "--exit-command-arg", "cleanup"]),
                b""
            ),
            None
        );
    }

    #[test]
    fn a_parent_is_found_whatever_the_name() {
        assert_eq!(parent(b"115 (sleep) S 112 115 115 0"), Some(112));
        assert_eq!(parent(b"115 (a) S 7 (x) S 112 115"), Some(112));
        assert_eq!(parent(b"115 (sleep"), None);
        assert_eq!(parent(b"1 (init) S 0 1"), None);
    }

    #[test]
    fn a_process_that_has_ended_is_none_though_nobody_has_asked_how() {
        let check = |state: &str, threads: u32, since: u64, expected: bool| {
            let stat = format!("115 (web) {state} 1 {}{threads} 0 4711 0", "0 ".repeat(15));
            assert_eq!(lives(stat.as_bytes(), since), expected, "{stat}");
        };
        check("S", 1, 4711, true);
        check("S", 1, 4712, false);
        check("Z", 1, 4711, false);
        check("X", 0, 4711, false);
        check("Z", 4, 4711, true);
        assert!(!lives(b"", 0));
    }
}
