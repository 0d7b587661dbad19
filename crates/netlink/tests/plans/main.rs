//! Plans made, carried out and taken back in namespaces of this machine: the laws that they keep, against the real kernel.
//!
//! Each test makes network namespaces of its own, which go with it; the machine's own is only read. It takes root.
//! `PORTOLAN_PLANS` is the number of random sequences for each law, a few dozen where it is not set.
#![expect(clippy::unwrap_used, reason = "all of it is test code, and a test may panic")]

mod endings;
mod labels;
mod laws;
mod neighbours;
mod sequence;
mod shown;
mod topology;
