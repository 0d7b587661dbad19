use std::fs;
use std::path::{Path, PathBuf};

use portolan_traefik::{Directory, Error, Marker};

/// By which we know files of ours.
pub(crate) fn marker() -> Marker {
    Marker::with_advice("jupyterhub-proxy", "routes are the hub's, settings are options")
}

/// Where a file stands that nobody has named: the first of the places where Traefik looks for its configuration in which there is one of
/// ours, or an empty one that was made for us; else the working directory, where a hub keeps its files.
pub(crate) fn find(name: &str) -> PathBuf {
    let home = std::env::var_os("HOME").map(|home| Path::new(&home).join(".traefik"));
    let places = [Some(PathBuf::from("/etc/traefik")), home, Some(PathBuf::from("."))];
    find_in(&places.into_iter().flatten().collect::<Vec<_>>(), name)
}

fn find_in(places: &[PathBuf], name: &str) -> PathBuf {
    let ours = |path: &PathBuf| fs::read(path).is_ok_and(|text| text.is_empty() || marker().heads(&text));
    let found = places.iter().map(|place| place.join(name)).find(ours);
    found.unwrap_or_else(|| places.last().map_or_else(|| PathBuf::from(name), |place| place.join(name)))
}

/// The file of this path, to be written as it was made: an empty one is for us, and permissions stay.
pub(crate) fn open(path: &Path, mode: Option<u32>) -> Result<Directory, Error> {
    // It is written anew at each start: there is nothing that the disk would have to keep.
    let directory = Directory::of_file(path, marker()).map_err(|error| match error {
        // Somebody has named the file, not its directory.
        Error::JsonInDirectory { .. } => Error::JsonInDirectory { path: path.to_owned() },
        error => error,
    })?;
    let directory = directory.adopting_empty().unsynced();
    // It holds secrets.
    Ok(match mode {
        Some(mode) => directory.with_mode(mode),
        None => directory.keeping_mode(0o600),
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn json_is_told_with_the_file() {
        let error = open(Path::new("x.json"), None).unwrap_err().to_string();
        assert!(error.starts_with("JSON is not written to `x.json`"), "{error}");
    }

    #[test]
    fn the_first_file_of_ours_is_found() {
        let directory = tempfile::tempdir().unwrap();
        let places = ["etc", "home", "here"].map(|name| directory.path().join(name));
        let put = |place: usize, text: &str| {
            fs::create_dir_all(&places[place]).unwrap();
            fs::File::create(places[place].join("rules.toml")).unwrap().write_all(text.as_bytes()).unwrap();
        };
        let check =
            |place: usize| assert_eq!(find_in(&places, "rules.toml"), places[place].join("rules.toml"));
        check(2);
        put(0, "[http]\n");
        check(2);
        put(1, &format!("{}\n", marker()));
        check(1);
        put(0, "");
        check(0);
    }
}
