//! Letters and words: case, and the styles that join words.

use super::{Function, exactly, go, ok};

pub(super) const TABLE: &[Function] = &[
    exactly("upper", 1, |a| ok(a.text(0)?.chars().map(go::upper).collect::<String>())),
    exactly("lower", 1, |a| ok(a.text(0)?.chars().map(go::lower).collect::<String>())),
    exactly("title", 1, |a| ok(after_each(a.text(0)?, separates, go::upper))),
    exactly("untitle", 1, |a| ok(after_each(a.text(0)?, char::is_whitespace, go::lower))),
    exactly("swapcase", 1, |a| ok(swap(a.text(0)?))),
    exactly("initials", 1, |a| {
        ok(a.text(0)?.split_whitespace().filter_map(|word| word.chars().next()).collect::<String>())
    }),
    exactly("camelcase", 1, |a| ok(camel(a.text(0)?))),
    exactly("snakecase", 1, |a| ok(joined(a.text(0)?, '_'))),
    exactly("kebabcase", 1, |a| ok(joined(a.text(0)?, '-'))),
    exactly("normalize", 1, |a| ok(crate::template::normalize(a.text(0)?))),
];

/// Changes each character that stands first or after one that separates.
fn after_each(text: &str, separates: fn(char) -> bool, change: fn(char) -> char) -> String {
    let mut first = true;
    text.chars()
        .map(|c| {
            let changed = if first { change(c) } else { c };
            first = separates(c);
            changed
        })
        .collect()
}

/// What Go's `strings.Title` takes for the end of a word: in ASCII all but letters, digits and `_`, beyond it spaces.
fn separates(c: char) -> bool {
    if c.is_ascii() { !(c.is_ascii_alphanumeric() || c == '_') } else { c.is_whitespace() }
}

fn swap(text: &str) -> String {
    text.chars().map(|c| if c.is_uppercase() { go::lower(c) } else { go::upper(c) }).collect()
}

fn connects(c: char) -> bool {
    c == '_' || c == '-' || c.is_whitespace()
}

/// `http_server` to `httpServer`. Of connectors in a row the last is dropped, unless they begin or end the text; the
/// capitals that begin a word count as one.
fn camel(text: &str) -> String {
    let body = text.trim_start_matches(connects);
    let leading = text.get(..text.len() - body.len()).unwrap_or_default();
    let inner = body.trim_end_matches(connects);
    let trailing = body.get(inner.len()..).unwrap_or_default();
    let mut out = leading.to_owned();
    if inner.is_empty() {
        // The library writes the last connector of a text that is nothing else once more.
        out.extend(leading.chars().next_back());
        return out;
    }
    let mut held = None;
    let mut capitals = false;
    let mut first_of_word = true;
    for c in inner.chars() {
        if connects(c) {
            out.extend(held.replace(c));
            first_of_word = true;
            continue;
        }
        if first_of_word {
            let first_of_all = held.take().is_none();
            capitals = c.is_uppercase();
            out.push(if first_of_all { go::lower(c) } else { go::upper(c) });
            first_of_word = false;
        } else if capitals && c.is_uppercase() {
            out.push(go::lower(c));
        } else {
            capitals = false;
            out.push(c);
        }
    }
    if trailing.is_empty()
        && let Some(last) = inner.rsplit(connects).next()
        && last.chars().count() == 1
        && last.starts_with(char::is_uppercase)
    {
        // A last word of one capital counts as the capitals of the word before it.
        let capital = out.pop();
        out.extend(capital.map(go::lower));
    }
    out.push_str(trailing);
    out
}

/// What kind of word a stretch of a text is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Connector,
    Punctuation,
    /// Begins with a capital, which small letters may follow.
    Capitalised,
    Small,
    Number,
    Other,
}

fn kind(c: char) -> Kind {
    if connects(c) {
        Kind::Connector
    } else if c.is_ascii_punctuation() && !matches!(c, '$' | '+' | '<' | '=' | '>' | '^' | '`' | '|' | '~') {
        Kind::Punctuation
    } else if c.is_uppercase() {
        Kind::Capitalised
    } else if c.is_numeric() {
        Kind::Number
    } else if c.is_alphabetic()
        && !matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
    {
        Kind::Small
    } else {
        Kind::Other
    }
}

/// The stretches of a text: `HTTPServer2` is `HTTP`, `Server`, `2`.
fn words(text: &str) -> Vec<(Kind, &str)> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let run = |kind_of_run: Kind, from: &str| -> usize {
            from.char_indices().find(|(_, c)| kind(*c) != kind_of_run).map_or(from.len(), |(at, _)| at)
        };
        let first_kind = kind(first);
        let mut end = run(first_kind, rest);
        if first_kind == Kind::Capitalised {
            let small = run(Kind::Small, rest.get(end..).unwrap_or_default());
            let last =
                rest.get(..end).and_then(|capitals| capitals.chars().next_back()).map_or(1, char::len_utf8);
            if small > 0 {
                // The last of several capitals begins the next word.
                end = if end > last { end - last } else { end + small };
            }
        }
        let (word, after) = rest.split_at(end);
        words.push((first_kind, word));
        rest = after;
    }
    words
}

/// `HTTPServer` to `http_server`. Digits belong to the word before them unless small letters follow them.
fn joined(text: &str, connector: char) -> String {
    let words = words(text);
    let mut out = String::new();
    // Whether digits began a word, which small letters and digits continue.
    let mut from_digits = false;
    for (at, &(kind, word)) in words.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|before| words.get(before)).map(|(kind, _)| *kind);
        let after = words.get(at + 1).map(|(kind, _)| *kind);
        let continued = from_digits && matches!(kind, Kind::Small | Kind::Number);
        let apart = match (before, kind) {
            (None | Some(Kind::Connector | Kind::Punctuation), _)
            | (_, Kind::Connector | Kind::Punctuation) => false,
            _ if continued => false,
            (Some(_), Kind::Number) => after == Some(Kind::Small),
            (Some(_), _) => true,
        };
        if apart {
            out.push(connector);
        }
        if kind == Kind::Connector {
            out.extend(word.chars().map(|_| connector));
        } else if kind == Kind::Capitalised {
            out.extend(word.chars().map(go::lower));
        } else {
            out.push_str(word);
        }
        from_digits = continued
            || (kind == Kind::Number
                && (after == Some(Kind::Small)
                    || matches!(before, None | Some(Kind::Connector | Kind::Punctuation))));
    }
    out
}
