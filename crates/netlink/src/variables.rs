use std::borrow::Cow;
use std::ops::Range;

/// A text whose variables have been replaced, and where its parts were before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Replaced<'a> {
    pub(crate) text: Cow<'a, str>,
    /// Of each variable: where its value stands, and where it stood itself.
    places: Vec<(Range<usize>, Range<usize>)>,
}

/// A variable that cannot be replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Unset {
    /// Where it stands.
    pub(crate) span: Range<usize>,
    /// What is wrong with it.
    pub(crate) why: String,
    /// What to do about it.
    pub(crate) help: String,
}

/// Replaces `$NAME` and `${NAME}` by their values, once: a value is never looked at again.
///
/// A value is one word, or a part of one. One with white space or a semicolon would become several, and is refused.
///
/// # Errors
/// The first variable that has no value or one that is not a word.
pub(crate) fn replace<'a>(
    text: &'a str,
    value: &dyn Fn(&str) -> Option<String>,
) -> Result<Replaced<'a>, Unset> {
    let mut replaced = String::new();
    let mut places = Vec::new();
    let mut done = 0;
    while let Some(start) = text.get(done..).and_then(|rest| rest.find('$')).map(|found| done + found) {
        let (name, end) = name(text, start)?;
        replaced.push_str(text.get(done..start).unwrap_or_default());
        let unset = |why: String, help: String| Unset { span: start..end, why, help };
        let value = value(name).ok_or_else(|| {
            unset(
                format!("variable `{name}` has no value"),
                "set it under `network.variables` in the settings, or in the environment of the service"
                    .to_owned(),
            )
        })?;
        if value.is_empty() || value.contains(|c: char| c.is_whitespace() || c.is_control() || c == ';') {
            return Err(unset(
                format!("variable `{name}` is not one word: `{}`", portolan_container::printable(&value)),
                "a value stands for one word or a part of one".to_owned(),
            ));
        }
        let at = replaced.len();
        replaced.push_str(&value);
        places.push((at..replaced.len(), start..end));
        done = end;
    }
    if places.is_empty() {
        return Ok(Replaced { text: Cow::Borrowed(text), places });
    }
    replaced.push_str(text.get(done..).unwrap_or_default());
    Ok(Replaced { text: Cow::Owned(replaced), places })
}

impl Replaced<'_> {
    /// Where a place of the new text was in the old one: the whole variable where it is inside of one.
    pub(crate) fn origin(&self, span: Range<usize>) -> Range<usize> {
        let start = self.moved(span.start).start;
        let end = self.moved(span.end).end;
        start..end.max(start)
    }

    fn moved(&self, at: usize) -> Range<usize> {
        let mut before = 0..0;
        for (new, old) in &self.places {
            if at < new.start {
                break;
            }
            if at < new.end {
                return old.clone();
            }
            before = new.end..old.end;
        }
        let at = at - before.start + before.end;
        at..at
    }
}

/// The name after the dollar sign at `start`, and where the variable ends.
fn name(text: &str, start: usize) -> Result<(&str, usize), Unset> {
    let rest = text.get(start + 1..).unwrap_or_default();
    let braced = rest.strip_prefix('{');
    let inner = braced.unwrap_or(rest);
    let length = inner.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(inner.len());
    let name = inner.get(..length).filter(|name| name.starts_with(|c: char| !c.is_ascii_digit()));
    let closed = braced.is_none() || inner.get(length..).is_some_and(|rest| rest.starts_with('}'));
    match name {
        Some(name) if closed => {
            let braces = if braced.is_some() { 2 } else { 0 };
            Ok((name, start + 1 + length + braces))
        }
        _ => Err(Unset {
            span: start..start + 1,
            why: "`$` that begins no variable".to_owned(),
            help: "variables are written `$NAME` or `${NAME}`; there are no other substitutions".to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(name: &str) -> Option<String> {
        let known = [
            ("VPN_IP", "10.0.8.0"),
            ("A", "1"),
            ("SELF", "$A"),
            ("TWO", "1 2"),
            ("EMPTY", ""),
            ("SEMI", "1;2"),
        ];
        known.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned())
    }

    #[track_caller]
    fn check(text: &str, expected: Result<&str, Range<usize>>) {
        let replaced = replace(text, &value).map(|it| it.text.into_owned()).map_err(|unset| unset.span);
        assert_eq!(replaced, expected.map(str::to_owned), "{text:?}");
    }

    #[test]
    fn variables_become_their_values() {
        check("", Ok(""));
        check("add 10/8 dev eth0", Ok("add 10/8 dev eth0"));
        check("delete $VPN_IP/26", Ok("delete 10.0.8.0/26"));
        check("${VPN_IP}/16 via $A.$A", Ok("10.0.8.0/16 via 1.1"));
        check("$A${A}$A", Ok("111"));
        check("$SELF", Ok("$A"));
    }

    #[test]
    fn what_is_no_variable_or_no_word_is_refused() {
        check("add $NONE/8", Err(4..9));
        check("${NONE}", Err(0..7));
        check("x $TWO", Err(2..6));
        check("$EMPTY", Err(0..6));
        check("$SEMI", Err(0..5));
        for (text, at) in [
            ("$", 0),
            ("a $ b", 2),
            ("$(touch x)", 0),
            ("${", 0),
            ("${A", 0),
            ("${A-b}", 0),
            ("$1", 0),
            ("$$A", 0),
            ("${}", 0),
        ] {
            check(text, Err(at..at + 1));
        }
    }

    #[test]
    fn places_are_found_again() {
        let text = "delete $VPN_IP/26 via $A x";
        let replaced = replace(text, &value).unwrap();
        assert_eq!(replaced.text, "delete 10.0.8.0/26 via 1 x");
        let check = |span: Range<usize>, expected: &str| assert_eq!(&text[replaced.origin(span)], expected);
        check(0..6, "delete");
        check(7..18, "$VPN_IP/26");
        check(9..10, "$VPN_IP");
        check(19..22, "via");
        check(23..24, "$A");
        check(25..26, "x");
        check(26..26, "");
    }
}
