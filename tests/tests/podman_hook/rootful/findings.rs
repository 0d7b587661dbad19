//! What `status` tells.

use anyhow::{Result, ensure};
use portolan_tests::podman_scene;

use crate::address;

#[test]
fn nothing_listens() -> Result<()> {
    podman_scene(|scene| {
        let web = scene.run("web").exposed().line(&["/bin/sleep", "1000"]).start()?;
        scene.told(&[&web.name, &format!("nothing listens at {}:80", address(&web, "podman")?)])?;
        // It is routed all the same: it may be up a moment later.
        ensure!(scene.servers(&format!("http/services/{}", web.name))?.len() == 1, "{}", scene.text()?);
        Ok(())
    })
}

#[test]
fn nothing_is_tried_if_that_is_set() -> Result<()> {
    podman_scene(|scene| {
        scene.set(&[("PORTOLAN_PROBE", "false")])?;
        let silent = scene.run("silent").exposed().line(&["/bin/sleep", "1000"]).start()?;
        scene.known(&silent.id)?;
        let status = scene.status()?;
        ensure!(!status.contains("nothing listens"), "{status}");
        Ok(())
    })
}

#[test]
fn names_in_conflict() -> Result<()> {
    podman_scene(|scene| {
        let run = |name: &str| {
            let rule = format!("Host(`{name}.test`)");
            scene.run(name).exposed().label("traefik.http.routers.same.rule", &rule).start()
        };
        let (one, two) = (run("one")?, run("two")?);
        scene.told(&[&one.name, &two.name, "conflict", "`same`"])?;
        scene.unrouted("one.test")?;
        scene.unrouted("two.test")?;
        two.order("rm", &["--force"])?;
        scene.served("one.test", &one.name)?;
        let status = scene.status()?;
        ensure!(!status.contains("conflict"), "it has ended:\n{status}");
        Ok(())
    })
}

#[test]
fn a_label_in_error_harms_no_neighbour() -> Result<()> {
    podman_scene(|scene| {
        let bad = scene.run("bad").exposed().label("traefik.http.routers.bad.priorty", "7").start()?;
        let good = scene.run("good").exposed().start()?;
        scene.served(&good.name, &good.name)?;
        scene.told(&[&bad.name, "priorty"])
    })
}
