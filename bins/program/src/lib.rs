#![doc = include_str!("../README.md")]

pub mod configure;
pub mod report;
