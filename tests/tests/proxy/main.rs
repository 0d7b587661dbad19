//! What `proxy.*` labels ask for, is what happens: a file is rendered, a real Traefik loads it, and requests show it.
//!
//! Each test is in a network namespace of its own, with small servers in place of containers, all on loopback.

mod backend;
mod balance;
mod client;
mod golden;
mod hosts;
mod idle;
mod middlewares;
mod stage;
mod streams;
mod tls;
