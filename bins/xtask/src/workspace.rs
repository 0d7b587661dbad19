use std::path::{Path, PathBuf};

/// The root of this workspace.
pub(crate) fn root() -> PathBuf {
    // Cargo sets the variable for `cargo run`; the constant serves a binary that is started by hand.
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")), PathBuf::from);
    package.ancestors().nth(2).map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Where the tools stand that are installed for this workspace alone.
pub(crate) fn tools() -> PathBuf {
    root().join(".tools")
}

/// Where Cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |set| root().join(set))
}

/// A program of this workspace as `cargo build` leaves it.
pub(crate) fn built(name: &str) -> PathBuf {
    target().join("debug").join(name)
}

/// A program of this workspace as `cargo build --release` leaves it.
pub(crate) fn released(name: &str) -> PathBuf {
    target().join("release").join(name)
}
