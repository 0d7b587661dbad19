//! What labels say arrives at Traefik as it was said, and mistakes in them stay with their container.

use anyhow::{Result, ensure};
use portolan_tests::{eventually, scene};
use serde_json::Value;

#[test]
fn a_template_in_a_label_reaches_traefik_as_those_characters() -> Result<()> {
    scene(|scene| {
        let _watcher = scene.watch(&[])?;
        let text = r#"{{ env "PATH" }} {{"#;
        let web = scene
            .run("web")
            .label("traefik.http.middlewares.said.headers.customrequestheaders.X-Said", text)
            .label("traefik.http.routers.said.middlewares", "said")
            .label("traefik.http.routers.said.rule", &format!("Host(`{}`)", scene.name("web")))
            .start()?;
        scene.served(&web.name, &web.name)?;
        let data = scene.traefik.raw_data()?;
        let said = data.pointer("/middlewares/said@file/headers/customRequestHeaders/X-Said");
        ensure!(said.and_then(Value::as_str) == Some(text), "Traefik has {said:?}");
        Ok(())
    })
}

#[test]
fn a_container_with_proxy_labels_is_routed_by_them_alone() -> Result<()> {
    scene(|scene| {
        let _watcher = scene.watch(&[])?;
        let alias = scene.name("alias");
        let web = scene.run("web").label("proxy.aliases", &alias).start()?;
        scene.served(&format!("{alias}.example.com"), &web.name)?;
        scene.unrouted(&web.name)?;
        web.order("stop", &["--time", "0"])?;
        scene.unrouted(&format!("{alias}.example.com"))
    })
}

#[test]
fn a_broken_label_harms_its_container_alone_and_is_named() -> Result<()> {
    scene(|scene| {
        let watcher = scene.watch(&[])?;
        let good = scene.run("good").start()?;
        let label = "traefik.http.routers.broken.rul";
        let broken = scene.run("broken").label(label, "Host(`broken.test`)").start()?;
        watcher.wait_for(&[&broken.name, label])?;
        let later = scene.run("later").start()?;
        scene.served(&good.name, &good.name)?;
        scene.served(&later.name, &later.name)?;
        scene.unrouted(&broken.name)?;
        ensure!(!scene.text()?.contains(&broken.name), "the broken container left something in the file");
        Ok(())
    })
}

#[test]
fn labels_that_no_file_can_hold_as_they_are_load() -> Result<()> {
    scene(|scene| {
        let _watcher = scene.watch(&[])?;
        let web = scene
            .run("web")
            .label("traefik.http.middlewares.empty.compress", "true")
            .label("traefik.http.middlewares.codes.errors.statusrewrites.418", "200")
            .label("traefik.http.middlewares.codes.errors.status", "500")
            .label("traefik.http.middlewares.codes.errors.query", "/{status}: \"#'\\ 🚢")
            .label("traefik.http.middlewares.codes.errors.service", &scene.name("web"))
            .start()?;
        scene.served(&web.name, &web.name)?;
        eventually("Traefik has the middleware", || {
            let data = scene.traefik.raw_data()?;
            let errors = data.pointer("/middlewares/codes@file/errors").unwrap_or(&Value::Null);
            ensure!(errors.pointer("/statusRewrites/418") == Some(&200.into()), "{errors}");
            ensure!(errors.get("query") == Some(&"/{status}: \"#'\\ 🚢".into()), "{errors}");
            Ok(())
        })?;
        ensure!(scene.traefik.complaints().is_empty(), "Traefik complains");
        Ok(())
    })
}

#[test]
fn a_disabled_container_is_left_out_and_without_exposure_only_enabled_ones_are_in() -> Result<()> {
    scene(|scene| {
        let watcher = scene.watch(&["--exposed-by-default=false"])?;
        let silent = scene.run("silent").start()?;
        let enabled = scene.run("enabled").label("traefik.enable", "true").start()?;
        scene.served(&enabled.name, &enabled.name)?;
        ensure!(!scene.text()?.contains(&silent.name), "a container that was not exposed has a route");
        drop(watcher);
        let disabled = scene.run("disabled").label("traefik.enable", "false").start()?;
        let _watcher = scene.watch(&["--exposed-by-default=true"])?;
        scene.served(&silent.name, &silent.name)?;
        ensure!(!scene.text()?.contains(&disabled.name), "a disabled container has a route");
        Ok(())
    })
}

#[test]
fn the_default_rule_names_the_host() -> Result<()> {
    scene(|scene| {
        let _watcher =
            scene.watch(&["--default-rule", "Host(`{{ .ContainerName | upper | lower }}.example.test`)"])?;
        let web = scene.run("web").start()?;
        scene.served(&format!("{}.example.test", web.name), &web.name)
    })
}
