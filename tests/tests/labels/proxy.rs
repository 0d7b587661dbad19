//! The page of labels `proxy.*` names those that there are.

use std::collections::BTreeMap;
use std::fs;

use anyhow::{Context as _, Result, ensure};
use portolan_tests::{Need, unmet};

use crate::{codes_of, root};

const PAGE: &str = "docs/reference/proxy-labels.md";

/// The texts in quotes in the source that says which labels select no route, and which give a field of each.
fn grammar() -> Result<Vec<String>> {
    let source = fs::read_to_string(root().join("crates/routes/src/proxy/grammar.rs"))?;
    let (_, list) = source.split_once("reserved:").context("the grammar has reserved names")?;
    Ok(list.split('"').skip(1).step_by(2).map(str::to_owned).collect())
}

#[test]
fn the_page_has_every_name_of_the_grammar() -> Result<()> {
    let page = fs::read_to_string(root().join(PAGE))?;
    let names = grammar()?;
    ensure!(names.len() > 40, "names are found: {names:?}");
    let is_told =
        |name: &String| page.contains(&format!("`{name}`")) || page.contains(&format!("`proxy.{name}`"));
    let missing: Vec<_> = names.iter().filter(|name| !is_told(name)).collect();
    ensure!(missing.is_empty(), "`{PAGE}` does not tell of {missing:?}");
    Ok(())
}

#[test]
fn every_field_of_the_page_is_one() -> Result<()> {
    if unmet(&[Need::Watcher])?.is_some() {
        return Ok(());
    }
    let page = fs::read_to_string(root().join(PAGE))?;
    let (_, section) = page.split_once("\n## Fields of a route\n").context("the page has fields")?;
    let (section, _) = section.split_once("\n## ").context("and something after them")?;
    let cells = section.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let mut fields = Vec::new();
    for cell in cells.filter(|cell| cell.contains('`')) {
        let mut last = "";
        for name in cell.split('`').skip(1).step_by(2) {
            // `healthcheck.path`, `.interval`
            let section = last.split('.').next().unwrap_or_default();
            fields.push(if name.starts_with('.') { format!("{section}{name}") } else { name.to_owned() });
            last = if name.starts_with('.') { last } else { name };
        }
    }
    ensure!(fields.len() > 30, "fields are found: {fields:?}");
    for field in fields.iter().filter(|field| !field.contains(':')) {
        let labels = BTreeMap::from([(format!("proxy.app.{field}"), "1".to_owned())]);
        let codes = codes_of(&labels)?;
        ensure!(!codes.contains(&"unknown-field".to_owned()), "`{field}`: {codes:?}");
    }
    let labels = BTreeMap::from([("proxy.app.nothing_of_the_kind".to_owned(), "1".to_owned())]);
    ensure!(codes_of(&labels)?.contains(&"unknown-field".to_owned()), "what is no field is told");
    Ok(())
}
