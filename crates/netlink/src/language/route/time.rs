use crate::number;

/// A time in milliseconds, rounded up, or seconds with a unit. With a unit it is scaled for the kernel, bare it is taken as is.
///
/// Where there is a point, the number is one of C's `strtod`, which takes an exponent and hexadecimal digits: `0x1.8p3s` is 12 s.
pub(super) fn time(text: &str, scale: u32) -> Option<u32> {
    let is_digit = |c: char| c.is_ascii_alphanumeric() && !"sm".contains(c.to_ascii_lowercase());
    let (value, unit) = if text.contains('.') {
        let (value, unit) = fraction(text)?;
        (Some(value).filter(|value| *value >= 0.0 && value.is_finite())?, unit)
    } else {
        // No unit begins with a digit of any base, so the number ends where the unit begins.
        let end = text.find(|c: char| !is_digit(c) && c != '+' && c != '-').unwrap_or(text.len());
        let (digits, unit) = text.split_at_checked(end)?;
        #[expect(clippy::cast_precision_loss, reason = "so does `ip`")]
        let value = number::u64(digits, 0)? as f64;
        (value, unit)
    };
    let per_unit = match unit.to_ascii_lowercase().as_str() {
        "s" | "sec" | "secs" => 1000.0,
        "" | "ms" | "msec" | "msecs" => 1.0,
        _ => return None,
    };
    let milliseconds = truncated(value * per_unit);
    Some(if unit.is_empty() { milliseconds } else { milliseconds.wrapping_mul(scale) })
}

/// The number at the start of a text, with point and exponent, and what follows it.
fn fraction(text: &str) -> Option<(f64, &str)> {
    let (sign, digits) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    let (value, rest) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
        Some(digits) => hexadecimal(digits)?,
        None => {
            let (digits, rest) = digits.split_at_checked(length(digits, |c| c.is_ascii_digit(), "eE"))?;
            (digits.parse().ok()?, rest)
        }
    };
    Some((sign * value, rest))
}

/// How many bytes at the start of a text are digits, one point among them, and an exponent, if any, that one of `marks` begins.
fn length(text: &str, is_digit: fn(&char) -> bool, marks: &str) -> usize {
    let mut has_point = false;
    let mut is_first_point = |c: char| c == '.' && !std::mem::replace(&mut has_point, true);
    let end = text.find(|c: char| !is_digit(&c) && !is_first_point(c)).unwrap_or(text.len());
    let exponent =
        text.get(end..).and_then(|rest| rest.strip_prefix(|c| marks.contains(c))).unwrap_or_default();
    let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    match digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len()) {
        0 => end,
        length => end + 1 + (exponent.len() - digits.len()) + length,
    }
}

/// A hexadecimal number without its `0x`, and what follows it: `1.8p3` is 1.5 times 2 to the power of 3.
fn hexadecimal(text: &str) -> Option<(f64, &str)> {
    let (number, rest) = text.split_at_checked(length(text, |c| c.is_ascii_hexdigit(), "pP"))?;
    let (digits, exponent) = match number.split_once(['p', 'P']) {
        Some((digits, exponent)) => (digits, saturating(exponent)),
        None => (number, 0),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    // Of 60 bits or more the last tells of all that come after it: more than a double can tell apart.
    let mut mantissa: u64 = 0;
    let mut dropped: i64 = 0;
    for digit in whole.chars().chain(fraction.chars()).filter_map(|digit| digit.to_digit(16)) {
        if mantissa >> 60 == 0 {
            mantissa = (mantissa << 4) | u64::from(digit);
        } else {
            mantissa |= u64::from(digit != 0);
            dropped += 1;
        }
    }
    let behind_point = i64::try_from(fraction.len()).ok()?;
    let mut exponent = exponent.saturating_add(4 * (dropped - behind_point));
    #[expect(clippy::cast_precision_loss, reason = "it is rounded to the nearest, as by `strtod`")]
    let mut value = mantissa as f64;
    // In steps that a double has the powers for; beyond these it is 0 or without end.
    while exponent != 0 && value != 0.0 && value.is_finite() {
        let step = exponent.clamp(-1000, 1000);
        value *= 2_f64.powi(i32::try_from(step).unwrap_or_default());
        exponent -= step;
    }
    Some((value, rest))
}

/// A whole number with its sign: one that is too great is as great as can be.
fn saturating(text: &str) -> i64 {
    let most = if text.starts_with('-') { i64::MIN } else { i64::MAX };
    // Half of that, so that the digits of a number can be set off against it.
    text.parse().unwrap_or(most).clamp(i64::MIN / 2, i64::MAX / 2)
}

/// Rounds up to a whole number of 32 bits as compiled C does: what is too great loses its upper bits first.
fn truncated(value: f64) -> u32 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "that is what it is for")]
    let whole = if value < 9_223_372_036_854_775_808.0 { (value as u64) as u32 } else { 0 };
    if f64::from(whole) < value { whole.wrapping_add(1) } else { whole }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expected: impl Into<Option<u32>>) {
        assert_eq!(time(text, 8), expected.into(), "{text:?}");
    }

    #[test]
    fn times_as_ip_sends_them() {
        check("100", 100);
        check("100ms", 800);
        check("1s", 8000);
        check("1SEC", 8000);
        check("1.5secs", 12_000);
        check("0x10ms", 128);
        check("0.1", 1);
        check(".5ms", 8);
        check("1.e3S", 8_000_000);
        check("1.5e", None);
        check("+1.5s", 12_000);
        check("-0.0", 0);
        check("-1", 1);
        check("4294967296", 1);
        for bad in [
            "", "s", "ms", "1e3", "1m", "1.5.1s", "-0.5", "+", "1..", ".", "1h", "é", "1é", "+-1.", "++1.",
            "1.e999",
        ] {
            check(bad, None);
        }
    }

    #[test]
    fn hexadecimal_fractions_as_ip_sends_them() {
        check("0x1.8p3s", 96_000);
        check("0X1.8P+3ms", 96);
        check("0x.8s", 4000);
        check("0x1.", 1);
        check("0xa.bp-4", 1);
        check("0x1.8sec", 12_000);
        check("+0x10.p0s", 128_000);
        check("0x0.0p99999999999999999999", 0);
        check("0x1.p-1074", 1);
        check("0x1.p-9999999999999999999999", 0);
        // Of its digits, a double tells the first 53 bits apart.
        check("0x0000000000000000000000000000000000000000000001.8s", 12_000);
        check("0x1.8000000000000000000000000000000000000000000000s", 12_000);
        check("0x100000000000000000000000000000000.p-127s", 16_000);
        for bad in [
            "0x.",
            "0x.p1",
            "0x.s",
            "0x1.8p",
            "0x1.8ps",
            "0x1.8p+s",
            "0x1.8e+3",
            "0x1.8.1",
            "-0x1.8",
            "0x1.gs",
            "0x1.p99999",
            "0x0x1.8",
            "0x1p3",
        ] {
            check(bad, None);
        }
    }
}
