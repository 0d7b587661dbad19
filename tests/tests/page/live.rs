//! The page follows what happens, without being loaded again.

use anyhow::{Result, ensure};
use serde_json::json;

use super::{listening, shown};

#[test]
fn a_container_that_starts_later_appears_without_a_reload() -> Result<()> {
    shown(|it| {
        it.open()?;
        it.until("there is nothing yet", "at('empty').innerText.includes('No container yet')")?;
        it.value("window.loadedOnce = true")?;

        let web = it
            .stage
            .run("web")
            .label("traefik.http.routers.shop.rule", "Host(`shop.example.com`) && PathPrefix(`/cart`)")
            .start()?;
        for name in [web.name.as_str(), "shop", "shop.example.com"] {
            it.has(name)?;
        }
        it.until("lines join all four", "document.querySelectorAll('.lines path').length === 3")?;
        it.until("the rule is told", "node('shop').innerText.includes('PathPrefix(`/cart`)')")?;
        let told = format!(
            "heard.some((text) => text.includes({}))",
            json!(format!("container {} appeared", web.name))
        );
        it.until("those who only listen are told", &told)?;
        it.until("the change is told", "at('changes').innerText.includes('router shop')")?;
        it.until("it has a bar", "document.querySelectorAll('#plot rect').length > 0")?;

        web.order("kill", &[])?;
        it.has_not("shop")?;
        ensure!(it.value("window.loadedOnce")? == true, "the page was loaded again");
        let elsewhere = "performance.getEntriesByType('resource').filter(({ name }) => new URL(name).origin !== location.origin).length";
        ensure!(it.value(elsewhere)? == 0, "something is loaded from elsewhere");
        it.nothing_to_complain()
    })
}

#[test]
fn why_a_container_has_no_route_is_told() -> Result<()> {
    shown(|it| {
        let off = it.stage.run("off").label("traefik.enable", "false").start()?;
        let wrong = it.stage.run("wrong").label("traefik.http.routers.web.prioritty", "12").start()?;
        it.open()?;
        for (name, reason) in [(&off.name, "traefik.enable"), (&wrong.name, "unknown-field")] {
            it.has(name)?;
            let beside = format!(
                "[...document.querySelectorAll('.reason')].find((reason) => reason.offsetTop === node({}).offsetTop)",
                json!(name)
            );
            let told = it.text(&format!("{beside}.innerText"))?;
            ensure!(told.contains(reason), "`{name}`: {told}");
        }
        let finding = it.text("at('findings').innerText")?;
        let parts = ["Error", "unknown-field", &wrong.name, "traefik.http.routers.web.prioritty"];
        for part in parts {
            ensure!(finding.contains(part), "no `{part}` in {finding}");
        }
        let link = it.text("at('findings').querySelector('a').href")?;
        ensure!(link.starts_with("https://") && link.ends_with("/docs/findings/unknown-field.md"), "{link}");
        it.nothing_to_complain()
    })
}

#[test]
fn a_lost_connection_is_shown_and_so_is_its_return() -> Result<()> {
    shown(|it| {
        let web = it.stage.run("web").start()?;
        it.open()?;
        it.has(&web.name)?;
        it.watcher.process.kill()?;
        it.until("the loss is shown", "at('banners').innerText.includes('Connection lost')")?;
        it.until("in a word too", "at('link').innerText === 'Reconnecting'")?;
        // What was known stays.
        it.has(&web.name)?;

        it.watcher = listening(it.stage, it.port)?;
        it.until("the return is shown", "at('link').innerText === 'Live' && !at('banners').innerText")?;
        let late = it.stage.run("late").start()?;
        it.has(&late.name)
    })
}

#[test]
fn an_engine_that_goes_away_is_shown() -> Result<()> {
    shown(|it| {
        let web = it.stage.run("web").start()?;
        it.open()?;
        it.until("it is connected", "at('engines').innerText.includes('connected')")?;
        it.stage.engine.kill()?;
        it.until(
            "it is away",
            "at('engines').innerText.includes('away') && at('engines').innerText.includes('Last error')",
        )?;
        it.has(&web.name)?;
        it.stage.engine.start_again()?;
        it.until("it is back", "at('engines').querySelector('.good')")?;
        it.nothing_to_complain()
    })
}
