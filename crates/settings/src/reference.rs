use std::fmt::Write as _;

use crate::Key;
use crate::keys::{KEYS, SECTIONS};

/// The reference page of the settings, in Markdown: how they are given, and each key with its type, default and variable.
///
/// It is made from [`KEYS`], so it says what the program does.
pub fn reference() -> String {
    let mut page = INTRODUCTION.to_owned();
    page.push_str("| key | type | default |\n|---|---|---|\n");
    for key in KEYS {
        let default = default(key);
        // In a table a bar would end the cell.
        let _ = writeln!(page, "| [`{}`](#{}) | {} | {default} |", key.path, anchor(key.path), key.kind());
    }
    for key in KEYS.iter().filter(|key| !key.path.contains('.')) {
        describe(&mut page, "##", key);
    }
    for section in SECTIONS {
        let _ = write!(page, "\n## {}\n\n{}\n", section.name, section.doc);
        for key in
            KEYS.iter().filter(|key| key.path.split_once('.').is_some_and(|(name, _)| name == section.name))
        {
            describe(&mut page, "###", key);
        }
    }
    page
}

const INTRODUCTION: &str = "\
<!-- Made from the table of keys in crates/settings; `UPDATE=1 cargo test -p portolan-settings` writes it anew. -->

# Settings of docker-watcher

Each setting has a default. The settings file overrides it, a variable of the environment overrides the file, and a flag
overrides them all.

**The file** is YAML: the one that `--config` names, else the one that the variable `PORTOLAN_CONFIG` names, else
`/etc/portolan/docker-watcher.yml`, which may be absent. An empty `PORTOLAN_CONFIG` means none. A key without a value is as
good as absent. A key that is not listed here is an error, as is one that is given twice.

**Variables** are `PORTOLAN_` and the key, in which neither case nor underscores count: `PORTOLAN_EXPOSEDBYDEFAULT` is
`PORTOLAN_EXPOSED_BY_DEFAULT`. Lists have commas between their items. Booleans may also be `1`, `t`, `T`, `0`, `f` and `F`. A
variable that is set to nothing sets an empty value. A variable that begins with `PORTOLAN_` and means no key is
warned of.

**Lists** may be a single item. A list overrides the whole list of the source before.

**Durations** are numbers with units, such as `100ms`, `2s` or `1m 30s`.

**SIGHUP** has `docker-watcher run` read the file again (`systemctl reload docker-watcher`). What is new
in `engine`, `tls`, `providers`, `output`, `format`, `debounce`, `timeout`, `log`, `scripts`, `status`, `network.enabled` or
`network.state` takes effect at the next start alone, which the log tells.

";

fn describe(page: &mut String, heading: &str, key: &Key) {
    let _ = write!(page, "\n{heading} {}\n\n{}\n\n", key.path, key.doc);
    let _ = writeln!(page, "- type: {}", key.kind());
    let _ = writeln!(page, "- default: {}", default(key));
    let _ = writeln!(page, "- variable: `{}`", key.variable());
    let name = key.path.rsplit('.').next().unwrap_or(key.path);
    let _ = writeln!(page, "- example: {}", code(&format!("{name}: {}", key.example)));
}

fn default(key: &Key) -> String {
    match key.default_text() {
        text if text.is_empty() => "none".to_owned(),
        text => code(&text),
    }
}

/// Code in a line, also where it has backticks.
fn code(text: &str) -> String {
    if text.contains('`') { format!("`` {text} ``") } else { format!("`{text}`") }
}

/// The anchor that Markdown renderers give to a heading: lower case, without dots.
fn anchor(path: &str) -> String {
    path.to_lowercase().replace('.', "")
}
