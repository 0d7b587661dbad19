use std::collections::BTreeMap;
use std::path::PathBuf;

use portolan_container::printable;
use serde::Deserialize;

/// What an OCI runtime tells a hook of the container, on its standard input (runtime specification 1.0 to 1.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OciState {
    /// The container's identifier: with Podman 64 hexadecimal digits.
    pub id: String,
    /// Where it is in its life.
    pub status: Status,
    /// Its first process, as the runtime numbers it; `None` once it has stopped.
    pub pid: Option<u32>,
    /// The directory of its specification.
    pub bundle: PathBuf,
    /// Its annotations: those that the user gave, and the engine's own.
    pub annotations: BTreeMap<String, String>,
}

/// Where a container is in its life, in the runtime's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Being made.
    Creating,
    /// Made. runc still says so to the hooks that it calls after the start.
    Created,
    /// Running.
    Running,
    /// Ended.
    Stopped,
}

impl Status {
    /// Whether its processes are gone.
    pub fn is_stopped(self) -> bool {
        self == Self::Stopped
    }
}

/// Why a text is not a container's state.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StateError {
    /// Nothing came: the program was not called by a runtime.
    #[error("there is no container's state on standard input")]
    Empty,
    /// It is longer than any state is.
    #[error("the container's state is longer than {} bytes", OciState::LIMIT)]
    TooLong,
    /// It is not a JSON object with the fields of a state.
    #[error("standard input is not a container's state: {}", shown(.0))]
    Malformed(String),
    /// The identifier is none, or could be a path.
    #[error("`{}` is not a container's identifier", shown(.0))]
    Id(String),
}

/// As much of a foreign text as a line on a terminal may have of it.
fn shown(text: &str) -> String {
    /// Any identifier, and more than any message of the reader's own.
    const LONGEST: usize = 160;
    let short: String = text.chars().take(LONGEST).collect();
    let rest = if short.len() < text.len() { "…" } else { "" };
    format!("{}{rest}", printable(&short))
}

impl StateError {
    /// What to do about it, where there is something.
    pub fn help(&self) -> Option<&'static str> {
        match self {
            Self::Empty => Some("this is a hook, which Podman calls: `podman-hook install` has it called"),
            _ => None,
        }
    }
}

impl OciState {
    /// The most bytes that a state may have.
    pub const LIMIT: usize = 1024 * 1024;

    /// Reads a state.
    ///
    /// # Errors
    /// [`StateError`], by what is wrong first: nothing of a state in error is made use of.
    pub fn read(text: &[u8]) -> Result<Self, StateError> {
        if text.len() > Self::LIMIT {
            return Err(StateError::TooLong);
        }
        if text.trim_ascii().is_empty() {
            return Err(StateError::Empty);
        }
        let said: Said =
            serde_json::from_slice(text).map_err(|error| StateError::Malformed(error.to_string()))?;
        if !is_id(&said.id) {
            return Err(StateError::Id(said.id));
        }
        let annotations = said.annotations.unwrap_or_default();
        let pid = said.pid.filter(|pid| *pid > 0 && !said.status.is_stopped());
        Ok(Self {
            id: said.id,
            status: said.status,
            pid,
            bundle: said.bundle.unwrap_or_default(),
            annotations,
        })
    }
}

/// The text as it is.
#[derive(Deserialize)]
struct Said {
    id: String,
    status: Status,
    #[serde(default)]
    pid: Option<u32>,
    #[serde(default)]
    bundle: Option<PathBuf>,
    #[serde(default)]
    annotations: Option<BTreeMap<String, String>>,
}

/// Whether this may be the identifier or the name of a container: letters, digits, `_`, `.` and `-` after a letter or digit,
/// 128 at most. None of these is a path.
pub fn is_id(text: &str) -> bool {
    let of_id = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-');
    text.len() <= 128
        && text.bytes().next().is_some_and(|first| first.is_ascii_alphanumeric())
        && text.bytes().all(of_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        OciState::read(text.as_bytes()).unwrap_err().to_string()
    }

    #[test]
    fn what_runc_says_when_a_container_has_started() {
        let text = r#"{"ociVersion":"1.0.2-dev","id":"38b0","status":"created","pid":115,"bundle":"/var/lib/38b0/userdata",
            "annotations":{"io.container.manager":"libpod","traefik.enable":"true"}}"#;
        let state = OciState::read(text.as_bytes()).unwrap();
        assert_eq!((state.id.as_str(), state.status, state.pid), ("38b0", Status::Created, Some(115)));
        assert_eq!(state.annotations["traefik.enable"], "true");
    }

    #[test]
    fn what_runc_says_when_a_container_has_stopped() {
        let state = OciState::read(br#"{"id":"38b0","status":"stopped","pid":0}"#).unwrap();
        assert!(state.status.is_stopped());
        assert_eq!((state.pid, state.annotations.len()), (None, 0));
    }

    #[test]
    fn a_text_that_is_no_state() {
        assert_eq!(OciState::read(b""), Err(StateError::Empty));
        assert_eq!(OciState::read(b" \n"), Err(StateError::Empty));
        assert_eq!(OciState::read(&vec![b' '; OciState::LIMIT + 1]), Err(StateError::TooLong));
        assert!(
            error(r#"{"id":"web","status":"run"#).contains("EOF"),
            "{}",
            error(r#"{"id":"web","status":"run"#)
        );
        assert!(error(r#"{"id":"web"}"#).contains("status"));
        assert!(error(r#"{"id":"web","status":"flying"}"#).contains("flying"));
        assert!(error(r#"{"id":7,"status":"running"}"#).contains("invalid type"));
        assert!(error("[]").contains("invalid"));
        assert!(error(r#"{"id":"web","status":"running","pid":-1}"#).contains("-1"));
    }

    #[test]
    fn what_is_said_of_a_foreign_text_is_one_short_line() {
        let long = "x".repeat(100_000);
        for text in [
            serde_json::json!({"id": format!("../{long}"), "status": "running"}),
            serde_json::json!({"id": "web", "status": format!("\u{1b}[31m{long}")}),
            serde_json::json!({"id": "web\n\u{1b}]0;x\u{7}", "status": "running"}),
        ] {
            let said = error(&text.to_string());
            assert!(said.len() < 500 && !said.contains(char::is_control), "{said}");
        }
        assert_eq!(error(r#"{"id":"a\nb","status":"running"}"#), r"`a\nb` is not a container's identifier");
    }

    #[test]
    fn an_identifier_is_no_path() {
        for id in ["", ".", "..", "../etc", "/etc", "a/b", "-a", "_a", "a b", "a\0b", "ü", &"a".repeat(129)]
        {
            let text = serde_json::json!({"id": id, "status": "running"}).to_string();
            assert_eq!(OciState::read(text.as_bytes()), Err(StateError::Id(id.to_owned())), "{id:?}");
        }
        for id in ["a", "0", "my_web.1-2", &"5d".repeat(32)] {
            assert!(is_id(id), "{id}");
        }
    }
}
