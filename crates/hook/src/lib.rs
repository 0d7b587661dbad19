#![doc = include_str!("../README.md")]

mod held;
mod origin;
mod record;
mod records;
mod state;

pub use held::{Held, Turn};
pub use origin::{Origin, born, is_alive, parent};
pub use record::{Knowledge, Record};
pub use records::{Claim, Error, Records};
pub use state::{OciState, StateError, Status, is_id};
