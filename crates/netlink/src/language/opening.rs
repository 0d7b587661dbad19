use netlink_packet_route::AddressFamily;

use super::{Context, Dialect, Object};
use crate::word::{Word, Words};
use crate::{Exit, Refusal};

/// How a string begins: with its family, where labels may say it, and its command.
#[derive(Clone, Debug)]
pub(super) struct Opening<'a> {
    /// The family of the caller's, or of a leading `-4` or `-6`.
    pub(super) family: AddressFamily,
    /// The first word, but for a family; `None` where there is none.
    pub(super) command: Option<Word<'a>>,
    /// The words after it.
    pub(super) words: Words<'a>,
}

impl<'a> Opening<'a> {
    /// Reads the beginning of a string.
    pub(super) fn read(text: &'a str, context: Context<'_>) -> Self {
        let mut words = Words::new(text);
        let mut family = context.family;
        let mut command = words.next();
        if context.dialect == Dialect::Label {
            let told = match command.as_ref().map(|word| word.text) {
                Some("-4") => Some(AddressFamily::Inet),
                Some("-6") => Some(AddressFamily::Inet6),
                _ => None,
            };
            if let Some(told) = told {
                family = told;
                command = words.next();
            }
        }
        Self { family, command, words }
    }
}

/// The name of an object in `ip`.
pub(super) fn name(object: Object) -> &'static str {
    match object {
        Object::Address => "address",
        Object::Route => "route",
        Object::Rule => "rule",
    }
}

/// The refusal of a command that is not one of the object's.
pub(super) fn unknown(object: Object, command: &Word<'_>) -> Refusal {
    let name = name(object);
    let text = format!("Command \"{}\" is unknown, try \"ip {name} help\".", command.text);
    Refusal::new(Exit::Language, text, command.span.clone())
}

/// The refusal of a command that `ip` knows, which changes nothing.
pub(super) fn prints(object: Object, command: Option<&Word<'_>>) -> Refusal {
    let (text, span) = match command {
        Some(word) => (format!("`{}` only prints: it has no effect here", word.text), word.span.clone()),
        None => (format!("`ip {}` without a command only prints: it has no effect here", name(object)), 0..0),
    };
    Refusal::new(Exit::Language, text, span)
}

/// The refusal of a command that reads a dump from standard input, which a label does not have.
pub(super) fn reads(command: &Word<'_>) -> Refusal {
    let text = format!("`{}` reads from standard input: it has no effect here", command.text);
    Refusal::new(Exit::Language, text, command.span.clone())
}
