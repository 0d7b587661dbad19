use anyhow::Result;

use super::story::Story;
use crate::process::{capture_both, command, describe};
use crate::workspace;

/// What can be shown without an engine: the file that containers of a Compose file will lead to.
pub(super) fn show(obstacle: &str, mut story: Story) -> Result<bool> {
    story.step("No engine");
    story.say(&format!("{obstacle}."));
    story.say(
        "So no containers run: docker-watcher shows the file that those of a Compose file will lead to.",
    );

    story.step("The Compose file examples/compose/compose.yaml");
    let compose = workspace::root().join("examples/compose/compose.yaml");
    story.quote(&std::fs::read_to_string(&compose)?);

    story.step("What Traefik will read");
    let mut render = command(workspace::built("docker-watcher"));
    render.args(["render", "examples/compose/compose.yaml"]);
    story.command(&describe(&render));
    let (file, said) = capture_both(&mut render)?;
    story.quote(&file);
    if !said.is_empty() {
        story.say("and what it says beside:");
        story.quote(&said);
    }

    story.step("Look further");
    story
        .say("As root, `cargo xtask demo` starts an engine of its own and sends requests through a Traefik.");
    story.say("README.md has docker-watcher in five minutes; docs/architecture.md says how it is built.");
    Ok(story.end())
}
