//! All of the page can be reached and used without a pointer.

use anyhow::{Result, ensure};

use super::{Shown, shown};

/// What has the keyboard, in a word that a user would see.
fn focus(it: &mut Shown<'_, '_>) -> Result<String> {
    it.text("(document.activeElement.getAttribute('aria-label') ?? document.activeElement.innerText ?? '').trim() || document.activeElement.id")
}

/// Presses Tab until what has the keyboard begins with this.
fn tab_to(it: &mut Shown<'_, '_>, start: &str) -> Result<()> {
    let mut seen = Vec::new();
    for _ in 0..40 {
        it.press(&["Tab"])?;
        seen.push(focus(it)?);
        if seen.last().is_some_and(|focus| focus.starts_with(start)) {
            let outline = it.text("getComputedStyle(document.activeElement).outlineStyle")?;
            ensure!(outline != "none", "nobody sees that `{start}` has the keyboard");
            return Ok(());
        }
    }
    anyhow::bail!("Tab does not lead to `{start}`: {seen:?}")
}

#[test]
fn the_keyboard_alone_leads_everywhere() -> Result<()> {
    shown(|it| {
        let web = it
            .stage
            .run("web")
            .label("traefik.http.routers.shop.rule", "Host(`shop.example.com`)")
            .start()?;
        let wiki = it
            .stage
            .run("wiki")
            .label("traefik.http.routers.wiki.rule", "Host(`wiki.example.com`)")
            .start()?;
        it.open()?;
        it.has(&web.name)?;
        it.has(&wiki.name)?;

        tab_to(it, "Skip to the map")?;
        ensure!(
            it.value("document.activeElement.getBoundingClientRect().top >= 0")? == true,
            "it is out of sight"
        );
        it.press(&["Enter"])?;
        it.until("the map has the keyboard", "document.activeElement.id === 'map'")?;

        // One stop for the whole map, and arrows in it.
        tab_to(it, &web.name)?;
        let service = it.text("names(1)[0]")?;
        let walk = [
            ("ArrowDown", wiki.name.as_str()),
            ("ArrowDown", &wiki.name),
            ("ArrowUp", &web.name),
            ("End", &wiki.name),
            ("Home", &web.name),
            ("ArrowRight", &service),
            ("ArrowRight", "shop"),
            ("ArrowRight", "shop.example.com"),
            ("ArrowLeft", "shop"),
        ];
        for (key, expected) in walk {
            it.press(&[key])?;
            let focused = it.text("focused()")?;
            ensure!(focused == expected, "{key} leads to `{focused}`, and not to `{expected}`");
        }
        it.until("its lines are lit", "document.querySelectorAll('.lines path.lit').length === 3")?;

        it.press(&["Enter"])?;
        it.until(
            "details are open",
            "!at('details').hidden && at('details').innerText.includes('Host(`shop.example.com`)')",
        )?;
        ensure!(it.text("focused()")? == "shop", "the keyboard went elsewhere");
        ensure!(it.text("document.activeElement.getAttribute('aria-pressed')")? == "true", "nobody hears it");
        // From the details on to what they lead to.
        tab_to(it, "Close details")?;
        tab_to(it, "shop.example.com")?;
        it.press(&["Enter"])?;
        it.until(
            "the host's details are open",
            "at('details').querySelector('h2').innerText === 'shop.example.com'",
        )?;
        ensure!(it.text("focused()")? == "shop.example.com", "the keyboard did not follow");
        it.press(&["Escape"])?;
        it.until("details are closed", "at('details').hidden")?;

        // A change leaves the keyboard where it is.
        let late = it.stage.run("aaa").start()?;
        it.has(&late.name)?;
        ensure!(it.text("focused()")? == "shop.example.com", "a change took the keyboard away");
        it.until(
            "its place among the hosts is told anew",
            "focused() === 'shop.example.com' && document.activeElement.closest('li').getAttribute('aria-posinset') === '2'",
        )?;
        it.nothing_to_complain()
    })
}
