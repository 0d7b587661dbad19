use crate::node::Node;
use crate::quote::quoted;

/// A map as lines of YAML, each this deep.
///
/// The YAML writer chooses how a text is quoted, and knows nothing of templates, of YAML 1.1's words and dates, which
/// Traefik's reader takes for booleans and times, or of that reader's limit of 1,024 characters for a key. So a text that
/// is not a plain word to everyone goes through the writer as a placeholder and is then put in as a quoted literal.
pub(crate) fn lines(mut map: Node, depth: usize) -> Result<String, serde_yaml::Error> {
    let mut literals = Literals::new(&map);
    literals.take(&mut map);
    let text = literals.put_back(&serde_yaml::to_string(&map)?);
    let mut out = String::with_capacity(text.len() * 2);
    for line in text.lines() {
        out.extend(std::iter::repeat_n(' ', depth));
        out.push_str(line);
        out.push('\n');
    }
    Ok(out)
}

/// The texts that wait behind placeholders, as quoted literals.
struct Literals {
    /// How each placeholder begins: occurs in no text of the tree.
    prefix: String,
    literals: Vec<String>,
}

/// The length from which a key's placeholder is long too, so that the writer gives it the form of long keys (`? key`).
const LONG: usize = 120;

impl Literals {
    fn new(tree: &Node) -> Self {
        let mut prefix = String::from("literal");
        while tree.any_text(&mut |text| text.contains(&prefix)) {
            prefix.push('x');
        }
        Self { prefix, literals: Vec::new() }
    }

    fn take(&mut self, node: &mut Node) {
        match node {
            Node::Bool(_) | Node::Integer(_) | Node::Float(_) => {}
            Node::Text(text) => self.take_text(text),
            Node::List(items) => items.iter_mut().for_each(|item| self.take(item)),
            Node::Map(entries) => {
                for (key, value) in entries {
                    self.take_text(key);
                    self.take(value);
                }
            }
        }
    }

    fn take_text(&mut self, text: &mut String) {
        if is_plain(text) {
            return;
        }
        let literal = quoted(text);
        let filler = if literal.len() > LONG { LONG + 10 } else { 1 };
        *text = format!("{}{}{}", self.prefix, self.literals.len(), "z".repeat(filler));
        self.literals.push(literal);
    }

    fn put_back(&self, text: &str) -> String {
        let room: usize = self.literals.iter().map(String::len).sum();
        let mut out = String::with_capacity(text.len() + room);
        let mut parts = text.split(self.prefix.as_str());
        out.push_str(parts.next().unwrap_or_default());
        for (part, literal) in parts.zip(&self.literals) {
            out.push_str(literal);
            out.push_str(part.trim_start_matches(|c: char| c.is_ascii_digit()).trim_start_matches('z'));
        }
        out
    }
}

/// Whether every reader of YAML takes it for this text without quotes.
fn is_plain(text: &str) -> bool {
    // Anything that is a number, a date, or special at its start begins otherwise.
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')
        && text.chars().all(|c| c.is_ascii_graphic() || c == ' ')
        && !text.ends_with([' ', ':'])
        && !["{{", ": ", " #"].iter().any(|special| text.contains(special))
        && !WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// What YAML 1.1 and 1.2 take for booleans and null.
const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "y", "n", "null"];

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::serializer::tree;

    fn check(element: &Value, expected: &str) {
        let map = tree(element).expect("is a map");
        assert_eq!(lines(map, 2).expect("is YAML"), expected);
    }

    #[test]
    fn plain_words_stand_as_they_are() {
        check(
            &json!({"path": "/a#b:c", "priority": 7, "rule": "Host(`a.example.com`) && PathPrefix(`/x`)", "service": "web"}),
            "  path: /a#b:c\n  priority: 7\n  rule: Host(`a.example.com`) && PathPrefix(`/x`)\n  service: web\n",
        );
        check(&json!({"a": {"b": {}, "c": []}}), "  a:\n    b: {}\n    c: []\n");
        check(
            &json!({"servers": [{"url": "http://a:80", "weight": 1}, {"url": "http://b:80"}]}),
            "  servers:\n  - url: http://a:80\n    weight: 1\n  - url: http://b:80\n",
        );
    }

    #[test]
    fn texts_that_look_like_something_else_are_quoted() {
        for text in [
            "",
            " ",
            "~",
            "null",
            "True",
            "yes",
            "oN",
            "y",
            "0x1F",
            "0o17",
            "017",
            "1_000",
            "1e3",
            ".5",
            "+1",
            "-1",
            "1:30",
            ".inf",
            ".nan",
            "2026-01-01",
            "2026-01-01T00:00:00Z",
            "<<",
            "=",
            "!x",
            "&x",
            "*x",
            "@x",
            "`x`",
            "%x",
            "- x",
            "? x",
            "# x",
            "[x]",
            "{x}",
            "|",
            ">",
            "'x'",
            "---",
            "...",
            "a: b",
            "a #b",
            "a:",
            "a ",
            " a",
        ] {
            check(&json!({"k": text}), &format!("  k: {}\n", quoted(text)));
            check(
                &json!({text: ["x", text]}),
                &format!("  {}:\n  - x\n  - {}\n", quoted(text), quoted(text)),
            );
        }
    }

    #[test]
    fn a_placeholder_is_never_taken_for_a_text() {
        check(
            &json!({"a": "literal0z", "b": "7", "literalx1z": "9"}),
            "  a: literal0z\n  b: \"7\"\n  literalx1z: \"9\"\n",
        );
    }

    #[test]
    fn a_long_key_has_the_long_form() {
        let key = "k{{".repeat(400);
        check(&json!({&key: {"a": ["b"]}}), &format!("  ? {}\n  : a:\n    - b\n", quoted(&key)));
        let key = "k".repeat(2000);
        check(&json!({&key: 1}), &format!("  ? {key}\n  : 1\n"));
    }

    proptest::proptest! {
        /// Read back by the writer's own reader, before the templates, any texts are the same.
        #[test]
        fn texts_are_read_as_written(entries in proptest::collection::btree_map(".{0,8}|[a-z{:# ~0-9.x]{0,6}", ".{0,40}|[a-z{:# ~\n'\"-]{0,9}", 0..4)) {
            let text = lines(tree(&entries).expect("is a map"), 2).expect("is YAML");
            proptest::prop_assert!(!text.contains("{{"));
            let read: std::collections::BTreeMap<String, String> = serde_yaml::from_str(&text).expect("is YAML");
            proptest::prop_assert_eq!(read, entries);
        }
    }
}
