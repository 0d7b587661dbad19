use super::TemplateError;

/// Checks that each block is closed and each `end` and `else` has its block, which the engine does not: it takes what
/// is open for closed at the end of the text, and drops what follows an `end` too many.
///
/// The text has passed the engine's scanner, so its actions, quotes and comments are closed.
pub(super) fn check(text: &str) -> Result<(), TemplateError> {
    let mut open: Vec<Block<'_>> = Vec::new();
    let mut at = 0;
    while let Some(start) = text.get(at..).and_then(|rest| rest.find("{{")) {
        let start = at + start;
        let action = text.get(start + 2..).unwrap_or_default();
        let trimmed = trim(action);
        if trimmed.starts_with("/*") {
            let comment = trimmed.find("*/").unwrap_or(trimmed.len());
            at = text.len() - trimmed.len() + comment;
            continue;
        }
        let mut words = trimmed.split(|c: char| !(c.is_alphanumeric() || c == '_'));
        match words.next().unwrap_or_default() {
            word @ ("if" | "range" | "with" | "block" | "define") => {
                open.push(Block { word, start, otherwise: false });
            }
            "end" => {
                open.pop().ok_or_else(|| error(text, start, "unexpected {{end}}".to_owned()))?;
            }
            "else" => match open.last_mut() {
                Some(block) if matches!(block.word, "if" | "range" | "with") && !block.otherwise => {
                    block.otherwise = !matches!(words.find(|word| !word.is_empty()), Some("if" | "with"));
                }
                _ => return Err(error(text, start, "unexpected {{else}}".to_owned())),
            },
            _ => {}
        }
        at = text.len() - action.len() + length(action);
    }
    match open.last() {
        Some(block) => Err(error(text, block.start, format!("`{}` has no {{{{end}}}}", block.word))),
        None => Ok(()),
    }
}

struct Block<'a> {
    word: &'a str,
    start: usize,
    /// Whether its last `else` was met.
    otherwise: bool,
}

/// The action's text from its first word on.
fn trim(action: &str) -> &str {
    let space = |c: char| matches!(c, ' ' | '\t' | '\r' | '\n');
    action
        .strip_prefix('-')
        .filter(|rest| rest.starts_with(space))
        .unwrap_or(action)
        .trim_start_matches(space)
}

/// How far the action goes: to its `}}`, quotes passed over.
fn length(action: &str) -> usize {
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in action.char_indices() {
        match quote {
            _ if escaped => escaped = false,
            Some('"' | '\'') if c == '\\' => escaped = true,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
            None if action.get(at..).is_some_and(|rest| rest.starts_with("}}")) => return at + 2,
            None => {}
        }
    }
    action.len()
}

fn error(text: &str, at: usize, message: String) -> TemplateError {
    let (line, column) = super::place(text, at);
    TemplateError::Syntax { message, line, column }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_text(text: &str, expected: Result<(), &str>) {
        let got = check(text).map_err(|error| error.to_string());
        assert_eq!(got, expected.map_err(str::to_owned), "{text}");
    }

    #[test]
    fn each_block_has_its_end() {
        check_text(
            "{{ if .a }}{{- range .b -}}x{{ else }}y{{ end }}{{ else if .c }}{{ else }}{{ end }}",
            Ok(()),
        );
        check_text("{{/* if }} */}}{{ \"{{ end }}\" }}{{ `}} {{ if` }}{{ '\"' }}{{ .end }}{{ ifx }}", Ok(()));
        check_text("a {{ end }}", Err("1:3: unexpected {{end}}"));
        check_text("\n {{ if .a }}{{ with .b }}{{ end }}", Err("2:2: `if` has no {{end}}"));
        check_text("{{ else }}", Err("1:1: unexpected {{else}}"));
        check_text("{{ if .a }}{{ else }}{{ else }}{{ end }}", Err("1:22: unexpected {{else}}"));
        check_text("{{ define `a` }}{{ else }}{{ end }}", Err("1:17: unexpected {{else}}"));
    }
}
