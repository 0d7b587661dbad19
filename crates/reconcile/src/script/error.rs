use std::io;
use std::path::PathBuf;

/// Why a script that is there is not started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ScriptError {
    /// The file, or something on the way to it, could not be looked at.
    #[error("`{}` could not be read: {cause}", path.display())]
    Unreadable {
        /// What.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// It is a directory, a socket or the like.
    #[error("`{}` is not a file", path.display())]
    NotAFile {
        /// What.
        path: PathBuf,
    },
    /// A directory was expected where there is none.
    #[error("`{}` is not a directory", path.display())]
    NotADirectory {
        /// What.
        path: PathBuf,
    },
    /// Symbolic links lead on and on.
    #[error("`{}` leads through too many symbolic links", path.display())]
    TooManyLinks {
        /// What was looked for.
        path: PathBuf,
    },
    /// Nobody may execute it.
    #[error("`{}` is not executable", path.display())]
    NotExecutable {
        /// The file.
        path: PathBuf,
    },
    /// It is a text that doesn't say what runs it. A shell would guess, and we start none.
    #[error("`{}` is neither a program nor a script that names its interpreter", path.display())]
    NoInterpreter {
        /// The file.
        path: PathBuf,
    },
    /// The file, or something on the way to it, belongs to somebody who could change it.
    #[error("`{}` belongs to the user {owner}, neither to root nor to the user of this service", path.display())]
    ForeignOwner {
        /// What.
        path: PathBuf,
        /// The number of its owner.
        owner: u32,
    },
    /// The file, or a directory on the way to it, can be changed by others than its owner.
    #[error("{} may write to `{}`", if *by_all { "everybody" } else { "a group" }, path.display())]
    Writable {
        /// What.
        path: PathBuf,
        /// Whether not only a group may.
        by_all: bool,
    },
}

impl ScriptError {
    /// What to do next, where something can be done.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Unreadable { .. } | Self::NotADirectory { .. } => None,
            Self::NotAFile { .. } | Self::TooManyLinks { .. } => {
                Some("put an executable file in its place".to_owned())
            }
            Self::NotExecutable { path } => Some(format!("`chmod u+x {}`", path.display())),
            Self::NoInterpreter { .. } => Some("begin it with a line such as `#!/bin/sh`".to_owned()),
            Self::ForeignOwner { path, .. } => {
                Some(format!("`chown --no-dereference root {}`", path.display()))
            }
            Self::Writable { path, .. } => Some(format!("`chmod go-w {}`", path.display())),
        }
    }
}
