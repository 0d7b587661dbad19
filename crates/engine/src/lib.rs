#![doc = include_str!("../README.md")]

mod client;
mod endpoint;
mod engine;
mod error;
mod event;
pub mod files;
mod objects;
mod pool;
mod requests;
mod tls;
mod transport;
mod tunnel;

pub use endpoint::Endpoint;
pub use engine::Engine;
pub use error::Error;
pub use event::{Event, EventKind};
pub use pool::{Pool, PooledEngine};
pub use requests::Requests;
pub use tls::Tls;
