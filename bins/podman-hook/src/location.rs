use std::fs;
use std::path::{Path, PathBuf};

use portolan_hook::Record;
use portolan_settings::Settings;

/// Where records are kept: what the settings say, the system's runtime directory, or the user's for rootless containers.
pub(crate) fn directory(settings: &Settings) -> PathBuf {
    if let Some(directory) = &settings.hook.directory {
        return directory.clone();
    }
    match user() {
        None => PathBuf::from("/run/portolan/podman-hook"),
        Some(user) => runtime_directory(user).join("portolan/podman-hook"),
    }
}

/// Where Podman's service listens, of the user who started this container.
pub(crate) fn socket(record: &Record) -> PathBuf {
    let environment = record.origin.as_ref().map(|origin| &origin.environment);
    let runtime = environment
        .and_then(|it| it.get("XDG_RUNTIME_DIR"))
        .filter(|path| !path.is_empty())
        .map(PathBuf::from);
    let directory = match user() {
        None => PathBuf::from("/run"),
        Some(user) => runtime.unwrap_or_else(|| runtime_directory(user)),
    };
    directory.join("podman/podman.sock")
}

/// The user whose containers these are, by the host's number; `None` for those of root.
///
/// Rootless Podman has its hooks run in its user namespace, as the root of that.
pub(crate) fn user() -> Option<u32> {
    let effective = nix::unistd::geteuid().as_raw();
    let map = fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    let outside = outside(&map, effective).unwrap_or(effective);
    (outside != 0).then_some(outside)
}

/// The number outside of a user namespace of one inside, by its map: lines of first inside, first outside, count.
fn outside(map: &str, inside: u32) -> Option<u32> {
    map.lines().find_map(|line| {
        let mut numbers = line.split_ascii_whitespace().map(|number| number.parse::<u32>().ok());
        let (first, outside, count) = (numbers.next()??, numbers.next()??, numbers.next()??);
        let offset = inside.checked_sub(first).filter(|offset| *offset < count)?;
        outside.checked_add(offset)
    })
}

/// The user's runtime directory: as the environment says, ours or that of Podman above us, else the usual one.
fn runtime_directory(user: u32) -> PathBuf {
    let own = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
    own.or_else(|| inherited(Path::new("/proc"), std::os::unix::process::parent_id(), "XDG_RUNTIME_DIR"))
        .filter(|path| path.has_root())
        .unwrap_or_else(|| PathBuf::from(format!("/run/user/{user}")))
}

/// A variable of the nearest process above that has it: a runtime gives hooks none of its own.
fn inherited(proc: &Path, parent: u32, name: &str) -> Option<PathBuf> {
    /// Podman, conmon, runc: more do not stand between.
    const ANCESTORS: usize = 6;
    let mut process = parent;
    for _ in 0..ANCESTORS {
        let directory = proc.join(process.to_string());
        let environment = fs::read(directory.join("environ")).ok()?;
        let value = environment.split(|byte| *byte == 0).find_map(|text| {
            let (key, value) = std::str::from_utf8(text).ok()?.split_once('=')?;
            (key == name && !value.is_empty()).then(|| PathBuf::from(value))
        });
        if value.is_some() {
            return value;
        }
        process = portolan_hook::parent(&fs::read(directory.join("stat")).ok()?)?;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_outside_of_a_user_namespace() {
        let map = "         0       1000          1\n         1     100000      65536\n";
        assert_eq!(outside(map, 0), Some(1000));
        assert_eq!(outside(map, 5), Some(100_004));
        assert_eq!(outside(map, 70_000), None);
        assert_eq!(outside("0 0 4294967295", 0), Some(0));
        assert_eq!(outside("", 0), None);
        assert_eq!(outside("a b c", 0), None);
    }
}
