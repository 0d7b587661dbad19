use std::path::{Component, Path, PathBuf};

use crate::files::yaml::Node;

/// A text as a list of one; what is no text is left out.
pub(super) fn texts(node: Option<&Node>) -> Vec<String> {
    match node {
        Some(Node::List(items)) => items.iter().filter_map(Node::scalar).collect(),
        Some(other) => other.scalar().into_iter().filter(|text| !text.is_empty()).collect(),
        None => Vec::new(),
    }
}

/// Makes relative paths absolute: a service may be taken over into a project in another directory.
pub(super) fn make_whole(node: &mut Node, directory: &Path, field: &str, home: Option<&String>) {
    let whole = |text: &str| match (text.strip_prefix('~'), home) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with('/') => format!("{home}{rest}"),
        _ => normal(&directory.join(text)).display().to_string(),
    };
    match node {
        Node::Text(text) if field == "label_file" => *text = whole(text),
        Node::Text(text) if text.starts_with(['.', '~']) && text.contains(':') => {
            let (source, rest) = text.split_once(':').unwrap_or((&**text, ""));
            *text = format!("{}:{rest}", whole(source));
        }
        Node::Map(fields) if fields.get("type").and_then(Node::scalar).as_deref() == Some("bind") => {
            if let Some(Node::Text(source)) = fields.get_mut("source") {
                *source = whole(source);
            }
        }
        Node::List(items) => items.iter_mut().for_each(|item| make_whole(item, directory, field, home)),
        Node::Override(inner) => make_whole(inner, directory, field, home),
        _ => {}
    }
}

/// A path without `.` and `..`, by its text alone.
pub(super) fn normal(path: &Path) -> PathBuf {
    let mut parts: Vec<Component<'_>> = Vec::new();
    for part in path.components() {
        match (part, parts.last()) {
            (Component::CurDir, _) => {}
            (Component::ParentDir, Some(Component::Normal(_))) => {
                parts.pop();
            }
            (Component::ParentDir, Some(Component::RootDir)) => {}
            _ => parts.push(part),
        }
    }
    parts.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_made_whole() {
        let check = |field: &str, text: &str, expected: &str| {
            let mut node = Node::List(vec![Node::Text(text.into())]);
            make_whole(&mut node, Path::new("/srv/shop"), field, Some(&"/root".to_owned()));
            assert_eq!(node, Node::List(vec![Node::Text(expected.into())]), "{text}");
        };
        check("volumes", "./data:/data:ro", "/srv/shop/data:/data:ro");
        check("volumes", "../data:/data", "/srv/data:/data");
        check("volumes", "~/data:/data", "/root/data:/data");
        check("volumes", "data:/data", "data:/data");
        check("volumes", "/data:/data", "/data:/data");
        check("volumes", "./data", "./data");
        check("label_file", "labels", "/srv/shop/labels");
        check("label_file", "/etc/labels", "/etc/labels");
    }

    #[test]
    fn paths_are_normalised_by_their_text() {
        assert_eq!(normal(Path::new("/a/./b/../../../c")), Path::new("/c"));
        assert_eq!(normal(Path::new("../a/..")), Path::new(".."));
    }
}
