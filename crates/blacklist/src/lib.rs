#![doc = include_str!("../README.md")]

mod blacklist;
mod codes;
mod explicit;
mod known;
mod pattern;
mod verdict;

pub use blacklist::{Blacklist, Rules};
pub use codes::BLACKLISTED;
pub use verdict::{Reason, Verdict};
