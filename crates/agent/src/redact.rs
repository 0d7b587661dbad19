use serde_json::{Map, Value};

/// What stands in the place of a value that is not sent on.
const BLANK: &str = "***";

/// The answer is not the JSON that an engine gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotJson;

/// An engine's answer without secrets: a JSON value in, the same value out but for what may hold one.
///
/// Blank are the values of environment variables (lists `Env`, at any depth), the command by which Podman made a container
/// (`CreateCommand`, in which the same variables stand), and name and password in the address of a proxy (`HttpProxy` and the
/// like of `/info`). All else is as the engine gave it. What is no JSON is not sent on, since nobody could look into it.
///
/// ```
/// let answer = br#"{"Config": {"Env": ["PATH=/bin", "PASSWORD=hunter2"], "Labels": {"a": "b"}}}"#;
/// let sent = portolan_agent::redact(answer).expect("it is JSON");
/// assert_eq!(sent, br#"{"Config":{"Env":["PATH=***","PASSWORD=***"],"Labels":{"a":"b"}}}"#);
/// ```
///
/// # Errors
/// [`NotJson`].
pub fn redact(answer: &[u8]) -> Result<Vec<u8>, NotJson> {
    let mut value: Value = serde_json::from_slice(answer).map_err(|_| NotJson)?;
    blank(&mut value);
    serde_json::to_vec(&value).map_err(|_| NotJson)
}

/// The parser bounds the depth.
fn blank(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(blank),
        Value::Object(fields) => {
            for (name, value) in fields.iter_mut() {
                match name.to_ascii_lowercase().as_str() {
                    "env" => variables(value),
                    "createcommand" => *value = Value::Null,
                    "httpproxy" | "httpsproxy" | "http_proxy" | "https_proxy" => credentials(value),
                    // The names of labels are their owners' and mean nothing here.
                    "labels" => {}
                    _ => blank(value),
                }
            }
        }
        _ => {}
    }
}

/// A list of `NAME=VALUE`, or anything else, of which nothing is kept.
fn variables(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| {
            *item = match item.as_str().and_then(|text| text.split_once('=')) {
                Some((name, _)) => format!("{name}={BLANK}").into(),
                None => BLANK.into(),
            };
        }),
        Value::Object(fields) => fields.values_mut().for_each(|value| *value = BLANK.into()),
        Value::Null => {}
        other => *other = BLANK.into(),
    }
}

/// Name and password before the host; what is no text is looked into as anything else is.
fn credentials(value: &mut Value) {
    if !value.is_string() {
        return blank(value);
    }
    if let Some((scheme, (_, host))) = value.as_str().and_then(|text| {
        let (scheme, rest) = text.split_once("://").unwrap_or(("http", text));
        Some((scheme, rest.rsplit_once('@')?))
    }) {
        *value = format!("{scheme}://{BLANK}@{host}").into();
    }
}

/// An engine's events without secrets, line by line as they come in.
///
/// Of a program that somebody starts in a container, the event has the whole command line behind a colon, passwords among it;
/// the event goes on without it.
///
/// ```
/// use portolan_agent::EventLines;
///
/// let mut lines = EventLines::default();
/// assert_eq!(lines.push(br#"{"Action":"exec_start: mysql -p"#).as_deref(), Ok(&b""[..]));
/// let sent = lines.push(b"hunter2\"}\n").expect("an event");
/// assert_eq!(sent, b"{\"Action\":\"exec_start\"}\n");
/// ```
#[derive(Debug, Default)]
pub struct EventLines {
    line: Vec<u8>,
}

impl EventLines {
    /// The longest event that is taken, in bytes: labels make most of one.
    const LONGEST: usize = 4 << 20;

    /// Takes the next bytes; gives the events that they complete, one a line. A line that is no JSON is left out.
    ///
    /// # Errors
    /// [`NotJson`] where an event has no end.
    pub fn push(&mut self, bytes: &[u8]) -> Result<Vec<u8>, NotJson> {
        let mut sent = Vec::new();
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            if self.line.len() + part.len() > Self::LONGEST {
                return Err(NotJson);
            }
            self.line.extend_from_slice(part);
            if self.line.ends_with(b"\n") {
                if let Some(event) = event(&self.line) {
                    sent.extend_from_slice(&event);
                    sent.push(b'\n');
                }
                self.line.clear();
            }
        }
        Ok(sent)
    }
}

fn event(line: &[u8]) -> Option<Vec<u8>> {
    let mut event: Map<String, Value> = serde_json::from_slice(line).ok()?;
    for field in ["Action", "status"] {
        if let Some(Value::String(action)) = event.get_mut(field)
            && action.starts_with("exec_")
            && let Some(end) = action.find(':')
        {
            action.truncate(end);
        }
    }
    let mut event = Value::Object(event);
    if let Some(attributes) = event.pointer_mut("/Actor/Attributes").and_then(Value::as_object_mut) {
        attributes.retain(|name, _| name != "execCommand");
    }
    blank(&mut event);
    serde_json::to_vec(&event).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(answer: &Value, expected: &Value) {
        let sent = redact(answer.to_string().as_bytes()).unwrap();
        assert_eq!(&serde_json::from_slice::<Value>(&sent).unwrap(), expected);
    }

    #[test]
    fn variables_have_names_alone() {
        check(&json!({"Env": ["A=1", "B", "C=x=y"]}), &json!({"Env": ["A=***", "***", "C=***"]}));
        check(&json!({"Env": null}), &json!({"Env": null}));
        check(&json!([{"Spec": {"env": {"A": "1"}}}]), &json!([{"Spec": {"env": {"A": "***"}}}]));
        check(&json!({"Env": "A=1"}), &json!({"Env": "***"}));
    }

    #[test]
    fn what_repeats_them_is_blank_too() {
        check(
            &json!({"Config": {"CreateCommand": ["podman", "run", "-e", "A=1"], "Cmd": ["httpd"]}}),
            &json!({"Config": {"CreateCommand": null, "Cmd": ["httpd"]}}),
        );
        check(
            &json!({"HttpProxy": "http://me:secret@proxy:3128", "HttpsProxy": "proxy:3128"}),
            &json!({"HttpProxy": "http://***@proxy:3128", "HttpsProxy": "proxy:3128"}),
        );
    }

    #[test]
    fn labels_are_as_they_were() {
        let labels = json!({"Labels": {"env": "A=1", "httpproxy": "http://a:b@c", "traefik.enable": "true"}});
        check(&labels, &labels);
    }

    #[test]
    fn numbers_of_many_digits_stay_what_they_are() {
        let number = "4.333333333333333333333333333e27";
        let sent = String::from_utf8(redact(number.as_bytes()).unwrap()).unwrap();
        assert_eq!(sent.parse(), number.parse::<f64>(), "{sent}");
        assert_eq!(redact(sent.as_bytes()), Ok(sent.into_bytes()));
    }

    #[test]
    fn what_is_no_json_is_not_sent() {
        assert_eq!(redact(b"<html>"), Err(NotJson));
        assert_eq!(redact(b""), Err(NotJson));
        assert_eq!(EventLines::default().push(b"no event\n\n{\"a\":1}\n"), Ok(b"{\"a\":1}\n".to_vec()));
        let endless = vec![b'x'; EventLines::LONGEST + 1];
        assert_eq!(EventLines::default().push(&endless), Err(NotJson));
    }

    #[test]
    fn commands_that_are_started_in_containers_are_not_told() {
        let line = json!({"Action": "exec_create: sh -c 'login hunter2'", "status": "exec_create: hunter2",
            "Actor": {"ID": "1", "Attributes": {"execCommand": "hunter2", "name": "web"}}});
        let sent = EventLines::default().push(format!("{line}\n").as_bytes()).unwrap();
        let sent: Value = serde_json::from_slice(&sent).unwrap();
        assert_eq!(
            sent,
            json!({"Action": "exec_create", "status": "exec_create", "Actor": {"ID": "1", "Attributes": {"name": "web"}}})
        );
        let health = "{\"Action\":\"health_status: healthy\"}\n";
        assert_eq!(EventLines::default().push(health.as_bytes()), Ok(health.as_bytes().to_vec()));
    }

    proptest! {
        #[test]
        fn chunks_do_not_matter(text in "(\\{\"a\":\"[a-z]{0,9}\"\\}|[a-z]{0,4}|\n){0,12}\n", size in 1usize..9) {
            let whole = EventLines::default().push(text.as_bytes()).unwrap();
            let mut lines = EventLines::default();
            let parts: Vec<u8> =
                text.as_bytes().chunks(size).flat_map(|chunk| lines.push(chunk).unwrap()).collect();
            prop_assert_eq!(parts, whole);
        }

        #[test]
        fn no_bytes_panic(bytes in any::<Vec<u8>>()) {
            let _ = redact(&bytes);
            let _ = EventLines::default().push(&bytes);
        }
    }
}
