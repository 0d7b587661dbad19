//! `ip address`.

mod attribute;
mod change;
mod filter;
mod flag;
mod pattern;

pub use filter::AddressFilter;

use super::opening::{self, Opening};
use super::{Context, Object, Parsed};
use crate::{Action, AddressVerb, Exit, Refusal};

/// Reads one string of `ip address`.
pub(super) fn parse(text: &str, context: Context<'_>) -> Result<Parsed, Refusal> {
    let opening = Opening::read(text, context);
    let Some(command) = opening.command.clone() else {
        return Err(opening::prints(Object::Address, None));
    };
    let (is, begins) = (|keyword| command.is(keyword), |keyword| command.begins(keyword));
    let verb = match command.text {
        _ if begins("add") => AddressVerb::Add,
        _ if begins("change") || is("chg") => AddressVerb::Change,
        _ if begins("replace") => AddressVerb::Replace,
        _ if begins("delete") => AddressVerb::Delete,
        _ if begins("list") || begins("show") || begins("lst") => {
            return Err(opening::prints(Object::Address, Some(&command)));
        }
        _ if begins("flush") => {
            let action = Action::FlushAddresses(AddressFilter::read(opening, context)?);
            return Ok(Parsed { action, warnings: Vec::new() });
        }
        _ if begins("save") => return Err(opening::prints(Object::Address, Some(&command))),
        _ if begins("showdump") || begins("restore") => return Err(opening::reads(&command)),
        _ if begins("help") => return Err(usage(command.span)),
        _ => {
            return Err(opening::unknown(Object::Address, &command)
                .with_help("the commands are `add`, `change`, `replace`, `delete` and `flush`"));
        }
    };
    let mut warnings = Vec::new();
    let change = change::read(verb, opening, context, &mut warnings);
    let change = change.map_err(|refusal| Refusal { warnings: warnings.clone(), ..refusal })?;
    Ok(Parsed { action: Action::Address(change), warnings })
}

/// What `ip address help` begins with.
fn usage(span: std::ops::Range<usize>) -> Refusal {
    let text = "Usage: ip address {add|change|replace} IFADDR dev IFNAME [ LIFETIME ]";
    Refusal::new(Exit::Language, text, span).with_help("for instance `add 192.0.2.7/24 dev eth0`")
}
