use std::os::unix::fs::PermissionsExt as _;
use std::time::Duration;

use futures_util::{Stream, StreamExt as _};
use portolan_container::{Container, Health, State};
use portolan_engine::{Engine, Error, Event, EventKind};

use crate::daemon::Daemon;
use crate::ssh;

/// An engine, its own client, and the events so far.
pub(crate) struct Scene<'a, Events> {
    pub(crate) daemon: &'a Daemon,
    pub(crate) engine: &'a Engine,
    pub(crate) events: Events,
}

impl<Events: Stream<Item = Result<Event, Error>> + Unpin> Scene<'_, Events> {
    /// The next event, which must come.
    pub(crate) async fn next(&mut self) -> Event {
        let next = tokio::time::timeout(Duration::from_secs(20), self.events.next()).await;
        next.expect("an event in time").expect("no end").expect("no error")
    }

    /// Does something to the container and returns what it is then. An event must have told of it.
    pub(crate) async fn after(&mut self, id: &str, arguments: &[&str]) -> Option<Container> {
        self.daemon.run(arguments);
        self.told(id, arguments).await;
        self.engine.inspect(id).await.unwrap()
    }

    /// The kinds of the container's events until now; there must be one.
    pub(crate) async fn told(&mut self, id: &str, what: &[&str]) -> Vec<EventKind> {
        // What comes before the event of a container made now was caused before.
        let marker = self.daemon.run(&["create", "box", "/bin/sh"]);
        let mut kinds = Vec::new();
        loop {
            let event = self.next().await;
            if event.container == marker {
                break;
            }
            if event.container == id {
                kinds.push(event.kind);
            }
        }
        assert!(!kinds.is_empty(), "no event of {what:?}");
        kinds
    }

    /// Waits for the event after which the container is like this.
    async fn until(&mut self, id: &str, is: impl Fn(&Container) -> bool) {
        while !self.engine.inspect(id).await.unwrap().is_some_and(|container| is(&container)) {
            self.next().await;
        }
    }
}

#[tokio::test]
async fn a_life_is_followed() {
    let Some(daemon) = Daemon::docker().await else { return };
    daemon.import_image();
    let engine = daemon.engine().await;
    assert_eq!(engine.api_version(), daemon.run(&["version", "--format", "{{.Server.APIVersion}}"]));
    assert_eq!(engine.list().await.unwrap(), Vec::<String>::new());

    // Not polled before the container is there: nothing since the call is missed.
    let mut scene = Scene { daemon: &daemon, engine: &engine, events: Box::pin(engine.events()) };
    let id = daemon.run(&[
        "run",
        "--detach",
        "--name",
        "web",
        "--label",
        "traefik.enable=true",
        "--expose",
        "80",
        "--publish",
        "127.0.0.1:8080:80",
        "--health-cmd",
        "test ! -e /sick",
        "--health-interval",
        "200ms",
        "--health-retries",
        "1",
        "box",
        "/bin/busybox",
        "sleep",
        "1000",
    ]);
    assert_eq!(
        scene.next().await,
        Event { container: id.clone(), action: "create", kind: EventKind::Changed }
    );
    let web = engine.inspect(&id).await.unwrap().unwrap();
    assert_eq!((web.name.as_str(), &web.state, web.image.name.as_str()), ("web", &State::Running, "box"));
    assert_eq!(web.labels["traefik.enable"], "true");
    assert_eq!(web.attachments["bridge"].address().as_deref(), Some("172.17.0.2"));
    assert_eq!(web.ports[0].bindings[0].host_port, Some(8080));
    assert_eq!(engine.inspect("web").await.unwrap().unwrap().id, id);
    assert_eq!(engine.list().await.unwrap(), [id.as_str()]);

    scene.until(&id, |web| web.health == Some(Health::Healthy)).await;
    daemon.run(&["exec", &id, "/bin/busybox", "touch", "/sick"]);
    scene.until(&id, |web| web.health == Some(Health::Unhealthy)).await;
    daemon.run(&["network", "create", "front"]);
    scene.told(&daemon.run(&["create", "box", "/bin/sh"]), &["create"]).await;

    let web = scene.after(&id, &["network", "connect", "front", "web"]).await.unwrap();
    assert!(web.attachments["front"].address().is_some());
    let web = scene.after(&id, &["network", "disconnect", "bridge", "web"]).await.unwrap();
    assert_eq!(web.attachments.keys().collect::<Vec<_>>(), ["front"]);
    let web = scene.after(&id, &["rename", "web", "site"]).await.unwrap();
    assert_eq!(web.name, "site");
    for (action, state) in [
        (["pause", "site"].as_slice(), State::Paused),
        (&["unpause", "site"], State::Running),
        (&["restart", "--time", "0", "site"], State::Running),
        (&["stop", "--time", "0", "site"], State::Exited),
        (&["start", "site"], State::Running),
        (&["kill", "site"], State::Exited),
    ] {
        let site = scene.after(&id, action).await.unwrap();
        assert_eq!(site.state, state, "{action:?}");
        assert!(engine.list().await.unwrap().contains(&id), "{action:?}");
    }
    daemon.run(&["rm", "site"]);
    assert_eq!(scene.told(&id, &["rm"]).await.last(), Some(&EventKind::Removed));
    assert_eq!(engine.inspect(&id).await.unwrap(), None);
    assert!(!engine.list().await.unwrap().contains(&id));
}

#[tokio::test]
async fn what_is_no_identifier_is_no_container() {
    let Some(daemon) = Daemon::docker().await else { return };
    let engine = daemon.engine().await;
    for id in ["", "nothing", "../version", "a/b", "a?b", "a b", "ä", "a%2e", "json"] {
        assert_eq!(engine.inspect(id).await.unwrap(), None, "{id}");
    }
}

#[tokio::test]
async fn an_engine_that_ends_ends_its_events() {
    let Some(mut daemon) = Daemon::docker().await else { return };
    let engine = daemon.engine().await;
    let mut events = Box::pin(engine.events());
    // An event first, so that it is known that the stream is connected.
    daemon.import_image();
    daemon.run(&["create", "box", "/bin/sh"]);
    events.next().await.unwrap().unwrap();

    daemon.kill();
    let last = tokio::time::timeout(Duration::from_secs(10), events.next()).await.expect("an end in time");
    assert!(matches!(last, None | Some(Err(Error::Ended { .. }))), "{last:?}");
    assert!(events.next().await.is_none());
    // A request to a dying engine may get as far as its socket.
    while let Err(Error::Ended { .. }) = engine.list().await {}
    let error = engine.list().await.unwrap_err();
    assert!(matches!(error, Error::Refused { .. }), "{error}");
    let error = engine.inspect("web").await.unwrap_err();
    assert!(matches!(error, Error::Refused { .. }), "{error}");

    std::fs::remove_file(daemon.socket()).unwrap();
    let error = Engine::connect(&daemon.endpoint(), Duration::from_secs(5)).await.unwrap_err();
    assert!(matches!(error, Error::NoSocket { .. }), "{error}");
}

#[tokio::test]
async fn permission_is_denied_to_others() {
    let Some(daemon) = Daemon::docker().await else { return };
    let endpoint = daemon.endpoint().to_string();
    // First the directory is closed to others, then the socket in it, which is root's and its group's.
    for mode in [0o700, 0o755] {
        let directory = daemon.socket().parent().unwrap().to_owned();
        std::fs::set_permissions(directory, std::fs::Permissions::from_mode(mode)).unwrap();
        let result = ssh::connect_as_nobody(&endpoint);
        assert!(
            result.starts_with(&format!("no access to the engine at `{endpoint}`: permission denied; ")),
            "{result}"
        );
    }
}
