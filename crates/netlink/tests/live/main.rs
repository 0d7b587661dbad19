//! Namespaces, sockets and processes of this machine.
//!
//! Each test makes network namespaces of its own, which go with it; the machine's own is only read. It takes root.
#![expect(clippy::unwrap_used, reason = "all of it is test code, and a test may panic")]

mod entering;
mod processes;
mod requests;
mod rights;
mod scratch;
mod states;
mod turns;
