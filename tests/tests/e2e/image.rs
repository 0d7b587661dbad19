//! The container image, built by `cargo xtask image` and run as docs/guide/container.md says.

use std::fs::{self, File};
use std::io::Write;

use anyhow::{Context, Result, ensure};
use portolan_tests::{
    Container, Need, Run, Scene, command, eventually, output, scene, static_watcher, unmet, xtask,
};
use serde_json::Value;

const PAGE: &str = include_str!("../../../docs/guide/container.md");

#[test]
fn the_command_of_the_page_serves_without_a_capability_and_writes_only_the_file() -> Result<()> {
    on_image(|scene| {
        let before = scene.run("before").start()?;
        start(scene, command_of_the_page(scene)?, |watcher| {
            scene.served(&before.name, &before.name)?;
            let later = scene.run("later").start()?;
            scene.served(&later.name, &later.name)?;
            // The image says that it is not to be routed itself.
            ensure!(!scene.text()?.contains(&watcher.name), "{}", scene.text()?);
            ensure!(scene.listing()? == ["docker-watcher.yml"], "{:?}", scene.listing());
            watcher.order("stop", &["--time", "10"])?;
            let state = scene.engine.docker.inspect(&watcher.id)?;
            ensure!(state.pointer("/State/ExitCode") == Some(&0.into()), "{state}");
            scene.served(&later.name, &later.name)
        })
    })
}

#[test]
fn the_compose_file_of_the_page_serves() -> Result<()> {
    on_image(|scene| {
        let web = scene.run("web").start()?;
        start(scene, service_of_the_page(scene)?, |_| scene.served(&web.name, &web.name))
    })
}

#[test]
fn the_compose_file_of_the_page_changes_networks() -> Result<()> {
    on_image(|scene| {
        let network = u8::try_from(scene.name("").bytes().map(u32::from).sum::<u32>() % 250)?;
        let (inside, outside) = (format!("10.{network}.77.0/24"), format!("10.{network}.88.0/24"));
        let web = scene
            .run("web")
            .label("docker-events.route", &format!("add {inside} dev eth0"))
            .label("docker-events.host-route", &format!("add {outside} dev docker0"))
            .start()?;
        start(scene, service_of_the_page(scene)?, |_| {
            let namespace = scene.engine.inside(&web.namespace()?)?;
            eventually("the container has its route", || {
                let mut ip = command("nsenter");
                ip.args([&format!("--net={namespace}"), "ip", "route", "show", &inside]);
                ensure!(output(&mut ip, b"")?.contains("dev eth0"), "it has not");
                Ok(())
            })?;
            // This thread is in the network that is the host's to the engine's containers.
            let host = || output(command("ip").args(["route", "show", &outside]), b"");
            eventually("the host has its route", || {
                ensure!(host()?.contains("dev docker0"), "it has not");
                Ok(())
            })?;
            web.order("kill", &[])?;
            eventually("the host's route is withdrawn", || {
                ensure!(host()?.is_empty(), "{}", host()?);
                Ok(())
            })
        })
    })
}

/// Plays a test for which the image is built.
fn on_image(test: impl FnOnce(&Scene<'_>) -> Result<()>) -> Result<()> {
    if unmet(&[Need::Image])?.is_some() {
        return Ok(());
    }
    scene(|scene| {
        let mut build = command(xtask().context("`xtask` is not built")?);
        build.args(["image", "--engine", "docker", "--program"]);
        build.arg(static_watcher().context("no static `docker-watcher`")?);
        // As one that is started by hand, and not by Cargo for these tests.
        build.env_remove("CARGO_MANIFEST_DIR").env_remove("DOCKER_CONTEXT");
        let built = output(build.env("DOCKER_HOST", scene.engine.docker.url()), b"")?;
        ensure!(built.lines().any(|line| line == "docker-watcher:latest"), "{built}");
        test(scene)
    })
}

/// Starts the watcher for a test, and shows its log if that fails.
fn start(scene: &Scene<'_>, run: Run, test: impl FnOnce(&Container) -> Result<()>) -> Result<()> {
    let settings = scene.scratch().join("portolan");
    fs::create_dir_all(&settings)?;
    let source = scene.source();
    let constraints = source.last().context("a constraint")?;
    let mut file = File::create(settings.join("docker-watcher.yml"))?;
    writeln!(file, "constraints: {constraints}")?;
    let watcher = run.start()?;
    test(&watcher).map_err(|error| {
        let mut logs = command("sh");
        logs.args(["-c", "docker --host \"$1\" logs \"$2\" 2>&1", "sh"]);
        error.context(output(logs.args([&scene.engine.docker.url(), &watcher.id]), b"").unwrap_or_default())
    })
}

/// The `docker run` of the page.
fn command_of_the_page(scene: &Scene<'_>) -> Result<Run> {
    let block = fenced("sh").find(|block| block.starts_with("docker run ")).context("no `docker run`")?;
    let mut words = block.split_whitespace().filter(|word| *word != "\\").skip(2);
    let mut run = scene.run("watcher").option("--stop-signal", "TERM");
    while let Some(word) = words.next() {
        let mut value = || words.next().with_context(|| format!("`{word}` without a value"));
        run = match word {
            "--detach" => run,
            "--name" => value().map(|_| run)?,
            "--read-only" => run.flag(word),
            "--volume" => run.option(word, &here(scene, value()?)),
            _ if word.starts_with("--") => run.option(word, value()?),
            image => run.image(image),
        };
    }
    Ok(run)
}

/// The service of the page's Compose file, as an engine gets it from Compose.
fn service_of_the_page(scene: &Scene<'_>) -> Result<Run> {
    let block = fenced("yaml compose.yaml").next().context("no Compose file")?;
    let file: Value = serde_yaml::from_str(block)?;
    let service =
        file.pointer("/services/docker-watcher").and_then(Value::as_object).context("no service")?;
    let mut run = scene.run("watcher").option("--stop-signal", "TERM");
    for (key, value) in service {
        let texts = value.as_array().into_iter().flatten().filter_map(Value::as_str);
        let text = value.as_str().unwrap_or_default();
        run = match key.as_str() {
            "image" => run.image(text),
            "restart" => run.option("--restart", text),
            "network_mode" => run.option("--network", text),
            "read_only" => run.flag("--read-only"),
            "cap_drop" => texts.fold(run, |run, it| run.option("--cap-drop", it)),
            "cap_add" => texts.fold(run, |run, it| run.option("--cap-add", it)),
            "security_opt" => texts.fold(run, |run, it| run.option("--security-opt", it)),
            "volumes" => texts.fold(run, |run, it| run.option("--volume", &here(scene, it))),
            "environment" => value.as_object().into_iter().flatten().fold(run, |run, (name, value)| {
                run.option("--env", &format!("{name}={}", value.as_str().unwrap_or_default()))
            }),
            other => anyhow::bail!("what is `{other}` to an engine?"),
        };
    }
    Ok(run)
}

/// A mount of the page, of the scene's own files in place of the machine's.
fn here(scene: &Scene<'_>, mount: &str) -> String {
    let scratch = scene.scratch().display();
    let own = [
        ("/var/run/docker.sock:", format!("{}/docker.sock:", scene.engine.directory().display())),
        ("/etc/portolan:", format!("{scratch}/portolan:")),
        ("/srv/traefik/dynamic:", format!("{scratch}/dynamic:")),
    ];
    let found = own.iter().find_map(|(given, own)| Some(format!("{own}{}", mount.strip_prefix(given)?)));
    found.unwrap_or_else(|| mount.to_owned())
}

/// The page's fenced blocks with this behind the fence.
fn fenced(kind: &str) -> impl Iterator<Item = &'static str> {
    let fence = format!("```{kind}\n");
    let blocks: Vec<_> = PAGE.split(&fence).skip(1).filter_map(|rest| rest.split("```\n").next()).collect();
    blocks.into_iter()
}
