use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::thread;
use std::time::{Duration, SystemTime};

use crate::records::{KNOWN, UNFINISHED, remove};
use crate::{Error, Records, born};

/// The lock of whoever waits for its turn.
const NEXT: &str = "next";

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
    /// Where another has the turn, containers start side by side, and more are to be expected: then it waits until for `lull`
    /// none has come, ten times as long at most, so that they are asked about together.
    ///
    /// # Errors
    /// [`Error::Lock`], [`Error::Read`].
    pub fn turn(&self, lull: Duration) -> Result<Turn, Error> {
        // Held until the turn begins, and so before any record is read: who sees it held has its record read.
        let _next = self.wait_for(NEXT)?;
        let turn = self.open_lock("turn")?;
        let is_free = match turn.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => false,
            Err(TryLockError::Error(source)) => return Err(self.not_locked("turn", source)),
        };
        if !is_free {
            turn.lock().map_err(|source| self.not_locked("turn", source))?;
            for _ in 0..10 {
                let before = self.changed()?;
                thread::sleep(lull);
                if self.changed()? == before {
                    break;
                }
            }
        }
        Ok(Turn { _lock: turn })
    }

    /// Whether a process waits for its turn, which will read each record that there is now: no other is needed.
    ///
    /// # Errors
    /// [`Error::Lock`].
    pub fn is_awaited(&self) -> Result<bool, Error> {
        // Shared: two that ask at once must not take each other for one that waits.
        match self.open_lock(NEXT)?.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(source)) => Err(self.not_locked(NEXT, source)),
        }
    }

    /// When a record was last added, replaced or removed.
    fn changed(&self) -> Result<SystemTime, Error> {
        let path = self.directory();
        let changed = fs::metadata(path).and_then(|directory| directory.modified());
        changed.map_err(|source| Error::Read { path: path.to_owned(), source })
    }

    fn wait_for(&self, name: &str) -> Result<File, Error> {
        let file = self.open_lock(name)?;
        file.lock().map_err(|source| self.not_locked(name, source))?;
        Ok(file)
    }

    fn open_lock(&self, name: &str) -> Result<File, Error> {
        let mut options = OpenOptions::new();
        let file =
            options.create(true).truncate(false).write(true).mode(0o600).open(self.directory().join(name));
        file.map_err(|source| self.not_locked(name, source))
    }

    fn not_locked(&self, name: &str, source: io::Error) -> Error {
        Error::Lock { path: self.directory().join(name), source }
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

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    const LULL: Duration = Duration::from_millis(20);

    #[test]
    fn whoever_waits_for_its_turn_is_known_to_until_it_has_it() {
        let directory = tempfile::tempdir().unwrap();
        let records = Records::open(directory.path()).unwrap();
        assert!(!records.is_awaited().unwrap());
        let first = records.turn(LULL).unwrap();
        assert!(!records.is_awaited().unwrap(), "it has its turn, and may have read all records");
        let (sender, receiver) = mpsc::channel();
        let other = records.clone();
        let waiting = thread::spawn(move || sender.send(other.turn(LULL).unwrap()).unwrap());
        while !records.is_awaited().unwrap() {
            thread::yield_now();
        }
        drop(first);
        let second = receiver.recv_timeout(Duration::from_secs(10)).unwrap();
        assert!(!records.is_awaited().unwrap());
        drop(second);
        waiting.join().unwrap();
    }
}
