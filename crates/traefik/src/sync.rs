use std::fs::File;
use std::path::Path;

/// Whether a file system, when a rename replaces a file, has the new data on the disk before the new name: after a crash the
/// name then has one of the two contents, whole, though nobody synced the file.
///
/// Ext4 does so for a rename over a file (`auto_da_alloc` in its default mode `data=ordered`), Btrfs too; nothing in memory
/// survives a crash. Of others we cannot tell, and some promise the contrary.
#[cfg(target_os = "linux")]
pub(crate) fn orders_renames(file: &File) -> bool {
    use nix::sys::statfs::{BTRFS_SUPER_MAGIC, EXT4_SUPER_MAGIC, TMPFS_MAGIC, fstatfs};

    fstatfs(file).is_ok_and(|found| {
        [EXT4_SUPER_MAGIC, BTRFS_SUPER_MAGIC, TMPFS_MAGIC].contains(&found.filesystem_type())
    })
}

/// Whether a file system, when a rename replaces a file, has the new data on the disk before the new name.
#[cfg(not(target_os = "linux"))]
pub(crate) fn orders_renames(_: &File) -> bool {
    false
}

/// Puts the new name on the disk. The file is in its place by now, so that a file system which cannot sync a directory is no
/// reason to call it unwritten.
pub(crate) fn sync_directory(path: &Path) {
    let _ = File::open(path).and_then(|directory| directory.sync_all());
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn file_systems_are_told_apart() {
        // Neither kind can be replaced there; what they are made of is all that is asked.
        let check = |path: &str, expected: bool| {
            assert_eq!(orders_renames(&File::open(path).unwrap()), expected, "{path}");
        };
        check("/proc/self/status", false);
        if Path::new("/dev/shm").exists() {
            check("/dev/shm", true);
        }
    }
}
