use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use portolan_jupyterhub::{Table, parse_state};
use tracing::error;

/// The file that keeps routes over a restart.
#[derive(Clone, Debug)]
pub(crate) struct StateFile(PathBuf);

impl StateFile {
    /// The file of this path. It is looked at when its routes are.
    pub(crate) fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// The routes in it. A file that cannot be read is set aside, and told.
    ///
    /// # Errors
    /// Where the system refuses to read it or to set it aside: nobody's routes are lost by starting without them.
    pub(crate) fn load(&self, host_routing: bool) -> anyhow::Result<Table> {
        let bytes = match fs::read(&self.0) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Table::new(host_routing)),
            Err(error) => return Err(error).with_context(|| format!("cannot read `{}`", self.0.display())),
        };
        match parse_state(&String::from_utf8_lossy(&bytes), host_routing) {
            Ok(table) => Ok(table),
            Err(reason) => {
                let aside = self.aside();
                fs::rename(&self.0, &aside).with_context(|| {
                    format!("cannot set `{}` aside as `{}`", self.0.display(), aside.display())
                })?;
                error!(
                    "{reason}: `{}` is now `{}`, and the routes begin with none",
                    self.0.display(),
                    aside.display()
                );
                Ok(Table::new(host_routing))
            }
        }
    }

    /// Replaces what it keeps.
    pub(crate) fn save(&self, text: &str) -> anyhow::Result<()> {
        let directory =
            self.0.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let write = || -> io::Result<()> {
            // For us alone, as the data in it is the hub's.
            let mut file = tempfile::Builder::new().prefix(".state").suffix(".tmp").tempfile_in(directory)?;
            file.write_all(text.as_bytes())?;
            file.as_file().sync_data()?;
            file.persist(&self.0)?;
            Ok(())
        };
        write().with_context(|| format!("cannot write `{}`", self.0.display()))
    }

    /// A name beside it that nothing has.
    fn aside(&self) -> PathBuf {
        let named = |number: u32| {
            let mut name = self.0.as_os_str().to_owned();
            name.push(if number == 1 { ".corrupt".to_owned() } else { format!(".corrupt-{number}") });
            PathBuf::from(name)
        };
        (1..=u32::MAX).map(named).find(|path| fs::symlink_metadata(path).is_err()).unwrap_or_else(|| named(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_state_is_set_aside() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("state.json");
        let state = StateFile::new(path.clone());
        assert!(state.load(false).unwrap().is_empty(), "there is none yet");
        for number in 1..3 {
            state.save("{").unwrap();
            assert!(state.load(false).unwrap().is_empty());
            assert_eq!(
                fs::read_dir(directory.path()).unwrap().count(),
                number,
                "set aside, and under a name of its own"
            );
        }
        assert_eq!(fs::read_to_string(directory.path().join("state.json.corrupt")).unwrap(), "{");
        let text = portolan_jupyterhub::state_text(&Table::new(false));
        state.save(&text).unwrap();
        assert!(state.load(false).unwrap().is_empty() && path.exists());
    }
}
