//! Laws of the pure core that hold for any text; each fuzz target holds one of them to what the fuzzer thinks up.
//!
//! A law takes a text, so that a seed is a file that can be read and a finding one that can be shown, and panics where it
//! does not hold. Built without a fuzzer, a target replays the files and folders that it is given.

mod agent;
mod chart;
mod check;
mod compose;
mod constraints;
mod hub;
mod inspect;
mod kernel;
mod labels;
mod netlink;
mod origin;
mod places;
mod proxy;
mod rule;
mod state;
mod template;

use std::path::{Path, PathBuf};

pub use agent::agent;
pub use check::check;
pub use compose::compose;
pub use constraints::constraints;
pub use hub::{hub_body, hub_path};
pub use inspect::inspect;
pub use kernel::kernel;
pub use labels::labels;
pub use netlink::netlink;
pub use origin::origin;
pub use places::places;
pub use proxy::proxy;
pub use rule::rule;
pub use state::state;
pub use template::template;

/// The entry point of a target: the fuzzer's where there is one, else a `main` that replays files.
#[macro_export]
macro_rules! target {
    ($law:path) => {
        #[cfg(fuzzing)]
        libfuzzer_sys::fuzz_target!(|text: &str| $law(text));

        #[cfg(not(fuzzing))]
        fn main() -> std::io::Result<()> {
            for path in std::env::args_os().skip(1) {
                for (path, text) in $crate::texts(path.as_ref())? {
                    println!("{}", path.display());
                    $law(&text);
                }
            }
            Ok(())
        }
    };
}

/// The file, or the files in the folder and below it, that are UTF-8, in order.
///
/// # Errors
/// What the file system says.
pub fn texts(path: &Path) -> std::io::Result<Vec<(PathBuf, String)>> {
    if path.is_dir() {
        let mut entries: Vec<PathBuf> = Vec::new();
        for entry in std::fs::read_dir(path)? {
            entries.push(entry?.path());
        }
        entries.sort();
        let below: std::io::Result<Vec<_>> = entries.iter().map(|entry| texts(entry)).collect();
        return Ok(below?.into_iter().flatten().collect());
    }
    let text = String::from_utf8(std::fs::read(path)?).ok();
    Ok(text.map(|text| (path.to_owned(), text)).into_iter().collect())
}
