//! The path of the program that runs, as something else is to start it later.

use std::fmt;
use std::fs::Metadata;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;

/// Where programs stand that are gone tomorrow.
const PASSING: &[&str] = &["/tmp", "/var/tmp", "/dev/shm", "/run"];
/// Where programs stand that a user may replace.
const HOMES: &[&str] = &["/home", "/root"];

/// Who will start the program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Starter {
    /// Root: whoever may replace the program is as good as root.
    Root,
    /// The user of this number, who may start what is the user's own.
    User(u32),
}

/// Why a program should not be started by something else later.
#[derive(Debug, PartialEq, Eq)]
pub struct Doubt {
    program: PathBuf,
    reason: String,
    starter: Starter,
    /// What others may write to, where that is all that is wrong.
    open: Option<PathBuf>,
}

impl Doubt {
    /// What to do about it.
    pub fn help(&self) -> String {
        if let Some(open) = &self.open {
            return format!("take that right away: `chmod go-w {}`", open.display());
        }
        let program = self.program.display();
        let name = self.program.file_name().unwrap_or_default().display();
        let (directory, option) = match self.starter {
            Starter::Root => ("/usr/local/bin", ""),
            Starter::User(_) => ("~/.local/bin", " --user"),
        };
        format!(
            "install it first: `install -m 755 {program} {directory}/`, then `{directory}/{name} install{option}`"
        )
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is not a place for a program that is started later: {}",
            self.program.display(),
            self.reason
        )
    }
}

impl std::error::Error for Doubt {}

/// The path of the program that runs, and what speaks against it.
///
/// # Errors
/// Where it has none.
pub fn running_program(starter: Starter) -> anyhow::Result<(PathBuf, Option<Doubt>)> {
    let path = std::env::current_exe().context("the path of this program")?;
    let doubt = doubt(&path, starter, |path| path.metadata());
    Ok((path, doubt))
}

fn doubt(
    program: &Path,
    starter: Starter,
    look: impl Fn(&Path) -> std::io::Result<Metadata>,
) -> Option<Doubt> {
    let because = |reason: String| Some(Doubt { program: program.to_owned(), reason, starter, open: None });
    let homes = if starter == Starter::Root { HOMES } else { &[] };
    if let Some(place) = PASSING.iter().chain(homes).find(|place| program.starts_with(place)) {
        return because(format!("what is in `{place}` is a user's, or gone with the next start"));
    }
    let may_own = |uid: u32| uid == 0 || starter == Starter::User(uid);
    for path in program.ancestors() {
        match look(path) {
            Ok(found) if !may_own(found.uid()) => {
                let owner = if starter == Starter::Root { "root does" } else { "neither root nor you" };
                let own = if starter == Starter::Root { "not own" } else { "own" };
                return because(format!("{owner} {own} `{}`", path.display()));
            }
            Ok(found) if found.mode() & 0o002 != 0 => {
                let doubt = because(format!("anybody may write to `{}`", path.display()));
                return doubt.map(|doubt| Doubt { open: Some(path.to_owned()), ..doubt });
            }
            Ok(_) => {}
            Err(error) => return because(format!("`{}`: {error}", path.display())),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(program: &str, look: impl Fn(&Path) -> std::io::Result<Metadata>, expected: Option<&str>) {
        let found = doubt(Path::new(program), Starter::Root, look).map(|doubt| doubt.to_string());
        match (&found, expected) {
            (None, None) => {}
            (Some(found), Some(expected)) if found.contains(expected) => {}
            _ => panic!("{program}: {found:?}, and not {expected:?}"),
        }
    }

    /// As if each path were `/`.
    fn root(_: &Path) -> std::io::Result<Metadata> {
        Path::new("/").metadata()
    }

    #[test]
    fn a_program_of_the_system_is_beyond_doubt_and_a_user_s_is_not() {
        check("/usr/local/bin/docker-watcher", root, None);
        check("/opt/portolan/docker-watcher", root, None);
        check("/homely/docker-watcher", root, None);
        check("/home/me/portolan/target/release/docker-watcher", root, Some("in `/home`"));
        check("/root/.cargo/bin/docker-watcher", root, Some("in `/root`"));
        check("/tmp/docker-watcher", root, Some("in `/tmp`"));
        check("/opt/docker-watcher (deleted)", |path| path.metadata(), Some("(deleted)"));
    }

    #[test]
    fn a_program_that_another_may_replace_is_in_doubt() {
        // `/tmp` stands for any directory that everybody may write to.
        let open = |path: &Path| Path::new(if path.ends_with("opt") { "/tmp" } else { "/" }).metadata();
        check("/opt/docker-watcher", open, Some("anybody may write to `/opt`"));
        check("/srv/docker-watcher", open, None);
        // Nobody but root owns anything in most of a machine: our own files may be another's.
        let own = tempfile::NamedTempFile::new().unwrap();
        if own.as_file().metadata().unwrap().uid() != 0 {
            let mine = |path: &Path| {
                if path.ends_with("docker-watcher") { own.path().metadata() } else { root(path) }
            };
            check("/opt/docker-watcher", mine, Some("root does not own"));
        }
    }

    #[test]
    fn the_help_is_a_command_that_is_told_in_full() {
        let doubt = doubt(Path::new("/tmp/docker-watcher"), Starter::Root, root).unwrap();
        assert!(
            doubt.help().contains("`install -m 755 /tmp/docker-watcher /usr/local/bin/`"),
            "{}",
            doubt.help()
        );
    }

    #[test]
    fn a_program_in_an_open_directory_is_not_to_be_installed_onto_itself() {
        let open = |path: &Path| Path::new(if path.ends_with("bin") { "/tmp" } else { "/" }).metadata();
        let doubt = doubt(Path::new("/usr/local/bin/docker-watcher"), Starter::Root, open).unwrap();
        assert_eq!(doubt.help(), "take that right away: `chmod go-w /usr/local/bin`");
    }

    #[test]
    fn a_user_may_start_what_is_the_user_s_own() {
        let own = tempfile::NamedTempFile::new().unwrap();
        let me = own.as_file().metadata().unwrap().uid();
        let mine = |path: &Path| if path.ends_with("hook") { own.path().metadata() } else { root(path) };
        let found = |program: &str, user| doubt(Path::new(program), Starter::User(user), mine);
        assert_eq!(found("/home/me/.local/bin/hook", me), None);
        assert!(found("/tmp/hook", me).is_some());
        if me != 0 {
            assert!(found("/home/me/.local/bin/hook", me + 1).is_some());
        }
    }
}
