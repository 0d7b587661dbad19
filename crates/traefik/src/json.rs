use crate::node::Node;

/// A value as indented JSON, its first line bare and the rest this deep, without a line end: to stand behind a key.
pub(crate) fn value(node: &Node, depth: usize) -> Result<String, serde_json::Error> {
    let text = serde_json::to_string_pretty(node)?;
    let mut out = String::with_capacity(text.len() * 2);
    for (number, line) in text.lines().enumerate() {
        if number != 0 {
            out.push('\n');
            out.extend(std::iter::repeat_n(' ', depth));
        }
        out.push_str(line);
    }
    Ok(out)
}

/// A key.
pub(crate) fn key(name: &str) -> String {
    serde_json::Value::from(name).to_string()
}
