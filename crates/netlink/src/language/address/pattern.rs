/// Whether a label matches a pattern as C's `fnmatch` has it, byte by byte: `*`, `?`, `[a-z]`, `[!a]`, and `\` before any of them.
pub(super) fn matches(pattern: &str, label: &str) -> bool {
    let (pattern, label) = (pattern.as_bytes(), label.as_bytes());
    let (mut rest, mut at) = (pattern, 0);
    // Where to go on after a mismatch: behind the last star, with one byte more for it. An earlier star need not grow again.
    let mut star = None;
    loop {
        if let [b'*', after @ ..] = rest {
            star = Some((after, at));
            rest = after;
            continue;
        }
        let step = match label.get(at) {
            Some(byte) => one(rest, *byte),
            None if rest.is_empty() => return true,
            None => None,
        };
        if let Some(after) = step {
            (rest, at) = (after, at + 1);
            continue;
        }
        match star {
            Some((after, start)) if start < label.len() => {
                star = Some((after, start + 1));
                (rest, at) = (after, start + 1);
            }
            _ => return false,
        }
    }
}

/// What is left of a pattern behind that which matches this byte.
fn one(pattern: &[u8], byte: u8) -> Option<&[u8]> {
    match pattern {
        [b'?', after @ ..] => Some(after),
        [b'[', set @ ..] => match bracket(set, byte) {
            Some((true, after)) => Some(after),
            Some((false, _)) => None,
            // A bracket that nothing closes is itself.
            None => (byte == b'[').then_some(set),
        },
        [b'\\', escaped, after @ ..] => (*escaped == byte).then_some(after),
        [b'\\'] => None,
        [literal, after @ ..] => (*literal == byte).then_some(after),
        [] => None,
    }
}

/// Whether a byte is in a set, whose opening bracket is read already, and what is behind the set.
fn bracket(set: &[u8], byte: u8) -> Option<(bool, &[u8])> {
    let (is_negated, mut rest) = match set {
        [b'!' | b'^', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let (mut found, mut is_first) = (false, true);
    loop {
        match rest {
            [b']', after @ ..] if !is_first => return Some((found != is_negated, after)),
            [b'[', b':', after @ ..] if class(after, byte).is_some() => {
                let (is_in, after) = class(after, byte)?;
                found |= is_in;
                rest = after;
            }
            _ => {
                let (low, after) = member(rest)?;
                (found, rest) = match after {
                    [b'-', end @ ..] if !end.starts_with(b"]") => {
                        let (high, after) = member(end)?;
                        (found | (low..=high).contains(&byte), after)
                    }
                    _ => (found | (low == byte), after),
                };
            }
        }
        is_first = false;
    }
}

/// One byte of a set, without the backslash before it.
fn member(set: &[u8]) -> Option<(u8, &[u8])> {
    match set {
        [b'\\', byte, after @ ..] | [byte, after @ ..] => Some((*byte, after)),
        [] => None,
    }
}

/// Whether a byte is in a class, `alpha:]` and so on.
fn class(text: &[u8], byte: u8) -> Option<(bool, &[u8])> {
    let end = text.windows(2).position(|pair| pair == b":]")?;
    let (name, after) = (text.get(..end)?, text.get(end + 2..)?);
    let is_in = match name {
        b"alnum" => byte.is_ascii_alphanumeric(),
        b"alpha" => byte.is_ascii_alphabetic(),
        b"blank" => matches!(byte, b' ' | b'\t'),
        b"cntrl" => byte.is_ascii_control(),
        b"digit" => byte.is_ascii_digit(),
        b"graph" => byte.is_ascii_graphic(),
        b"lower" => byte.is_ascii_lowercase(),
        b"print" => byte.is_ascii_graphic() || byte == b' ',
        b"punct" => byte.is_ascii_punctuation(),
        b"space" => byte.is_ascii_whitespace() || byte == 0x0b,
        b"upper" => byte.is_ascii_uppercase(),
        b"xdigit" => byte.is_ascii_hexdigit(),
        _ => return None,
    };
    Some((is_in, after))
}

#[cfg(test)]
mod tests {
    #[test]
    fn patterns_of_labels() {
        let check = |pattern, label, expected| {
            assert_eq!(super::matches(pattern, label), expected, "{pattern:?} {label:?}");
        };
        check("", "", true);
        check("", "eth0", false);
        check("eth0", "eth0", true);
        check("eth0", "eth0:1", false);
        check("eth0:*", "eth0:1", true);
        check("eth0:*", "eth0", false);
        check("*", "", true);
        check("*:*", "eth0:web", true);
        check("*0*1", "eth0:01", true);
        check("*0*1", "eth0:012", false);
        check("eth?", "eth1", true);
        check("eth?", "eth10", false);
        check("eth[01]", "eth1", true);
        check("eth[!01]", "eth1", false);
        check("eth[^0-1]", "eth2", true);
        check("eth[a-c2-9]", "eth5", true);
        check("eth[]0]", "eth]", true);
        check("eth[[:digit:]]", "eth7", true);
        check("eth[[:alpha:]]", "eth7", false);
        check("eth[0-]", "eth-", true);
        check("eth[", "eth[", true);
        check("eth[0", "eth[0", true);
        check("eth[0", "eth0", false);
        check("eth\\*", "eth*", true);
        check("eth\\*", "eth0", false);
        check("eth0\\", "eth0", false);
        check("eth0\\", "eth0\\", false);
        check("ETH0", "eth0", false);
    }

    #[test]
    fn many_stars_are_not_slow() {
        let pattern = "*a".repeat(200) + "b";
        assert!(!super::matches(&pattern, &"a".repeat(2000)));
    }
}
