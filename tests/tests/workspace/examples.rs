use std::path::{Path, PathBuf};

use super::{read, root};

/// The libraries whose every public item has an example, for those who meet them at docs.rs.
const LIBRARIES: [&str; 5] = ["blacklist", "container", "engine", "labels", "routes"];

/// Modules whose items are shown together, by one example of the module: Traefik's own types.
const TOGETHER: [&str; 1] = ["crates/routes/src/model"];

const KINDS: [&str; 9] =
    ["struct ", "enum ", "trait ", "type ", "fn ", "async fn ", "const fn ", "const ", "mod "];

/// Something that a library's users can name.
struct Item {
    name: String,
    /// The file that it is in, or the directory below which it is.
    place: PathBuf,
}

#[test]
fn every_public_item_has_an_example() {
    let mut shown = 0;
    let mut wrong = Vec::new();
    for library in LIBRARIES {
        let source = PathBuf::from(format!("crates/{library}/src"));
        for Item { name, place } in items(&source.join("lib.rs"), &source) {
            let Some(documentation) = files(&place).iter().find_map(|file| documentation(file, &name)) else {
                wrong.push(format!("`{name}` is not found in `{}`", place.display()));
                continue;
            };
            match documentation.contains("/// ```") {
                true => shown += 1,
                false => wrong.push(format!("`{name}` in `{}`", place.display())),
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new(), "these have none");
    assert!(shown > 100, "items are found: {shown}");
    for module in TOGETHER {
        let text = read(&format!("{module}.rs"));
        assert!(text.lines().any(|line| line.starts_with("//! ```")), "`{module}` has none");
    }
}

/// What a file hands on: its own items, those of its public modules, and what it takes from private ones.
fn items(file: &Path, directory: &Path) -> Vec<Item> {
    let text = read(&file.to_string_lossy());
    let mut found = Vec::new();
    let is_together = |place: &Path| TOGETHER.iter().any(|module| place.starts_with(module));
    for statement in statements(&text, "pub use ") {
        for path in expanded(&statement) {
            let mut parts: Vec<&str> = path.split("::").filter(|part| *part != "self").collect();
            let Some(name) = parts.pop() else { continue };
            let start = match parts.first() {
                Some(&"crate") => directory.iter().take(3).collect(),
                _ => directory.to_owned(),
            };
            let parts = parts.iter().filter(|part| **part != "crate");
            let place = parts.fold(start, |place: PathBuf, part| place.join(part));
            match name {
                _ if is_together(&place) => {}
                "*" => found.extend(items(&place.with_extension("rs"), &place)),
                name => found.push(Item { name: name.to_owned(), place }),
            }
        }
    }
    for line in text.lines() {
        let Some(rest) = line.strip_prefix("pub ") else { continue };
        if let Some(module) = rest.strip_prefix("mod ").and_then(|rest| rest.strip_suffix(';')) {
            let place = directory.join(module);
            if !is_together(&place) {
                found.extend(items(&place.with_extension("rs"), &place));
            }
        } else if let Some(name) = KINDS.iter().find_map(|kind| rest.strip_prefix(kind)) {
            found.push(Item { name: word(name).to_owned(), place: file.to_owned() });
        }
    }
    found
}

/// The statements that begin so at the beginning of a line, up to their semicolon, without blanks.
fn statements(text: &str, start: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(&format!("\n{start}")) {
        let Some(statement) = rest.get(at + 1 + start.len()..) else { break };
        let end = statement.find(';').unwrap_or(statement.len());
        found.push(statement.get(..end).unwrap_or_default().split_whitespace().collect());
        rest = statement;
    }
    found
}

/// `a::{b,c::d}` as `a::b` and `a::c::d`.
fn expanded(path: &str) -> Vec<String> {
    let Some((before, inside)) = path.split_once('{') else { return vec![path.to_owned()] };
    let inside = inside.strip_suffix('}').unwrap_or(inside);
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for character in inside.chars() {
        match character {
            ',' if depth == 0 => parts.push(String::new()),
            _ => {
                depth += i32::from(character == '{') - i32::from(character == '}');
                parts.last_mut().expect("there is one").push(character);
            }
        }
    }
    let parts = parts.iter().filter(|part| !part.is_empty());
    parts.flat_map(|part| expanded(part)).map(|part| format!("{before}{part}")).collect()
}

/// The file of a module and those below it.
fn files(place: &Path) -> Vec<PathBuf> {
    if place.extension().is_some() {
        return vec![place.to_owned()];
    }
    let mut found = vec![place.with_extension("rs")];
    let mut open = vec![place.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in std::fs::read_dir(root().join(&directory)).into_iter().flatten().flatten() {
            let path = directory.join(entry.file_name());
            if path.extension().is_some() { found.push(path) } else { open.push(path) }
        }
    }
    found.retain(|file| root().join(file).is_file());
    found
}

/// What stands above an item, without a blank line between, or in the call of a macro that makes it.
fn documentation(file: &Path, name: &str) -> Option<String> {
    let text = read(&file.to_string_lossy());
    let lines: Vec<&str> = text.lines().collect();
    let is_it = |line: &&str| {
        let line = line.trim_start();
        let item =
            line.strip_prefix("pub ").and_then(|rest| KINDS.iter().find_map(|kind| rest.strip_prefix(kind)));
        // `transparent!(… pointer, POINTER)` and `model! { … Configuration "*dynamic.Configuration" {`.
        let made =
            line.strip_prefix(name).is_some_and(|rest| rest.starts_with(", ") || rest.starts_with(" \""));
        item.is_some_and(|item| word(item) == name) || made
    };
    let at = lines.iter().position(is_it)?;
    let above = lines.get(..at)?.iter().rev().take_while(|line| !line.trim().is_empty());
    Some(above.map(|line| line.trim_start()).collect::<Vec<_>>().join("\n"))
}

fn word(text: &str) -> &str {
    text.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or_default()
}
