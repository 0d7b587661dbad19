use std::fmt;

/// The comment in the first line of each file that a program writes, by which it knows its own files again.
///
/// ```
/// use portolan_traefik::Marker;
///
/// let marker = Marker::new("docker-watcher");
/// assert_eq!(marker.to_string(), "# Written by docker-watcher. Edits are lost: change the labels instead.");
/// assert!(!marker.heads(b"http:\n  routers: # mine\n"));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Marker {
    line: String,
}

impl Marker {
    /// The marker of the program of this name. Traefik reads even comments as templates, so that what is neither letter,
    /// digit, `-`, `_` nor `.` in the name stands as `-`.
    pub fn new(program: &str) -> Self {
        Self::with_advice(program, "change the labels instead")
    }

    /// The same, for a program whose file comes from elsewhere than labels: `advice` is what to do instead of an edit, in words that
    /// the program knows beforehand.
    pub fn with_advice(program: &str, advice: &'static str) -> Self {
        let known = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        let program: String = program.chars().map(|c| if known(c) { c } else { '-' }).collect();
        Self { line: format!("# Written by {program}. Edits are lost: {advice}.") }
    }

    /// The line, without its line end.
    pub fn as_str(&self) -> &str {
        &self.line
    }

    /// Whether it is the first line of this file.
    pub fn heads(&self, file: &[u8]) -> bool {
        file.strip_prefix(self.line.as_bytes())
            .is_some_and(|rest| matches!(rest.first(), None | Some(b'\n' | b'\r')))
    }
}

impl fmt::Display for Marker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_own_first_line_counts() {
        let marker = Marker::new("docker-watcher");
        let line = marker.to_string();
        let check =
            |file: &str, expected: bool| assert_eq!(marker.heads(file.as_bytes()), expected, "{file:?}");
        check(&line, true);
        check(&format!("{line}\nhttp:\n"), true);
        check(&format!("{line}\r\n"), true);
        check(&format!("{line} "), false);
        check(&format!("\n{line}\n"), false);
        check("", false);
        check(&Marker::new("podman-hook").to_string(), false);
    }

    #[test]
    fn a_name_cannot_leave_the_comment_or_start_a_template() {
        assert_eq!(
            Marker::new("a\nb{{ env }}").as_str(),
            "# Written by a-b---env---. Edits are lost: change the labels instead."
        );
    }
}
