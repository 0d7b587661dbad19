#![doc = include_str!("../README.md")]

pub mod aliased;
mod codes;
mod decode;
mod diagnostics;
mod duration;
mod fold;
mod marker;
mod node;
mod number;
mod raw;
mod suggest;
mod tree;

pub use codes::{BAD_KEY, BAD_VALUE, MISPLACED_VALUE, UNKNOWN_FIELD};
pub use decode::{Decoded, decode};
pub use diagnostics::{LabelError, Phase};
pub use duration::{Duration, DurationError};
pub use fold::{eq_fold, has_prefix_fold};
pub use marker::{
    ALLOW_EMPTY, POINTER, STRUCTS, allow_empty, int64, pointer, server, structs, texts, unlabelled,
};
pub use node::Node;
pub use number::{parse_bool, parse_int};
pub use raw::Raw;
pub use suggest::suggest;
pub use tree::{Tree, parse};
