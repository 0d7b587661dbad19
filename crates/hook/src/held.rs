use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use crate::records::{KNOWN, UNFINISHED, remove};
use crate::{Error, Records, born};

/// The lock on all records. It ends with this value, or with the process, in whatever way that ends.
#[derive(Debug)]
pub struct Held {
    records: Records,
    _lock: File,
}

/// The turn to ask the engine, which one process has at a time. It ends with this value, or with the process.
#[derive(Debug)]
pub struct Turn {
    _lock: File,
}

impl Records {
    /// Waits for the lock, and takes it.
    ///
    /// # Errors
    /// [`Error::Lock`].
    pub fn lock(&self) -> Result<Held, Error> {
        Ok(Held { records: self.clone(), _lock: self.wait_for("lock")? })
    }

    /// Waits for the turn to ask the engine about containers. Whoever has waited may find that another has asked for all.
    ///
    /// # Errors
    /// [`Error::Lock`].
    pub fn turn(&self) -> Result<Turn, Error> {
        Ok(Turn { _lock: self.wait_for("turn")? })
    }

    fn wait_for(&self, name: &str) -> Result<File, Error> {
        let path = self.directory().join(name);
        let mut options = OpenOptions::new();
        let file = options.create(true).truncate(false).write(true).mode(0o600).open(&path);
        let locked = file.and_then(|file| file.lock().map(|()| file));
        locked.map_err(|source| Error::Lock { path, source })
    }
}

impl Held {
    /// The records.
    pub fn records(&self) -> &Records {
        &self.records
    }

    /// Removes what a process that was killed left unfinished, and what was learnt of containers that have no record.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub fn tidy(&self) -> Result<(), Error> {
        for id in self.records.ids(&self.records.directory().join(KNOWN))? {
            if self.records.get(&id)?.is_none() {
                remove(self.records.known(&id)?)?;
            }
        }
        let directory = self.records.directory();
        let broken = |source| Error::Read { path: directory.to_owned(), source };
        for entry in fs::read_dir(directory).map_err(broken)? {
            let entry = entry.map_err(broken)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if name.strip_prefix(UNFINISHED).is_some_and(|rest| !is_written(rest)) {
                // Another may have removed it.
                let _ = fs::remove_file(entry.path());
            }
        }
        Ok(())
    }
}

/// Whether whoever began an unfinished file, by the rest of its name, is still there to finish it.
fn is_written(rest: &str) -> bool {
    let process = rest.split_once('-').and_then(|(process, _)| process.parse::<u32>().ok());
    process.is_some_and(|process| born(Path::new("/proc"), process).is_some())
}
