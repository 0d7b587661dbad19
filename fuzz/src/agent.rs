use portolan_agent::{EventLines, judge, redact};
use serde_json::Value;

/// A request to an agent, `METHOD TARGET` in the first line, and behind it what an engine might answer.
///
/// Whatever is passed only reads, and is a path that means the same to whoever reads it; whatever is sent on has no value of a
/// variable in it, and is the same when it is looked through again.
pub fn agent(text: &str) {
    let (line, answer) = text.split_once('\n').unwrap_or((text, ""));
    let (method, target) = line.split_once(' ').unwrap_or((line, ""));
    if let Ok(request) = judge(method, target) {
        assert_eq!((request.method.as_str(), request.target.as_str()), (method, target));
        assert!(matches!(method, "GET" | "HEAD"), "{method} may change something");
        let path = target.split('?').next().unwrap_or_default();
        let parts: Vec<&str> = path.split('/').collect();
        assert!(path.starts_with('/') && !parts.contains(&"..") && !parts.contains(&"."), "{path}");
        assert!(!path.contains("//") && !path.contains('%'), "{path}");
        assert!(target.bytes().all(|byte| byte.is_ascii_graphic()), "{target:?}");
        let known = ["_ping", "version", "info", "json", "events"];
        assert!(parts.last().is_some_and(|last| known.contains(last)), "{path}");
    }
    if let Ok(sent) = redact(answer.as_bytes()) {
        let value: Value = serde_json::from_slice(&sent).expect("what is sent is JSON");
        assert_blank(&value, false);
        assert_eq!(redact(&sent).as_ref(), Ok(&sent), "looked through again, it is another");
    }
    let mut lines = EventLines::default();
    let whole = lines.push(answer.as_bytes());
    let mut parts = EventLines::default();
    let split = answer.as_bytes().chunks(7).try_fold(Vec::new(), |mut all, chunk| {
        all.extend(parts.push(chunk)?);
        Ok(all)
    });
    assert_eq!(split, whole, "chunks matter");
}

/// No text below `Env` says more than a name.
fn assert_blank(value: &Value, below_env: bool) {
    match value {
        Value::String(text) if below_env => {
            assert!(text.rsplit('=').next() == Some("***"), "{text} is sent");
        }
        Value::Array(items) => items.iter().for_each(|item| assert_blank(item, below_env)),
        Value::Object(fields) => {
            for (name, value) in fields.iter().filter(|(name, _)| !name.eq_ignore_ascii_case("labels")) {
                assert_blank(value, below_env || name.eq_ignore_ascii_case("env"));
            }
        }
        _ => {}
    }
}
