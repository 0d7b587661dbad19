use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use super::containers::{Image, PARTS};
use super::stage::Stage;
use super::story::Story;
use crate::aside::{self, Answer, Engine, last_lines};
use crate::interrupt::Interrupt;
use crate::process::{capture, describe};

/// How long anything may take that comes in a moment.
const LIMIT: Duration = Duration::from_secs(20);

/// Plays the whole piece on an engine; whether all was as expected.
pub(super) fn play(
    engine: Engine,
    directory: &Path,
    keep: bool,
    mut story: Story,
    interrupt: &Interrupt,
) -> Result<bool> {
    let mut stage = Stage::new(engine, directory)?;
    build_images(&stage, &mut story)?;
    start_watcher(&mut stage, &mut story, interrupt)?;
    start_traefik(&mut stage, &mut story, interrupt)?;
    start_containers(&stage, &mut story)?;
    visit(&stage, &mut story, interrupt)?;
    look_at_the_database(&mut stage, &mut story, interrupt)?;
    stop_a_replica(&stage, &mut story, interrupt)?;
    look_further(&mut stage, keep, &mut story, interrupt)?;
    Ok(story.end())
}

fn build_images(stage: &Stage<'_>, story: &mut Story) -> Result<()> {
    story.step("Two images, built from busybox and nothing else");
    for image in Image::ALL {
        story.command(&format!("{} < image.tar", describe(&stage.import(image))));
    }
    stage.build_images()
}

fn start_watcher(stage: &mut Stage<'_>, story: &mut Story, interrupt: &Interrupt) -> Result<()> {
    story.step("docker-watcher follows the engine and writes a file");
    story.command(&describe(&stage.watcher_command()));
    stage.start_watcher()?;
    interrupt.wait_for("the first file of docker-watcher", LIMIT, || {
        stage.watcher_said()?;
        Ok(stage.written().ok())
    })?;
    Ok(())
}

fn start_traefik(stage: &mut Stage<'_>, story: &mut Story, interrupt: &Interrupt) -> Result<()> {
    story.step("Traefik reads that file; it has no access to the engine");
    story.command(&describe(&stage.traefik_command()?));
    story.quote(&stage.static_configuration());
    stage.start_traefik()?;
    interrupt.wait_for("an answer of Traefik", LIMIT, || {
        stage.traefik_said()?;
        Ok(stage.get("nobody.example", "/").ok())
    })?;
    Ok(())
}

fn start_containers(stage: &Stage<'_>, story: &mut Story) -> Result<()> {
    story.step("Four containers start");
    stage.create_network()?;
    for part in &PARTS {
        capture(&mut stage.start(part))?;
        story.say(&format!("{:<9} {}", part.name, part.words));
        for label in part.labels {
            story.say(&format!("{:<9}   {label}", ""));
        }
    }
    Ok(())
}

fn visit(stage: &Stage<'_>, story: &mut Story, interrupt: &Interrupt) -> Result<()> {
    // Wait for what comes last, so that the file is whole when it is shown.
    let blog = arrival(stage, "blog.example", "/posts/", interrupt)?;
    let shop = all_replicas(stage, interrupt)?;

    story.step("What docker-watcher wrote");
    story.quote(&stage.written()?);

    story.step("Requests through Traefik");
    observe(story, "blog.example", "/posts/", &blog, &expected("blog"));
    for (replica, answer) in [("shop-1", &shop.0), ("shop-2", &shop.1)] {
        observe(story, "shop.example", "/", answer, &expected(replica));
    }
    story.say("     the two replicas take turns: their labels are the same, so they are one service");
    for (host, path) in [("blog.example", "/elsewhere"), ("nobody.example", "/")] {
        observe(story, host, path, &stage.get(host, path)?, &absent());
    }
    Ok(())
}

fn look_at_the_database(stage: &mut Stage<'_>, story: &mut Story, interrupt: &Interrupt) -> Result<()> {
    story.step("The database stays off the proxy");
    let container = stage.container("database");
    let address = SocketAddr::new(stage.address_of(&container)?, Image::Database.port());
    let directly = interrupt
        .wait_for("an answer of the database", LIMIT, || Ok(aside::get(address, "localhost", "/").ok()))?;
    story.observe(
        &format!("asked directly at {address} it answers  {} {}", directly.status, directly.body),
        directly == expected("database"),
    );
    observe(story, &container, "/", &stage.get(&container, "/")?, &absent());
    let reason = interrupt.wait_for("what docker-watcher says of the database", LIMIT, || {
        Ok(stage.watcher_said()?.lines().find(|line| line.contains(&container)).map(str::to_owned))
    })?;
    story.say("     docker-watcher says why:");
    story.quote(&reason);
    Ok(())
}

fn stop_a_replica(stage: &Stage<'_>, story: &mut Story, interrupt: &Interrupt) -> Result<()> {
    story.step("One replica stops");
    let container = stage.container("shop-2");
    let address = stage.address_of(&container)?.to_string();
    let mut stop = stage.engine.docker(&["stop", "-t", "0", &container]);
    story.command(&describe(&stop));
    capture(&mut stop)?;
    let stopped = Instant::now();
    let gone = |text: String| (!text.contains(&address)).then(|| stopped.elapsed().as_millis());
    let written = interrupt
        .wait_for("a file without the stopped replica", LIMIT, || Ok(stage.written().ok().and_then(gone)))?;
    let loaded = interrupt
        .wait_for("Traefik without the stopped replica", LIMIT, || Ok(stage.loaded().ok().and_then(gone)))?;
    story
        .say(&format!("{written} ms after that ended the file is anew, {loaded} ms after it Traefik has it"));
    // What it has loaded serves a moment later; until then, turns of the stopped replica fail.
    let only_one =
        || (0..4).all(|_| stage.get("shop.example", "/").is_ok_and(|answer| answer == expected("shop-1")));
    interrupt.wait_for("answers of the other replica alone", LIMIT, || Ok(only_one().then_some(())))?;
    for _ in 0..4 {
        observe(story, "shop.example", "/", &stage.get("shop.example", "/")?, &expected("shop-1"));
    }
    Ok(())
}

fn look_further(stage: &mut Stage<'_>, keep: bool, story: &mut Story, interrupt: &Interrupt) -> Result<()> {
    story.step("Look further");
    if keep {
        if let Some(entrance) = stage.engine.is_own().then(|| stage.entrance()).flatten() {
            story.say(
                "The demo keeps running until Ctrl-C. From another terminal, as root, enter its network with",
            );
            story.command(&entrance);
            story.say("and there, or without that for an engine of the machine's own:");
        } else {
            story.say("The demo keeps running until Ctrl-C. From another terminal:");
        }
        story.command(&format!("curl --header 'Host: shop.example' http://{}/", stage.address()));
        story.command(&format!("docker --host {} ps", stage.engine.host()));
        story.command(&format!("cat {}/docker-watcher.yml", stage.output().display()));
        while !interrupt.is_set() {
            stage.watcher_said()?;
            stage.traefik_said()?;
            std::thread::sleep(Duration::from_millis(50));
        }
    } else {
        story.say("`cargo xtask demo --keep` leaves all this running, and says how to get in.");
        story.say("README.md has docker-watcher in five minutes; docs/architecture.md says how it is built.");
    }
    let said = stage.watcher_said().context("docker-watcher did not last")?;
    story.say("The last that docker-watcher said:");
    story.quote(&last_lines(&said, 4));
    Ok(())
}

/// Asks until a page is there.
fn arrival(stage: &Stage<'_>, host: &str, path: &str, interrupt: &Interrupt) -> Result<Answer> {
    interrupt.wait_for(&format!("a page at {host}{path}"), LIMIT, || {
        Ok(stage.get(host, path).ok().filter(|answer| answer.status == 200))
    })
}

/// Asks for the shop until both replicas have answered; their answers.
fn all_replicas(stage: &Stage<'_>, interrupt: &Interrupt) -> Result<(Answer, Answer)> {
    let mut seen = Vec::new();
    interrupt.wait_for("answers of both replicas", LIMIT, || {
        seen.extend(stage.get("shop.example", "/").ok());
        let find = |name| seen.iter().find(|answer| **answer == expected(name)).cloned();
        Ok(find("shop-1").zip(find("shop-2")))
    })
}

fn observe(story: &mut Story, host: &str, path: &str, answer: &Answer, expected: &Answer) {
    story.observe(&format!("GET http://{host}{path}  {} {}", answer.status, answer.body), answer == expected);
}

fn expected(name: &str) -> Answer {
    Answer { status: 200, body: format!("I am {name}") }
}

/// What Traefik answers where no router matches.
fn absent() -> Answer {
    Answer { status: 404, body: "404 page not found".to_owned() }
}
