//! By hand: `docker-watcher net`, `explain` and `run --dry-run`.

use std::process::Output;

use anyhow::{Context, Result, ensure};
use portolan_tests::{Stage, stage};
use serde_json::{Value, json};

fn run(stage: &Stage<'_>, subcommand: &str, arguments: &[&str]) -> Result<(Option<i32>, String, String)> {
    let Output { status, stdout, stderr } = stage.program(subcommand)?.args(arguments).output()?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    Ok((status.code(), text(stdout), text(stderr)))
}

#[test]
fn one_value_by_hand() -> Result<()> {
    stage(|stage| {
        stage.settings(&json!({}))?;
        let web = stage.run("web").start()?;
        let inside = stage.inside(&web)?;
        let pid = web.process()?.to_string();
        let net = |arguments: &[&str]| run(stage, "net", arguments);

        let json = net(&["--dry-run", "--format", "json", &web.name, "route", "add 10.1.0.0/16 dev eth0"])?;
        ensure!(json.0 == Some(0), "{json:?}");
        let requests: Value = serde_json::from_str(&json.1)?;
        let request = requests.get(0).with_context(|| format!("no request: {requests}"))?;
        ensure!(request.get("type") == Some(&"RTM_NEWROUTE".into()), "{request}");
        ensure!(
            request.get("hex").and_then(Value::as_str).is_some_and(|hex| hex.len() > 2 * 28),
            "{request}"
        );
        ensure!(!inside.ip(&["route"])?.contains("10.1.0.0/16"), "a dry run has changed something");

        let first = net(&[&web.name, "route", "add 10.1.0.0/16 dev eth0; add 10.2.0.0/16 dev eth0"])?;
        ensure!(first.0 == Some(0) && first.2.contains("ip route add 10.2.0.0/16 dev eth0"), "{first:?}");
        let again = net(&["--pid", &pid, "route", "add 10.1.0.0/16 dev eth0"])?;
        ensure!(again.0 == Some(0) && again.2.is_empty(), "{again:?}");
        let as_ip = net(&["--as-ip", "--pid", &pid, "route", "add 10.1.0.0/16 dev eth0"])?;
        ensure!(as_ip.0 == Some(2) && as_ip.2.contains("File exists"), "{as_ip:?}");
        let refused = net(&[&web.name, "rule", "flush"])?;
        ensure!(
            refused.0.is_some_and(|code| code != 0) && refused.2.contains("network-danger"),
            "{refused:?}"
        );
        let wrong = net(&[&web.name, "route", "ad"])?;
        ensure!(wrong.0.is_some_and(|code| code != 0), "{wrong:?}");
        let six = net(&["-6", &web.name, "rule", "add fwmark 7 table 100"])?;
        ensure!(six.0 == Some(0), "{six:?}");
        ensure!(
            inside.ip(&["-6", "rule"])?.contains("fwmark 0x7 lookup 100"),
            "{}",
            inside.ip(&["-6", "rule"])?
        );

        web.order("stop", &[])?;
        let stopped = net(&[&web.name, "route", "add 10.1.0.0/16 dev eth0"])?;
        ensure!(stopped.0 == Some(2) && stopped.2.contains("does not run"), "{stopped:?}");
        Ok(())
    })
}

#[test]
fn what_labels_would_do_is_told_before() -> Result<()> {
    stage(|stage| {
        stage.settings(&json!({ "network": { "variables": { "VPN": "10.88.1.0/24" } } }))?;
        let web = stage
            .run("web")
            .label(
                "docker-events.route",
                "delete default; add default via 172.17.0.1; add 10.1.0.0/16 dev eth0",
            )
            .label("docker-events.rule", "flush")
            .label("docker-events.host-route", "add $VPN dev docker0; add $NONE dev docker0")
            .start()?;
        let plain = stage.run("plain").start()?;
        let inside = stage.inside(&web)?;
        let before = inside.ip(&["route"])?;

        let (code, text, errors) = run(stage, "explain", &[&web.name])?;
        ensure!(code == Some(1), "{code:?}\n{text}\n{errors}");
        let told = |text: &str, errors: &str| {
            let parts = [
                "docker-events.route: ip route add 10.1.0.0/16 dev eth0\n    will be sent\n    RTM_NEWROUTE",
                "ip route delete default\n    comes to what is there already",
                "docker-events.rule: ip rule flush\n    refused",
                "docker-events.host-route: ip route add 10.88.1.0/24 dev docker0\n    will be sent",
            ];
            let missing = parts.iter().find(|part| !text.contains(**part));
            ensure!(missing.is_none(), "not {missing:?}:\n{text}");
            ensure!(errors.contains("variable `NONE` has no value"), "{errors}");
            Ok(())
        };
        told(&text, &errors)?;
        let (code, text, errors) = run(stage, "run", &["--dry-run"])?;
        ensure!(code == Some(1), "{code:?}\n{text}\n{errors}");
        told(&text, &errors)?;
        ensure!(!text.contains(&plain.name), "{text}");
        let (code, text, errors) = run(stage, "explain", &[&plain.name])?;
        ensure!(code == Some(0) && text.contains("no network labels"), "{code:?}\n{text}\n{errors}");
        ensure!(inside.ip(&["route"])? == before, "a dry run has changed something");
        Ok(())
    })
}
