use std::path::{Path, PathBuf};

/// A path that a unit cannot hold: it is not absolute, not UTF-8, or has a control character in it.
#[derive(Debug)]
pub(crate) struct NotAWord(PathBuf);

impl std::fmt::Display for NotAWord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no unit can hold the path {:?}: it must be absolute and plain text", self.0)
    }
}

impl std::error::Error for NotAWord {}

/// The program of a command line, where `%` begins a specifier.
pub(super) fn program(path: &Path) -> Result<String, NotAWord> {
    word(path, &[('%', "%%")])
}

/// An argument of a command line, where variables are replaced too.
pub(super) fn argument(path: &Path) -> Result<String, NotAWord> {
    word(path, &[('%', "%%"), ('$', "$$")])
}

/// An item of a list of paths.
pub(super) fn path(path: &Path) -> Result<String, NotAWord> {
    word(path, &[('%', "%%")])
}

/// An item of a list of paths that need not be there.
pub(super) fn optional_path(path: &Path) -> Result<String, NotAWord> {
    let word = self::path(path)?;
    // The sign is of the item, and so stands inside of the quotes.
    Ok(match word.strip_prefix('"') {
        Some(rest) => format!("\"-{rest}"),
        None => format!("-{word}"),
    })
}

/// Quoted as systemd.syntax(7) and systemd.service(5) have it, if a character asks for it.
fn word(path: &Path, doubled: &[(char, &str)]) -> Result<String, NotAWord> {
    let refused = || NotAWord(path.to_owned());
    let text = path.to_str().ok_or_else(refused)?;
    if !path.is_absolute() || text.contains(char::is_control) {
        return Err(refused());
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "/-_.,:@+".contains(c);
    if text.chars().all(plain) {
        return Ok(text.to_owned());
    }
    let mut quoted = String::from('"');
    for c in text.chars() {
        match doubled.iter().find(|(special, _)| *special == c) {
            Some((_, twice)) => quoted.push_str(twice),
            None if matches!(c, '"' | '\\') => quoted.extend(['\\', c]),
            None => quoted.push(c),
        }
    }
    quoted.push('"');
    Ok(quoted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_only_where_need_be() {
        let check = |given: &str, expected: [&str; 3]| {
            let given = Path::new(given);
            let found = [program(given), argument(given), path(given)].map(Result::unwrap);
            assert_eq!(found, expected);
        };
        check("/srv/traefik/dynamic-1_a.d", ["/srv/traefik/dynamic-1_a.d"; 3]);
        check("/srv/a b", [r#""/srv/a b""#; 3]);
        check("/50%", [r#""/50%%""#; 3]);
        check("/$HOME", [r#""/$HOME""#, r#""/$$HOME""#, r#""/$HOME""#]);
        check(r#"/a"b\c'd;e#"#, [r#""/a\"b\\c'd;e#""#; 3]);
        check("/größe", [r#""/größe""#; 3]);
    }

    #[test]
    fn a_path_that_would_end_its_line_or_mean_another_is_refused() {
        use std::os::unix::ffi::OsStrExt as _;
        for refused in ["relative/path", "", "/a\nUser=nobody", "/a\tb", "/a\u{7f}b"] {
            assert!(argument(Path::new(refused)).is_err(), "{refused:?}");
        }
        let bytes = std::ffi::OsStr::from_bytes(b"/a\xff");
        assert!(argument(Path::new(bytes)).is_err());
    }
}
