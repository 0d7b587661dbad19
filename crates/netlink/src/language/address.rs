use crate::{
    Exit, Refusal,
    language::{Context, Parsed},
};

/// Which addresses a flush deletes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressFilter {}

pub(super) fn parse(text: &str, _context: Context<'_>) -> Result<Parsed, Refusal> {
    Err(Refusal::new(Exit::Language, "", 0..text.len()))
}
