use netlink_packet_route::rule::RuleMessage;

use crate::language::{Context, Parsed};
use crate::{Exit, Links, Refusal, Request, RuleChange};

/// Which rules a flush deletes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleFilter {}

pub(super) fn parse(text: &str, _context: Context<'_>) -> Result<Parsed, Refusal> {
    Err(Refusal::new(Exit::Language, "", 0..text.len()))
}

impl RuleChange {
    /// The message, as `ip` sends it.
    pub fn request(&self, _links: &Links) -> Result<Request, Refusal> {
        Err(Refusal::new(Exit::Language, "", 0..0))
    }
}

impl RuleFilter {
    /// The request for the rules to choose from.
    pub fn dump(&self, _links: &Links) -> Result<Request, Refusal> {
        Err(Refusal::new(Exit::Language, "", 0..0))
    }

    /// Whether this rule is to be deleted.
    pub fn matches(&self, _message: &RuleMessage, _links: &Links) -> bool {
        false
    }

    /// The request that deletes a rule, from the body of the message that told it.
    pub fn delete(&self, body: &[u8]) -> Request {
        Request { kind: 33, flags: 5, body: body.to_vec() }
    }
}
