//! One module a command.

pub(crate) mod status;
pub(crate) mod sync;
