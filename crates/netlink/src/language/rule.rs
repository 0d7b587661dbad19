//! `ip rule`.

mod change;
mod filter;
mod range;
mod read;

pub use filter::RuleFilter;

use super::opening::{self, Opening};
use super::{Context, Object, Parsed};
use crate::{Action, Exit, Refusal, RuleVerb};

/// Reads one string of `ip rule`.
pub(super) fn parse(text: &str, context: Context<'_>) -> Result<Parsed, Refusal> {
    let opening = Opening::read(text, context);
    let Some(command) = opening.command.clone() else { return Err(opening::prints(Object::Rule, None)) };
    let begins = |keyword| command.begins(keyword);
    let verb = match command.text {
        _ if begins("list") || begins("lst") || begins("show") || begins("save") => {
            return Err(opening::prints(Object::Rule, Some(&command)));
        }
        _ if begins("restore") => return Err(opening::reads(&command)),
        _ if begins("add") => RuleVerb::Add,
        _ if begins("delete") => RuleVerb::Delete,
        _ if begins("flush") => {
            let action = Action::FlushRules(RuleFilter::read(opening, context)?);
            return Ok(Parsed { action, warnings: Vec::new() });
        }
        _ if begins("help") => return Err(usage(command.span)),
        text => {
            let help = match text {
                "replace" | "change" | "chg" => "a rule cannot be changed: `del` it and `add` another",
                _ => "the commands are `add`, `delete` and `flush`",
            };
            return Err(opening::unknown(Object::Rule, &command).with_help(help));
        }
    };
    let mut warnings = Vec::new();
    let change = change::read(verb, opening, context, &mut warnings);
    let change = change.map_err(|refusal| Refusal { warnings: warnings.clone(), ..refusal })?;
    Ok(Parsed { action: Action::Rule(change), warnings })
}

/// What `ip rule help` begins with.
fn usage(span: std::ops::Range<usize>) -> Refusal {
    Refusal::new(Exit::Language, "Usage: ip rule { add | del } SELECTOR ACTION", span)
        .with_help("for instance `add from 192.0.2.0/24 table 100`")
}
