#![doc = include_str!("../README.md")]

mod canonical;
pub mod codes;
pub mod constraints;
mod element;
pub mod explain;
mod merge;
pub mod model;
mod name;
mod options;
mod precedence;
pub mod proxy;
pub mod rule;
mod section;
mod share;
mod table;
pub mod template;

pub use element::Element;
pub use merge::{Merged, merge};
pub use model::Configuration;
pub use name::{normalize, service_name};
pub use options::{DEFAULT_RULE, DefaultRoute, Options};
pub use precedence::Precedence;
pub use section::Section;
pub use share::{LeftOut, Peers, Share, share};
pub use table::{Name, Table};
