#![doc = include_str!("../README.md")]

pub mod configure;
pub mod engines;
pub mod logging;
pub mod own_file;
pub mod report;
pub mod running;
