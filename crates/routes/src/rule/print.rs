use std::fmt::{self, Write as _};

use super::{Node, Rule};

/// The rule in one spelling, which reads back as the same rule.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write(&self.root, f)
    }
}

fn write(node: &Node, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    match node {
        Node::Matcher(matcher) => f.write_str(&call(matcher.kind.name(), &matcher.arguments)),
        Node::Not(inner) => {
            f.write_char('!')?;
            within(inner, matches!(**inner, Node::And(_) | Node::Or(_)), f)
        }
        Node::And(all) => join(all, " && ", f),
        Node::Or(all) => join(all, " || ", f),
    }
}

fn join(all: &[Node], operator: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (index, node) in all.iter().enumerate() {
        if index > 0 {
            f.write_str(operator)?;
        }
        // A run within a run of the same operator was in parentheses, and stays so.
        let parenthesised = match node {
            Node::Or(_) => true,
            Node::And(_) => operator == " && ",
            Node::Matcher(_) | Node::Not(_) => false,
        };
        within(node, parenthesised, f)?;
    }
    Ok(())
}

fn within(node: &Node, parenthesised: bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if !parenthesised {
        return write(node, f);
    }
    f.write_char('(')?;
    write(node, f)?;
    f.write_char(')')
}

/// A matcher with its values.
pub(super) fn call(name: &str, values: &[impl AsRef<str>]) -> String {
    let values: Vec<String> = values.iter().map(|value| quoted(value.as_ref())).collect();
    format!("{name}({})", values.join(", "))
}

/// The same matcher once for each value.
pub(super) fn alternatives(name: &str, values: &[impl AsRef<str>]) -> String {
    let calls: Vec<String> = values.iter().map(|value| call(name, &[value.as_ref()])).collect();
    calls.join(" || ")
}

/// A string literal of Go: in backquotes where the text lets it.
fn quoted(text: &str) -> String {
    if !text.contains(['`', '\r', '\u{feff}']) {
        return format!("`{text}`");
    }
    let mut literal = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => {
                literal.push('\\');
                literal.push(c);
            }
            '\n' => literal.push_str("\\n"),
            '\r' => literal.push_str("\\r"),
            '\u{feff}' => literal.push_str("\\ufeff"),
            other => literal.push(other),
        }
    }
    literal.push('"');
    literal
}
