//! The values that several objects share: names of files, else numbers.

use crate::word::Word;
use crate::{NameSet, Names, number};

/// A table, by name or number.
pub(super) fn table(names: &Names, word: &Word<'_>) -> Option<u32> {
    names.number(NameSet::Table, word.text).or_else(|| number::u32(word.text, 0))
}

/// Who made a route or a rule, by name or number.
pub(super) fn protocol(names: &Names, word: &Word<'_>) -> Option<u8> {
    octet(names, NameSet::Protocol, word, 0)
}

/// A scope, by name or number.
pub(super) fn scope(names: &Names, word: &Word<'_>) -> Option<u8> {
    octet(names, NameSet::Scope, word, 0)
}

/// A traffic class, by name or by a number that is hexadecimal also without `0x`.
pub(super) fn traffic_class(names: &Names, word: &Word<'_>) -> Option<u8> {
    octet(names, NameSet::TrafficClass, word, 16)
}

/// A group of links, by name or by a number, of which C's `int` must not be negative: `4294967296` is 0.
pub(super) fn group(names: &Names, word: &Word<'_>) -> Option<u32> {
    let number = || {
        let number = number::u64(word.text, 0)? & u64::from(u32::MAX);
        u32::try_from(number).ok().filter(|number| i32::try_from(*number).is_ok())
    };
    names.number(NameSet::Group, word.text).or_else(number)
}

/// A realm, or one of source and destination each, in the form of `FRA_FLOW` and `RTA_FLOW`: `2`, `1/2`, `1/`, or 32 bits at once.
pub(super) fn realms(names: &Names, word: &Word<'_>) -> Option<u32> {
    let realm = |text| {
        let word = Word { text, span: word.span.clone() };
        octet(names, NameSet::Realm, &word, 0).map(u32::from)
    };
    match word.text.split_once('/') {
        Some((source, "")) => Some(realm(source)? << 16),
        Some((source, destination)) => Some(realm(source)? << 16 | realm(destination)?),
        None => realm(word.text).or_else(|| number::u32(word.text, 0)),
    }
}

/// A type of route, by name or number.
///
/// Some names may be shortened, and the order of the tests tells what `u` or `b` stands for.
pub(super) fn route_type(word: &Word<'_>) -> Option<u8> {
    let (is, begins) = (|keyword| word.is(keyword), |keyword| word.begins(keyword));
    Some(match word.text {
        _ if is("local") => 2,
        _ if is("nat") => 10,
        _ if begins("broadcast") || is("brd") => 3,
        _ if begins("anycast") => 4,
        _ if begins("multicast") => 5,
        _ if begins("prohibit") => 8,
        _ if begins("unreachable") => 7,
        _ if begins("blackhole") => 6,
        _ if begins("xresolve") => 11,
        _ if begins("unicast") => 1,
        _ if is("throw") => 9,
        text => return number::u8(text, 0),
    })
}

/// A number from 0 to 2147483647, which is what C's `int` has of them.
pub(super) fn non_negative(text: &str) -> Option<u32> {
    let number = number::u32(text, 0).filter(|number| i32::try_from(*number).is_ok())?;
    (number == 0 || !text.starts_with('-')).then_some(number)
}

fn octet(names: &Names, set: NameSet, word: &Word<'_>, base: u32) -> Option<u8> {
    let named = names.number(set, word.text).and_then(|number| number.try_into().ok());
    named.or_else(|| number::u8(word.text, base))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn word(text: &str) -> Word<'_> {
        Word { text, span: 0..text.len() }
    }

    #[test]
    fn realms_of_ip() {
        let check =
            |text, expected| assert_eq!(realms(&Names::built_in(), &word(text)), expected, "{text:?}");
        check("2", Some(2));
        check("1/2", Some(0x1_0002));
        check("1/", Some(0x1_0000));
        check("0x10002", Some(0x1_0002));
        check("4294967295", Some(u32::MAX));
        for bad in ["", "/", "/1", "1/256", "256/1", "1/2/3", "-1", "a"] {
            check(bad, None);
        }
    }

    #[test]
    fn types_of_routes_by_their_first_letters() {
        let check = |text, expected| assert_eq!(route_type(&word(text)), expected, "{text:?}");
        check("b", Some(3));
        check("brd", Some(3));
        check("bl", Some(6));
        check("u", Some(7));
        check("uni", Some(1));
        check("any", Some(4));
        check("0x5", Some(5));
        check("255", Some(255));
        for bad in ["", "256", "loc", "thr", "na", "reject", "B"] {
            check(bad, None);
        }
    }

    #[test]
    fn groups_are_of_31_bits() {
        let check = |text, expected| assert_eq!(group(&Names::built_in(), &word(text)), expected, "{text:?}");
        check("default", Some(0));
        check("0x7fffffff", Some(0x7fff_ffff));
        check("-0", Some(0));
        check("4294967296", Some(0));
        check("-4294967295", Some(1));
        for bad in ["0x80000000", "0x1ffffffff", "-1", "99999999999999999999", "x"] {
            check(bad, None);
        }
    }
}
