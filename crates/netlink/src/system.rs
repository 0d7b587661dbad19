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

#[cfg(test)]
mod tests {
    use super::*;

    /// The names of these tables and protocols with these files, and how many complaints.
    fn check(files: &[(&str, &[u8])], expected: &[(NameSet, &str, Option<u32>)], complaints: &[&str]) {
        let root = tempfile::tempdir().unwrap();
        for (name, text) in files {
            let path = root.path().join(name);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            #[expect(clippy::disallowed_methods, reason = "nobody reads it meanwhile")]
            fs::write(path, text).unwrap();
        }
        let (names, found) = super::names(root.path());
        for (set, name, number) in expected {
            assert_eq!(names.number(*set, name), *number, "{name}");
        }
        let text = found.join("\n").replace(&format!("{}/", root.path().display()), "");
        assert_eq!(text, complaints.join("\n"));
    }

    use NameSet::{Protocol, Scope, Table, Transport};

    #[test]
    fn without_files() {
        check(&[], &[(Table, "main", Some(254)), (Transport, "tcp", None)], &[]);
    }

    #[test]
    fn the_first_place_wins() {
        let (etc, usr) = ("etc/iproute2", "usr/share/iproute2");
        let [tables, others, scopes] =
            [format!("{etc}/rt_tables"), format!("{usr}/rt_tables"), format!("{usr}/rt_scopes")];
        let files: &[(&str, &[u8])] = &[
            (&tables, b"100 vpn\n"),
            (&others, b"101 other\n"),
            (&scopes, b"99 near\n"),
            ("etc/protocols", b"tcp 6\n"),
        ];
        let expected = [
            (Table, "vpn", Some(100)),
            (Table, "other", None),
            (Scope, "near", Some(99)),
            (Transport, "tcp", Some(6)),
        ];
        check(files, &expected, &[]);
    }

    #[test]
    fn directories_add_and_hide() {
        let files: &[(&str, &[u8])] = &[
            ("etc/iproute2/rt_tables.d/b.conf", b"1 first\n"),
            ("etc/iproute2/rt_tables.d/c.conf", b"2 first\n"),
            ("etc/iproute2/rt_tables.d/readme", b"3 no\n"),
            ("usr/share/iproute2/rt_tables.d/b.conf", b"4 hidden\n"),
            ("usr/share/iproute2/rt_tables.d/d.conf", b"5 later\n"),
            ("etc/iproute2/rt_protos.d/a.conf", b"100 ours\n"),
            ("etc/iproute2/rt_scopes.d/a.conf", b"7 no\n"),
        ];
        let expected = [
            (Table, "first", Some(2)),
            (Table, "no", None),
            (Table, "hidden", None),
            (Table, "later", Some(5)),
            (Protocol, "ours", Some(100)),
            (Scope, "no", None),
        ];
        check(files, &expected, &[]);
    }

    #[test]
    fn what_cannot_be_read_is_told() {
        let files: &[(&str, &[u8])] =
            &[("etc/iproute2/rt_tables", b"1 one\n\xff\n2 two\n"), ("etc/iproute2/rt_protos/x", b"")];
        let complaints = [
            "`etc/iproute2/rt_tables` is corrupted at `\u{fffd}`: it is read up to there",
            "cannot read `etc/iproute2/rt_protos`: Is a directory (os error 21)",
        ];
        check(files, &[(Table, "one", Some(1)), (Table, "two", None)], &complaints);
    }
}
