//! Go's regular expressions (RE2) by way of the `regex` crate.
//!
//! Both run in linear time and share most of their syntax. This translates the rest: `\d`, `\w`, `\s` and `\b` are
//! ASCII in Go, sets have no operators, `\Q...\E` quotes, a lone `{` is a character; and it refuses what Go refuses.
//! Not told apart: `\B` beside letters that are not ASCII, and nested counts of which the product is above 1,000.

use std::iter::Peekable;
use std::str::Chars;

use regex::{Regex, RegexBuilder};
use thiserror::Error;

/// The size that one compiled expression may have, in bytes.
const MAX_SIZE: usize = 10 << 20;
/// The longest count in `x{n}` (RE2).
const MAX_REPEAT: u32 = 1000;

/// Why a text is not a regular expression of Go.
///
/// ```
/// use portolan_routes::constraints::re2::{PatternError, compile};
///
/// assert!(matches!(compile("(?=x)"), Err(PatternError::Group(_))));
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PatternError {
    /// An escape that does not exist, or that this program does not offer (`\C`).
    #[error("invalid escape sequence: `\\{0}`")]
    Escape(String),
    /// A group that starts as none in Go, such as `(?=x)` or `(?x)`.
    #[error("invalid or unsupported Perl syntax: `(?{0}`")]
    Group(String),
    /// `x**` and the like.
    #[error("invalid nested repetition operator: `{0}`")]
    Repetition(char),
    /// A count above 1,000.
    #[error("invalid repeat count: `{0}`")]
    Count(String),
    /// A set without its `]`.
    #[error("missing closing ]")]
    Class,
    /// A range that runs backwards.
    #[error("invalid character class range: `{0}-{1}`")]
    Range(char, char),
    /// What the engine found.
    #[error("{0}")]
    Syntax(String),
    /// The compiled expression would be too large.
    #[error("expression too large")]
    TooLarge,
}

/// Compiles a regular expression so that it matches what Go's `regexp` would match. Not anchored.
///
/// ```
/// use portolan_routes::constraints::re2::compile;
///
/// let digits = compile(r"^\d+$")?;
/// assert!(digits.is_match("42") && !digits.is_match("\u{664}\u{662}"), "Go's digits are those of ASCII");
/// # Ok::<(), portolan_routes::constraints::re2::PatternError>(())
/// ```
///
/// # Errors
/// [`PatternError`] by what is wrong; its texts are Go's where Go refuses the same.
pub fn compile(pattern: &str) -> Result<Regex, PatternError> {
    compile_within(pattern, MAX_SIZE)
}

/// The same, with a bound of the caller on the size of the compiled expression, in bytes: what an expression costs to
/// compile and to run grows with it.
pub(crate) fn compile_within(pattern: &str, size: usize) -> Result<Regex, PatternError> {
    let translated =
        Translator { rest: pattern.chars().peekable(), out: String::new(), names: Vec::new() }.pattern()?;
    RegexBuilder::new(&translated).size_limit(size).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(_) => PatternError::TooLarge,
        // The last line says what is wrong; those above draw the translated text, which the author has not written.
        other => {
            let text = other.to_string();
            let last = text.lines().last().unwrap_or_default();
            PatternError::Syntax(last.strip_prefix("error: ").unwrap_or(last).to_owned())
        }
    })
}

struct Translator<'a> {
    rest: Peekable<Chars<'a>>,
    out: String,
    /// The names of groups so far.
    names: Vec<String>,
}

/// What an escape stands for.
enum Escaped {
    One(char),
    /// The inner text of a set and whether it is negated.
    Set(&'static str, bool),
    /// `\p{..}`, whole.
    Property(String),
}

impl Translator<'_> {
    fn pattern(mut self) -> Result<String, PatternError> {
        let mut after_repetition = false;
        while let Some(c) = self.rest.next() {
            let mut repetition = false;
            match c {
                '\\' => self.escape()?,
                '[' => self.class()?,
                '(' => self.group()?,
                '*' | '+' | '?' => {
                    self.repetition(&c.to_string(), after_repetition)?;
                    repetition = true;
                }
                '{' => match self.count() {
                    Some(count) => {
                        let counts = count.split(',').filter(|digits| !digits.is_empty());
                        if !counts.map(str::parse::<u32>).all(|n| n.is_ok_and(|n| n <= MAX_REPEAT)) {
                            return Err(PatternError::Count(format!("{{{count}}}")));
                        }
                        self.repetition(&format!("{{{count}}}"), after_repetition)?;
                        repetition = true;
                    }
                    None => self.literal('{'),
                },
                '}' | ']' => self.literal(c),
                other => self.out.push(other),
            }
            after_repetition = repetition;
        }
        Ok(self.out)
    }

    fn literal(&mut self, c: char) {
        self.out.push_str(&regex::escape(c.encode_utf8(&mut [0; 4])));
    }

    fn repetition(&mut self, operator: &str, after_repetition: bool) -> Result<(), PatternError> {
        if after_repetition {
            return Err(PatternError::Repetition(operator.chars().next().unwrap_or('*')));
        }
        self.out.push_str(operator);
        if self.rest.next_if_eq(&'?').is_some() {
            self.out.push('?');
        }
        Ok(())
    }

    /// The inside of `{n}`, `{n,}` or `{n,m}`, taken if the brace opens one.
    fn count(&mut self) -> Option<String> {
        let inside: String = self.rest.clone().take_while(|&c| c != '}').collect();
        let (low, high) = inside.split_once(',').unwrap_or((&inside, "0"));
        let digits = |text: &str| text.bytes().all(|b| b.is_ascii_digit());
        let closed = self.rest.clone().nth(inside.chars().count()) == Some('}');
        if !closed || low.is_empty() || !digits(low) || !digits(high) {
            return None;
        }
        self.rest.nth(inside.chars().count());
        Some(inside)
    }

    fn group(&mut self) -> Result<(), PatternError> {
        self.out.push('(');
        if self.rest.next_if_eq(&'?').is_none() {
            return Ok(());
        }
        let head: String = self.rest.clone().take_while(|&c| !matches!(c, ':' | ')' | '>')).collect();
        let end = self.rest.clone().nth(head.chars().count());
        let named = |name: &str| end == Some('>') && !name.is_empty() && !name.starts_with(['=', '!']);
        if let Some(name) = head.strip_prefix("P<").or_else(|| head.strip_prefix('<'))
            && named(name)
        {
            if self.names.iter().any(|known| known == name) {
                // Go lets a name stand twice and means the first; the engine does not, so the second has none.
                self.rest.nth(head.chars().count());
            } else {
                self.names.push(name.to_owned());
                self.out.push('?');
            }
            return Ok(());
        }
        let (on, off) = head.split_once('-').unwrap_or((&head, "i"));
        let flags = |text: &str| text.chars().all(|c| matches!(c, 'i' | 'm' | 's' | 'U'));
        if !matches!(end, Some(':' | ')')) || !flags(on) || !flags(off) || off.is_empty() {
            return Err(PatternError::Group(head));
        }
        // Go takes an empty list of flags; here it means nothing, so an empty group stands for it.
        self.out.push_str(if head.is_empty() && end == Some(')') { "?:" } else { "?" });
        Ok(())
    }

    fn escape(&mut self) -> Result<(), PatternError> {
        match self.rest.peek().copied() {
            Some('Q') => {
                self.rest.next();
                self.quoted();
            }
            Some('b') => {
                self.rest.next();
                self.out.push_str(r"(?-u:\b)");
            }
            Some(c @ ('A' | 'z' | 'B')) => {
                self.rest.next();
                self.out.extend(['\\', c]);
            }
            _ => match self.escaped()? {
                Escaped::One(c) => self.literal(c),
                Escaped::Set(inside, negated) => {
                    self.out.push_str(if negated { "[^" } else { "[" });
                    self.out.push_str(inside);
                    self.out.push(']');
                }
                Escaped::Property(property) => self.out.push_str(&property),
            },
        }
        Ok(())
    }

    fn quoted(&mut self) {
        while let Some(c) = self.rest.next() {
            if c == '\\' && self.rest.next_if_eq(&'E').is_some() {
                return;
            }
            self.literal(c);
        }
    }

    /// An escape that can stand in a set too; the backslash is taken.
    fn escaped(&mut self) -> Result<Escaped, PatternError> {
        let Some(c) = self.rest.next() else {
            return Err(PatternError::Syntax("trailing backslash at end of expression".to_owned()));
        };
        Ok(match c {
            'd' | 'D' => Escaped::Set("0-9", c == 'D'),
            'w' | 'W' => Escaped::Set("0-9A-Za-z_", c == 'W'),
            's' | 'S' => Escaped::Set(r"\t\n\x0C\r ", c == 'S'),
            'p' | 'P' => Escaped::Property(self.property(c)?),
            'a' => Escaped::One('\u{7}'),
            'f' => Escaped::One('\u{c}'),
            't' => Escaped::One('\t'),
            'n' => Escaped::One('\n'),
            'r' => Escaped::One('\r'),
            'v' => Escaped::One('\u{b}'),
            'x' => Escaped::One(self.hexadecimal()?),
            '0'..='7' => Escaped::One(self.octal(c)?),
            _ if c.is_ascii() && !c.is_ascii_alphanumeric() => Escaped::One(c),
            _ => return Err(PatternError::Escape(c.to_string())),
        })
    }

    fn property(&mut self, letter: char) -> Result<String, PatternError> {
        let negate = |letter| if letter == 'p' { 'P' } else { 'p' };
        match self.rest.next() {
            Some('{') => {
                let letter = if self.rest.next_if_eq(&'^').is_some() { negate(letter) } else { letter };
                let name: String = self.rest.by_ref().take_while(|&c| c != '}').collect();
                // Names alone: the engine also takes `name=value`, Go does not.
                if !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
                    return Err(PatternError::Escape(format!("{letter}{{{name}}}")));
                }
                Ok(format!("\\{letter}{{{name}}}"))
            }
            Some(c) if c.is_ascii_alphabetic() => Ok(format!("\\{letter}{c}")),
            _ => Err(PatternError::Escape(letter.to_string())),
        }
    }

    fn hexadecimal(&mut self) -> Result<char, PatternError> {
        let digits: String = if self.rest.next_if_eq(&'{').is_some() {
            self.rest.by_ref().take_while(|&c| c != '}').collect()
        } else {
            self.rest.by_ref().take(2).collect()
        };
        let whole = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_hexdigit());
        let code = u32::from_str_radix(&digits, 16).ok().filter(|_| whole);
        code.and_then(char::from_u32).ok_or_else(|| PatternError::Escape(format!("x{digits}")))
    }

    /// `\0`, `\12`, `\123`; one digit other than zero would be a reference back, which RE2 has not.
    fn octal(&mut self, first: char) -> Result<char, PatternError> {
        let mut value = first.to_digit(8).unwrap_or_default();
        let mut digits = 1;
        while digits < 3
            && let Some(digit) = self.rest.peek().and_then(|c| c.to_digit(8))
        {
            self.rest.next();
            value = value * 8 + digit;
            digits += 1;
        }
        let reference = first != '0' && digits == 1;
        char::from_u32(value).filter(|_| !reference).ok_or_else(|| PatternError::Escape(first.to_string()))
    }

    fn class(&mut self) -> Result<(), PatternError> {
        self.out.push('[');
        if self.rest.next_if_eq(&'^').is_some() {
            self.out.push('^');
        }
        let mut first = true;
        loop {
            let c = self.rest.next().ok_or(PatternError::Class)?;
            if c == ']' && !first {
                self.out.push(']');
                return Ok(());
            }
            first = false;
            if c == '[' && self.rest.peek() == Some(&':') && self.posix() {
                continue;
            }
            match self.member(c)? {
                Escaped::One(low) => {
                    let mut ahead = self.rest.clone();
                    let ranges = ahead.next() == Some('-') && !matches!(ahead.next(), None | Some(']'));
                    let mut high = low;
                    if ranges {
                        self.rest.next();
                        let c = self.rest.next().ok_or(PatternError::Class)?;
                        let Escaped::One(end) = self.member(c)? else {
                            return Err(PatternError::Range(low, c));
                        };
                        high = end;
                    }
                    if high < low {
                        return Err(PatternError::Range(low, high));
                    }
                    // By number, so that no character means anything to the engine.
                    let range = format!(r"\x{{{:X}}}-\x{{{:X}}}", u32::from(low), u32::from(high));
                    self.out.push_str(&range);
                }
                Escaped::Set(inside, false) => self.out.push_str(inside),
                Escaped::Set(inside, true) => {
                    self.out.push_str("[^");
                    self.out.push_str(inside);
                    self.out.push(']');
                }
                Escaped::Property(property) => self.out.push_str(&property),
            }
        }
    }

    fn member(&mut self, c: char) -> Result<Escaped, PatternError> {
        if c == '\\' { self.escaped() } else { Ok(Escaped::One(c)) }
    }

    /// Takes `[:name:]` where it is one; else nothing, and the bracket is a character.
    fn posix(&mut self) -> bool {
        let inside: String = self.rest.clone().skip(1).take_while(|&c| c != ']').collect();
        let Some(name) = inside.strip_suffix(':') else { return false };
        self.out.push_str("[:");
        self.out.push_str(name);
        self.out.push_str(":]");
        // The colon before the name, the name with its colon, the bracket.
        self.rest.nth(inside.chars().count() + 1);
        true
    }
}

#[cfg(test)]
mod tests;
