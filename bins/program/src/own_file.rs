//! Files that we install among those of others, and that others may have put there first.

use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use crate::report;

/// A file that is ours to write, as long as nobody else has put another in its place.
#[derive(Debug)]
pub struct OwnFile {
    path: PathBuf,
    /// Whether a text is one that we wrote.
    is_ours: fn(&[u8]) -> bool,
}

/// What stands where the file should be.
#[derive(Debug, PartialEq, Eq)]
pub enum Found {
    /// Nothing.
    Nothing,
    /// A file that we wrote, with this text.
    Ours(Vec<u8>),
    /// Somebody else's, or no file.
    Foreign,
}

impl OwnFile {
    /// The file of this path.
    pub fn new(path: PathBuf, is_ours: fn(&[u8]) -> bool) -> Self {
        Self { path, is_ours }
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What stands there.
    ///
    /// # Errors
    /// Where it cannot be looked at.
    pub fn find(&self) -> anyhow::Result<Found> {
        match fs::symlink_metadata(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) => return Err(self.failed("look at", error)),
            Ok(found) if !found.is_file() => return Ok(Found::Foreign),
            Ok(_) => {}
        }
        let text = fs::read(&self.path).map_err(|error| self.failed("read", error))?;
        Ok(if (self.is_ours)(&text) { Found::Ours(text) } else { Found::Foreign })
    }

    /// Replaces the file in one rename, for it may be read at any moment; tells whether it was another before.
    ///
    /// # Errors
    /// Where it is foreign and not forced, or cannot be written.
    pub fn write(&self, text: &str, force: bool) -> anyhow::Result<bool> {
        match self.find()? {
            Found::Ours(found) if found == text.as_bytes() => return Ok(false),
            Found::Foreign if !force => {
                return Err(report::with_help(
                    self.foreign(),
                    Some("remove it, or replace it by --force".to_owned()),
                ));
            }
            Found::Nothing | Found::Ours(_) | Found::Foreign => {}
        }
        // Whoever reads a directory of such files looks at those with the right ending alone.
        let mut new = self.path.as_os_str().to_owned();
        new.push(format!(".{}", std::process::id()));
        let new = PathBuf::from(new);
        let directory = self.path.parent().unwrap_or(Path::new("/"));
        let made = fs::create_dir_all(directory);
        let result = made.and_then(|()| write_new(&new, text)).and_then(|()| fs::rename(&new, &self.path));
        result.map_err(|error| {
            let _ = fs::remove_file(&new);
            self.failed("write", error)
        })?;
        Ok(true)
    }

    /// Removes it; tells whether it was there.
    ///
    /// # Errors
    /// Where it is foreign, or cannot be removed.
    pub fn remove(&self) -> anyhow::Result<bool> {
        match self.find()? {
            Found::Nothing => Ok(false),
            Found::Foreign => {
                let help = "what somebody else made is theirs to remove".to_owned();
                Err(report::with_help(self.foreign(), Some(help)))
            }
            Found::Ours(_) => {
                fs::remove_file(&self.path).map_err(|error| self.failed("remove", error))?;
                Ok(true)
            }
        }
    }

    /// Why a file that is not ours is left alone.
    pub fn foreign(&self) -> anyhow::Error {
        anyhow::anyhow!("`{}` is not a file that `install` wrote", self.path.display())
    }

    fn failed(&self, what: &str, error: io::Error) -> anyhow::Error {
        let denied = error.kind() == ErrorKind::PermissionDenied;
        let help = denied.then(|| "run it as root, such as by `sudo`".to_owned());
        let error = anyhow::Error::new(error).context(format!("cannot {what} `{}`", self.path.display()));
        report::with_help(error, help)
    }
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file: File = OpenOptions::new().write(true).create_new(true).open(path)?;
    // Whatever the umask: it is read by others.
    file.set_permissions(Permissions::from_mode(0o644))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_ours(text: &[u8]) -> bool {
        text.starts_with(b"ours")
    }

    #[test]
    fn what_is_foreign_is_left_alone_unless_forced() {
        let directory = tempfile::tempdir().unwrap();
        let file = OwnFile::new(directory.path().join("a/x.conf"), is_ours);
        assert!(!file.remove().unwrap());
        assert!(file.write("ours 1", false).unwrap());
        assert!(!file.write("ours 1", false).unwrap(), "it is that already");
        assert!(file.write("ours 2", false).unwrap());
        assert!(file.write("theirs", false).unwrap());
        assert_eq!(file.find().unwrap(), Found::Foreign);
        assert!(file.write("ours 3", false).is_err() && file.remove().is_err());
        assert_eq!(fs::read_to_string(file.path()).unwrap(), "theirs");
        assert!(file.write("ours 3", true).unwrap());
        assert!(file.remove().unwrap());
        assert_eq!(fs::read_dir(directory.path().join("a")).unwrap().count(), 0);
    }

    #[test]
    fn a_link_is_foreign_wherever_it_leads() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("x.conf");
        std::os::unix::fs::symlink("/dev/null", &path).unwrap();
        let file = OwnFile::new(path, |_| true);
        assert_eq!(file.find().unwrap(), Found::Foreign);
        assert!(file.write("ours", true).unwrap());
        assert_eq!(fs::read_to_string(file.path()).unwrap(), "ours");
    }
}
