//! Slash-separated paths, by Go's `path`. The functions for paths of the operating system are the same: what renders
//! a rule runs on Linux.

use gotmpl::Value;

use super::{Function, exactly, ok};

pub(super) const TABLE: &[Function] = &[
    exactly("base", 1, |a| ok(base(a.text(0)?))),
    exactly("osBase", 1, |a| ok(base(a.text(0)?))),
    exactly("dir", 1, |a| ok(dir(a.text(0)?))),
    exactly("osDir", 1, |a| ok(dir(a.text(0)?))),
    exactly("clean", 1, |a| ok(clean(a.text(0)?))),
    exactly("osClean", 1, |a| ok(clean(a.text(0)?))),
    exactly("ext", 1, |a| ok(ext(a.text(0)?))),
    exactly("osExt", 1, |a| ok(ext(a.text(0)?))),
    exactly("isAbs", 1, |a| Ok(Value::Bool(a.text(0)?.starts_with('/')))),
    exactly("osIsAbs", 1, |a| Ok(Value::Bool(a.text(0)?.starts_with('/')))),
];

fn base(path: &str) -> &str {
    if path.is_empty() {
        return ".";
    }
    let trimmed = path.trim_end_matches('/');
    if trimmed.is_empty() { "/" } else { trimmed.rsplit('/').next().unwrap_or(trimmed) }
}

fn dir(path: &str) -> String {
    let parent = path.rfind('/').and_then(|slash| path.get(..=slash)).unwrap_or_default();
    clean(parent)
}

fn ext(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rfind('.').and_then(|dot| name.get(dot..)).unwrap_or_default()
}

/// The shortest path that means the same.
fn clean(path: &str) -> String {
    let rooted = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if rooted => {}
            _ => parts.push(part),
        }
    }
    let joined = parts.join("/");
    match (rooted, joined.is_empty()) {
        (true, _) => format!("/{joined}"),
        (false, true) => ".".to_owned(),
        (false, false) => joined,
    }
}
