use netlink_packet_route::address::AddressMessage;

use crate::language::{Context, Parsed};
use crate::{AddressChange, Exit, Links, Refusal, Request};

/// Which addresses a flush deletes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressFilter {}

pub(super) fn parse(text: &str, _context: Context<'_>) -> Result<Parsed, Refusal> {
    Err(Refusal::new(Exit::Language, "", 0..text.len()))
}

impl AddressChange {
    /// The message, as `ip` sends it.
    pub fn request(&self, _links: &Links) -> Result<Request, Refusal> {
        Err(Refusal::new(Exit::Language, "", 0..0))
    }
}

impl AddressFilter {
    /// The request for the addresses to choose from.
    pub fn dump(&self, _links: &Links) -> Result<Request, Refusal> {
        Err(Refusal::new(Exit::Language, "", 0..0))
    }

    /// Whether this address is to be deleted.
    pub fn matches(&self, _message: &AddressMessage, _links: &Links) -> bool {
        false
    }

    /// The request that deletes an address, from the body of the message that told it.
    pub fn delete(&self, body: &[u8]) -> Request {
        Request { kind: 21, flags: 1, body: body.to_vec() }
    }

    /// Whether one round is enough.
    pub fn once(&self) -> bool {
        false
    }
}
