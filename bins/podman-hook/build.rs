//! Links the program at a fixed address.
//!
//! A container waits for each call, and a program that can stand anywhere is put right for where it stands before it does anything:
//! twenty thousand places on a hundred pages, each of which is copied for it. That takes longer than the hook's own work. What is
//! given up for it, an address that nobody can foretell, is worth little in a program that lives for a millisecond and reads what the
//! runtime and root wrote.

fn main() {
    let is = |variable: &str, value: &str| std::env::var(variable).is_ok_and(|it| it == value);
    let features = std::env::var("CARGO_CFG_TARGET_FEATURE").unwrap_or_default();
    // A program without libraries is linked in ways of its own.
    let is_static = features.split(',').any(|feature| feature == "crt-static");
    if is("CARGO_CFG_TARGET_OS", "linux") && is("CARGO_CFG_TARGET_ENV", "gnu") && !is_static {
        println!("cargo:rustc-link-arg-bins=-no-pie");
    }
    println!("cargo:rerun-if-changed=build.rs");
}
