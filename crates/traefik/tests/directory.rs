//! The directory on real file systems: what other processes see, what is refused, what a full or read-only disk leaves.

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a test that cannot run says so")]
#![expect(
    clippy::disallowed_methods,
    reason = "the tests write foreign files, mount file systems and run themselves as another user"
)]

use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};

use portolan_traefik::{Directory, Document, Error, Format, Marker, Outcome};
use tempfile::TempDir;

const MARKER: &str = "# Written by docker-watcher. Edits are lost: change the labels instead.";

fn text(content: &str) -> String {
    format!("{MARKER}\n{content}\n")
}

fn directory(path: &Path, format: Format) -> Directory {
    Directory::new(path, "docker-watcher", format).expect("is a directory's name")
}

/// A prepared directory that is its own.
fn prepared() -> (TempDir, Directory) {
    let temp = tempfile::tempdir().expect("there is room");
    let mut directory = directory(temp.path(), Format::Yaml);
    directory.prepare().expect("is writable");
    (temp, directory)
}

fn mode(path: &Path) -> u32 {
    fs::metadata(path).expect("is there").permissions().mode() & 0o777
}

/// The names in it, our hidden sub-directory and what is in that left out if it is empty.
fn names(path: &Path) -> Vec<String> {
    let mut names: Vec<_> = [path.to_owned(), path.join(".docker-watcher")]
        .iter()
        .flat_map(|path| fs::read_dir(path).into_iter().flatten())
        .map(|entry| entry.expect("is there").file_name().into_string().expect("is text"))
        .filter(|name| name != ".docker-watcher")
        .collect();
    names.sort();
    names
}

fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    Command::new(program)
}

/// Tells what is not tested, which CI does not allow.
fn skip(why: &str) {
    assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "nothing may be skipped under CI: {why}");
    println!("skipped: {why}");
}

/// A mount that goes when it is dropped.
struct Mount(std::path::PathBuf);

impl Mount {
    fn new(arguments: &[&str], at: &Path) -> Option<Self> {
        let mounted = command("mount").args(arguments).arg(at).status().is_ok_and(|status| status.success());
        if !mounted {
            skip("mounting a file system takes root");
        }
        mounted.then(|| Self(at.to_owned()))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = command("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[test]
fn the_same_bytes_are_written_once() {
    let (temp, mut directory) = prepared();
    assert_eq!(directory.write(&text("a")).expect("is writable"), Outcome::Written);
    let inode = fs::metadata(directory.file()).expect("is there").ino();
    assert_eq!(directory.write(&text("a")).expect("is writable"), Outcome::Unchanged);
    assert_eq!(fs::metadata(directory.file()).expect("is there").ino(), inode);
    assert_eq!(directory.write(&text("ab")).expect("is writable"), Outcome::Written);
    assert_eq!(fs::read_to_string(directory.file()).expect("is there"), text("ab"));
    assert_eq!(mode(&directory.file()), 0o644);
    assert_eq!(names(temp.path()), ["docker-watcher.yml"]);
}

#[test]
fn an_edit_of_our_file_is_replaced() {
    let (_temp, mut directory) = prepared();
    directory.write(&text("a")).expect("is writable");
    fs::write(directory.file(), text("b")).expect("is writable");
    assert_eq!(directory.write(&text("a")).expect("is writable"), Outcome::Written);
    fs::remove_file(directory.file()).expect("is there");
    assert_eq!(directory.write(&text("a")).expect("is writable"), Outcome::Written);
}

#[test]
fn an_absent_directory_is_made_whenever_it_is_absent() {
    let temp = tempfile::tempdir().expect("there is room");
    let path = temp.path().join("a/b");
    let mut directory = directory(&path, Format::Yaml);
    directory.prepare().expect("is writable");
    assert_eq!(directory.write(&text("a")).expect("is writable"), Outcome::Written);
    fs::remove_dir_all(&path).expect("is there");
    assert_eq!(directory.write(&text("a")).expect("is writable"), Outcome::Written);
}

#[test]
fn what_a_killed_process_left_is_removed() {
    let (temp, mut directory) = prepared();
    fs::write(temp.path().join(".docker-watcher/x1y2.tmp"), "half").expect("is writable");
    fs::write(temp.path().join("other.tmp"), "not ours").expect("is writable");
    directory.prepare().expect("is writable");
    assert_eq!(names(temp.path()), ["other.tmp"]);
}

#[test]
fn our_file_of_the_other_format_goes_once_the_new_one_is_there() {
    let (temp, mut yaml) = prepared();
    yaml.write(&text("a: 1")).expect("is writable");
    let mut toml = directory(temp.path(), Format::Toml);
    toml.prepare().expect("is writable");
    assert_eq!(names(temp.path()), ["docker-watcher.yml"]);
    toml.write(&text("a = 1")).expect("is writable");
    assert_eq!(names(temp.path()), ["docker-watcher.toml"]);
    fs::write(yaml.file(), "# mine\n").expect("is writable");
    directory(temp.path(), Format::Toml).write(&text("a = 2")).expect("is writable");
    assert_eq!(names(temp.path()), ["docker-watcher.toml", "docker-watcher.yml"]);
}

#[test]
fn removing_takes_what_is_ours_alone() {
    let (temp, mut directory) = prepared();
    fs::write(temp.path().join("other.yml"), "# mine\n").expect("is writable");
    assert!(!directory.remove().expect("is writable"));
    directory.write(&text("a")).expect("is writable");
    assert!(directory.remove().expect("is writable"));
    assert_eq!(names(temp.path()), ["other.yml"]);
    assert!(!temp.path().join(".docker-watcher").exists());
    fs::write(directory.file(), "# mine\n").expect("is writable");
    assert!(matches!(directory.remove(), Err(Error::Foreign { .. })));
    assert_eq!(names(temp.path()), ["docker-watcher.yml", "other.yml"]);
}

#[test]
fn a_foreign_file_under_our_name_is_refused() {
    for foreign in [
        "# mine\n",
        "",
        "http:\n",
        "\n# Written by docker-watcher.",
        "# Written by podman-hook. Edits are lost: change the labels instead.\n",
    ] {
        let (_temp, mut directory) = prepared();
        directory.write(&text("a")).expect("is writable");
        fs::write(directory.file(), foreign).expect("is writable");
        let error = directory.write(&text("b")).expect_err("is foreign");
        assert_eq!(
            error.to_string(),
            format!(
                "`{}` was written by someone else: its first line is not `{MARKER}`",
                directory.file().display()
            )
        );
        assert!(error.help().is_some());
        assert!(matches!(directory.prepare(), Err(Error::Foreign { .. })));
        assert_eq!(fs::read_to_string(directory.file()).expect("is there"), foreign);
    }
}

#[test]
fn nothing_is_kept_in_a_directory_that_is_a_file() {
    let temp = tempfile::tempdir().expect("there is room");
    let file = temp.path().join("file");
    fs::write(&file, "").expect("is writable");
    directory(&file, Format::Yaml).drop_kept("engines.json").expect("is not there");
}

#[test]
fn what_is_no_file_is_refused() {
    let (temp, mut directory) = prepared();
    fs::create_dir(directory.file()).expect("is writable");
    let error = directory.write(&text("a")).expect_err("is a directory");
    assert_eq!(error.to_string(), format!("`{}` is a directory, not a file", directory.file().display()));
    fs::remove_dir(directory.file()).expect("is there");

    let elsewhere = temp.path().join("elsewhere");
    fs::write(&elsewhere, text("a")).expect("is writable");
    symlink(&elsewhere, directory.file()).expect("is writable");
    let error = directory.write(&text("b")).expect_err("is a link");
    assert_eq!(error.to_string(), format!("`{}` is a symbolic link, not a file", directory.file().display()));
    assert!(error.help().is_some_and(|help| help.contains("directory that it leads to")));
    assert_eq!(fs::read_to_string(&elsewhere).expect("is there"), text("a"));
}

#[test]
fn what_cannot_be_a_file_of_traefiks_is_refused() {
    let json = Directory::new("/srv/traefik/dynamic", "docker-watcher", Format::Json).expect_err("not read");
    assert_eq!(
        json.to_string(),
        "JSON is not written to `/srv/traefik/dynamic`: Traefik reads YAML and TOML files there"
    );
    for stem in ["", "a/b", "..", "/", "a/"] {
        let error = Directory::new("/srv", stem, Format::Yaml).expect_err("no name");
        assert_eq!(error.to_string(), format!("`{stem}` is not the name of a file"));
    }
    let (_temp, mut directory) = prepared();
    assert!(matches!(directory.write("http:\n"), Err(Error::Unmarked { .. })));
    assert!(!directory.file().exists());
}

#[test]
fn a_file_may_be_called_other_than_its_program() {
    let temp = tempfile::tempdir().expect("there is room");
    let rules = Directory::new(temp.path(), "rules", Format::Toml).expect("is a name");
    let mut rules = rules.with_marker(Marker::new("jupyterhub-proxy"));
    let document = Document::new(Format::Toml).with_header(rules.marker());
    assert_eq!(rules.write(&document.text()).expect("is writable"), Outcome::Written);
    assert!(temp.path().join("rules.toml").is_file());
}

#[test]
fn a_reader_never_sees_a_part() {
    let (_temp, mut directory) = prepared();
    // Larger than what a system writes or reads at once.
    let texts: Vec<_> =
        ["a", "b"].iter().map(|letter| text(&format!("{}\n# end", letter.repeat(3_000_000)))).collect();
    directory.write(&texts[0]).expect("is writable");
    let (file, done) = (directory.file(), AtomicBool::new(false));
    let reads = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut reads = 0;
            while !done.load(Ordering::Relaxed) {
                let read = fs::read_to_string(&file).expect("is always there");
                assert!(texts.contains(&read), "{} bytes", read.len());
                reads += 1;
            }
            reads
        });
        for turn in 1..40 {
            assert_eq!(directory.write(&texts[turn % 2]).expect("is writable"), Outcome::Written);
        }
        done.store(true, Ordering::Relaxed);
        reader.join().expect("saw whole files alone")
    });
    assert!(reads > 0);
}

#[test]
fn a_full_disk_keeps_the_old_file() {
    let temp = tempfile::tempdir().expect("there is room");
    let Some(_mount) = Mount::new(&["-t", "tmpfs", "-o", "size=64k", "tmpfs"], temp.path()) else { return };
    let mut directory = directory(temp.path(), Format::Yaml);
    directory.prepare().expect("is writable");
    directory.write(&text("small")).expect("there is room");
    let error = directory.write(&text(&"large".repeat(20_000))).expect_err("there is no room");
    assert_eq!(error.to_string(), format!("cannot write `{}`", directory.file().display()));
    let cause = std::error::Error::source(&error).map(ToString::to_string);
    assert_eq!(cause.as_deref(), Some("No space left on device (os error 28)"));
    assert!(error.help().is_some_and(|help| help.starts_with("make room on the disk")));
    assert_eq!(fs::read_to_string(directory.file()).expect("is there"), text("small"));
    assert_eq!(names(temp.path()), ["docker-watcher.yml"]);
    directory.write(&text("medium")).expect("there is room again");
}

/// As the temporary files of both have different names, what was said was news each time.
#[test]
fn the_same_failure_is_told_in_the_same_words() {
    let (temp, mut directory) = prepared();
    let scratch = temp.path().join(".docker-watcher");
    let _ = fs::remove_dir_all(&scratch);
    fs::write(&scratch, "").expect("is writable");
    let mut told = || {
        let error = directory.write(&text("a")).expect_err("there is no directory");
        format!("{error}: {}", std::error::Error::source(&error).expect("has a cause"))
    };
    let first = told();
    assert_eq!(
        first,
        format!("cannot create a file in `{}`: Not a directory (os error 20)", scratch.display())
    );
    assert_eq!(told(), first);
}

#[test]
fn a_read_only_disk_keeps_the_old_file() {
    let temp = tempfile::tempdir().expect("there is room");
    let Some(_mount) = Mount::new(&["-t", "tmpfs", "tmpfs"], temp.path()) else { return };
    let mut directory = directory(temp.path(), Format::Yaml);
    directory.write(&text("a")).expect("is writable");
    assert!(command("mount").args(["-o", "remount,ro"]).arg(temp.path()).status().expect("runs").success());
    let error = directory.write(&text("b")).expect_err("is read-only");
    assert!(error.help().is_some_and(|help| help.contains(":ro")), "{error:?}");
    assert_eq!(directory.write(&text("a")).expect("needs no change"), Outcome::Unchanged);
    assert_eq!(names(temp.path()), ["docker-watcher.yml"]);
}

#[test]
fn a_mounted_file_cannot_be_replaced() {
    let (temp, mut directory) = prepared();
    directory.write(&text("a")).expect("is writable");
    let elsewhere = temp.path().join("elsewhere");
    fs::write(&elsewhere, text("a")).expect("is writable");
    let Some(_mount) = Mount::new(&["--bind", &elsewhere.to_string_lossy()], &directory.file()) else {
        return;
    };
    let error = directory.write(&text("b")).expect_err("is busy");
    assert!(
        error.help().is_some_and(|help| help.starts_with("mount the directory into the container")),
        "{error:?}"
    );
    assert_eq!(names(temp.path()), ["docker-watcher.yml", "elsewhere"]);
}

/// Where a test that runs itself again finds its directory.
const AGAIN: &str = "PORTOLAN_TEST_DIRECTORY";

/// Runs one test of this program again, on this directory.
fn again(mut runner: Command, test: &str, path: &Path) {
    runner.args(["--exact", test, "--nocapture"]).env(AGAIN, path);
    match runner.output() {
        Ok(output) => {
            let told = String::from_utf8_lossy(&output.stdout);
            assert!(output.status.success() && told.contains("1 passed"), "{told}");
        }
        Err(error) => skip(&format!("another user cannot run this program: {error}")),
    }
}

#[test]
fn a_strict_umask_hides_nothing_from_traefik() {
    if let Some(path) = std::env::var_os(AGAIN) {
        directory(Path::new(&path), Format::Yaml).write(&text("a")).expect("is writable");
        return;
    }
    let temp = tempfile::tempdir().expect("there is room");
    let path = temp.path().join("a/b");
    let mut shell = command("sh");
    shell.args(["-c", "umask 077; exec \"$0\" \"$@\""]).arg(std::env::current_exe().expect("runs"));
    again(shell, "a_strict_umask_hides_nothing_from_traefik", &path);
    for (path, expected) in
        [("..", 0o755), (".", 0o755), (".docker-watcher", 0o755), ("docker-watcher.yml", 0o644)]
    {
        assert_eq!(mode(&temp.path().join("a/b").join(path)), expected, "{path}");
    }
}

#[test]
fn a_directory_without_the_right_to_write_is_told() {
    let refused = |path: &Path| {
        let mut directory = directory(path, Format::Yaml);
        for error in
            [directory.prepare().expect_err("no right"), directory.write(&text("a")).expect_err("no right")]
        {
            assert_eq!(
                error.to_string(),
                format!("cannot create `{}`", path.join(".docker-watcher").display())
            );
            assert_eq!(
                error.help().as_deref(),
                Some("give this program's user the right to write to the directory")
            );
        }
    };
    if let Some(path) = std::env::var_os(AGAIN) {
        return refused(Path::new(&path));
    }
    let temp = tempfile::tempdir().expect("there is room");
    fs::set_permissions(temp.path(), fs::Permissions::from_mode(0o555)).expect("is ours");
    if fs::metadata("/proc/self").expect("is there").uid() != 0 {
        return refused(temp.path());
    }
    // The directories of the test program may be closed to that user.
    let open = tempfile::tempdir().expect("there is room");
    fs::set_permissions(open.path(), fs::Permissions::from_mode(0o755)).expect("is ours");
    let (program, copy) = (std::env::current_exe().expect("runs"), open.path().join("test"));
    if fs::hard_link(&program, &copy).is_err() {
        fs::copy(&program, &copy).expect("there is room");
    }
    let mut nobody = command(copy);
    nobody.uid(65534).gid(65534).current_dir("/");
    again(nobody, "a_directory_without_the_right_to_write_is_told", temp.path());
}

fn file(path: &Path) -> Directory {
    let marker = Marker::with_advice("test", "ask the hub");
    Directory::of_file(path, marker).expect("is a file's name").adopting_empty().unsynced()
}

#[test]
fn a_file_that_was_given_is_written_as_it_was_given() {
    let temp = tempfile::tempdir().expect("there is room");
    for name in ["rules.toml", "rules.yaml", "rules.yml"] {
        let path = temp.path().join(name);
        let mut directory = file(&path).keeping_mode(0o600);
        directory.prepare().expect("is writable");
        let text = format!("{}\n", directory.marker());
        assert_eq!(text, "# Written by test. Edits are lost: ask the hub.\n");
        directory.write(&text).expect("is written");
        assert_eq!((fs::read_to_string(&path).ok(), mode(&path)), (Some(text.clone()), 0o600));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("is ours");
        directory.write(&format!("{text}a = 1\n")).expect("is written");
        assert_eq!(mode(&path), 0o640, "{name}");
        file(&path).with_mode(0o604).write(&text).expect("is written");
        assert_eq!(mode(&path), 0o604, "{name}");
    }
    assert!(matches!(
        Directory::of_file(Path::new("rules.conf"), Marker::new("test")),
        Err(Error::UnknownFormat { .. })
    ));
}

#[test]
fn an_empty_file_may_be_ours_and_another_never() {
    let temp = tempfile::tempdir().expect("there is room");
    let path = temp.path().join("rules.toml");
    let write = |content: &str| {
        fs::write(&path, content).expect("there is room");
        fs::set_permissions(&path, fs::Permissions::from_mode(0o660)).expect("is ours");
    };
    write("");
    let mut directory = file(&path).keeping_mode(0o600);
    directory.prepare().expect("is adopted");
    directory.write(&format!("{}\n", directory.marker())).expect("is written");
    assert_eq!(mode(&path), 0o660);
    write("[http]\n");
    assert!(matches!(directory.prepare(), Err(Error::Foreign { .. })));
    write("");
    let strict = Directory::of_file(&path, Marker::new("test")).expect("is a file's name").prepare();
    assert!(matches!(strict, Err(Error::Foreign { .. })));
}
