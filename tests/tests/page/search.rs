//! Search and filters leave what matches, and what leads to it.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{Shown, shown};

/// Waits until the map has these containers alone.
fn containers(it: &mut Shown<'_, '_>, expected: &[&str]) -> Result<()> {
    let mut sorted = expected.to_vec();
    sorted.sort_unstable();
    let is = format!("JSON.stringify(names(0).sort()) === JSON.stringify({})", json!(sorted));
    it.until(&format!("the containers are {expected:?}"), &is)
}

#[test]
fn search_finds_by_host_rule_label_and_several_words() -> Result<()> {
    shown(|it| {
        let rule = "traefik.http.routers.shop.rule";
        let shop =
            it.stage.run("shop").label(rule, "Host(`shop.example.com`) && PathPrefix(`/cart`)").start()?;
        let wiki = it
            .stage
            .run("wiki")
            .label("traefik.http.routers.wiki.rule", "Host(`wiki.example.com`)")
            .start()?;
        let off = it.stage.run("off").label("traefik.http.routers.off.prioritty", "12").start()?;
        it.open()?;
        let all = [off.name.as_str(), &shop.name, &wiki.name];
        containers(it, &all)?;
        ensure!(it.text("document.activeElement.tagName")? == "BODY", "something has the keyboard already");

        it.press(&["/"])?;
        ensure!(it.text("document.activeElement.id")? == "search", "`/` does not lead to the search");
        for (query, expected) in [
            ("CART", vec![shop.name.as_str()]),
            ("example.com", vec![shop.name.as_str(), &wiki.name]),
            ("example wiki", vec![wiki.name.as_str()]),
            ("unknown-field", vec![off.name.as_str()]),
            ("prioritty", vec![off.name.as_str()]),
            ("no such thing", vec![]),
        ] {
            it.browser.enter(query)?;
            containers(it, &expected)?;
            if expected.is_empty() {
                it.until("it says so", "at('empty').innerText.includes('Nothing matches')")?;
            } else {
                let told = format!(
                    "at('shown').innerText === '{} of 3 containers' && at('live').textContent === at('shown').innerText",
                    expected.len()
                );
                it.until("it says how many", &told)?;
            }
            ensure!(it.text("at('search').value")? == query, "`/` or a key went elsewhere");
            it.press(&["Escape"])?;
            containers(it, &all)?;
            ensure!(it.text("at('search').value")?.is_empty(), "Escape does not clear");
        }
        it.browser.enter("unknown-field")?;
        it.until("findings are searched", "at('findings').querySelectorAll('.finding').length === 1")?;
        it.press(&["Escape"])?;
        it.browser.enter("router shop")?;
        it.until("changes are searched", "[...at('changes').children].length > 0 && [...at('changes').children].every((it) => it.innerText.includes('router shop'))")?;
        it.press(&["Escape"])?;

        for (filter, expected) in [
            ("Routed", vec![shop.name.as_str(), &wiki.name]),
            ("Without a route", vec![off.name.as_str()]),
            ("With findings", vec![off.name.as_str()]),
            ("All", all.to_vec()),
        ] {
            it.value(&format!(
                "[...at('chips').children].find((chip) => chip.innerText.startsWith('{filter}')).click()"
            ))?;
            containers(it, &expected)?;
            let pressed = it.text("at('chips').querySelector('[aria-pressed=true]').innerText")?;
            ensure!(pressed.starts_with(filter), "`{pressed}` is pressed, and not `{filter}`");
        }
        it.nothing_to_complain()
    })
}
