use anyhow::{Result, ensure};
use portolan_tests::eventually;
use serde_json::Value;

use crate::backend::echo;
use crate::stage::stage;

/// What Traefik says of a router and of its middleware: what is wrong with each.
fn errors(data: &Value, section: &str, name: &str) -> Vec<String> {
    let errors = data.pointer(&format!("/{section}/{name}@file/error")).and_then(Value::as_array);
    errors.into_iter().flatten().filter_map(|error| error.as_str().map(str::to_owned)).collect()
}

/// The plugin itself is none of Traefik's: without it, it is missed by the name that the settings have, and nothing else is wrong.
#[test]
fn a_container_that_sleeps_has_a_middleware_of_the_plugin() -> Result<()> {
    stage(|mut stage| {
        stage.setting("sablier: wakes");
        stage.setting("sablierUrl: http://127.0.0.1:10000");
        let idle = [("proxy.idle_timeout", "30m"), ("proxy.depends_on", "db")];
        stage.container("app", echo("app")?, &idle);
        stage.container(
            "held",
            echo("held")?,
            &[("proxy.idle_timeout", "1h"), ("proxy.no_loading_page", "true")],
        );
        stage.container("awake", echo("awake")?, &[]);
        let proxy = stage.start()?;
        // The file as a whole is taken.
        proxy.served("awake.test", "awake")?;
        eventually("Traefik misses the plugin", || {
            let data = proxy.traefik.raw_data()?;
            for name in ["app", "held"] {
                let told = errors(&data, "routers", name);
                ensure!(told.iter().all(|it| it.contains("wakes")) && told.len() == 1, "{told:?}\n{data:#}");
            }
            Ok(())
        })?;
        ensure!(proxy.file.contains("names: app,db"), "{}", proxy.file);
        let complaints = proxy.traefik.complaints();
        let others: Vec<_> = complaints.iter().filter(|line| !line.contains("wakes")).collect();
        ensure!(others.is_empty(), "{others:#?}");
        Ok(())
    })
}
