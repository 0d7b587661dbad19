//! Whoever starts a container writes its labels: what is in them is text.

use anyhow::{Result, ensure};

use super::shown;

const MARKUP: &str = "<img src=x onerror=window.hacked=1>";

#[test]
fn markup_in_labels_is_shown_and_does_nothing() -> Result<()> {
    shown(|it| {
        let rule =
            format!("PathPrefix(`/{MARKUP}`) || PathPrefix(`/</script><script>window.hacked=2</script>`)");
        let evil = it
            .stage
            .run("evil")
            .label("com.docker.compose.project", MARKUP)
            .label("com.docker.compose.service", "<b>bold</b>")
            .label("traefik.http.routers.evil.rule", &rule)
            .label("traefik.http.routers.evil.entrypoints", "javascript:alert(1)")
            .label("traefik.http.routers.other.<script>window.hacked=3</script>", "1")
            .start()?;
        let worse = it
            .stage
            .run("worse")
            .label("com.docker.compose.project", MARKUP)
            .label("traefik.http.routers.worse.rule", &rule)
            .start()?;
        it.open()?;
        it.has(&evil.name)?;
        it.has("worse")?;
        ensure!(
            it.text(&format!("node('{}').innerText", worse.name))?.contains(MARKUP),
            "the text is not shown"
        );
        for name in [&evil.name, "worse", &worse.name] {
            it.value(&format!("node('{name}').querySelector('button').click()"))?;
            it.until(
                "its details are open",
                &format!("at('details').querySelector('h2').innerText === '{name}'"),
            )?;
        }
        let markup = it.value(
            "document.querySelectorAll('img, b > *, script:not(:last-of-type), iframe, [onerror]').length",
        )?;
        ensure!(markup == 0, "{markup} elements come from labels");
        ensure!(it.value("document.scripts.length")? == 1, "a script comes from labels");
        ensure!(it.value("window.hacked ?? null")?.is_null(), "a label's text was run");
        let links = it.value("[...document.links].filter(({ href }) => !/^https?:/.test(href)).length")?;
        ensure!(links == 0, "{links} links lead to no page");
        it.nothing_to_complain()
    })
}
