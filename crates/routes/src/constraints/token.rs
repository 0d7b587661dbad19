use std::ops::Range;

use super::expression::ExpressionError;

/// One token of a Go expression and the bytes that it takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) kind: TokenKind,
    pub(super) span: Range<usize>,
}

/// What a token is. Literals other than strings are known so that they can be refused by their name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Identifier(String),
    Keyword(String),
    String(String),
    Number,
    Rune,
    Operator(&'static str),
    /// The semicolon that Go inserts where a line ends after an operand.
    Newline,
    End,
}

/// Reads tokens by the rules of Go's scanner, the insertion of semicolons included.
pub(super) struct Scanner<'a> {
    text: &'a str,
    position: usize,
    after_operand: bool,
}

/// Longest first, so that a prefix never hides a longer one.
const OPERATORS: [&str; 47] = [
    "<<=", ">>=", "&^=", "...", "&&", "||", "<-", "++", "--", "==", "!=", "<=", ">=", ":=", "+=", "-=", "*=",
    "/=", "%=", "&=", "|=", "^=", "<<", ">>", "&^", "+", "-", "*", "/", "%", "&", "|", "^", "<", ">", "=",
    "!", "(", ")", "[", "]", "{", "}", ",", ";", ".", ":",
];

const KEYWORDS: [&str; 25] = [
    "break",
    "case",
    "chan",
    "const",
    "continue",
    "default",
    "defer",
    "else",
    "fallthrough",
    "for",
    "func",
    "go",
    "goto",
    "if",
    "import",
    "interface",
    "map",
    "package",
    "range",
    "return",
    "select",
    "struct",
    "switch",
    "type",
    "var",
];

impl<'a> Scanner<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let position = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        Self { text, position, after_operand: false }
    }

    /// The next token; [`TokenKind::End`] for ever at the end of the text.
    pub(super) fn next(&mut self) -> Result<Token, ExpressionError> {
        loop {
            let start = self.position;
            let Some(c) = self.peek() else {
                return Ok(self
                    .line_end(start)
                    .unwrap_or(Token { kind: TokenKind::End, span: start..start }));
            };
            match c {
                '\n' => {
                    let inserted = self.line_end(start);
                    self.position += 1;
                    if let Some(token) = inserted {
                        return Ok(token);
                    }
                }
                ' ' | '\t' | '\r' => self.position += 1,
                '/' if self.rest().starts_with("//") => {
                    let inserted = self.line_end(start);
                    self.position += self.rest().find('\n').unwrap_or(self.rest().len());
                    if let Some(token) = inserted {
                        return Ok(token);
                    }
                }
                '/' if self.rest().starts_with("/*") => {
                    let Some(end) = self.rest().get(2..).and_then(|rest| rest.find("*/")) else {
                        return Err(self.error("comment not terminated", start..start + 2));
                    };
                    let spans_lines =
                        self.rest().get(..end + 2).is_some_and(|comment| comment.contains('\n'));
                    self.position += end + 4;
                    if spans_lines && let Some(token) = self.line_end(start) {
                        return Ok(token);
                    }
                }
                _ => return self.token(c, start),
            }
        }
    }

    /// The semicolon for a line that ends here, if the line so far can stand alone.
    fn line_end(&mut self, at: usize) -> Option<Token> {
        std::mem::take(&mut self.after_operand).then_some(Token { kind: TokenKind::Newline, span: at..at })
    }

    fn token(&mut self, c: char, start: usize) -> Result<Token, ExpressionError> {
        let kind = if c == '_' || c.is_alphabetic() {
            let word = self.take_while(|c| c == '_' || c.is_alphanumeric()).to_owned();
            if KEYWORDS.contains(&word.as_str()) {
                TokenKind::Keyword(word)
            } else {
                TokenKind::Identifier(word)
            }
        } else if c.is_ascii_digit()
            || (c == '.' && self.byte_at(start + 1).is_some_and(|b| b.is_ascii_digit()))
        {
            self.number();
            TokenKind::Number
        } else if c == '"' {
            TokenKind::String(self.quoted(start)?)
        } else if c == '`' {
            TokenKind::String(self.raw(start)?)
        } else if c == '\'' {
            self.rune(start)?;
            TokenKind::Rune
        } else {
            let Some(operator) = OPERATORS.into_iter().find(|o| self.rest().starts_with(o)) else {
                let shown = format!("illegal character U+{:04X} '{c}'", u32::from(c));
                return Err(self.error(shown, start..start + c.len_utf8()));
            };
            self.position += operator.len();
            TokenKind::Operator(operator)
        };
        self.after_operand = match &kind {
            TokenKind::Identifier(_) | TokenKind::String(_) | TokenKind::Number | TokenKind::Rune => true,
            TokenKind::Operator(operator) => matches!(*operator, ")" | "]" | "}" | "++" | "--"),
            TokenKind::Keyword(word) => {
                matches!(word.as_str(), "break" | "continue" | "fallthrough" | "return")
            }
            TokenKind::Newline | TokenKind::End => false,
        };
        Ok(Token { kind, span: start..self.position })
    }

    /// Numbers are refused wherever they stand, so it is enough to know where one ends.
    fn number(&mut self) {
        let mut before = '0';
        while let Some(c) = self.peek() {
            let sign = matches!(c, '+' | '-') && matches!(before, 'e' | 'E' | 'p' | 'P');
            if !(sign || c == '.' || c == '_' || c.is_ascii_alphanumeric()) {
                break;
            }
            before = c;
            self.position += 1;
        }
    }

    fn rune(&mut self, start: usize) -> Result<(), ExpressionError> {
        self.position += 1;
        loop {
            match self.bump() {
                None | Some('\n') => return Err(self.error("rune literal not terminated", start..start + 1)),
                Some('\\') => {
                    self.bump();
                }
                Some('\'') => return Ok(()),
                Some(_) => {}
            }
        }
    }

    /// Carriage returns in raw strings are dropped, as Go does.
    fn raw(&mut self, start: usize) -> Result<String, ExpressionError> {
        self.position += 1;
        let Some(end) = self.rest().find('`') else {
            return Err(self.error("raw string literal not terminated", start..start + 1));
        };
        let value = self.rest().get(..end).unwrap_or_default().replace('\r', "");
        self.position += end + 1;
        Ok(value)
    }

    fn quoted(&mut self, start: usize) -> Result<String, ExpressionError> {
        self.position += 1;
        let mut bytes = Vec::new();
        loop {
            let at = self.position;
            match self.bump() {
                None | Some('\n') => {
                    return Err(self.error("string literal not terminated", start..start + 1));
                }
                Some('"') => break,
                Some('\\') => self.escape(at, &mut bytes)?,
                Some(c) => bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes()),
            }
        }
        String::from_utf8(bytes)
            .map_err(|_| self.error("string literal is not valid UTF-8", start..self.position))
    }

    fn escape(&mut self, start: usize, bytes: &mut Vec<u8>) -> Result<(), ExpressionError> {
        let at = self.position;
        let (digits, radix, is_byte) = match self.bump() {
            Some('x') => (2, 16, true),
            Some('u') => (4, 16, false),
            Some('U') => (8, 16, false),
            Some('0'..='7') => {
                self.position = at;
                (3, 8, true)
            }
            Some(c) => {
                let byte = match c {
                    'a' => 0x07,
                    'b' => 0x08,
                    'f' => 0x0c,
                    'n' => b'\n',
                    'r' => b'\r',
                    't' => b'\t',
                    'v' => 0x0b,
                    '\\' => b'\\',
                    '"' => b'"',
                    _ => return Err(self.error("unknown escape sequence", at..self.position)),
                };
                bytes.push(byte);
                return Ok(());
            }
            None => return Err(self.error("escape sequence not terminated", start..self.position)),
        };
        let mut value = 0_u32;
        for _ in 0..digits {
            let at = self.position;
            let Some(digit) = self.peek().and_then(|c| c.to_digit(radix)) else {
                let message = match self.peek() {
                    Some(c) => format!("illegal character U+{:04X} '{c}' in escape sequence", u32::from(c)),
                    None => "escape sequence not terminated".to_owned(),
                };
                return Err(self.error(message, at..at + self.peek().map_or(0, char::len_utf8)));
            };
            self.position += 1;
            // Eight hexadecimal digits fill 32 bits exactly, so nothing is shifted out.
            value = value.wrapping_mul(radix).wrapping_add(digit);
        }
        let invalid = || "escape sequence is invalid Unicode code point";
        if is_byte {
            let byte = u8::try_from(value).map_err(|_| self.error(invalid(), start..self.position))?;
            bytes.push(byte);
        } else {
            let c = char::from_u32(value).ok_or_else(|| self.error(invalid(), start..self.position))?;
            bytes.extend_from_slice(c.encode_utf8(&mut [0; 4]).as_bytes());
        }
        Ok(())
    }

    fn rest(&self) -> &'a str {
        self.text.get(self.position..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn byte_at(&self, at: usize) -> Option<u8> {
        self.text.as_bytes().get(at).copied()
    }

    fn bump(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.position += c.len_utf8();
        Some(c)
    }

    fn take_while(&mut self, keep: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let end = rest.find(|c| !keep(c)).unwrap_or(rest.len());
        self.position += end;
        rest.get(..end).unwrap_or_default()
    }

    fn error(&self, message: impl Into<String>, span: Range<usize>) -> ExpressionError {
        ExpressionError::syntax(self.text, message, span)
    }
}
