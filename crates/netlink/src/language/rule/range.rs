use netlink_packet_route::rule::{RulePortRange, RuleUidRange};

/// `1000-1999`, as C's `sscanf` reads `%u-%u`: what stands after it is not looked at, and what is too great wraps around.
pub(super) fn users(text: &str) -> Option<RuleUidRange> {
    let (start, rest) = number(text)?;
    let (end, _) = number(rest.strip_prefix('-')?)?;
    Some(RuleUidRange { start: low_bits(start), end: low_bits(end) })
}

/// `80` or `8000-9000`, as C's `sscanf` reads `%hu-%hu`: where the second number cannot be read there is none.
pub(super) fn ports(text: &str) -> Option<RulePortRange> {
    let (start, rest) = number(text)?;
    let end = rest.strip_prefix('-').and_then(number).map_or(start, |(end, _)| end);
    let port = |number| (low_bits(number) & 0xffff) as u16;
    Some(RulePortRange { start: port(start), end: port(end) })
}

/// The decimal number at the start, and what follows; a sign may stand before it.
fn number(text: &str) -> Option<(u64, &str)> {
    let (is_negative, digits) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    let end = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let (digits, rest) = digits.split_at_checked(end).filter(|(digits, _)| !digits.is_empty())?;
    let number = match digits.parse::<u64>() {
        Ok(number) if is_negative => number.wrapping_neg(),
        Ok(number) => number,
        Err(_) => u64::MAX,
    };
    Some((number, rest))
}

/// What C keeps of a `long` in an `int`.
fn low_bits(number: u64) -> u32 {
    (number & u64::from(u32::MAX)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_of_users() {
        let check = |text, expected: Option<(u32, u32)>| {
            assert_eq!(users(text).map(|range| (range.start, range.end)), expected, "{text:?}");
        };
        check("1000-1999", Some((1000, 1999)));
        check("1-5abc", Some((1, 5)));
        check("-1-+7", Some((u32::MAX, 7)));
        check("1--5", Some((1, 4_294_967_291)));
        check("4294967296-5", Some((0, 5)));
        check("99999999999999999999-5", Some((u32::MAX, 5)));
        check("-99999999999999999999-5", Some((u32::MAX, 5)));
        for bad in ["", "-", "100", "1-", "1-x", "0x1-5", "x-1", "+-1-2"] {
            check(bad, None);
        }
    }

    #[test]
    fn ranges_of_ports() {
        let check = |text, expected: Option<(u16, u16)>| {
            assert_eq!(ports(text).map(|range| (range.start, range.end)), expected, "{text:?}");
        };
        check("80", Some((80, 80)));
        check("80-90-100", Some((80, 90)));
        check("80-", Some((80, 80)));
        check("80-x", Some((80, 80)));
        check("80x", Some((80, 80)));
        check("70000", Some((4464, 4464)));
        check("-1", Some((u16::MAX, u16::MAX)));
        for bad in ["", "-", "x", "+"] {
            check(bad, None);
        }
    }
}
