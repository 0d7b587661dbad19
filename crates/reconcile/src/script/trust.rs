use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::{self, File, Metadata};
use std::io::Read as _;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Component, Path, PathBuf};

use nix::unistd::geteuid;

use super::ScriptError;

/// The directory of scripts, without a symbolic link on the way, if nobody else can change what is in it.
pub(super) fn directory(path: &Path) -> Result<PathBuf, ScriptError> {
    let (path, metadata) = resolve(path)?;
    if !metadata.is_dir() {
        return Err(ScriptError::NotADirectory { path });
    }
    // Here the sticky bit is no excuse: whoever adds a link to some program of root's decides what we start.
    refuse_writable(&path, &metadata)?;
    Ok(path)
}

/// The program, without a symbolic link on the way, if nobody else can change it and it can be started without a shell.
pub(super) fn program(path: &Path) -> Result<PathBuf, ScriptError> {
    let (path, metadata) = resolve(path)?;
    if !metadata.is_file() {
        return Err(ScriptError::NotAFile { path });
    }
    refuse_writable(&path, &metadata)?;
    if metadata.mode() & 0o111 == 0 {
        return Err(ScriptError::NotExecutable { path });
    }
    let mut start = Vec::new();
    // A program that may be executed and not read is no script: the interpreter could not read it either.
    if let Ok(file) = File::open(&path) {
        let read = file.take(4).read_to_end(&mut start);
        read.map_err(|cause| ScriptError::Unreadable { path: path.clone(), cause })?;
        if !start.starts_with(b"#!") && start != *b"\x7fELF" {
            return Err(ScriptError::NoInterpreter { path });
        }
    }
    Ok(path)
}

/// How many symbolic links the kernel follows.
const LINKS: usize = 40;

/// Follows a path name by name from the root, as the kernel does, and refuses it where somebody else could change where it
/// leads.
///
/// From the root downward, since a directory that is found to be safe keeps what is in it: what was seen there stays so.
fn resolve(path: &Path) -> Result<(PathBuf, Metadata), ScriptError> {
    let unreadable = |path: &Path, cause| ScriptError::Unreadable { path: path.to_owned(), cause };
    let absolute = std::path::absolute(path).map_err(|cause| unreadable(path, cause))?;
    let mut names = names(&absolute);
    let mut at = PathBuf::from("/");
    let mut metadata = look(&at).map_err(|cause| unreadable(&at, cause))?;
    let mut links = 0;
    refuse(&at, &metadata)?;
    while let Some(name) = names.pop_front() {
        if !metadata.is_dir() {
            return Err(ScriptError::NotADirectory { path: at });
        }
        if name == ".." {
            at.pop();
            metadata = look(&at).map_err(|cause| unreadable(&at, cause))?;
            continue;
        }
        at.push(name);
        metadata = look(&at).map_err(|cause| unreadable(&at, cause))?;
        refuse(&at, &metadata)?;
        if metadata.is_symlink() {
            links += 1;
            if links > LINKS {
                return Err(ScriptError::TooManyLinks { path: path.to_owned() });
            }
            let target = fs::read_link(&at).map_err(|cause| unreadable(&at, cause))?;
            if target.has_root() {
                at = PathBuf::from("/");
            } else {
                at.pop();
            }
            metadata = look(&at).map_err(|cause| unreadable(&at, cause))?;
            for name in self::names(&target).into_iter().rev() {
                names.push_front(name);
            }
        }
    }
    Ok((at, metadata))
}

fn look(path: &Path) -> std::io::Result<Metadata> {
    fs::symlink_metadata(path)
}

/// The names of a path, `..` among them: behind a link it is not the directory before.
fn names(path: &Path) -> VecDeque<OsString> {
    path.components()
        .filter(|component| matches!(component, Component::Normal(_) | Component::ParentDir))
        .map(|component| component.as_os_str().to_owned())
        .collect()
}

/// Refuses what belongs to somebody else, and a directory in which others can replace what is not theirs.
fn refuse(path: &Path, metadata: &Metadata) -> Result<(), ScriptError> {
    let owner = metadata.uid();
    if owner != 0 && owner != geteuid().as_raw() {
        return Err(ScriptError::ForeignOwner { path: path.to_owned(), owner });
    }
    let is_sticky = metadata.mode() & 0o1000 != 0;
    if metadata.is_dir() && !is_sticky { refuse_writable(path, metadata) } else { Ok(()) }
}

/// Where there are access control lists, the bits of the group are what the lists allow at most.
fn refuse_writable(path: &Path, metadata: &Metadata) -> Result<(), ScriptError> {
    match metadata.mode() & 0o022 {
        0 => Ok(()),
        bits => Err(ScriptError::Writable { path: path.to_owned(), by_all: bits & 0o002 != 0 }),
    }
}
