use serde_json::Value;

/// Something happened to a container that may change what is made of it.
///
/// What the container is now is a matter of one inspect: the event says only that something happened, and in one word what.
///
/// ```
/// use portolan_engine::{Event, EventKind};
///
/// let event = Event { container: "1f".into(), action: "disconnect", kind: EventKind::Changed };
/// assert!(event.changes_networks());
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Event {
    /// The container's identifier.
    pub container: String,
    /// What happened, in Docker's word, without what stands behind a colon: `start`, `die`, `destroy`, `health_status`.
    /// Podman's words for the same are replaced, so that whoever acts on it need know one.
    pub action: &'static str,
    /// Whether it is still there.
    pub kind: EventKind,
}

/// What became of the container.
///
/// ```
/// use portolan_engine::{Event, EventKind};
///
/// let gone = |event: &Event| event.kind == EventKind::Removed;
/// assert!(gone(&Event { container: "1f".into(), action: "destroy", kind: EventKind::Removed }));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EventKind {
    /// It was made, started, stopped, renamed, connected...: look at it again.
    Changed,
    /// It is gone.
    Removed,
}

/// What happens to a container that we look at it for, in Docker's words.
///
/// `update` is not among them, since it changes limits alone. Nor is any `exec_...`: a health check makes three of them
/// each time it runs. `health_status` has what it found behind a colon, and is in Docker's filter a prefix.
const CHANGES: [&str; 14] = [
    "create",
    "start",
    "die",
    "stop",
    "kill",
    "pause",
    "unpause",
    "rename",
    "restart",
    "health_status",
    "connect",
    "disconnect",
    "checkpoint",
    "restore",
];

/// The word for the end of a container.
const REMOVAL: &str = "destroy";

/// What happens to a container's networks.
const NETWORK_CHANGES: [&str; 2] = ["connect", "disconnect"];

/// Podman's words that differ, with Docker's.
const PODMAN: [(&str, &str); 2] = [("died", "die"), ("remove", REMOVAL)];

impl Event {
    /// Reads an engine's message; `None` where it is of no concern.
    ///
    /// The engine filters by [`filters`] already, but a proxy before it may not.
    pub(crate) fn from_message(message: &Value) -> Option<Self> {
        let text = |at: &str| message.pointer(at).and_then(Value::as_str).filter(|text| !text.is_empty());
        let action = text("/Action").or_else(|| text("/status"))?;
        let action = action.split_once(':').map_or(action, |(action, _)| action).trim();
        let container = match text("/Type").unwrap_or("container") {
            "container" => text("/Actor/ID").or_else(|| text("/id"))?,
            // Docker's actor is the network, Podman's the container.
            "network" if NETWORK_CHANGES.contains(&action) => {
                text("/Actor/Attributes/container").or_else(|| text("/Actor/ID"))?
            }
            _ => return None,
        };
        let action = PODMAN.iter().find(|(podman, _)| *podman == action).map_or(action, |(_, docker)| docker);
        if action == REMOVAL {
            return Some(Self { container: container.to_owned(), action: REMOVAL, kind: EventKind::Removed });
        }
        let action = CHANGES.into_iter().find(|known| *known == action)?;
        Some(Self { container: container.to_owned(), action, kind: EventKind::Changed })
    }

    /// Whether the container was connected to a network or disconnected from one, by which it lost routes that it had.
    pub fn changes_networks(&self) -> bool {
        NETWORK_CHANGES.contains(&self.action)
    }
}

/// The filter that asks the engine for our events alone, as JSON.
pub(crate) fn filters() -> String {
    let of_podman = PODMAN.into_iter().map(|(podman, _)| podman);
    let actions: Vec<&str> = CHANGES.into_iter().chain([REMOVAL]).chain(of_podman).collect();
    serde_json::json!({ "type": ["container", "network"], "event": actions }).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(message: &Value, expected: Option<(&str, EventKind)>) {
        let event = Event::from_message(message).map(|event| (event.container, event.kind));
        assert_eq!(event, expected.map(|(container, kind)| (container.to_owned(), kind)));
    }

    #[test]
    fn what_docker_says() {
        let container = |action: &str| json!({"Type": "container", "Action": action, "Actor": {"ID": "c1", "Attributes": {"name": "web"}}});
        for action in [
            "create",
            "start",
            "die",
            "stop",
            "kill",
            "pause",
            "unpause",
            "rename",
            "restart",
            "health_status: unhealthy",
        ] {
            check(&container(action), Some(("c1", EventKind::Changed)));
        }
        check(&container("destroy"), Some(("c1", EventKind::Removed)));
        for noise in [
            "exec_create: true",
            "exec_start: true",
            "exec_die",
            "top",
            "attach",
            "resize",
            "update",
            "copy",
            "",
        ] {
            check(&container(noise), None);
        }
        let network = |action: &str| json!({"Type": "network", "Action": action, "Actor": {"ID": "n1", "Attributes": {"container": "c1", "name": "front"}}});
        check(&network("connect"), Some(("c1", EventKind::Changed)));
        check(&network("disconnect"), Some(("c1", EventKind::Changed)));
        check(&network("create"), None);
        check(&network("destroy"), None);
    }

    #[test]
    fn what_podman_says() {
        let message = |kind: &str, action: &str| json!({"status": action, "id": "c1", "Type": kind, "Action": action, "Actor": {"ID": "c1", "Attributes": {}}});
        check(&message("container", "died"), Some(("c1", EventKind::Changed)));
        check(&message("container", "remove"), Some(("c1", EventKind::Removed)));
        check(&message("container", "exec"), None);
        check(&message("network", "connect"), Some(("c1", EventKind::Changed)));
        check(&message("pod", "start"), None);
        check(&message("image", "remove"), None);
        check(&message("volume", "create"), None);
    }

    #[test]
    fn actions_are_told_in_docker_s_words() {
        let check = |kind: &str, said: &str, action: &str, changes_networks| {
            let message = json!({"Type": kind, "Action": said, "Actor": {"ID": "c1"}});
            let event = Event::from_message(&message).unwrap();
            assert_eq!((event.action, event.changes_networks()), (action, changes_networks), "{said}");
        };
        for action in CHANGES.into_iter().filter(|action| !NETWORK_CHANGES.contains(action)) {
            check("container", action, action, false);
        }
        check("container", "destroy", "destroy", false);
        check("container", "died", "die", false);
        check("container", "remove", "destroy", false);
        check("container", "health_status: healthy", "health_status", false);
        check("container", "health_status:unhealthy", "health_status", false);
        check("network", "connect", "connect", true);
        check("network", "disconnect", "disconnect", true);
    }

    #[test]
    fn the_engine_is_asked_for_every_word() {
        let filters: Value = serde_json::from_str(&filters()).unwrap();
        let asked = filters["event"].as_array().unwrap();
        for word in CHANGES.into_iter().chain(["destroy", "died", "remove"]) {
            assert!(asked.contains(&json!(word)), "{word}");
        }
    }

    #[test]
    fn what_nobody_says() {
        for message in
            [json!(null), json!([]), json!({}), json!({"Type": 7, "Action": []}), json!({"Action": "start"})]
        {
            check(&message, None);
        }
    }
}
