//! Reads the labels that there are from the sources of the model: its fields, with their types and what is said of each.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, Result, bail, ensure};

/// A label that a container may have.
#[derive(Clone, Debug)]
pub(crate) struct Label {
    /// In lower case; `NAME`, `KEY` and `PLUGIN` stand for what users choose.
    pub(crate) key: String,
    /// What its value is.
    pub(crate) kind: &'static str,
    /// What it says, without a full stop.
    pub(crate) meaning: String,
    /// A value.
    pub(crate) example: String,
}

/// What Traefik reads and does not apply.
const WITHOUT_EFFECT: [(&str, &str); 1] = [("Http", "models")];

/// All labels of routes, in the order of the model.
pub(crate) fn labels(model: &Path) -> Result<Vec<Label>> {
    let mut structs = BTreeMap::new();
    for entry in fs::read_dir(model).with_context(|| model.display().to_string())? {
        let path = entry?.path();
        let text = fs::read_to_string(&path)?;
        read(&text, &mut structs).with_context(|| path.display().to_string())?;
    }
    let mut labels = Vec::new();
    for (name, root) in [("http", "Http"), ("tcp", "Tcp"), ("udp", "Udp"), ("tls", "Tls")] {
        walk(&structs, root, &format!("traefik.{name}"), &mut labels)?;
    }
    Ok(labels)
}

type Structs = BTreeMap<String, Vec<Field>>;

/// A field of a struct in `model! { … }`.
#[derive(Default)]
struct Field {
    name: String,
    kind: String,
    documentation: String,
    /// What stands behind `with = "portolan_labels::`.
    marker: String,
}

/// The structs of a file. What is not understood is an error: a field must not go missing.
fn read(text: &str, structs: &mut Structs) -> Result<()> {
    let mut lines = text.lines();
    ensure!(lines.any(|line| line == "model! {"), "no `model!`");
    let mut current: Option<(String, Vec<Field>)> = None;
    let mut field = Field::default();
    for line in lines.take_while(|line| *line != "}").map(str::trim) {
        let Some((_, fields)) = &mut current else {
            if line.is_empty() || line.starts_with("///") {
                continue;
            }
            let name = line.split(' ').next().filter(|_| line.ends_with("\" {"));
            current = Some((name.with_context(|| format!("no struct: {line}"))?.to_owned(), Vec::new()));
            continue;
        };
        if let Some(words) = line.strip_prefix("/// ") {
            let space = if field.documentation.is_empty() { "" } else { " " };
            field.documentation += &format!("{space}{words}");
        } else if let Some(attributes) = line.strip_prefix("#[serde(") {
            for attribute in attributes.trim_end_matches(")]").split(", ") {
                match attribute.split_once(" = ").map(|(name, value)| (name, value.trim_matches('"'))) {
                    Some(("rename", name)) => name.clone_into(&mut field.name),
                    Some(("with", marker)) => {
                        marker.trim_start_matches("portolan_labels::").clone_into(&mut field.marker);
                    }
                    None if attribute == "skip_serializing" => {}
                    _ => bail!("no attribute that is known: {line}"),
                }
            }
        } else if let Some((name, kind)) = line.strip_suffix(',').and_then(|line| line.split_once(": ")) {
            if field.name.is_empty() {
                field.name = name.replace('_', "");
            }
            field.name = field.name.to_lowercase();
            kind.clone_into(&mut field.kind);
            fields.push(std::mem::take(&mut field));
        } else if line == "}" {
            structs.extend(current.take());
        } else {
            bail!("no field: {line}");
        }
    }
    ensure!(current.is_none(), "a struct without an end");
    Ok(())
}

fn walk(structs: &Structs, name: &str, path: &str, labels: &mut Vec<Label>) -> Result<()> {
    let fields = structs.get(name).with_context(|| format!("there is no struct `{name}`"))?;
    for field in fields {
        if field.marker == "unlabelled" || WITHOUT_EFFECT.contains(&(name, &field.name)) {
            continue;
        }
        let key = format!("{path}.{}", field.name);
        let inside = |outer: &str| field.kind.strip_prefix(outer)?.strip_prefix('<')?.strip_suffix('>');
        let kind = inside("Box").unwrap_or(&field.kind);
        if let Some(inner) = inside("Vec") {
            let item = match field.marker.as_str() {
                "server" => format!("{path}.server"),
                "structs" => format!("{key}[0]"),
                other => bail!("a list `{other}`: {key}"),
            };
            walk(structs, inner, &item, labels)?;
        } else if let Some(inner) = inside("Map").filter(|inner| structs.contains_key(*inner)) {
            // Of TLS stores, labels define that one alone.
            let name = if field.name == "stores" { "default" } else { "NAME" };
            walk(structs, inner, &format!("{key}.{name}"), labels)?;
        } else if structs.contains_key(kind) {
            let before = labels.len();
            if field.marker == "allow_empty" {
                labels.push(label(key.clone(), "boolean, or empty", field)?);
            }
            walk(structs, kind, &key, labels)?;
            // What stands in a section goes with it.
            if let Some((section, inside)) = labels.get_mut(before..).and_then(<[_]>::split_first_mut)
                && section.key == key
                && section.meaning.starts_with("Deprecated")
            {
                for label in inside {
                    label.meaning = format!("Deprecated with `{}`", field.name);
                }
            }
        } else {
            let (key, kind) = match field.kind.as_str() {
                "String" => (key, "text"),
                "bool" => (key, "boolean"),
                "i64" => (key, "integer"),
                "Duration" => (key, "duration"),
                "List" => (key, "list"),
                "Map<String>" => (format!("{key}.KEY"), "text"),
                "Map<i64>" => (format!("{key}.KEY"), "integer"),
                "Map<Raw>" => (format!("{key}.PLUGIN.KEY"), "text"),
                other => bail!("a type `{other}`: {key}"),
            };
            labels.push(label(key, kind, field)?);
        }
    }
    Ok(())
}

fn label(key: String, kind: &'static str, field: &Field) -> Result<Label> {
    let said = field.documentation.strip_suffix('.').and_then(|said| said.split_once(". For example "));
    let (meaning, example) =
        said.with_context(|| format!("`{key}`: its field is documented as `MEANING. For example VALUE.`"))?;
    // What has backticks itself stands between two of them.
    let code = |fence: &str| example.strip_prefix(fence)?.strip_suffix(fence);
    let example = code("``").or_else(|| code("`")).with_context(|| format!("`{key}`: no code: {example}"))?;
    Ok(Label { key, kind, meaning: meaning.to_owned(), example: example.trim().to_owned() })
}
