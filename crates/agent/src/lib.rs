#![doc = include_str!("../README.md")]

mod certificates;
mod error;
mod filter;
mod identity;
mod redact;
mod server;
mod upstream;

pub use certificates::{Certificates, Pair};
pub use error::Error;
pub use filter::{Answer, Method, Refusal, Request, judge};
pub use identity::Identity;
pub use redact::{EventLines, NotJson, redact};
pub use server::Agent;
