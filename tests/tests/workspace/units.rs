//! The units that are copied or written to `/etc/systemd/system`, as systemd itself judges them.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::Output;

use anyhow::{Context, Result, ensure};
use portolan_tests::{Need, command, outcome, unmet};

use super::{read, root};

const FOLDER: &str = "bins/packaging";

/// How exposed each is at most, in tenths, of 100 without any sandbox. `podman-hook sync` starts Podman, and has whatever that
/// needs.
const EXPOSED: [(&str, u8); 4] = [
    ("docker-watcher-agent.service", 20),
    ("docker-watcher.service", 30),
    ("jupyterhub-proxy.service", 25),
    ("podman-hook-sync.service", 100),
];

#[test]
fn systemd_has_nothing_to_say_against_our_units() -> Result<()> {
    if unmet(&[Need::Units])?.is_some() {
        return Ok(());
    }
    let entries =
        fs::read_dir(root().join(FOLDER))?.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut units: Vec<String> = entries.filter(|name| name.ends_with(".service")).collect();
    units.sort();
    ensure!(
        units.iter().eq(EXPOSED.iter().map(|(unit, _)| unit)),
        "other units than the test knows: {units:?}"
    );
    let directory = tempfile::tempdir()?;
    for (unit, exposed) in EXPOSED {
        let path = directory.path().join(unit);
        let text = read(&format!("{FOLDER}/{unit}"));
        // A program that is there: ours are not installed here.
        let line = text.lines().find(|line| line.starts_with("ExecStart=")).context("no `ExecStart=`")?;
        let program = line.trim_start_matches("ExecStart=").split(' ').next().context("no program")?;
        File::create(&path)?.write_all(text.replace(program, "/bin/true").as_bytes())?;

        let told = analyze(&["--man=no", "verify"], &path)?;
        // What it does not know it ignores, and says so.
        ensure!(told.status.success() && told.stderr.is_empty(), "{unit}: {}", text_of(&told));
        let threshold = format!("--threshold={exposed}");
        let told = analyze(&["--no-pager", "security", "--offline=yes", &threshold], &path)?;
        ensure!(told.status.success(), "{unit}: {}", text_of(&told));
    }
    Ok(())
}

#[test]
fn a_word_that_systemd_does_not_know_is_noticed() -> Result<()> {
    if unmet(&[Need::Units])?.is_some() {
        return Ok(());
    }
    let directory = tempfile::tempdir()?;
    let path = directory.path().join("odd.service");
    File::create(&path)?.write_all(b"[Service]\nExecStart=/bin/true\nRestrat=always\n")?;
    let told = analyze(&["--man=no", "verify"], &path)?;
    ensure!(text_of(&told).contains("Restrat"), "{told:?}");
    let told = analyze(&["--no-pager", "security", "--offline=yes", "--threshold=50"], &path)?;
    ensure!(!told.status.success(), "{told:?}");
    Ok(())
}

fn analyze(arguments: &[&str], unit: &Path) -> Result<Output> {
    outcome(command("systemd-analyze").args(arguments).arg(unit).env("SYSTEMD_COLORS", "0"), b"")
}

fn text_of(told: &Output) -> String {
    String::from_utf8_lossy(&[told.stderr.as_slice(), &told.stdout].concat()).into_owned()
}
