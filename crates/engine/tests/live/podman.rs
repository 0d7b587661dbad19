use portolan_container::State;
use portolan_engine::EventKind;

use crate::daemon::Daemon;
use crate::docker::Scene;

#[tokio::test]
async fn a_life_is_followed() {
    let Some(daemon) = Daemon::podman().await else { return };
    daemon.import_image();
    let engine = daemon.engine().await;
    assert_eq!(engine.list().await.unwrap(), Vec::<String>::new());

    daemon.run(&["network", "create", "back"]);
    daemon.run(&["network", "create", "front"]);
    let mut scene = Scene { daemon: &daemon, engine: &engine, events: Box::pin(engine.events()) };
    let id = daemon.run(&[
        "run",
        "--detach",
        "--name",
        "web",
        "--network",
        "back",
        "--label",
        "traefik.enable=true",
        "--publish",
        "127.0.0.1:8080:80",
        "box",
        "/bin/busybox",
        "sleep",
        "1000",
    ]);
    scene.told(&id, &["run"]).await;
    let web = engine.inspect(&id).await.unwrap().unwrap();
    assert_eq!((web.name.as_str(), &web.state), ("web", &State::Running));
    assert_eq!(web.image.name, "box");
    assert_eq!(web.labels["traefik.enable"], "true");
    assert!(web.pid.is_some());
    assert_eq!((web.ports[0].number, web.ports[0].bindings[0].host_port), (80, Some(8080)));
    assert!(web.attachments["back"].address().is_some());

    let web = scene.after(&id, &["network", "connect", "front", "web"]).await.unwrap();
    assert!(web.attachments["front"].address().is_some());
    let web = scene.after(&id, &["network", "disconnect", "back", "web"]).await.unwrap();
    assert_eq!(web.attachments.keys().collect::<Vec<_>>(), ["front"]);

    daemon.run(&["exec", "web", "/bin/busybox", "true"]);
    for (action, state) in [
        (["pause", "web"].as_slice(), State::Paused),
        (&["unpause", "web"], State::Running),
        (&["rename", "web", "site"], State::Running),
        (&["restart", "--time", "0", "site"], State::Running),
        (&["stop", "--time", "0", "site"], State::Exited),
        (&["start", "site"], State::Running),
    ] {
        let site = scene.after(&id, action).await.unwrap();
        assert_eq!(site.state, state, "{action:?}");
        assert!(engine.list().await.unwrap().contains(&id), "{action:?}");
    }
    assert_eq!(engine.inspect("site").await.unwrap().unwrap().id, id);
    daemon.run(&["rm", "--force", "--time", "0", "site"]);
    assert_eq!(scene.told(&id, &["rm"]).await.last(), Some(&EventKind::Removed));
    assert_eq!(engine.inspect(&id).await.unwrap(), None);
    assert_eq!(engine.inspect("nothing").await.unwrap(), None);
}
