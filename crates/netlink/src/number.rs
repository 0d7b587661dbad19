//! Numbers as C's `strtoul` reads them, which is how iproute2 reads all of its own.

/// A number in this base, 0 for C's rule: `0x32`, octal `062`, `50`, with `+` before them if need be.
///
/// A minus sign wraps around, as in C: `-1` is the greatest number, which no field of iproute2's takes.
pub(crate) fn u64(text: &str, base: u32) -> Option<u64> {
    let (negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let (base, digits) = radix(digits, base);
    // `from_str_radix` would take a second sign.
    if !digits.chars().all(|digit| digit.is_digit(base)) {
        return None;
    }
    let number = u64::from_str_radix(digits, base).ok()?;
    Some(if negative { number.wrapping_neg() } else { number })
}

pub(crate) fn u32(text: &str, base: u32) -> Option<u32> {
    u64(text, base)?.try_into().ok()
}

pub(crate) fn u16(text: &str, base: u32) -> Option<u16> {
    u64(text, base)?.try_into().ok()
}

pub(crate) fn u8(text: &str, base: u32) -> Option<u8> {
    u64(text, base)?.try_into().ok()
}

/// The base that a number is written in, and its digits.
fn radix(digits: &str, base: u32) -> (u32, &str) {
    let after_x = digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X"));
    // `0x` alone is the number 0 with rubbish after it: left whole, it is refused for its `x`.
    let hex = after_x.filter(|rest| rest.starts_with(|c: char| c.is_ascii_hexdigit()));
    match (base, hex) {
        (0 | 16, Some(rest)) => (16, rest),
        (0, None) if digits.starts_with('0') => (8, digits),
        (0, None) => (10, digits),
        (base, _) => (base, digits),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn numbers_as_in_c() {
        let check = |text, base, expected| assert_eq!(super::u64(text, base), expected, "{text:?} in {base}");
        check("50", 0, Some(50));
        check("0x32", 0, Some(50));
        check("0X32", 0, Some(50));
        check("062", 0, Some(50));
        check("+50", 0, Some(50));
        check("-1", 0, Some(u64::MAX));
        check("-18446744073709551615", 0, Some(1));
        check("18446744073709551615", 0, Some(u64::MAX));
        check("10", 16, Some(16));
        check("0x10", 16, Some(16));
        check("0", 0, Some(0));
        check("00", 0, Some(0));
        for bad in
            ["", "+", "-", "0x", "0xg", "08", "5m", "++5", "+-5", "--5", "18446744073709551616", "٣", "1 "]
        {
            check(bad, 0, None);
        }
        check("0x10", 10, None);
    }

    #[test]
    fn narrower_numbers_refuse_what_does_not_fit() {
        assert_eq!(super::u32("4294967295", 0), Some(u32::MAX));
        assert_eq!(super::u32("4294967296", 0), None);
        assert_eq!(super::u32("-1", 0), None);
        assert_eq!(super::u16("65536", 0), None);
        assert_eq!(super::u8("256", 0), None);
    }
}
