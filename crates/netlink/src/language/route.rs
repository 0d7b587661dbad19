//! `ip route`: its verbs, and what becomes of each.

mod address;
mod change;
mod encap;
mod flush;
mod hop;
mod keyword;
mod metrics;
mod request;
mod value;

use crate::language::{Context, Dialect, Parsed};
use crate::word::{Word, Words};
use crate::{Action, Exit, Refusal, RouteVerb};
use netlink_packet_route::AddressFamily;

pub use flush::RouteFilter;

/// What the first word of a string asks for.
#[derive(Clone, Copy)]
enum Command {
    Change(RouteVerb),
    Flush,
    Print(&'static str),
    Help,
}

/// The first words, with their abbreviations, in the order of iproute2's tests.
const COMMANDS: [(&str, Command); 15] = [
    ("add", Command::Change(RouteVerb::Add)),
    ("change", Command::Change(RouteVerb::Change)),
    ("replace", Command::Change(RouteVerb::Replace)),
    ("prepend", Command::Change(RouteVerb::Prepend)),
    ("append", Command::Change(RouteVerb::Append)),
    ("test", Command::Change(RouteVerb::Test)),
    ("delete", Command::Change(RouteVerb::Delete)),
    ("list", Command::Print("list")),
    ("show", Command::Print("show")),
    ("lst", Command::Print("list")),
    ("get", Command::Print("get")),
    ("flush", Command::Flush),
    ("save", Command::Print("save")),
    ("restore", Command::Print("restore")),
    ("showdump", Command::Print("showdump")),
];

/// Reads one argument string of `ip route`.
///
/// # Errors
/// What `ip` would refuse before it sent anything; strings that only print.
pub(super) fn parse(text: &str, mut context: Context<'_>) -> Result<Parsed, Refusal> {
    let mut words = Words::new(text);
    if context.dialect == Dialect::Label {
        context.family = family_option(&mut words).unwrap_or(context.family);
    }
    let Some(word) = words.next() else {
        return Err(prints("list", words.end()..words.end()));
    };
    let action = match command(&word) {
        Some(Command::Change(verb)) => Action::Route(change::parse(verb, &mut words, context)?),
        Some(Command::Flush) => Action::FlushRoutes(flush::parse(&mut words, context)?),
        Some(Command::Print(name)) => return Err(prints(name, word.span)),
        Some(Command::Help) => return Err(usage(word.span)),
        None => return Err(unknown(&word)),
    };
    Ok(Parsed { action, warnings: Vec::new() })
}

fn command(word: &Word<'_>) -> Option<Command> {
    if word.is("chg") {
        return Some(Command::Change(RouteVerb::Change));
    }
    let found = COMMANDS.iter().find(|(name, _)| word.begins(name)).map(|(_, command)| *command);
    found.or_else(|| word.begins("help").then_some(Command::Help))
}

/// A leading `-4` or `-6`, which `ip` has before the object only.
fn family_option(words: &mut Words<'_>) -> Option<AddressFamily> {
    let family = match words.peek()?.text {
        "-4" => AddressFamily::Inet,
        "-6" => AddressFamily::Inet6,
        _ => return None,
    };
    words.next();
    Some(family)
}

/// The first line of what `ip` prints for help, and where the destination is missing.
fn usage(span: std::ops::Range<usize>) -> Refusal {
    Refusal::new(Exit::Language, "Usage: ip route { list | flush } SELECTOR", span)
}

fn prints(name: &str, span: std::ops::Range<usize>) -> Refusal {
    Refusal::new(Exit::Language, format!("`{name}` only prints: it has no effect here"), span)
        .with_help("begin with `add`, `replace`, `delete` or `flush`")
}

fn unknown(word: &Word<'_>) -> Refusal {
    let text = format!("Command \"{}\" is unknown, try \"ip route help\".", word.text);
    let refusal = Refusal::new(Exit::Language, text, word.span.clone());
    match word.text {
        // `ip` takes no options after the object; labels take one, as their first word.
        option if option.starts_with('-') => refusal.with_help("`-4` or `-6` may stand first in a label"),
        _ => refusal.with_help("begin with `add`, `replace`, `delete` or `flush`"),
    }
}

