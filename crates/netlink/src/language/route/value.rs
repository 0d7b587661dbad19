//! Values of keywords, and what is said of those that are none.

use netlink_packet_route::route::RouteRealm;

pub(super) use crate::language::value::{protocol, route_type, scope, table, traffic_class};
use crate::word::{Word, Words};
use crate::{Exit, Names, Refusal};

/// `DESTINATION` or `SOURCE/DESTINATION`; a number alone may be both in one.
pub(super) fn realms(names: &Names, word: &Word<'_>) -> Option<RouteRealm> {
    let [first, second, third, fourth] = crate::language::value::realms(names, word)?.to_be_bytes();
    Some(RouteRealm {
        source: u16::from_be_bytes([first, second]),
        destination: u16::from_be_bytes([third, fourth]),
    })
}

/// The value of a keyword, read by `read`.
///
/// # Errors
/// `argument "X" is wrong: WHY`; where the string ends, that it is not complete.
pub(super) fn of<T>(
    words: &mut Words<'_>,
    why: &str,
    read: impl FnOnce(&Word<'_>) -> Option<T>,
) -> Result<T, Refusal> {
    let word = words.value()?;
    read(&word).ok_or_else(|| Refusal::wrong(&word, why))
}

/// What `ip` says where an attribute has no room in what encloses it. It sends the message without; here it is refused, since
/// what is left is not what was asked for.
pub(super) fn too_long(bound: usize, words: &Words<'_>) -> Refusal {
    let text = format!("rta_addattr_l: Error! max allowed bound {bound} exceeded");
    Refusal::new(Exit::Language, text, 0..words.end())
        .with_help("the string is too long: leave out what stands twice")
}
