#![doc = include_str!("../README.md")]

mod error;
mod held;
mod origin;
mod record;
mod records;
mod state;

pub use error::Error;
pub use held::{Held, Turn};
pub use origin::{Origin, born, is_alive, parent};
pub use record::{Knowledge, Record};
pub use records::{Claim, Records};
pub use state::{OciState, StateError, Status, is_id};
