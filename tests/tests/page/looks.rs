//! Light and dark, wide and narrow; and the pictures of it in the guide.

use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use portolan_tests::{Docker, IMAGE, Run};
use serde_json::json;

use super::{Shown, shown};

/// Texts whose contrast to what is behind them is below 4.5 to 1, which WCAG 2 asks for at level AA.
const FAINT: &str = r"(() => {
    const numbers = (color) => color.match(/[\d.]+/g).map(Number);
    const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
        .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
        .reduce((sum, v, index) => sum + v * [0.2126, 0.7152, 0.0722][index], 0);
    const behind = (element) => {
        for (; element; element = element.parentElement) {
            const color = numbers(getComputedStyle(element).backgroundColor);
            if (color[3] !== 0) return color;
        }
        return [255, 255, 255];
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const faint = [];
    let seen = 0;
    while (texts.nextNode()) {
        const element = texts.currentNode.parentElement;
        if (!texts.currentNode.data.trim() || !element.checkVisibility() || element.closest('script, .unseen, .skip')) continue;
        seen += 1;
        const [one, other] = [light(numbers(getComputedStyle(element).color)), light(behind(element))];
        const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
        if (contrast < 4.5) faint.push(`${texts.currentNode.data}: ${contrast.toFixed(2)}`);
    }
    return seen > 50 ? faint : ['there is hardly any text'];
})()";

/// What reaches beyond the right edge of the window.
const BEYOND: &str = r"[...document.querySelectorAll('body *')]
    .filter((element) => element.checkVisibility() && !element.closest('.unseen, .scroller svg')
        && element.getBoundingClientRect().right > innerWidth + 0.5)
    .map((element) => element.outerHTML.slice(0, 120))";

#[test]
fn it_can_be_read_in_the_light_and_in_the_dark_on_a_desk_and_on_a_phone() -> Result<()> {
    shown(|it| {
        shop(it)?;
        if pictures() {
            // So that there is a history to look at.
            for _ in 0..16 {
                it.stage.engine.docker.run(&["restart", "--time", "0", "monitoring-grafana-1"])?;
            }
        }
        it.browser.size(1440, 900)?;
        it.open()?;
        it.until("all are there", "names(0).length === 12")?;
        for theme in ["light", "dark"] {
            it.browser.prefer(&[("prefers-color-scheme", theme)])?;
            readable(it, theme)?;
            picture(it, if theme == "light" { "status-page.png" } else { "status-page-dark.png" })?;
            it.value("node('shop').querySelector('button').click()")?;
            it.until("its details are open", "!at('details').hidden")?;
            readable(it, theme)?;
            it.value("node('shop').querySelector('button').click()")?;
        }

        it.browser.size(360, 740)?;
        for theme in ["light", "dark"] {
            it.browser.prefer(&[("prefers-color-scheme", theme)])?;
            readable(it, theme)?;
            let beyond = it.value(BEYOND)?;
            ensure!(beyond == json!([]), "wider than a phone: {beyond:#}");
            ensure!(
                it.value("document.documentElement.scrollWidth <= 360")? == true,
                "it scrolls to the side"
            );
        }
        it.value("at('map').scrollIntoView()")?;
        picture(it, "status-page-phone.png")?;
        it.value("at('search').value = 'shop-api'; at('search').dispatchEvent(new Event('input'))")?;
        // One below the other, as a request is served.
        let order =
            it.value("['shop-api-1', 'shop-api'].map((name) => node(name).getBoundingClientRect().top)")?;
        ensure!(order[0].as_f64() < order[1].as_f64(), "{order}");
        it.value("node('shop-api').querySelector('button').click()")?;
        it.until(
            "details are a sheet at the bottom",
            "Math.abs(at('details').getBoundingClientRect().bottom - innerHeight) < 1",
        )?;
        it.nothing_to_complain()
    })
}

#[test]
fn a_theme_that_was_chosen_stays() -> Result<()> {
    shown(|it| {
        it.browser.prefer(&[("prefers-color-scheme", "dark")])?;
        it.open()?;
        let scheme = "getComputedStyle(document.documentElement).colorScheme + ' ' + getComputedStyle(document.body).backgroundColor";
        let dark = it.text(scheme)?;
        for (expected, is_dark) in
            [("Theme: light", false), ("Theme: dark", true), ("Theme: auto", true), ("Theme: light", false)]
        {
            it.value("at('theme').click()")?;
            let label = it.text("at('theme').getAttribute('aria-label')")?;
            ensure!(label == expected, "`{label}`");
            let background = it.text("getComputedStyle(document.body).backgroundColor")?;
            ensure!(dark.ends_with(&background) == is_dark, "{expected}: {background}");
        }
        it.open()?;
        ensure!(it.text("document.documentElement.dataset.theme")? == "light", "it was forgotten");
        it.browser.prefer(&[("prefers-reduced-motion", "reduce")])?;
        it.until(
            "nothing moves",
            "getComputedStyle(document.querySelector('.chip')).transitionDuration === '0s' && calmly.matches",
        )?;
        it.nothing_to_complain()
    })
}

fn readable(it: &mut Shown<'_, '_>, theme: &str) -> Result<()> {
    // Colours change by degrees where there is a transition.
    it.until("colours have settled", "document.getAnimations().length === 0")?;
    let faint = it.value(FAINT)?;
    ensure!(faint == json!([]), "faint in the {theme}: {faint:#}");
    Ok(())
}

/// Whether the pictures in the guide are to be taken anew.
fn pictures() -> bool {
    std::env::var_os("PORTOLAN_PICTURES").is_some()
}

/// Writes what the window shows into the guide, where that is asked for.
fn picture(it: &mut Shown<'_, '_>, name: &str) -> Result<()> {
    if !pictures() {
        return Ok(());
    }
    it.until("nothing moves any more", "document.getAnimations().length === 0")?;
    let images = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/guide/images");
    fs::create_dir_all(&images)?;
    let picture = data_encoding::BASE64.decode(it.browser.screenshot()?.as_bytes())?;
    File::create(images.join(name))?.write_all(&picture).context("write a picture")
}

/// A machine as one may be: a shop with its database, monitoring, a broker, a name server, and a wiki with a mistake.
fn shop(it: &Shown<'_, '_>) -> Result<()> {
    let docker = &it.stage.engine.docker;
    let http = "traefik.http.routers";
    let host = |name: &str| format!("Host(`{name}.example.org`)");

    for number in ["1", "2", "3"] {
        let web = compose(it, "shop", "web", number, "nginx:1.27")?
            .label(&format!("{http}.shop.rule"), &host("shop"))
            .label(&format!("{http}.shop.tls"), "true")
            .label(&format!("{http}.shop.entrypoints"), "websecure")
            .label("traefik.http.services.shop-web.loadbalancer.server.port", "80")
            .label(&format!("{http}.shop-www.rule"), &host("www.shop"))
            .label(&format!("{http}.shop-www.tls"), "true");
        web.label(&format!("{http}.shop.service"), "shop-web")
            .label(&format!("{http}.shop-www.service"), "shop-web")
            .start()?;
    }
    compose(it, "shop", "api", "1", "ghcr.io/acme/shop-api:4.2")?
        .label(&format!("{http}.shop-api.rule"), "Host(`shop.example.org`) && PathPrefix(`/api`)")
        .label(&format!("{http}.shop-api.tls"), "true")
        .label(&format!("{http}.shop-api.middlewares"), "shop-strip")
        .label("traefik.http.middlewares.shop-strip.stripprefix.prefixes", "/api")
        .label("traefik.http.services.shop-api.loadbalancer.server.port", "80")
        .start()?;
    compose(it, "shop", "db", "1", "postgres:17")?.start()?;
    compose(it, "shop", "cache", "1", "redis:7")?.start()?;
    compose(it, "monitoring", "grafana", "1", "grafana/grafana:11.4")?
        .label(&format!("{http}.grafana.rule"), &host("grafana"))
        .label(&format!("{http}.grafana.tls"), "true")
        .start()?;
    compose(it, "monitoring", "prometheus", "1", "prom/prometheus:v3.1")?
        .label(&format!("{http}.prometheus.rule"), "Host(`metrics.example.org`) && ClientIP(`10.0.0.0/8`)")
        .start()?;
    compose(it, "iot", "mosquitto", "1", "eclipse-mosquitto:2")?
        .label("traefik.tcp.routers.mqtt.rule", "HostSNI(`mqtt.example.org`)")
        .label("traefik.tcp.routers.mqtt.tls", "true")
        .label("traefik.tcp.routers.mqtt.entrypoints", "mqtts")
        .label("traefik.tcp.services.mqtt.loadbalancer.server.port", "1883")
        .start()?;
    compose(it, "infra", "dns", "1", "coredns/coredns:1.12")?
        .label("traefik.udp.routers.dns.entrypoints", "dns")
        .label("traefik.udp.services.dns.loadbalancer.server.port", "53")
        .start()?;
    compose(it, "wiki", "wiki", "1", "requarks/wiki:2")?
        .label("traefik.http.router.wiki.rule", &host("wiki"))
        .start()?;
    compose(it, "ci", "runner", "1", "gitea/act_runner:0.2")?.label("traefik.enable", "false").start()?;
    ensure!(docker.run(&["ps", "--quiet"])?.lines().count() == 12, "another test's containers are here");
    Ok(())
}

/// A container as Compose would name it. Its image is ours, under another's name.
fn compose(it: &Shown<'_, '_>, project: &str, service: &str, number: &str, image: &str) -> Result<Run> {
    let docker: &Docker = &it.stage.engine.docker;
    docker.run(&["tag", IMAGE, image])?;
    let suffix = it.stage.name("");
    Ok(Run::new(docker, &format!("{project}-{service}-{number}"))
        .image(image)
        .label("e2e", suffix.trim_start_matches('-'))
        .label("com.docker.compose.project", project)
        .label("com.docker.compose.service", service))
}
