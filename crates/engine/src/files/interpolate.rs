use std::collections::BTreeSet;

use super::yaml::{Budget, Node, excerpt};

/// Why a template has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Problem {
    /// What follows a `${` is no variable; from there, shortened.
    Invalid(String),
    /// `${NAME:?MESSAGE}`, and the variable is not set.
    Required { variable: String, message: String },
    /// The result is larger than the [`Budget`] allows.
    TooLarge,
}

/// Puts variables in their places in one text, as Compose 2.40 does: `$NAME`, `${NAME}`, `${NAME:-default}` and `-`,
/// `${NAME:?message}` and `?`, `${NAME:+instead}` and `+`, nested; `$$` for a dollar sign.
///
/// A `$` before anything else is a dollar sign, which lets regular expressions such as ``^/a$`` through. Names that are not
/// set are added to `unset`, unless they stand in a default that is not used.
pub(super) fn substitute(
    template: &str,
    lookup: &dyn Fn(&str) -> Option<String>,
    budget: &Budget,
    unset: &mut BTreeSet<String>,
) -> Result<String, Problem> {
    Substitution { lookup, budget }.expand(template, 0, unset)
}

/// Applies [`substitute`] to every scalar below a node, keys excepted.
///
/// `found` is told of each mistake with its path, such as `services.web.labels.a`; what is mistaken stays as it was.
pub(super) fn interpolate(
    node: Node,
    path: &mut String,
    lookup: &dyn Fn(&str) -> Option<String>,
    budget: &Budget,
    found: &mut dyn FnMut(&str, Found),
) -> Node {
    match node {
        Node::Text(text) if text.contains('$') => {
            let mut unset = BTreeSet::new();
            let result = substitute(&text, lookup, budget, &mut unset);
            unset.into_iter().for_each(|variable| found(path, Found::Unset(variable)));
            match result {
                Ok(value) => Node::Text(value),
                Err(problem) => {
                    found(path, Found::Problem(problem));
                    Node::Text(text)
                }
            }
        }
        Node::Refused(reason) => {
            found(path, Found::Refused(reason));
            Node::Null
        }
        Node::List(items) => {
            let step = |(index, item)| within(path, &format!("[{index}]"), item, lookup, budget, found);
            Node::List(items.into_iter().enumerate().map(step).collect())
        }
        Node::Map(entries) => {
            let step = |(key, value): (String, Node)| {
                let value = within(path, &key, value, lookup, budget, found);
                (key, value)
            };
            Node::Map(entries.into_iter().map(step).collect())
        }
        Node::Override(inner) => Node::Override(Box::new(interpolate(*inner, path, lookup, budget, found))),
        Node::Text(_) | Node::Null | Node::Bool(_) | Node::Number(_) | Node::Reset => node,
    }
}

/// What [`interpolate`] came upon.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// A variable without a value.
    Unset(String),
    /// A template without a value.
    Problem(Problem),
    /// YAML that Compose refuses.
    Refused(String),
}

fn within(
    path: &mut String,
    step: &str,
    node: Node,
    lookup: &dyn Fn(&str) -> Option<String>,
    budget: &Budget,
    found: &mut dyn FnMut(&str, Found),
) -> Node {
    let length = path.len();
    if !path.is_empty() {
        path.push('.');
    }
    path.push_str(&excerpt(step));
    let node = interpolate(node, path, lookup, budget, found);
    path.truncate(length);
    node
}

struct Substitution<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    budget: &'a Budget,
}

/// Defaults within defaults; each is a call on the stack and another look at the text.
const DEEPEST: usize = 32;

impl Substitution<'_> {
    fn expand(&self, template: &str, depth: usize, unset: &mut BTreeSet<String>) -> Result<String, Problem> {
        let mut value = String::new();
        let mut rest = template;
        while let Some((before, after)) = rest.split_once('$') {
            value.push_str(before);
            let from_dollar = &rest[before.len()..];
            rest = if let Some(escaped) = after.strip_prefix('$') {
                value.push('$');
                escaped
            } else if let Some(inner) = after.strip_prefix('{') {
                let invalid = || Problem::Invalid(excerpt(from_dollar));
                let (inner, behind) = closing(inner).ok_or_else(invalid)?;
                if depth == DEEPEST {
                    return Err(invalid());
                }
                value.push_str(&self.braced(inner, depth, unset)?.ok_or_else(invalid)?);
                behind
            } else {
                let (name, behind) = variable(after);
                value.push_str(&if name.is_empty() { "$".to_owned() } else { self.plain(name, unset) });
                behind
            };
            if value.len() > LARGEST {
                return Err(Problem::TooLarge);
            }
        }
        value.push_str(rest);
        if self.budget.spend(value.len()) { Ok(value) } else { Err(Problem::TooLarge) }
    }

    fn plain(&self, name: &str, unset: &mut BTreeSet<String>) -> String {
        (self.lookup)(name).unwrap_or_else(|| {
            unset.insert(name.to_owned());
            String::new()
        })
    }

    /// What stands between the braces; `Ok(None)` where it is no variable.
    fn braced(
        &self,
        inner: &str,
        depth: usize,
        unset: &mut BTreeSet<String>,
    ) -> Result<Option<String>, Problem> {
        let (name, behind) = variable(inner);
        if name.is_empty() {
            return Ok(None);
        }
        if behind.is_empty() {
            return Ok(Some(self.plain(name, unset)));
        }
        // With the colon, an empty variable counts as one that is not set.
        let (colon, operation) = behind.strip_prefix(':').map_or((false, behind), |rest| (true, rest));
        let mut characters = operation.chars();
        let Some(operator @ ('-' | '+' | '?')) = characters.next() else { return Ok(None) };

        // Compose reads the word even where it is not used, so a mistake in it is one; its variables matter only in use.
        let mut unset_in_word = BTreeSet::new();
        let word = self.expand(characters.as_str(), depth + 1, &mut unset_in_word)?;
        let set = (self.lookup)(name).filter(|value| !colon || !value.is_empty());
        let (value, word_is_used) = match (operator, set) {
            ('+', None) => (String::new(), false),
            ('+', Some(_)) | ('-', None) => (word, true),
            (_, Some(value)) => (value, false),
            (_, None) => return Err(Problem::Required { variable: name.to_owned(), message: word }),
        };
        if word_is_used {
            unset.append(&mut unset_in_word);
        }
        Ok(Some(value))
    }
}

/// One value: a label of a megabyte is none.
const LARGEST: usize = 1 << 20;

/// Splits at the brace that closes what `${` opened. Those of `$${` and plain `{` do not count, and a variable ends on its line.
fn closing(text: &str) -> Option<(&str, &str)> {
    let bytes = text.as_bytes();
    let mut open = 1_usize;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match (byte, bytes.get(at + 1)) {
            (b'$', Some(b'$')) => at += 1,
            (b'$', Some(b'{')) => {
                open += 1;
                at += 1;
            }
            (b'}', _) => {
                open -= 1;
                if open == 0 {
                    return Some((text.get(..at)?, text.get(at + 1..)?));
                }
            }
            (b'\n', _) => return None,
            _ => {}
        }
        at += 1;
    }
    None
}

/// Splits behind the name that the text begins with.
fn variable(text: &str) -> (&str, &str) {
    let name = |(index, byte): (usize, u8)| {
        byte == b'_' || byte.is_ascii_alphabetic() || (index > 0 && byte.is_ascii_digit())
    };
    let end = text.bytes().enumerate().position(|at| !name(at)).unwrap_or(text.len());
    text.split_at(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(template: &str) -> (Result<String, Problem>, Vec<String>) {
        let lookup = |name: &str| match name {
            "A" => Some("av".to_owned()),
            "B" => Some("bv".to_owned()),
            "E" => Some(String::new()),
            _ => None,
        };
        let mut unset = BTreeSet::new();
        let value = substitute(template, &lookup, &Budget::new(1 << 20), &mut unset);
        (value, unset.into_iter().collect())
    }

    fn check(template: &str, expected: &str) {
        assert_eq!(value(template), (Ok(expected.to_owned()), vec![]), "{template}");
    }

    fn check_unset(template: &str, expected: &str, names: &[&str]) {
        let (value, unset) = value(template);
        assert_eq!(
            (value.as_deref(), unset),
            (Ok(expected), names.iter().map(ToString::to_string).collect()),
            "{template}"
        );
    }

    fn check_invalid(template: &str, from: &str) {
        assert_eq!(value(template).0, Err(Problem::Invalid(from.to_owned())), "{template}");
    }

    fn check_required(template: &str, variable: &str, message: &str) {
        let problem = Problem::Required { variable: variable.to_owned(), message: message.to_owned() };
        assert_eq!(value(template).0, Err(problem), "{template}");
    }

    /// Each pair was seen with Compose 2.40.3.
    #[test]
    fn values_are_those_of_compose() {
        check("plain", "plain");
        check("$A", "av");
        check("${A}${B}", "avbv");
        check("$A-b $A.b", "av-b av.b");
        check("a${A}b$$c${U:-${E:-$B}}d", "aavb$cbvd");
        check("${A}:-x} $A:-x", "av:-x} av:-x");
        check("{{ env \"X\" }}$A", "{{ env \"X\" }}av");
    }

    #[test]
    fn a_lone_dollar_sign_is_itself() {
        for text in ["$", "a$", "$1", "$.", "$-", "$é", "$(a)", "PathRegexp(`^/a$`)"] {
            check(text, text);
        }
        check("$A$", "av$");
    }

    #[test]
    fn two_dollar_signs_are_one() {
        check("$$A", "$A");
        check("$${A}", "${A}");
        check("$$$A", "$av");
        check("$$$$", "$$");
        check("$${U:-$A}", "${U:-av}");
        check("${U:-$$x}", "$x");
        check("${U:-$$}", "$");
        check("${U:-$$$A}", "$av");
    }

    #[test]
    fn defaults_and_replacements() {
        check("${A:-x}${A-x}${U:-x}${U-x}${E:-x}${E-x}", "avavxxx");
        check("${A:+x}|${A+x}|${U:+x}|${U+x}|${E:+x}|${E+x}", "x|x||||x");
        check("${A:?m}${A?}${A:?}${E?m}", "avavav");
        check("${U-}${U:-}", "");
        check("${U:- x }", " x ");
        check("${U-:-x}", ":-x");
        check("${U-x:+y}", "x:+y");
        check("${U:--}${U:-?x}", "-?x");
        check("${U:-\"q\"}", "\"q\"");
        check("${A:+${U:-x}}y", "xy");
        check("${U:-${A}-${B}}", "av-bv");
    }

    #[test]
    fn braces_of_variables_alone_nest() {
        check("${U:-a}b}", "ab}");
        check("${U:-{a}}", "{a}");
        check("${U:-{b}", "{b");
        check("${U:-{{x}} ${A}}", "{{x} av}");
        check("${U:-$${A}}", "${A}");
        check("${U:-$${A}", "${A");
        check("${U:-x\\}y}", "x\\y}");
        check("${A} } ${B}", "av } bv");
        check("${U:-x$}", "x$");
    }

    #[test]
    fn unset_variables_are_named() {
        check_unset("$Ab ${U2}x", " x", &["Ab", "U2"]);
        check_unset("${U:-$U2}${E:-$U3}", "", &["U2", "U3"]);
        check_unset("${A:+$U2}${E:+$U3}", "", &["U2"]);
        check_unset("${A:-$U2}", "av", &[]);
    }

    #[test]
    fn invalid_templates() {
        for text in
            ["${", "${}", "${1a}", "${A", "${A:x}", "${ A }", "${A }", "${A!}", "${A/b/c}", "${é}", "${U:=x}"]
        {
            check_invalid(text, text);
        }
        check_invalid("x ${A:-${B}", "${A:-${B}");
        check_invalid("${A:-${}}", "${}");
        check_invalid("${U:-a\nb}", "${U:-a...");
        check_invalid("${A} ${A::-x} y", "${A::-x} y");
    }

    #[test]
    fn required_variables() {
        check_required("${U:?}", "U", "");
        check_required("${U?need $A x}", "U", "need av x");
        check_required("${E:?x}", "E", "x");
        check_required("${U?a:-b}", "U", "a:-b");
        check_required("${U:-${U2:?boo}}", "U2", "boo");
        // Compose looks at the word although the variable has a value.
        check_required("${A:-${U2:?boo}}", "U2", "boo");
    }

    #[test]
    fn nesting_and_growth_have_an_end() {
        let deep = format!("{}x{}", "${U:-".repeat(100), "}".repeat(100));
        assert!(matches!(value(&deep).0, Err(Problem::Invalid(_))));
        let large = |_: &str| Some("x".repeat(LARGEST));
        let result = substitute("$A$A", &large, &Budget::new(usize::MAX), &mut BTreeSet::new());
        assert_eq!(result, Err(Problem::TooLarge));
    }
}
