use crate::{
    Exit, Refusal,
    language::{Context, Parsed},
};

/// Which routes a flush deletes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteFilter {}

pub(super) fn parse(text: &str, _context: Context<'_>) -> Result<Parsed, Refusal> {
    Err(Refusal::new(Exit::Language, "", 0..text.len()))
}
