//! `docker-watcher` as a service and as a command.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::time::Duration;

use anyhow::{Result, ensure};
use nix::sys::signal::Signal;
use portolan_tests::{eventually, program, render, scene};
use serde_json::Value;

#[test]
fn sigterm_and_sigint_end_it_with_0_and_leave_the_file() -> Result<()> {
    scene(|scene| {
        let web = scene.run("web").start()?;
        for signal in [Signal::SIGTERM, Signal::SIGINT] {
            let mut watcher = scene.watch(&[])?;
            let before = scene.text()?;
            watcher.process.signal(signal)?;
            let status = watcher.process.ended(Duration::from_secs(10))?;
            ensure!(status.code() == Some(0), "after {signal} it ends with {status}");
            ensure!(!watcher.notified.matching(0, &["STOPPING=1"]).is_empty(), "systemd was not told");
            ensure!(scene.text()? == before, "after {signal} the file is another");
        }
        scene.served(&web.name, &web.name)
    })
}

#[test]
fn sighup_reloads_settings_and_a_broken_file_changes_nothing() -> Result<()> {
    scene(|scene| {
        let settings = scene.scratch().join("settings.yml");
        let say = |text: &str| replace(&settings, text);
        say("defaultRule: Host(`{{ .Name }}.before.test`)\n")?;
        let web = scene.run("web").start()?;
        let watcher = scene.watch(&["--config", &settings.display().to_string()])?;
        scene.served(&format!("{}.before.test", web.name), &web.name)?;

        say("defaultRule: Host(`{{ .Name }}.after.test`)\n")?;
        watcher.process.signal(Signal::SIGHUP)?;
        scene.served(&format!("{}.after.test", web.name), &web.name)?;
        scene.unrouted(&format!("{}.before.test", web.name))?;

        let before = watcher.process.log.len();
        say("defaultRul: Host(`{{ .Name }}.broken.test`)\n")?;
        watcher.process.signal(Signal::SIGHUP)?;
        watcher.wait_for_from(before, &["defaultRul"])?;
        let later = scene.run("later").start()?;
        scene.served(&format!("{}.after.test", later.name), &later.name)
    })
}

#[test]
fn each_change_is_a_line_in_words_and_on_request_in_json() -> Result<()> {
    scene(|scene| {
        let watcher = scene.watch(&[])?;
        let web = scene.run("web").start()?;
        watcher.wait_for(&[&web.name, &format!("{}:80", web.address("bridge")?)])?;
        drop(watcher);
        let mut json = program()?;
        json.env("PORTOLAN_LOG_FORMAT", "json");
        let watcher = scene.watch_by(json, &scene.arguments(&[]))?;
        watcher.ready()?;
        let later = scene.run("later").start()?;
        watcher.wait_for(&[&later.name])?;
        let log = watcher.process.log.text();
        let other = log
            .lines()
            .find(|line| !serde_json::from_str::<Value>(line).is_ok_and(|entry| entry.is_object()));
        ensure!(other.is_none(), "a line that is no object of JSON: {other:?}");
        Ok(())
    })
}

#[test]
fn a_mistake_in_the_command_line_or_the_settings_ends_it_with_2() -> Result<()> {
    scene(|scene| {
        let settings = scene.scratch().join("settings.yml");
        replace(&settings, "outptu: /nowhere\n")?;
        let mistakes = [
            (vec!["--config".to_owned(), settings.display().to_string()], "outptu"),
            (vec!["--constraints".to_owned(), "Label(".to_owned()], "constraint"),
            (vec!["--default-rule".to_owned(), "{{ nothing }}".to_owned()], "nothing"),
            (vec!["--engine".to_owned(), "gopher://here".to_owned()], "gopher"),
        ];
        for (mistake, named) in mistakes {
            // Without an engine's address it would be a mistake that there is none on the machine.
            let usual =
                ["--engine", &scene.engine.docker.url(), "--output", &scene.dynamic().display().to_string()]
                    .map(str::to_owned);
            let mut watcher = scene.watch_with(&[&usual[..], &mistake].concat())?;
            let status = watcher.process.ended(Duration::from_secs(10))?;
            ensure!(
                status.code() == Some(2),
                "{mistake:?} ends it with {status}: {}",
                watcher.process.log.text()
            );
            watcher.wait_for(&[named])?;
        }
        ensure!(scene.listing()?.is_empty(), "a file was written: {:?}", scene.listing());
        Ok(())
    })
}

#[test]
fn render_of_the_engine_is_what_run_has_written() -> Result<()> {
    scene(|scene| {
        let _watcher = scene.watch(&[])?;
        for name in ["one", "two", "three"] {
            let container = scene.run(name).start()?;
            scene.served(&container.name, &container.name)?;
        }
        let arguments = [scene.source(), ["--format".to_owned(), "yaml".to_owned()].to_vec()].concat();
        eventually("`render` prints what `run` wrote", || {
            let rendered = render(&arguments, b"")?;
            // The file begins with who wrote it.
            let written = scene.text()?;
            let written = written.split_once('\n').filter(|(first, _)| first.starts_with('#'));
            ensure!(written.is_some_and(|(_, written)| written == rendered), "rendered\n{rendered}");
            Ok(())
        })?;
        let directory = scene.scratch().join("rendered");
        let output = ["--output".to_owned(), directory.display().to_string()].to_vec();
        render(&[arguments, output].concat(), b"")?;
        ensure!(fs::read_to_string(directory.join("docker-watcher.yml"))? == scene.text()?, "another file");
        Ok(())
    })
}

#[test]
fn a_source_that_cannot_be_read_leaves_the_last_file() -> Result<()> {
    let directory = tempfile::tempdir()?;
    let arguments = ["-", "--output", &directory.path().display().to_string()].map(str::to_owned);
    render(&arguments, b"services: {web: {image: nginx, expose: [80]}}")?;
    let file = directory.path().join("docker-watcher.yml");
    let before = fs::read_to_string(&file)?;
    ensure!(before.contains("url: http://web:80"), "{before}");
    for broken in ["services: {web: {", "[{\"Id\": \"1", "", "[1]"] {
        ensure!(render(&arguments, broken.as_bytes()).is_err(), "`{broken}` is rendered");
        ensure!(fs::read_to_string(&file)? == before, "`{broken}` changes the file");
    }
    Ok(())
}

fn replace(path: &Path, text: &str) -> Result<()> {
    let new = path.with_extension("new");
    File::create(&new)?.write_all(text.as_bytes())?;
    Ok(fs::rename(new, path)?)
}
