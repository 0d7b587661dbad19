#![doc = include_str!("../README.md")]

mod compound;
mod directory;
mod document;
mod error;
mod format;
mod json;
mod marker;
mod node;
mod parts;
mod plain;
mod quote;
mod serializer;
mod sync;
mod toml;
mod vet;
mod yaml;

pub use directory::{Directory, Outcome};
pub use document::Document;
pub use error::{Error, Place, Refusal};
pub use format::Format;
pub use marker::Marker;
pub use plain::plain_text;
