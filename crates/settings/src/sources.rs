use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use crate::{Error, Origin, Problem};

/// The settings file that is read where none is named, if it exists.
pub const DEFAULT_FILE: &str = "/etc/portolan/docker-watcher.yml";

/// All that settings are made of, lowest precedence first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// The settings file, where there is one.
    pub file: Option<File>,
    /// The environment; only variables that begin with `PORTOLAN_` are looked at.
    pub env: BTreeMap<String, String>,
    /// Flags and their values, in the order given: `exposed-by-default`, or the path of a key. A list takes one item for
    /// each flag, or several with commas between.
    pub flags: Vec<(String, String)>,
}

/// A settings file that has been read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its path, for messages.
    pub path: PathBuf,
    /// What it says, in YAML.
    pub text: String,
}

impl Sources {
    /// Finds and reads the settings file, and takes the variables of this process: the only I/O of the crate.
    ///
    /// # Errors
    /// [`Error::Unreadable`] where a file that was named is absent, or a file can't be read.
    pub fn gather(file: Option<&Path>, flags: Vec<(String, String)>) -> Result<Self, Box<Problem>> {
        let env = environment();
        let file = match locate(file, &env) {
            Some(location) => location.read()?,
            None => None,
        };
        Ok(Self { file, env, flags })
    }
}

/// The variables that concern us. A value that isn't UTF-8 is taken as well as it can be.
fn environment() -> BTreeMap<String, String> {
    env::vars_os()
        .map(|(name, value)| (name.to_string_lossy().into_owned(), value.to_string_lossy().into_owned()))
        .filter(|(name, _)| name.starts_with("PORTOLAN_"))
        .collect()
}

/// Where the settings file should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Location {
    /// Its path.
    pub path: PathBuf,
    /// Whether somebody named it, so that it must exist.
    pub required: bool,
}

/// Where the settings file should be: as the flag says, else as `PORTOLAN_CONFIG` says, else [`DEFAULT_FILE`].
///
/// None where `PORTOLAN_CONFIG` is empty, by which no file is read.
pub fn locate(flag: Option<&Path>, env: &BTreeMap<String, String>) -> Option<Location> {
    let named = flag.map(Path::to_owned).or_else(|| env.get("PORTOLAN_CONFIG").map(PathBuf::from));
    match named {
        Some(path) if path.as_os_str().is_empty() => None,
        Some(path) => Some(Location { path, required: true }),
        None => Some(Location { path: PathBuf::from(DEFAULT_FILE), required: false }),
    }
}

impl Location {
    /// Reads the file; none where it is absent and nobody named it.
    ///
    /// # Errors
    /// [`Error::Unreadable`].
    pub fn read(self) -> Result<Option<File>, Box<Problem>> {
        match fs::read_to_string(&self.path) {
            Ok(text) => Ok(Some(File { path: self.path, text })),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !self.required => Ok(None),
            Err(error) => Err(Box::new(Problem {
                help: help(&error).map(str::to_owned),
                origin: Origin::File { path: self.path, place: None },
                key: None,
                error: Error::Unreadable(reason(&error)),
            })),
        }
    }
}

/// The operating system's words, without the number that Rust adds.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut chars = text.chars();
    chars.next().map(|first| first.to_lowercase().chain(chars).collect()).unwrap_or_default()
}

fn help(error: &io::Error) -> Option<&'static str> {
    match error.kind() {
        io::ErrorKind::NotFound => Some("name another file with `--config` or `PORTOLAN_CONFIG`"),
        io::ErrorKind::PermissionDenied => Some("let the user that this runs as read the file"),
        io::ErrorKind::InvalidData => Some("save the file as UTF-8"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(flag: Option<&str>, variable: Option<&str>, expected: Option<(&str, bool)>) {
        let env = variable.map(|path| ("PORTOLAN_CONFIG".to_owned(), path.to_owned())).into_iter().collect();
        let got = locate(flag.map(Path::new), &env);
        let expected = expected.map(|(path, required)| Location { path: path.into(), required });
        assert_eq!(got, expected);
    }

    #[test]
    fn the_flag_names_the_file_else_the_variable_else_its_usual_place() {
        check(Some("a"), Some("b"), Some(("a", true)));
        check(None, Some("b"), Some(("b", true)));
        check(None, None, Some((DEFAULT_FILE, false)));
        check(None, Some(""), None);
    }

    #[test]
    fn a_file_that_nobody_named_may_be_absent() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("absent.yml");
        assert_eq!(Location { path: path.clone(), required: false }.read(), Ok(None));
        let problem = Location { path: path.clone(), required: true }.read().unwrap_err();
        let expected = format!("{}: the file could not be read: no such file or directory", path.display());
        assert_eq!(problem.to_string(), expected);
        assert_eq!(problem.help.as_deref(), Some("name another file with `--config` or `PORTOLAN_CONFIG`"));
    }

    #[test]
    fn what_is_no_text_is_told() {
        let directory = tempfile::tempdir().unwrap();
        let problem = Location { path: directory.path().to_owned(), required: false }.read().unwrap_err();
        assert_eq!(problem.error, Error::Unreadable("is a directory".to_owned()));

        let path = directory.path().join("latin1.yml");
        #[expect(clippy::disallowed_methods, reason = "a file of the test's own, which nobody else reads")]
        fs::write(&path, [b'#', 0xe9]).unwrap();
        let problem = Location { path, required: false }.read().unwrap_err();
        assert_eq!(problem.help.as_deref(), Some("save the file as UTF-8"));
    }
}
