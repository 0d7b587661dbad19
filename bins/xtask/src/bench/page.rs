//! How soon a browser shows the status page of 1,000 containers, and how soon what changes.

use anyhow::{Context as _, Result};

use crate::process::{capture, cargo};
use crate::{tools, workspace};

/// Has the test of the page measure docker-watcher as it is released; prints what it tells.
pub(super) fn run() -> Result<()> {
    tools::install(&[tools::ENGINE, tools::PAGE].concat())?;
    let mut test = cargo();
    test.args(["test", "--locked", "--quiet", "--package", "portolan-tests", "--test", "page", "--"]);
    test.args(["--exact", "many::a_thousand_containers_are_there_at_once_and_changes_too", "--nocapture"]);
    let this = std::env::current_exe().context("cannot tell where this program is")?;
    // So that it fails where it cannot run.
    test.env("CI", "true")
        .env("PORTOLAN_WATCHER", workspace::released("docker-watcher"))
        .env("PORTOLAN_XTASK", this);
    let told = capture(&mut test)?;
    told.lines().filter(|line| line.starts_with("page of ")).for_each(|line| println!("{line}"));
    Ok(())
}
