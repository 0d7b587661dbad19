use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, ErrorKind, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

use super::{NAME, Unit};
use crate::report;

/// The file of a unit in a directory of units.
#[derive(Debug)]
pub(crate) struct UnitFile {
    path: PathBuf,
}

/// What stands where the file should be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Found {
    Nothing,
    /// A unit that we wrote, with this text.
    Ours(Vec<u8>),
    /// Somebody else's; also a unit that is masked, which is a link to /dev/null.
    Foreign,
}

impl UnitFile {
    pub(crate) fn new(directory: &Path) -> Self {
        Self { path: directory.join(NAME) }
    }

    /// Its path.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// What stands there.
    pub(crate) fn find(&self) -> anyhow::Result<Found> {
        match fs::symlink_metadata(&self.path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) => return Err(self.failed("look at", error)),
            Ok(found) if !found.is_file() => return Ok(Found::Foreign),
            Ok(_) => {}
        }
        let text = fs::read(&self.path).map_err(|error| self.failed("read", error))?;
        Ok(if Unit::is_ours(&text) { Found::Ours(text) } else { Found::Foreign })
    }

    /// Replaces the file in one rename: systemd may read it at any moment.
    pub(crate) fn write(&self, text: &str) -> anyhow::Result<()> {
        // systemd looks at names with a unit's ending alone.
        let new = self.path.with_extension(format!("service.{}", std::process::id()));
        let result = write_new(&new, text).and_then(|()| fs::rename(&new, &self.path));
        result.map_err(|error| {
            let _ = fs::remove_file(&new);
            self.failed("write", error)
        })
    }

    /// Removes it.
    pub(crate) fn remove(&self) -> anyhow::Result<()> {
        fs::remove_file(&self.path).map_err(|error| self.failed("remove", error))
    }

    /// Why a file that is not ours is left alone.
    pub(crate) fn foreign(&self) -> anyhow::Error {
        anyhow::anyhow!("`{}` is not a unit that `docker-watcher install` wrote", self.path.display())
    }

    fn failed(&self, what: &str, error: io::Error) -> anyhow::Error {
        let help = match error.kind() {
            ErrorKind::PermissionDenied => Some("run it as root, such as by `sudo`".to_owned()),
            ErrorKind::NotFound => Some("--unit-dir names the directory of units; it must exist".to_owned()),
            _ => None,
        };
        let error = anyhow::Error::new(error).context(format!("cannot {what} `{}`", self.path.display()));
        report::with_help(error, help)
    }
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file: File = OpenOptions::new().write(true).create_new(true).open(path)?;
    // Whatever the umask: `systemctl cat` is for everybody.
    file.set_permissions(Permissions::from_mode(0o644))?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unit::{Feature, Output};

    fn text() -> String {
        let unit = Unit {
            program: "/usr/local/bin/docker-watcher".into(),
            config: None,
            output: Output::Settings("/srv/traefik/dynamic".into()),
            others: Vec::new(),
            network: Feature::On,
            scripts: Feature::Off,
        };
        unit.text().unwrap()
    }

    #[test]
    fn a_file_is_written_found_again_replaced_and_removed() {
        let directory = tempfile::tempdir().unwrap();
        let file = UnitFile::new(directory.path());
        assert_eq!(file.find().unwrap(), Found::Nothing);
        let (first, second) = (text(), format!("{}# more\n", text()));
        for text in [first, second] {
            file.write(&text).unwrap();
            assert_eq!(file.find().unwrap(), Found::Ours(text.into_bytes()));
        }
        let mode = fs::metadata(file.path()).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o644);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 1, "nothing else is left");
        file.remove().unwrap();
        assert_eq!(file.find().unwrap(), Found::Nothing);
    }

    #[test]
    fn what_others_made_is_foreign() {
        let directory = tempfile::tempdir().unwrap();
        let file = UnitFile::new(directory.path());
        let check = || {
            assert_eq!(file.find().unwrap(), Found::Foreign);
            file.remove().unwrap();
        };
        File::create(file.path()).unwrap();
        check();
        File::create(file.path()).unwrap().write_all(b"[Service]\nExecStart=/bin/true\n").unwrap();
        check();
        // Masked.
        std::os::unix::fs::symlink("/dev/null", file.path()).unwrap();
        check();
        // A link to a file with our text is the work of whoever made the link.
        let elsewhere = tempfile::tempdir().unwrap();
        let other = UnitFile::new(elsewhere.path());
        other.write(&text()).unwrap();
        std::os::unix::fs::symlink(other.path(), file.path()).unwrap();
        check();
    }

    #[test]
    fn a_directory_that_is_not_there_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let file = UnitFile::new(&directory.path().join("none"));
        let error = file.write(&text()).unwrap_err().to_string();
        assert!(error.contains("cannot write") && error.contains(NAME), "{error}");
    }
}
