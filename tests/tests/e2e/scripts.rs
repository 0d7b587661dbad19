//! Users' scripts that events of containers start.

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};
use portolan_tests::{Stage, stage};
use serde_json::{Value, json};

/// Makes a script with this text and mode.
pub(crate) fn write(path: &Path, text: &str, mode: u32) -> Result<()> {
    File::create(path)?.write_all(text.as_bytes())?;
    Ok(fs::set_permissions(path, fs::Permissions::from_mode(mode))?)
}

/// The script for an event of a container of this test.
fn script(stage: &Stage<'_>, event: &str, container: &str) -> Result<PathBuf> {
    let directory = stage.scratch().join("scripts");
    fs::create_dir_all(&directory)?;
    Ok(directory.join(format!("{event}.{}", stage.name(container))))
}

#[test]
fn a_script_finds_the_container_with_its_routes() -> Result<()> {
    stage(|stage| {
        let at = |name: &str| stage.scratch().join(name);
        let text = format!(
            "#!/bin/sh\ncat {}/$PORTOLAN_PID/net/route >{}\nenv >{}\ncat >{}\necho seen\necho trouble >&2\n",
            stage.proc()?,
            at("routes").display(),
            at("variables").display(),
            at("input").display(),
        );
        write(&script(stage, "start", "web")?, &text, 0o755)?;
        write(
            &script(stage, "die", "web")?,
            "#!/bin/sh\necho \"$PORTOLAN_EVENT of $PORTOLAN_NAME\"\n",
            0o700,
        )?;
        let watcher = stage.watch_settings(&json!({}))?;
        let web = stage
            .run("web")
            .label("docker-events.route", "add 10.66.0.0/16 dev eth0")
            .label("fleet", "a; $(b)\nc")
            .start()?;
        let container = format!("container=\"{}\"", web.name);
        let ended = watcher.wait_for(&["script ended", &container])?;
        ensure!(ended.contains("exit status: 0"), "{ended}");
        watcher.wait_for(&["INFO seen", &container])?;
        watcher.wait_for(&["WARN trouble", &container])?;

        let routes = fs::read_to_string(at("routes"))?;
        ensure!(routes.contains("\t0000420A\t"), "its label is not carried out yet:\n{routes}");
        let variables = fs::read_to_string(at("variables"))?;
        let expected = [
            "PORTOLAN_EVENT=start".to_owned(),
            format!("PORTOLAN_NAME={}", web.name),
            format!("PORTOLAN_ID={}", web.id),
            format!("PORTOLAN_PID={}", web.process()?),
            "PORTOLAN_IMAGE=portolan-e2e".to_owned(),
        ];
        for line in expected {
            ensure!(variables.lines().any(|it| it == line), "no `{line}`:\n{variables}");
        }
        let input: Value = serde_json::from_str(&fs::read_to_string(at("input"))?)?;
        ensure!(input.pointer("/container/id") == Some(&web.id.as_str().into()), "{input}");
        ensure!(input.pointer("/container/labels/fleet") == Some(&"a; $(b)\nc".into()), "{input}");

        web.order("kill", &[])?;
        watcher.wait_for(&[&format!("INFO die of {}", web.name), &container]).map(drop)
    })
}

#[test]
fn a_script_that_hangs_is_killed_and_holds_up_no_other() -> Result<()> {
    stage(|stage| {
        write(&script(stage, "start", "slow")?, "#!/bin/sh\necho begins\nsleep 600\n", 0o755)?;
        write(&script(stage, "start", "next")?, "#!/bin/sh\necho passes\n", 0o755)?;
        let watcher = stage.watch_settings(&json!({ "scripts": { "timeout": "4s" } }))?;
        let label = |run: portolan_tests::Run| run.label("docker-events.route", "add 10.1.0.0/16 dev eth0");
        let (slow, next) = (label(stage.run("slow")).create()?, label(stage.run("next")).create()?);
        stage.engine.docker.run(&["start", &slow.id, &next.id])?;
        watcher.wait_for(&["INFO begins", &slow.name])?;
        watcher.wait_for(&["INFO passes", &next.name])?;
        watcher.wait_for(&["script ended", &next.name])?;
        ensure!(watcher.process.log.matching(0, &["script killed"]).is_empty(), "the next one had to wait");
        let killed = watcher.wait_for(&["WARN script killed", "4s"])?;
        ensure!(killed.contains(&slow.name), "{killed}");
        // And the next event of the same container has its turn.
        write(&script(stage, "die", "slow")?, "#!/bin/sh\necho over\n", 0o755)?;
        slow.order("kill", &[])?;
        watcher.wait_for(&["INFO over", &slow.name]).map(drop)
    })
}

#[test]
fn a_script_that_others_can_change_is_refused() -> Result<()> {
    stage(|stage| {
        let mark = stage.scratch().join("mark");
        let text = format!("#!/bin/sh\necho run >{}\n", mark.display());
        let path = script(stage, "start", "web")?;
        write(&path, &text, 0o777)?;
        let watcher = stage.watch_settings(&json!({}))?;
        let web = stage.run("web").start()?;
        let refused = watcher.wait_for(&["WARN script refused", &web.name])?;
        let reason = format!("everybody may write to `{}`", path.display());
        ensure!(refused.contains(&reason) && refused.contains("chmod go-w"), "{refused}");
        ensure!(!mark.exists(), "it was started");

        fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
        web.order("restart", &["--time", "0"])?;
        watcher.wait_for(&["script ended", &web.name])?;
        ensure!(mark.exists(), "it was not started");
        Ok(())
    })
}
