//! The directory that Traefik watches: always loadable, never lost, and others' files left alone.

use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

use anyhow::{Result, ensure};
use portolan_tests::{Container, Scene, Watcher, command, eventually, output, program, scene};
use serde_json::Value;

#[test]
fn a_watcher_killed_in_mid_change_leaves_a_file_that_loads_and_the_next_repairs() -> Result<()> {
    scene(|scene| {
        let containers =
            (0..4).map(|number| scene.run(&format!("web{number}")).start()).collect::<Result<Vec<_>>>()?;
        scene.watch(&[])?.process.kill()?;
        let (stop, changes) = (AtomicBool::new(false), AtomicU64::new(0));
        let (changed, unreadable, killed) = thread::scope(|threads| {
            let changing = threads.spawn(|| {
                until(&stop, || {
                    changes.fetch_add(1, Ordering::Relaxed);
                    restart(scene, &containers)
                })
            });
            let reading = threads.spawn(|| until(&stop, || scene.file().map(drop)));
            // At another moment each time, and until there was enough going on.
            let mut rounds = (0..).take_while(|round| *round < 8 || changes.load(Ordering::Relaxed) < 4);
            let killed = rounds.try_for_each(|round| kill_at_line(scene, round % 8));
            stop.store(true, Ordering::Relaxed);
            (changing.join(), reading.join(), killed)
        });
        killed?;
        ensure!(matches!(changed, Ok(Ok(_))), "containers could not be restarted: {changed:?}");
        ensure!(matches!(unreadable, Ok(Ok(_))), "a file that can't be loaded: {unreadable:?}");
        let _watcher = scene.watch(&[])?;
        ensure!(scene.listing()? == ["docker-watcher.yml"], "left behind: {:?}", scene.listing());
        for container in &containers {
            scene.served(&container.name, &container.name)?;
        }
        let refused = scene.traefik.process.log.matching(0, &["watcher callback"]);
        ensure!(refused.is_empty(), "Traefik could not load: {refused:?}");
        Ok(())
    })
}

/// Starts a watcher and kills it as soon as it has written this many lines.
fn kill_at_line(scene: &Scene<'_>, lines: usize) -> Result<()> {
    let mut watcher = scene.watch_with(&scene.arguments(&[]))?;
    let mut next = 0;
    while next < lines {
        let any = |_: &str| Some(());
        ((), next) = watcher.process.log.wait_for(next, portolan_tests::PATIENCE, "any line", any)?;
    }
    watcher.process.kill()?;
    let readable = scene
        .listing()?
        .into_iter()
        .filter(|name| [".yml", ".yaml", ".toml"].iter().any(|end| name.ends_with(end)));
    let readable: Vec<String> = readable.collect();
    ensure!(readable == ["docker-watcher.yml"], "Traefik would read {readable:?}");
    scene.file().map(drop)
}

fn restart(scene: &Scene<'_>, containers: &[Container]) -> Result<()> {
    let ids = containers.iter().map(|container| container.id.as_str());
    scene.engine.docker.run(&["restart", "--time", "0"].into_iter().chain(ids).collect::<Vec<_>>()).map(drop)
}

fn until(stop: &AtomicBool, mut act: impl FnMut() -> Result<()>) -> Result<()> {
    while !stop.load(Ordering::Relaxed) {
        act()?;
    }
    Ok(())
}

#[test]
fn files_of_others_are_left_alone() -> Result<()> {
    scene(|scene| {
        let web = scene.run("web").start()?;
        let host = scene.name("foreign");
        let service = serde_json::json!({ "loadBalancer": { "servers": [{ "url": format!("http://{}:80", web.address("bridge")?) }] } });
        let router = serde_json::json!({ "rule": format!("Host(`{host}`)"), "service": "foreign" });
        let routes = serde_json::json!({ "http": { "routers": { "foreign": router }, "services": { "foreign": service } } });
        let foreign = [
            ("foreign.yml", routes.to_string()),
            ("notes.txt", "not ours\n".to_owned()),
            (".hidden.tmp", "x".to_owned()),
        ];
        for (name, text) in &foreign {
            File::create(scene.dynamic().join(name))?.write_all(text.as_bytes())?;
        }
        let mut watcher = scene.watch(&[])?;
        scene.served(&web.name, &web.name)?;
        scene.served(&host, &web.name)?;
        web.order("pause", &[])?;
        scene.unrouted(&web.name)?;
        web.order("unpause", &[])?;
        scene.served(&web.name, &web.name)?;
        watcher.process.kill()?;
        drop(scene.watch(&[])?);
        for (name, text) in &foreign {
            ensure!(fs::read_to_string(scene.dynamic().join(name))? == *text, "`{name}` was changed");
        }
        scene.served(&host, &web.name)
    })
}

#[test]
fn a_change_that_changes_nothing_is_not_written() -> Result<()> {
    use std::os::unix::fs::MetadataExt;
    scene(|scene| {
        let web = scene.run("web").start()?;
        let watcher = scene.watch(&[])?;
        let inode =
            || Ok::<_, anyhow::Error>(fs::metadata(scene.dynamic().join("docker-watcher.yml"))?.ino());
        let before = inode()?;
        web.exec(&["test", "-e", "/bin"])?;
        let stopped = scene.run("stopped").create()?;
        stopped.order("rm", &[])?;
        drop(watcher);
        let _watcher = scene.watch(&[])?;
        ensure!(inode()? == before, "the same bytes were written again");
        // The watcher does follow: a real change is written.
        let later = scene.run("later").start()?;
        scene.served(&later.name, &later.name)?;
        ensure!(inode()? != before, "a change was written in place, not by a rename");
        Ok(())
    })
}

#[test]
fn a_directory_that_is_missing_is_made_readable_for_traefik() -> Result<()> {
    use std::os::unix::fs::PermissionsExt;
    scene(|scene| {
        let directory = scene.scratch().join("made/here");
        let mut arguments = scene.source();
        arguments.extend(["--output".to_owned(), directory.display().to_string()]);
        scene.watch_with(&arguments)?.ready()?;
        let mode = fs::metadata(directory.join("docker-watcher.yml"))?.permissions().mode();
        ensure!(mode & 0o777 == 0o644, "mode {mode:o}");
        Ok(())
    })
}

#[test]
fn a_read_only_directory_is_reported_and_written_once_it_can_be() -> Result<()> {
    scene(|scene| {
        let web = scene.run("web").start()?;
        let (watcher, inside) = watch_on(scene, "ro")?;
        watcher.wait_for(&["not written", "right to write"])?;
        ensure!(
            watcher.notified.matching(0, &["READY"]).is_empty(),
            "it says that it is ready, without a file"
        );
        let namespace = format!("--mount=/proc/{}/ns/mnt", watcher.process.id());
        let directory = scene.dynamic().display().to_string();
        output(command("nsenter").args([&namespace, "mount", "-o", "remount,rw", &directory]), b"")?;
        watcher.ready()?;
        ensure!(
            fs::read_to_string(inside.join("docker-watcher.yml"))?.contains(&web.name),
            "no route of `web`"
        );
        Ok(())
    })
}

#[test]
fn a_full_disk_is_reported_keeps_the_last_file_and_loses_no_change() -> Result<()> {
    scene(|scene| {
        let web = scene.run("web").start()?;
        let (watcher, inside) = watch_on(scene, "size=64k")?;
        watcher.ready()?;
        let file = || -> Result<Value> {
            Ok(serde_yaml::from_str(&fs::read_to_string(inside.join("docker-watcher.yml"))?)?)
        };
        let before = file()?;
        ensure!(before.to_string().contains(&web.name), "no route of `web`: {before}");
        let mut filler = File::create(inside.join("filler"))?;
        while filler.write(&[0; 4096]).is_ok_and(|written| written > 0) {}
        drop(filler);
        let later = scene.run("later").start()?;
        watcher.wait_for(&["not written", "make room"])?;
        ensure!(file()? == before, "the file has changed");
        fs::remove_file(inside.join("filler"))?;
        eventually("the change is written once there is space", || {
            ensure!(file()?.to_string().contains(&later.name), "no route of `later`");
            Ok(())
        })
    })
}

/// A watcher that sees a file system of its own in place of the directory, and where that is for the test.
fn watch_on(scene: &Scene<'_>, options: &str) -> Result<(Watcher, PathBuf)> {
    let program = program()?;
    let mut mounted = command("unshare");
    mounted.args([
        "--mount",
        "bash",
        "-c",
        r#"mount -t tmpfs -o "$1" tmpfs "$2" && shift 2 && exec "$@""#,
        "mounted",
    ]);
    mounted.arg(options).arg(scene.dynamic()).arg(program.get_program());
    without_settings(&mut mounted, &program);
    let watcher = scene.watch_by(mounted, &scene.arguments(&[]))?;
    let inside = Path::new("/proc").join(watcher.process.id().to_string()).join("root");
    Ok((watcher, inside.join(scene.dynamic().strip_prefix("/")?)))
}

fn without_settings(command: &mut Command, like: &Command) {
    for (name, value) in like.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
}
