use std::collections::BTreeMap;

use portolan_container::Container;
use serde::Serialize;

/// What a script is told: what happened, and to which container of which engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ScriptContext {
    /// What happened, in Docker's word: `start`.
    pub event: String,
    /// The engine's address.
    pub engine: String,
    /// The container as it is now, or as it was last seen.
    pub container: Container,
}

/// What the kernel takes as one string of the environment, with its name, the `=` and the NUL behind it.
const LONGEST: usize = 128 * 1024;

impl ScriptContext {
    /// The variables that a script finds besides those of the system.
    ///
    /// Labels are one JSON object, since their keys are no names of variables. What no variable can hold is left out: a text
    /// with a NUL, or one that is too long. It is in [`Self::json`].
    pub(super) fn variables(&self) -> BTreeMap<&'static str, String> {
        let container = &self.container;
        let all = [
            ("PORTOLAN_EVENT", self.event.clone()),
            ("PORTOLAN_ENGINE", self.engine.clone()),
            ("PORTOLAN_ID", container.id.clone()),
            ("PORTOLAN_NAME", container.name.clone()),
            ("PORTOLAN_IMAGE", container.image.name.clone()),
            ("PORTOLAN_PID", container.pid.map(|pid| pid.to_string()).unwrap_or_default()),
            ("PORTOLAN_LABELS", serde_json::to_string(&container.labels).unwrap_or_default()),
        ];
        let fits = |name: &str, value: &str| !value.contains('\0') && name.len() + value.len() + 2 <= LONGEST;
        all.into_iter().filter(|(name, value)| fits(name, value)).collect()
    }

    /// The whole as a JSON object on one line.
    pub(super) fn json(&self) -> String {
        let mut json = serde_json::to_string(self).unwrap_or_default();
        json.push('\n');
        json
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(labels: &[(&str, &str)]) -> ScriptContext {
        let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        let container = Container { id: "1f".into(), name: "web".into(), labels, ..Container::default() };
        ScriptContext { event: "start".into(), engine: "unix:///run/docker.sock".into(), container }
    }

    #[test]
    fn what_a_variable_can_t_hold_is_left_out() {
        let labels = |labels: &[(&str, &str)]| context(labels).variables().get("PORTOLAN_LABELS").cloned();
        assert_eq!(labels(&[("a.b", "x\n\0")]).as_deref(), Some(r#"{"a.b":"x\n\u0000"}"#));
        // `PORTOLAN_LABELS={"a":""}` and the NUL.
        let room = LONGEST - 16 - 8 - 1;
        assert!(labels(&[("a", &"x".repeat(room))]).is_some());
        assert!(labels(&[("a", &"x".repeat(room + 1))]).is_none());

        let mut odd = context(&[]);
        odd.container.image.name = "a\0b".to_owned();
        assert!(!odd.variables().contains_key("PORTOLAN_IMAGE"));
        assert_eq!(odd.variables().len(), 6);
    }

    #[test]
    fn the_whole_is_one_line() {
        let json = context(&[("a", "1\n2")]).json();
        assert_eq!(json.matches('\n').count(), 1);
        let value: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!(value["event"], "start");
        assert_eq!(value["engine"], "unix:///run/docker.sock");
        assert_eq!(value["container"]["labels"]["a"], "1\n2");
        assert_eq!(value["container"]["pid"], serde_json::Value::Null);
    }
}
