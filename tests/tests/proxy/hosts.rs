use anyhow::{Result, ensure};

use crate::backend::echo;
use crate::stage::stage;

#[test]
fn a_whole_name_comes_before_a_short_one_and_that_before_a_wildcard() -> Result<()> {
    stage(|mut stage| {
        stage.container("full", echo("full")?, &[("proxy.aliases", "app.example.com")]);
        stage.container("short", echo("short")?, &[("proxy.aliases", "app")]);
        stage.container("wildcard", echo("wildcard")?, &[("proxy.aliases", "*.example.com")]);
        let proxy = stage.start()?;
        proxy.served("app.example.com", "full")?;
        proxy.served("app.example.org", "short")?;
        proxy.served("APP.sub.example.org:8080", "short")?;
        proxy.served("app", "short")?;
        proxy.served("other.example.com", "wildcard")?;
        proxy.status("two.labels.example.com", 404)?;
        proxy.status("example.com", 404)?;
        proxy.status("application.example.org", 404)
    })
}

#[test]
fn below_the_domains_of_the_settings_a_short_name_comes_first() -> Result<()> {
    stage(|mut stage| {
        stage.setting("matchDomains: [.example.com, .example.net]");
        stage.container("short", echo("short")?, &[("proxy.aliases", "app")]);
        stage.container("full", echo("full")?, &[("proxy.aliases", "app.example.com, web.test")]);
        stage.container("wildcard", echo("wildcard")?, &[("proxy.aliases", "*.example.com")]);
        let proxy = stage.start()?;
        proxy.served("app.example.com", "short")?;
        proxy.served("app.example.net", "short")?;
        proxy.served("app", "short")?;
        proxy.status("app.example.org", 404)?;
        proxy.served("web.test", "full")?;
        proxy.served("web.test.example.net", "full")?;
        proxy.served("else.example.com", "wildcard")
    })
}

#[test]
fn each_alias_has_a_route_and_a_wildcard_label_is_for_all() -> Result<()> {
    stage(|mut stage| {
        let (one, two) = (echo("one")?, echo("two")?);
        let ports = format!("{}, {}", one.port(), two.port());
        stage.container("both", one, &[("proxy.aliases", "one, two"), ("proxy.ports", &ports)]);
        stage.container(
            "specific",
            one,
            &[("proxy.aliases", "three, four"), ("proxy.four.port", &two.port().to_string())],
        );
        let proxy = stage.start()?;
        proxy.served("one.example.com", "one")?;
        proxy.served("two.example.com", "two")?;
        proxy.served("three.example.com", "one")?;
        proxy.served("four.example.com", "two")
    })
}

#[test]
fn the_host_that_is_asked_for_arrives() -> Result<()> {
    stage(|mut stage| {
        stage.container("app", echo("app")?, &[]);
        let proxy = stage.start()?;
        let answer = proxy.answers("app.example.com", "/a/b?c=d", &[], |answer| answer.status == 200)?;
        ensure!(answer.body.contains("GET /a/b?c=d HTTP"), "{answer:?}");
        ensure!(answer.body.contains("Host: app.example.com"), "{answer:?}");
        Ok(())
    })
}

#[test]
fn an_object_says_the_same_as_labels_with_dots() -> Result<()> {
    stage(|mut stage| {
        let at = echo("app")?;
        let object =
            format!("port: {}\nmiddlewares:\n  request:\n    set_headers: {{X-From: object}}", at.port());
        stage.container(
            "app",
            at,
            &[
                ("proxy.app", &object),
                ("proxy.*.port", "1"),
                ("proxy.app.middlewares.request.hide_headers", "X-Gone"),
            ],
        );
        let proxy = stage.start()?;
        let gone = &["X-Gone: 1"];
        let answer = proxy.answers("app.test", "/", gone, |answer| answer.status == 200)?;
        ensure!(answer.body.contains("X-From: object") && !answer.body.contains("X-Gone"), "{answer:?}");
        Ok(())
    })
}
