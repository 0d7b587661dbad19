//! What the machine's own files say, as iproute2 reads them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::{NameSet, Names};

/// The names of tables, protocols and so on that the machine's files give, and what is wrong with those files.
///
/// `root` is `/`, but for tests and where the machine's files are mounted elsewhere. Each of iproute2's files is looked for in
/// `/etc/iproute2`, then in `/usr/share/iproute2`. Tables and protocols have more in the files `*.conf` of directories
/// `rt_tables.d` and `rt_protos.d`, of both places, where the file in `/etc` hides one of the same name: so iproute2 6.5 and
/// later; 6.1 has all in `/etc`. Missing files are usual.
///
/// ```
/// use std::path::Path;
///
/// use portolan_netlink::{NameSet, system};
///
/// let (names, complaints) = system::names(Path::new("/"));
/// assert_eq!(names.number(NameSet::Table, "main"), Some(254));
/// for complaint in complaints {
///     eprintln!("{complaint}");
/// }
/// ```
pub fn names(root: &Path) -> (Names, Vec<String>) {
    let mut reader = Reader { names: Names::built_in(), complaints: Vec::new() };
    let places = ["etc/iproute2", "usr/share/iproute2"].map(|place| root.join(place));
    for set in NameSet::ALL {
        if set == NameSet::Transport {
            reader.read(set, &root.join("etc").join(set.file()));
            continue;
        }
        // The first that is there.
        let _ = places.iter().any(|place| reader.read(set, &place.join(set.file())));
        if matches!(set, NameSet::Table | NameSet::Protocol) {
            for file in more(&places, &format!("{}.d", set.file())) {
                reader.read(set, &file);
            }
        }
    }
    (reader.names, reader.complaints)
}

struct Reader {
    names: Names,
    complaints: Vec<String>,
}

impl Reader {
    /// Reads one file; false where it is not there.
    fn read(&mut self, set: NameSet, path: &Path) -> bool {
        let complaint = match fs::read(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return false,
            Err(error) => Some(format!("cannot read `{}`: {error}", path.display())),
            Ok(bytes) => self
                .names
                .read(set, &String::from_utf8_lossy(&bytes))
                .map(|line| format!("`{}` is corrupted at `{line}`: it is read up to there", path.display())),
        };
        self.complaints.extend(complaint);
        true
    }
}

/// The files `*.conf` of these directories, in the order of their names.
fn more(places: &[PathBuf], directory: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = Vec::new();
    for place in places {
        // As where there is none.
        let Ok(entries) = fs::read_dir(place.join(directory)) else { continue };
        let found = entries.filter_map(Result::ok).map(|entry| entry.path());
        let mut found: Vec<_> =
            found.filter(|path| path.extension().is_some_and(|it| it == "conf")).collect();
        found.sort();
        let hidden = |path: &PathBuf| files.iter().any(|file| file.file_name() == path.file_name());
        let found: Vec<_> = found.into_iter().filter(|path| !hidden(path)).collect();
        files.extend(found);
    }
    files
}
