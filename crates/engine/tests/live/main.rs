//! The client against real engines, and against answers that no engine here can be brought to give.
//!
//! Engines are started by the tests, in namespaces of their own, with sockets and data in temporary directories; what
//! they need is in `daemon.rs`.
#![expect(
    clippy::expect_used,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "all of it is test code, and a test may panic"
)]

mod answers;
mod daemon;
mod docker;
mod podman;
mod pool;
mod ssh;
mod tls;
