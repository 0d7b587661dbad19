use std::fs::{self, DirBuilder, File, TryLockError};
use std::io::{self, ErrorKind, Read as _, Write};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Error, Knowledge, Record, is_id};

/// The records of all containers that run, in a directory: one file each, and a lock.
///
/// A hook adds or removes its own record without the lock, in one rename or removal, so that no start of a container ever waits.
/// Whoever draws the file for Traefik holds the lock from reading all records until the file is written: so the last to write
/// has seen what all before it knew. What is learnt of a container later is a file of its own, beside its record and never in
/// place of it: so nothing that comes late brings back a container that has stopped.
#[derive(Clone, Debug)]
pub struct Records {
    directory: PathBuf,
}

/// The right to learn about a container, which one process has at a time. It ends with this value, or with the process.
#[derive(Debug)]
pub struct Claim {
    /// The container's record.
    pub record: Record,
    _lock: File,
}

/// The ending of records. Files with other endings are other's, or were left by a process that was killed.
const ENDING: &str = "json";
/// The directory for what was learnt.
pub(crate) const KNOWN: &str = "known";
/// What the names of unfinished files begin with.
pub(crate) const UNFINISHED: &str = ".unfinished-";

impl Records {
    /// The records in this directory, which is made if it is absent, for its owner alone: labels may hold secrets.
    ///
    /// # Errors
    /// [`Error::Directory`].
    pub fn open(directory: impl Into<PathBuf>) -> Result<Self, Error> {
        let directory = directory.into();
        let known = directory.join(KNOWN);
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&known);
        made.map_err(|source| Error::Directory { path: known, source })?;
        Ok(Self { directory })
    }

    /// Adds a record, in place of another of the same container.
    ///
    /// # Errors
    /// [`Error::Id`], [`Error::Write`].
    pub fn put(&self, record: &Record) -> Result<(), Error> {
        self.write(self.path(&record.id)?, record)
    }

    /// Adds what was learnt of a container, unless it has no record any more.
    ///
    /// # Errors
    /// [`Error::Id`], [`Error::Write`].
    pub fn learn(&self, id: &str, knowledge: &Knowledge) -> Result<(), Error> {
        self.write(self.known(id)?, knowledge)?;
        // Who removes a container begins with its record: so one of the two sees what is here too late.
        if !self.path(id)?.exists() {
            remove(self.known(id)?)?;
        }
        Ok(())
    }

    /// Removes the record of a container and what was learnt of it; tells whether there was a record.
    ///
    /// # Errors
    /// [`Error::Id`], [`Error::Write`].
    pub fn remove(&self, id: &str) -> Result<bool, Error> {
        let there = remove(self.path(id)?)?;
        remove(self.known(id)?)?;
        Ok(there)
    }

    /// The record of a container, if there is one that can be read.
    ///
    /// # Errors
    /// [`Error::Id`], [`Error::Read`].
    pub fn get(&self, id: &str) -> Result<Option<Record>, Error> {
        read(self.path(id)?)
    }

    /// Claims a container whose worker has not done all since its start: `None` where there is no record, where another is
    /// about it, or all is done.
    ///
    /// A claim is a lock on the record's own file. A container that starts anew has another file, and can be claimed at once.
    ///
    /// # Errors
    /// [`Error::Id`], [`Error::Read`].
    pub fn claim(&self, id: &str) -> Result<Option<Claim>, Error> {
        let path = self.path(id)?;
        let opened = match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            opened => opened.and_then(|mut file| {
                let free = match file.try_lock() {
                    Ok(()) => true,
                    Err(TryLockError::WouldBlock) => false,
                    Err(TryLockError::Error(error)) => return Err(error),
                };
                let mut text = Vec::new();
                file.read_to_end(&mut text)?;
                Ok((file, free, text))
            }),
        };
        let (lock, free, text) = opened.map_err(|source| Error::Read { path, source })?;
        let Some(record) = serde_json::from_slice::<Record>(&text).ok().filter(|_| free) else {
            return Ok(None);
        };
        let is_done = self.knowledge(&record)?.is_some_and(|known| known.is_done);
        // Another may have stopped or started it before we had the lock.
        let is_current = self.get(id)?.is_some_and(|now| now.start == record.start);
        Ok((is_current && !is_done).then_some(Claim { record, _lock: lock }))
    }

    /// Those containers for which not all is done since their start: their workers are at it, or were killed.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub fn unfinished(&self) -> Result<Vec<String>, Error> {
        let all = self.all()?.into_iter();
        Ok(all
            .filter(|(_, knowledge)| knowledge.as_ref().is_none_or(|it| !it.is_done))
            .map(|(record, _)| record.id)
            .collect())
    }

    /// What was learnt of a container at the start that this record is of.
    ///
    /// # Errors
    /// [`Error::Id`], [`Error::Read`].
    pub fn knowledge(&self, record: &Record) -> Result<Option<Knowledge>, Error> {
        let knowledge: Option<Knowledge> = read(self.known(&record.id)?)?;
        Ok(knowledge.filter(|knowledge| knowledge.start == record.start))
    }

    /// All records, in the order of their identifiers, with what was learnt at the same start. What cannot be read as a record,
    /// as after a change of version, is left out.
    ///
    /// # Errors
    /// [`Error::Read`].
    pub fn all(&self) -> Result<Vec<(Record, Option<Knowledge>)>, Error> {
        let mut all = Vec::new();
        for id in self.ids(&self.directory)? {
            if let Some(record) = self.get(&id)? {
                let knowledge = self.knowledge(&record)?;
                all.push((record, knowledge));
            }
        }
        all.sort_by(|(one, _), (other, _)| one.id.cmp(&other.id));
        Ok(all)
    }

    pub(crate) fn ids(&self, directory: &Path) -> Result<Vec<String>, Error> {
        let broken = |source| Error::Read { path: directory.to_owned(), source };
        let mut ids = Vec::new();
        for entry in fs::read_dir(directory).map_err(broken)? {
            let path = entry.map_err(broken)?.path();
            let id = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            if path.extension().is_some_and(|ending| ending == ENDING) && is_id(id) {
                ids.push(id.to_owned());
            }
        }
        Ok(ids)
    }

    fn write(&self, path: PathBuf, value: &impl Serialize) -> Result<(), Error> {
        let write = || -> io::Result<()> {
            let prefix = format!("{UNFINISHED}{}-", std::process::id());
            let mut file = tempfile::Builder::new().prefix(&prefix).tempfile_in(&self.directory)?;
            // At once: a hook has a container waiting, and a value has a hundred parts.
            file.write_all(&serde_json::to_vec(value)?)?;
            file.persist(&path)?;
            Ok(())
        };
        write().map_err(|source| Error::Write { path, source })
    }

    /// Where they are.
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    fn path(&self, id: &str) -> Result<PathBuf, Error> {
        Ok(self.directory.join(file_name(id)?))
    }

    pub(crate) fn known(&self, id: &str) -> Result<PathBuf, Error> {
        Ok(self.directory.join(KNOWN).join(file_name(id)?))
    }
}

fn file_name(id: &str) -> Result<String, Error> {
    if is_id(id) { Ok(format!("{id}.{ENDING}")) } else { Err(Error::Id(id.to_owned())) }
}

/// Reads a file; `None` where it is absent or cannot be understood.
fn read<T: DeserializeOwned>(path: PathBuf) -> Result<Option<T>, Error> {
    match fs::read(&path) {
        Ok(text) => Ok(serde_json::from_slice(&text).ok()),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(source) => Err(Error::Read { path, source }),
    }
}

/// Removes a file; tells whether it was there.
pub(crate) fn remove(path: PathBuf) -> Result<bool, Error> {
    match fs::remove_file(&path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(source) => Err(Error::Write { path, source }),
    }
}

#[cfg(test)]
mod tests {
    use portolan_container::Container;

    use super::*;

    fn record(id: &str, start: &str) -> Record {
        let state =
            format!(r#"{{"id":"{id}","status":"created","annotations":{{"traefik.enable":"true"}}}}"#);
        Record::new(crate::OciState::read(state.as_bytes()).unwrap(), start.to_owned(), 7, 8, None)
    }

    fn records() -> (tempfile::TempDir, Records) {
        let directory = tempfile::tempdir().unwrap();
        let records = Records::open(directory.path().join("a/b")).unwrap();
        (directory, records)
    }

    #[test]
    fn what_is_put_is_there_until_it_is_removed() {
        let (_directory, records) = records();
        records.put(&record("web", "1")).unwrap();
        records.put(&record("db", "1")).unwrap();
        records.put(&record("web", "2")).unwrap();
        assert_eq!(records.all().unwrap(), [(record("db", "1"), None), (record("web", "2"), None)]);
        assert!(records.remove("web").unwrap());
        assert!(!records.remove("web").unwrap());
        assert_eq!(records.all().unwrap(), [(record("db", "1"), None)]);
    }

    #[test]
    fn what_is_learnt_of_one_start_is_worth_nothing_for_another() {
        let (_directory, records) = records();
        records.put(&record("web", "1")).unwrap();
        let labels = [("a".to_owned(), "b".to_owned())].into();
        let container = Container { name: "front".to_owned(), labels, ..Container::default() };
        let knowledge = Knowledge::told("1", container);
        records.learn("web", &knowledge).unwrap();
        let all = records.all().unwrap();
        assert_eq!(all, [(record("web", "1"), Some(knowledge.clone()))]);
        let container = all[0].0.container(all[0].1.as_ref());
        assert_eq!((container.name.as_str(), container.labels.len()), ("front", 2), "{container:?}");

        records.put(&record("web", "2")).unwrap();
        assert_eq!(records.all().unwrap(), [(record("web", "2"), None)], "it was started anew");
        records.remove("web").unwrap();
        records.learn("web", &knowledge).unwrap();
        assert_eq!(records.all().unwrap(), [], "what comes late does not bring it back");
        let late = records.directory().join("known/web.json");
        assert!(!late.exists(), "and does not stay");
        File::create(&late).unwrap();
        records.lock().unwrap().tidy().unwrap();
        assert!(!late.exists());
    }

    #[test]
    fn a_container_is_claimed_once_for_each_start() {
        let (_directory, records) = records();
        let claim = |id: &str| records.claim(id).unwrap();
        assert!(claim("web").is_none());
        records.put(&record("web", "1")).unwrap();
        let first = claim("web").unwrap();
        assert_eq!(first.record, record("web", "1"));
        assert!(claim("web").is_none(), "one at a time");
        drop(first);
        let again = claim("web").unwrap();
        records.put(&record("web", "2")).unwrap();
        assert_eq!(
            claim("web").unwrap().record.start,
            "2",
            "the claim on an earlier start is none on this one"
        );
        drop(again);
        assert_eq!(records.unfinished().unwrap(), ["web"]);
        let done = |start: &str| Knowledge { is_done: true, ..Knowledge::none(start, String::new()) };
        records.learn("web", &done("1")).unwrap();
        assert!(claim("web").is_some(), "what was done for an earlier start counts for nothing");
        records.learn("web", &Knowledge::none("2", String::new())).unwrap();
        assert!(claim("web").is_some(), "it is not all done");
        records.learn("web", &done("2")).unwrap();
        assert!(claim("web").is_none(), "it is all done");
        assert_eq!(records.unfinished().unwrap(), [""; 0]);
    }

    #[test]
    fn a_name_that_is_a_path_is_refused() {
        let (_directory, records) = records();
        let mut bad = record("web", "1");
        bad.id = "../web".to_owned();
        assert!(matches!(records.put(&bad), Err(Error::Id(_))));
        assert!(matches!(records.remove("/etc/passwd"), Err(Error::Id(_))));
    }

    #[test]
    fn what_is_no_record_is_left_alone() {
        let (_directory, records) = records();
        for name in ["web.json", "notes.txt", ".unfinished-x", "..json"] {
            File::create(records.directory().join(name)).unwrap().write_all(b"{").unwrap();
        }
        assert_eq!(records.all().unwrap(), []);
        records.lock().unwrap().tidy().unwrap();
        assert!(records.directory().join("notes.txt").exists());
    }

    #[test]
    fn what_is_unfinished_goes_with_who_began_it() {
        let (_directory, records) = records();
        let here = format!(".unfinished-{}-x", std::process::id());
        // No process has a number above this.
        let names = [here.as_str(), ".unfinished-4194305-x", ".unfinished-", ".unfinished-x"];
        for name in names {
            File::create(records.directory().join(name)).unwrap();
        }
        records.lock().unwrap().tidy().unwrap();
        let left = names.map(|name| records.directory().join(name).exists());
        assert_eq!(left, [true, false, false, false]);
    }

    #[test]
    fn the_lock_is_one_at_a_time() {
        let (_directory, records) = records();
        let held = records.lock().unwrap();
        let other = records.clone();
        let (sender, receiver) = std::sync::mpsc::channel();
        let thread = std::thread::spawn(move || {
            let _held = other.lock().unwrap();
            sender.send(()).unwrap();
        });
        assert!(receiver.recv_timeout(std::time::Duration::from_millis(50)).is_err());
        drop(held);
        receiver.recv_timeout(std::time::Duration::from_secs(10)).unwrap();
        thread.join().unwrap();
    }
}
