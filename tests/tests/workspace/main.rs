//! The workspace itself: which crate may depend on which, and that what is written about it is true.

#![expect(clippy::expect_used, reason = "these are tests: what they read is there")]

mod dependencies;
mod documents;
mod examples;
mod units;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;

/// The root of the workspace.
fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the tests stand in a folder of the workspace")
}

/// What a file of the workspace holds.
fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("`{path}`: {error}"))
}

/// What `cargo metadata` says, asked once.
fn metadata() -> &'static Value {
    static METADATA: OnceLock<Value> = OnceLock::new();
    METADATA.get_or_init(|| {
        serde_json::from_str(&cargo(&["metadata", "--format-version=1", "--locked"]))
            .expect("metadata is JSON")
    })
}

/// The packages of the workspace.
fn members() -> impl Iterator<Item = &'static Value> {
    let metadata = metadata();
    let ids: Vec<_> = array(&metadata["workspace_members"]).collect();
    array(&metadata["packages"]).filter(move |package| ids.contains(&&package["id"]))
}

/// A package's name without the prefix that ours share.
fn short_name(package: &Value) -> &str {
    let name = text(&package["name"]);
    name.strip_prefix("portolan-").unwrap_or(name)
}

/// Where a package stands, from the root.
fn folder(package: &Value) -> PathBuf {
    let manifest = Path::new(text(&package["manifest_path"]));
    manifest
        .parent()
        .and_then(|folder| folder.strip_prefix(root()).ok())
        .expect("a member is inside")
        .to_path_buf()
}

/// What Cargo prints.
fn cargo(arguments: &[&str]) -> String {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let (succeeded, told) = output(Path::new(&cargo), arguments);
    assert!(succeeded, "`cargo {}`: {told}", arguments.join(" "));
    told
}

/// Whether a program succeeds in the root, and what it prints: its standard output, or its errors.
#[expect(clippy::disallowed_methods, reason = "to ask Cargo and our programs about themselves")]
fn output(program: &Path, arguments: &[&str]) -> (bool, String) {
    let output =
        Command::new(program).args(arguments).current_dir(root()).output().expect("the program starts");
    let told = if output.status.success() { output.stdout } else { output.stderr };
    (output.status.success(), String::from_utf8_lossy(&told).into_owned())
}

fn array(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
