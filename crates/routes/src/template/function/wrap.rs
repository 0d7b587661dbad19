//! Lines and abbreviations. Widths are in bytes, as in the library behind sprig.

use super::{Arguments, Failure, Function, Outcome, exactly, go, ok};

pub(super) const TABLE: &[Function] = &[
    exactly("wrap", 2, |a| ok(wrap(a, a.int(0)?, "\n", a.text(1)?, false)?)),
    exactly("wrapWith", 3, |a| ok(wrap(a, a.int(0)?, a.text(1)?, a.text(2)?, true)?)),
    exactly("abbrev", 2, |a| {
        let (width, text) = (a.int(0)?, a.text(1)?);
        if width < 4 { ok(text) } else { ok(abbreviate(text, 0, width)) }
    }),
    exactly("abbrevboth", 3, abbrevboth),
];

/// Breaks at spaces so that lines have at most `width` bytes; a longer word stays whole, or is cut if it may be.
fn wrap(a: &Arguments<'_>, width: i64, newline: &str, text: &str, cut: bool) -> Result<String, Failure> {
    let newline = if newline.is_empty() { "\n" } else { newline };
    let width = usize::try_from(width.max(1)).unwrap_or(usize::MAX);
    a.budget().admit((text.len() / width.min(text.len().max(1))).saturating_mul(newline.len()))?;
    let mut out = String::new();
    let mut at = 0;
    while text.len() - at > width {
        let rest = text.as_bytes().get(at..).unwrap_or_default();
        if rest.first() == Some(&b' ') {
            at += 1;
            continue;
        }
        let fits = rest.get(..=width).unwrap_or(rest);
        let space = fits.iter().rposition(|&b| b == b' ');
        let (end, next) = match space {
            Some(space) => (at + space, at + space + 1),
            None if cut => (at + width, at + width),
            None => match rest.get(width..).unwrap_or_default().iter().position(|&b| b == b' ') {
                Some(space) => (at + width + space, at + width + space + 1),
                None => break,
            },
        };
        out.push_str(&go::bytes(text, at, end).unwrap_or_default());
        out.push_str(newline);
        a.budget().admit(out.len())?;
        at = next;
    }
    out.push_str(&go::bytes(text, at, text.len()).unwrap_or_default());
    Ok(out)
}

fn abbrevboth(a: &Arguments<'_>) -> Outcome {
    let (left, right, text) = (a.int(0)?, a.int(1)?, a.text(2)?);
    if right < 4 || (left > 0 && right < 7) { ok(text) } else { ok(abbreviate(text, left, right)) }
}

/// At most `width` bytes from about `offset` on, an ellipsis for what is left out on either side.
fn abbreviate(text: &str, offset: i64, width: i64) -> String {
    const MARK: &str = "...";
    let (width, offset) =
        (usize::try_from(width).unwrap_or_default(), usize::try_from(offset).unwrap_or_default());
    if text.len() <= width {
        return text.to_owned();
    }
    let kept = width.saturating_sub(MARK.len());
    // As much as fits is shown, so the offset moves back near the end.
    let offset = offset.min(text.len() - kept);
    let part = |from, to| go::bytes(text, from, to).unwrap_or_default();
    if offset <= 4 {
        return part(0, kept) + MARK;
    }
    if offset + kept < text.len() {
        return MARK.to_owned()
            + &abbreviate(&part(offset, text.len()), 0, i64::try_from(kept).unwrap_or_default());
    }
    MARK.to_owned() + &part(text.len() - kept, text.len())
}
