//! What happens to a container happens to its route.

use anyhow::Result;
use portolan_tests::scene;

#[test]
fn a_container_is_served_from_start_to_stop() -> Result<()> {
    scene(|scene| {
        let _watcher = scene.watch(&[])?;
        let web = scene.run("web").start()?;
        scene.served(&web.name, &web.name)?;
        web.order("stop", &[])?;
        scene.unrouted(&web.name)?;
        web.order("start", &[])?;
        scene.served(&web.name, &web.name)
    })
}
