#![doc = include_str!("../README.md")]

pub mod constraints;
mod section;
pub mod template;

pub use section::Section;
