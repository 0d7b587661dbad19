//! The topology that `ip` was recorded in, made twice: one for the real `ip`, one for ours.

mod json;
mod message;
mod rtnetlink;
mod snapshot;
mod tables;
mod topology;

pub use json::State;
pub use snapshot::Snapshot;
pub use tables::with_tables;
pub use topology::{Told, Topology};
