//! `ip route`.

mod address;
mod change;
mod encap;
mod flush;
mod hop;
mod keyword;
mod metrics;
mod request;
mod time;
mod value;

pub use flush::RouteFilter;

use super::opening::{self, Opening};
use super::{Context, Object, Parsed};
use crate::{Action, Exit, Refusal, RouteVerb};

/// Reads one string of `ip route`.
///
/// # Errors
/// What `ip` would refuse before it sent anything; strings that only print.
pub(super) fn parse(text: &str, context: Context<'_>) -> Result<Parsed, Refusal> {
    let mut opening = Opening::read(text, context);
    let context = Context { family: opening.family, ..context };
    let Some(command) = opening.command.clone() else { return Err(opening::prints(Object::Route, None)) };
    let begins = |keyword| command.begins(keyword);
    let verb = match command.text {
        _ if begins("add") => RouteVerb::Add,
        _ if begins("change") || command.is("chg") => RouteVerb::Change,
        _ if begins("replace") => RouteVerb::Replace,
        _ if begins("prepend") => RouteVerb::Prepend,
        _ if begins("append") => RouteVerb::Append,
        _ if begins("test") => RouteVerb::Test,
        _ if begins("delete") => RouteVerb::Delete,
        _ if begins("list") || begins("show") || begins("lst") || begins("get") => {
            return Err(opening::prints(Object::Route, Some(&command)));
        }
        _ if begins("flush") => {
            let action = Action::FlushRoutes(flush::parse(&mut opening.words, context)?);
            return Ok(Parsed { action, warnings: Vec::new() });
        }
        _ if begins("save") => return Err(opening::prints(Object::Route, Some(&command))),
        _ if begins("restore") || begins("showdump") => return Err(opening::reads(&command)),
        _ if begins("help") => return Err(usage(command.span)),
        _ => {
            return Err(opening::unknown(Object::Route, &command).with_help(
                "the commands are `add`, `replace`, `append`, `change`, `delete`, `flush` and so on",
            ));
        }
    };
    let action = Action::Route(change::parse(verb, &mut opening.words, context)?);
    Ok(Parsed { action, warnings: Vec::new() })
}

/// The first line of what `ip` prints for help, and where the destination is missing.
fn usage(span: std::ops::Range<usize>) -> Refusal {
    Refusal::new(Exit::Language, "Usage: ip route { list | flush } SELECTOR", span)
        .with_help("for instance `add 192.0.2.0/24 via 198.51.100.1`")
}
