//! `cargo xtask demo`: the project at work, on an engine, with a Traefik, in a minute.

mod containers;
mod play;
mod preview;
mod stage;
mod story;

use anyhow::Result;

use crate::aside::{self, Engine};
use crate::cli::DemoOptions;
use crate::interrupt::Interrupt;
use crate::process::{cargo, run as start};
use crate::progress::timed;
use crate::tools;
use story::Story;

/// Shows the project at work in the fullest way that this machine allows; whether all went as it should.
pub(crate) fn run(options: &DemoOptions) -> Result<bool> {
    let interrupt = Interrupt::listen()?;
    if let Some(directory) = &options.inside {
        let mut story = Story::begin();
        story.step("An engine");
        story.say(
            "One is started for this demo alone, in namespaces of its own: the machine's network, firewall and",
        );
        story.say("mounts stay as they are, and nothing remains at the end.");
        return aside::inside(directory, &interrupt, |engine| {
            play::play(engine, directory, options.keep, story, &interrupt)
        });
    }

    timed("docker-watcher is built", || {
        start(cargo().args(["build", "--locked", "--package", "docker-watcher"]))
    })?;
    let mut story = Story::begin();
    if !options.own_engine
        && let Some(host) = aside::answering()
    {
        timed("tools", || tools::install(tools::IMAGE).and_then(|_| tools::traefik()))?;
        let directory = tempfile::Builder::new().prefix("portolan-demo-").tempdir()?;
        story.step("An engine");
        story.say(&format!(
            "One answers at `{host}`: the demo uses it, and removes what it made there, only that."
        ));
        return play::play(Engine::existing(host)?, directory.path(), options.keep, story, &interrupt);
    }
    match aside::obstacle() {
        Some(obstacle) => preview::show(&obstacle, story),
        None => {
            timed("tools", || {
                tools::install(&[tools::ENGINE, tools::IMAGE].concat()).and_then(|_| tools::traefik())
            })?;
            aside::outside(if options.keep { &["demo", "--keep"] } else { &["demo"] }, &interrupt)
        }
    }
}
