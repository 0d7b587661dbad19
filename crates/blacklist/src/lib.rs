#![doc = include_str!("../README.md")]

mod blacklist;
mod explicit;
mod known;
mod pattern;
mod verdict;

pub use blacklist::{BLACKLISTED, Blacklist, Rules};
pub use verdict::{Reason, Verdict};
