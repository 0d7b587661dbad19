mod context;
mod error;
mod output;
mod process;
mod queue;
mod trust;

use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{fs, io};

pub use context::ScriptContext;
pub use error::ScriptError;
pub use process::ScriptOutcome;
pub(crate) use queue::ScriptEntrance;
pub use queue::ScriptQueue;

/// Users' scripts: files of the name `<event>.<container>` in one directory, such as `start.web`.
///
/// Root's powers are behind them, so a file counts only if nobody but root and our own user could have put it there or
/// changed it: it, and every directory and symbolic link on the way to it. Since then nobody else can change it afterwards
/// either, there is no gap between the look and the start.
///
/// ```
/// use std::time::Duration;
///
/// use portolan_reconcile::Scripts;
///
/// let scripts = Scripts::new("/etc/portolan/scripts", Duration::from_secs(30));
/// // Whatever a container is called, its name leads nowhere else.
/// assert!(scripts.find("start", "../../../bin/true").is_ok_and(|script| script.is_none()));
/// ```
#[derive(Clone, Debug)]
pub struct Scripts {
    directory: PathBuf,
    timeout: Duration,
}

/// A script that may be started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Script {
    /// Its name in the directory: `start.web`.
    name: String,
    /// The file, without a symbolic link on the way.
    path: PathBuf,
    /// The directory of scripts, likewise.
    directory: PathBuf,
}

impl Scripts {
    /// The scripts of this directory, each of which may take so long. The directory may be absent.
    pub fn new(directory: impl Into<PathBuf>, timeout: Duration) -> Self {
        Self { directory: directory.into(), timeout }
    }

    /// The script for what happened to the container of this name, if there is one.
    ///
    /// A symbolic link is judged by what it leads to and all that it leads through.
    ///
    /// # Errors
    /// [`ScriptError`], which says why there is one that is not started.
    pub fn find(&self, event: &str, container_name: &str) -> Result<Option<Script>, ScriptError> {
        let Some(name) = file_name(event, container_name) else { return Ok(None) };
        if !is_there(&self.directory.join(&name))? {
            return Ok(None);
        }
        let directory = trust::directory(&self.directory)?;
        let path = trust::program(&directory.join(&name))?;
        Ok(Some(Script { name, path, directory }))
    }

    /// Runs a script to its end, or to the end of its time, and logs what it prints.
    ///
    /// It has ended when its output has: what it leaves running must have its output elsewhere. At the end of its time it is
    /// killed with its process group. So it is when the future is dropped.
    pub async fn run(&self, script: &Script, context: &ScriptContext) -> ScriptOutcome {
        process::run(script, context, self.timeout).await
    }

    /// Starts a task of the runtime that runs scripts as events are posted to it.
    pub fn spawn(self) -> ScriptQueue {
        ScriptQueue::spawn(self)
    }

    /// Whether there is a file for it at all, which is cheap to ask and mostly not so.
    fn is_candidate(&self, context: &ScriptContext) -> bool {
        // Where nobody can tell, the one who looks closer says why.
        file_name(&context.event, &context.container.name)
            .is_some_and(|name| is_there(&self.directory.join(name)).unwrap_or(true))
    }
}

impl Script {
    /// The file that is started.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// The name of a script's file. None where the container has a name that engines don't give: with a slash, it could lead
/// elsewhere.
fn file_name(event: &str, container_name: &str) -> Option<String> {
    let is_event = !event.is_empty() && event.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let is_name = !container_name.is_empty()
        && container_name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    let name = format!("{event}.{container_name}");
    (is_event && is_name && name.len() <= LONGEST_NAME).then_some(name)
}

/// What a file's name may have in bytes.
const LONGEST_NAME: usize = 255;

fn is_there(path: &Path) -> Result<bool, ScriptError> {
    match fs::symlink_metadata(path) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(cause) => Err(ScriptError::Unreadable { path: path.to_owned(), cause }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_files_are_those_of_events_and_containers() {
        let check = |event: &str, container: &str, expected: Option<&str>| {
            assert_eq!(file_name(event, container).as_deref(), expected, "{event} {container}");
        };
        check("start", "web", Some("start.web"));
        check("health_status", "my-app_web.1", Some("health_status.my-app_web.1"));
        check("start", "..", Some("start..."));
        check("start", &"a".repeat(249), Some(&format!("start.{}", "a".repeat(249))));
        check("start", &"a".repeat(250), None);
        for name in ["", "/", "../x", "a/b", "a b", "a\0b", "a\nb", "ä", "$(touch x)", "*"] {
            check("start", name, None);
        }
        for event in ["", "..", "../x", "a/b", "exec_create: sh"] {
            check(event, "web", None);
        }
    }
}
