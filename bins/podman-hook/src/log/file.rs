use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

/// How long the file may get before it is put aside.
const LONGEST: u64 = 1024 * 1024;

/// A file that many processes append to, and that gives way to a new one before it gets too long. One old one is kept.
#[derive(Debug)]
pub(super) struct LogFile {
    path: PathBuf,
    longest: u64,
}

impl LogFile {
    /// The file of this path. Nothing is made before there is something to log.
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path, longest: LONGEST }
    }

    /// Appends a line, under a lock on the file: whole, and never to one that was put aside meanwhile.
    pub(super) fn append(&self, line: &str) -> io::Result<()> {
        /// Each time round, another process has just put the file aside.
        const TRIES: usize = 16;
        if let Some(directory) = self.path.parent() {
            DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
        }
        for _ in 0..TRIES {
            let mut file = OpenOptions::new().create(true).append(true).mode(0o600).open(&self.path)?;
            file.lock()?;
            if !is(&file, &self.path)? {
                continue;
            }
            let length = file.metadata()?.len();
            if length > 0 && length + u64::try_from(line.len()).unwrap_or(u64::MAX) > self.longest {
                fs::rename(&self.path, old(&self.path))?;
                continue;
            }
            return file.write_all(line.as_bytes());
        }
        Err(io::ErrorKind::ResourceBusy.into())
    }
}

/// Whether the path still is that of this open file.
fn is(file: &File, path: &Path) -> io::Result<bool> {
    let here = file.metadata()?;
    match fs::metadata(path) {
        Ok(there) => Ok((here.dev(), here.ino()) == (there.dev(), there.ino())),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

fn old(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".old");
    name.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_writers_lose_no_line_and_tear_none() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("a/log");
        // 8 writers of 50 lines, 9 bytes each: all of it fits into the two files, and the first must give way once.
        let log = LogFile { path: path.clone(), longest: 2000 };
        std::thread::scope(|scope| {
            for writer in 0..8 {
                let log = &log;
                scope.spawn(move || {
                    for line in 0..50 {
                        log.append(&format!("{writer:03} {line:04}\n")).unwrap();
                    }
                });
            }
        });
        let text = fs::read_to_string(old(&path)).unwrap() + &fs::read_to_string(&path).unwrap();
        let mut lines: Vec<&str> = text.lines().collect();
        lines.sort_unstable();
        let mut expected: Vec<String> =
            (0..8).flat_map(|writer| (0..50).map(move |line| format!("{writer:03} {line:04}"))).collect();
        expected.sort_unstable();
        assert_eq!(lines, expected);
    }

    #[test]
    fn the_file_gives_way_before_it_gets_too_long() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("log");
        let log = LogFile { path: path.clone(), longest: 10 };
        for line in ["one\n", "two\n", "three\n", "a line longer than a file\n", "last\n"] {
            log.append(line).unwrap();
        }
        assert_eq!(fs::read_to_string(&path).unwrap(), "last\n");
        assert_eq!(fs::read_to_string(old(&path)).unwrap(), "a line longer than a file\n");
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(directory.path()).unwrap().count(), 2);
    }
}
