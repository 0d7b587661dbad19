use std::collections::{BTreeMap, BTreeSet};

use super::interpolate::{Problem, substitute};
use super::yaml::{Budget, excerpt};

/// What a `.env` file says.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Dotenv {
    /// The assignments in their final values; those of the environment are not among them.
    pub(super) variables: BTreeMap<String, String>,
    /// Lines that say nothing: their number from one, and why.
    pub(super) mistakes: Vec<(usize, String)>,
    /// Names that a value refers to and nobody sets.
    pub(super) unset: BTreeSet<String>,
}

/// Reads a `.env` file as Compose 2.40 does.
///
/// `NAME=value` or `NAME: value`, `export` before it or not; a value in single quotes is literal, one in double quotes
/// knows `\n` and its like, both may hold line breaks; a comment begins at a line's start or behind a space. Values refer to
/// the environment and to what stands above them. A name alone takes the environment's value.
pub(super) fn parse(text: &str, environment: &BTreeMap<String, String>, budget: &Budget) -> Dotenv {
    let text = text.trim_start_matches('\u{feff}').replace("\r\n", "\n");
    let mut scanner = Scanner {
        rest: &text,
        line: 1,
        environment,
        budget,
        unclosed: String::new(),
        read: Dotenv::default(),
    };
    while scanner.statement() {}
    scanner.read
}

struct Scanner<'a> {
    rest: &'a str,
    line: usize,
    environment: &'a BTreeMap<String, String>,
    budget: &'a Budget,
    /// Quotes that nothing closes from here to the end, so that the end is looked for once.
    unclosed: String,
    read: Dotenv,
}

impl<'a> Scanner<'a> {
    /// Reads one assignment or skips one line; false at the end.
    fn statement(&mut self) -> bool {
        let blank = self.rest.len() - self.rest.trim_start().len();
        self.take(blank);
        if self.rest.is_empty() {
            return false;
        }
        if self.rest.starts_with('#') {
            self.take_line();
            return true;
        }
        let exported = self.rest.strip_prefix("export").filter(|rest| rest.starts_with([' ', '\t']));
        if let Some(rest) = exported {
            self.take(self.rest.len() - rest.trim_start_matches([' ', '\t']).len());
        }
        let line = self.line;
        if let Err(reason) = self.assignment() {
            self.read.mistakes.push((line, reason));
        }
        true
    }

    fn assignment(&mut self) -> Result<(), String> {
        let end = self.rest.find(['=', ':', '\n']).unwrap_or(self.rest.len());
        let name = self.rest.get(..end).unwrap_or_default().trim_end();
        if let Some(other) = name.chars().find(|c| !(c.is_alphanumeric() || "_.-[]".contains(*c))) {
            let problem = format!("`{}` is no variable's name: it holds `{other}`", excerpt(name));
            self.take_line();
            return Err(problem);
        }
        self.take(end);
        if !self.rest.starts_with(['=', ':']) {
            // A name alone: what the environment says, which is known already.
            return Ok(());
        }
        self.take(1);
        let blank = self.rest.len() - self.rest.trim_start_matches([' ', '\t']).len();
        self.take(blank);
        let value = match self.rest.chars().next() {
            Some('\'') => self.quoted('\'')?.replace("\\'", "'"),
            Some('"') => {
                let template = unescape(self.quoted('"')?);
                self.expand(&template)?
            }
            _ => {
                let line = self.take_line();
                let value = line.split_once(" #").map_or(line, |(value, _)| value);
                self.expand(value.trim_end())?
            }
        };
        if !name.is_empty() {
            self.read.variables.insert(name.to_owned(), value);
        }
        Ok(())
    }

    /// What stands between quotes, escapes untouched; what follows on the line must be a comment.
    fn quoted(&mut self, quote: char) -> Result<&'a str, String> {
        let text = self.rest;
        let mut escaped = false;
        let characters = if self.unclosed.contains(quote) { "" } else { text };
        let close = characters.char_indices().skip(1).find(|(_, c)| {
            let closes = *c == quote && !escaped;
            escaped = *c == '\\' && !escaped;
            closes
        });
        let Some((end, _)) = close else {
            self.unclosed.push(quote);
            let problem = format!("`{}` has no closing quote", excerpt(text));
            self.take_line();
            return Err(problem);
        };
        self.take(end + quote.len_utf8());
        let behind = self.take_line().trim();
        if behind.is_empty() || behind.starts_with('#') {
            Ok(text.get(quote.len_utf8()..end).unwrap_or_default())
        } else {
            Err(format!("`{}` stands behind a closing quote", excerpt(behind)))
        }
    }

    fn expand(&mut self, template: &str) -> Result<String, String> {
        let Self { environment, read, .. } = self;
        let above = &read.variables;
        let lookup = |name: &str| environment.get(name).or_else(|| above.get(name)).cloned();
        substitute(template, &lookup, self.budget, &mut read.unset).map_err(|problem| match problem {
            Problem::Invalid(text) => format!("`{text}` is no variable"),
            Problem::Required { variable, message } if message.is_empty() => {
                format!("variable `{variable}` is required and not set")
            }
            Problem::Required { variable, message } => {
                format!("variable `{variable}` is required and not set: {}", excerpt(&message))
            }
            Problem::TooLarge => "the value is too large".to_owned(),
        })
    }

    fn take_line(&mut self) -> &'a str {
        let line = self.rest.split('\n').next().unwrap_or_default();
        self.take(line.len());
        line
    }

    fn take(&mut self, length: usize) {
        let (taken, rest) = self.rest.split_at(length);
        self.line += taken.matches('\n').count();
        self.rest = rest;
    }
}

/// Go's short escapes, `\"`, and `\$` as the template's `$$`; a backslash before anything else stays.
fn unescape(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let escape = if character == '\\' { characters.peek().copied() } else { None };
        let replacement = match escape {
            Some('n') => "\n",
            Some('r') => "\r",
            Some('t') => "\t",
            Some('a') => "\u{7}",
            Some('b') => "\u{8}",
            Some('f') => "\u{c}",
            Some('v') => "\u{b}",
            Some('"') => "\"",
            Some('\\') => "\\",
            Some('$') => "$$",
            _ => {
                plain.push(character);
                continue;
            }
        };
        characters.next();
        plain.push_str(replacement);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Dotenv {
        let environment = [("A", "os"), ("OS", "linux")];
        let environment =
            environment.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        parse(text, &environment, &Budget::new(1 << 20))
    }

    /// Each line was seen with Compose 2.40.3.
    fn check(text: &str, expected: &[(&str, &str)]) {
        let got = read(text);
        let expected = expected.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
        assert_eq!((got.variables, got.mistakes), (expected, vec![]), "{text}");
    }

    #[test]
    fn assignments() {
        check("X=1", &[("X", "1")]);
        check("X = 2\n\n#c\n  Y=3", &[("X", "2"), ("Y", "3")]);
        check(
            "export X=3\nexport\tY=4\nexportZ=5\nexport=6",
            &[("X", "3"), ("Y", "4"), ("exportZ", "5"), ("export", "6")],
        );
        check("X: colon\nY:1\nZ :y", &[("X", "colon"), ("Y", "1"), ("Z", "y")]);
        check("X==x\nY=a=b", &[("X", "=x"), ("Y", "a=b")]);
        check("X=\nY", &[("X", "")]);
        check(
            "X.b=1\nY[0]=3\nZ-x=4\n1A=5\né=6",
            &[("X.b", "1"), ("Y[0]", "3"), ("Z-x", "4"), ("1A", "5"), ("é", "6")],
        );
        check("\u{feff}X=1\r\nY=\"x\"\r\n", &[("X", "1"), ("Y", "x")]);
        check("X=1\nX=2", &[("X", "2")]);
        check("=1", &[]);
    }

    #[test]
    fn comments() {
        check(
            "X=un quoted # comment\nY=un#quoted\nZ=#c",
            &[("X", "un quoted"), ("Y", "un#quoted"), ("Z", "#c")],
        );
        check("X=x\t# c", &[("X", "x\t# c")]);
        check("X=\"a b # c\"   # trailing\nY='x'#y\nZ=\"\" # c", &[("X", "a b # c"), ("Y", "x"), ("Z", "")]);
    }

    #[test]
    fn quotes() {
        check("X='single $A \"x\" \\n'\nY='it\\'s'", &[("X", "single $A \"x\" \\n"), ("Y", "it's")]);
        check("X='multi\nline'\nY=1", &[("X", "multi\nline"), ("Y", "1")]);
        check("X=\"exp ${A} \\n nl \\t tab \\\" q\"", &[("X", "exp os \n nl \t tab \" q")]);
        check("X=\"\\r\\a\\\\\\x\\u00e9\\101\"", &[("X", "\r\u{7}\\\\x\\u00e9\\101")]);
        check("X=\"a\\'b\"\nY=a'b'c\nZ=x \"y\"", &[("X", "a\\'b"), ("Y", "a'b'c"), ("Z", "x \"y\"")]);
        check("X=a\\nb\nY=\\", &[("X", "a\\nb"), ("Y", "\\")]);
    }

    #[test]
    fn variables() {
        check("X=$OS\nY=\"$X/${Z:-d}\"", &[("X", "linux"), ("Y", "linux/d")]);
        check("A=1\nX=$A", &[("A", "1"), ("X", "os")]);
        check(
            "X=\"x\\$A\"\nY=\\$A\nZ=$$A\nW=\"$${A}\"",
            &[("X", "x$A"), ("Y", "\\os"), ("Z", "$A"), ("W", "${A}")],
        );
        check("X=\"\\\\$A\"\nY=\"\\\\\\$A\"", &[("X", "\\os"), ("Y", "\\$A")]);
        assert_eq!(read("X=$NONE").unset, BTreeSet::from(["NONE".to_owned()]));
    }

    #[test]
    fn mistakes_name_their_line_and_spare_the_others() {
        let check = |text: &str, mistake: (usize, &str)| {
            let got = read(text);
            assert_eq!(got.mistakes, [(mistake.0, mistake.1.to_owned())], "{text}");
            assert_eq!(got.variables.get("Y").map(String::as_str), Some("1"), "{text}");
        };
        check("A B=1\nY=1", (1, "`A B` is no variable's name: it holds ` `"));
        check("\nA*=1\nY=1", (2, "`A*` is no variable's name: it holds `*`"));
        check("Y=1\nX=\"x\n", (2, "`\"x` has no closing quote"));
        check("X='x' 'y'\nY=1", (1, "`'y'` stands behind a closing quote"));
        check("Y=1\nX=${", (2, "`${` is no variable"));
        check("X=${NONE:?needed}\nY=1", (1, "variable `NONE` is required and not set: needed"));
    }

    #[test]
    fn doubling_has_an_end() {
        let mut text = "V0=0123456789\n".to_owned();
        for step in 1..60 {
            text.push_str(&format!("V{step}=$V{0}$V{0}\n", step - 1));
        }
        let read = read(&text);
        assert!(read.mistakes[0].1.ends_with("too large"), "{:?}", read.mistakes[0]);
        assert!(read.variables.values().map(String::len).sum::<usize>() < 4 << 20);
    }
}
