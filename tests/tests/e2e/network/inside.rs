//! Inside the network namespaces of containers.

use std::fs::{self, File};
use std::io::Write;

use anyhow::{Result, ensure};
use portolan_tests::{NetworkNamespace, command, program, stage};
use serde_json::json;

use super::{complains_of, count, settled, shows};

/// That of docker-events itself.
#[test]
fn the_compose_example_of_two_networks() -> Result<()> {
    stage(|stage| {
        let lan = stage.network_with("lan", &["--subnet", "172.20.20.0/24"])?;
        let wan = stage.network_with("wan", &["--subnet", "33.156.88.0/24", "--gateway", "33.156.88.1"])?;
        let watcher = stage.watch_settings(&json!({}))?;
        let route = "delete default;add default via 33.156.88.1;add 10.0.0.0/8 via 172.20.20.1;\
                     add 192.168.0.0/16 via 172.20.20.1";
        let dualnet = stage
            .run("dualnet")
            .option("--network", &lan.name)
            .label("docker-events.address", "add 10.0.1.4/16 dev eth0")
            .label("docker-events.route", route)
            .create()?;
        wan.connect(&dualnet)?;
        dualnet.order("start", &[])?;
        let inside = stage.inside(&dualnet)?;
        shows(&inside, &["-4", "address", "show", "dev", "eth0"], &["inet 10.0.1.4/16"])?;
        shows(&inside, &["route"], &["10.0.0.0/8 via 172.20.20.1", "192.168.0.0/16 via 172.20.20.1"])?;
        let default = shows(&inside, &["route", "show", "default"], &["via 33.156.88.1"])?;
        ensure!(default.lines().count() == 1, "{default}");
        complains_of(&watcher, &dualnet, &[])
    })
}

#[test]
fn ipv6_comes_by_prefixes() -> Result<()> {
    stage(|stage| {
        let network = stage.network_with("six", &["--ipv6", "--subnet", "fd00:77::/64"])?;
        let watcher = stage.watch_settings(&json!({}))?;
        let web = stage
            .run("web")
            .option("--network", &network.name)
            .label("docker-events.address", "add fd00:77::77/64 dev eth0 nodad")
            .label(
                "docker-events.route",
                "add fd10::/64 via fd00:77::1; add blackhole fd20::/32; -6 add default via fd00:77::1 table 200",
            )
            .label(
                "docker-events.rule",
                "add from fd10::/64 table 200; add to 10.9.0.0/16 table 201; -6 add fwmark 7 table 202",
            )
            .start()?;
        let inside = stage.inside(&web)?;
        let six = ["from fd10::/64 lookup 200", "fwmark 0x7 lookup 202"];
        shows(&inside, &["-6", "rule"], &six)?;
        shows(&inside, &["-6", "address", "show", "dev", "eth0"], &["inet6 fd00:77::77/64"])?;
        shows(&inside, &["-6", "route"], &["fd10::/64 via fd00:77::1", "blackhole fd20::/32"])?;
        shows(&inside, &["-6", "route", "show", "table", "200"], &["default via fd00:77::1"])?;
        let four = shows(&inside, &["-4", "rule"], &["to 10.9.0.0/16 lookup 201"])?;
        ensure!(!four.contains("lookup 200") && !four.contains("lookup 202"), "{four}");
        complains_of(&watcher, &web, &[])
    })
}

#[test]
fn policy_routing_by_source_through_a_table_with_a_name() -> Result<()> {
    stage(|stage| {
        let back = stage.network_with("back", &["--subnet", "10.66.1.0/24"])?;
        // Names are the machine's: this watcher sees others.
        let names = stage.scratch().join("iproute2");
        fs::create_dir(&names)?;
        File::create(names.join("rt_tables"))?
            .write_all(b"100 uplink\n253 default\n254 main\n255 local\n")?;
        let mut elsewhere = command("unshare");
        elsewhere.args(["--mount", "sh", "-c", "mount --bind \"$0\" /etc/iproute2 && exec \"$@\""]);
        elsewhere.arg(&names).arg(program()?.get_program());
        let config = stage.settings(&json!({}))?;
        let watcher = stage.watch_by(elsewhere, &stage.arguments(&["--config", &config]))?;
        watcher.ready()?;

        let device = format!("network:{}", back.name);
        let routes = format!(
            "add default via 10.66.1.1 dev {device} table uplink; add blackhole 10.99.0.0/16 table uplink"
        );
        let web = stage
            .run("web")
            .label("docker-events.route", &routes)
            .label(
                "docker-events.rule",
                "add from 10.66.1.0/24 table uplink; add to 10.99.0.0/16 table uplink",
            )
            .create()?;
        back.connect(&web)?;
        web.order("start", &[])?;
        let inside = stage.inside(&web)?;
        shows(&inside, &["rule"], &["from 10.66.1.0/24 lookup 100", "to 10.99.0.0/16 lookup 100"])?;
        let uplink =
            shows(&inside, &["route", "show", "table", "100"], &["default", "blackhole 10.99.0.0/16"])?;
        let default = format!("default via 10.66.1.1 dev {}", device_with(&inside, "10.66.1.")?);
        ensure!(uplink.contains(&default), "not `{default}`:\n{uplink}");
        complains_of(&watcher, &web, &[])
    })
}

#[test]
fn a_device_by_the_name_of_its_network() -> Result<()> {
    stage(|stage| {
        let (one, two) = (
            stage.network_with("one", &["--subnet", "10.66.1.0/24"])?,
            stage.network_with("two", &["--subnet", "10.66.2.0/24"])?,
        );
        let watcher = stage.watch_settings(&json!({}))?;
        let to = |prefix: &str, network: &str| format!("add {prefix} dev network:{network}");
        let routes = [to("10.1.0.0/16", &one.name), to("10.2.0.0/16", &two.name), to("10.3.0.0/16", "none")];
        let web = stage
            .run("web")
            .option("--network", &two.name)
            .label("docker-events.route", &routes.join("; "))
            .create()?;
        one.connect(&web)?;
        web.order("start", &[])?;
        let inside = stage.inside(&web)?;
        let device = |address: &str| device_with(&inside, address);
        shows(&inside, &["route"], &[&format!("10.1.0.0/16 dev {}", device("10.66.1.")?)])?;
        shows(&inside, &["route"], &[&format!("10.2.0.0/16 dev {}", device("10.66.2.")?)])?;
        settled(stage, &watcher)?;
        complains_of(&watcher, &web, &[&["network-failed", "network:none"]])
    })
}

#[test]
fn two_containers_in_one_namespace_have_what_both_ask_for_once() -> Result<()> {
    stage(|stage| {
        let watcher = stage.watch_settings(&json!({}))?;
        let rule = "add to 10.9.0.0/16 table 100";
        let owner = stage
            .run("owner")
            .label("docker-events.route", "add 10.1.0.0/16 dev eth0")
            .label("docker-events.rule", rule)
            .start()?;
        let guest = stage
            .run("guest")
            .option("--network", &format!("container:{}", owner.id))
            .option("--env", "PORT=8080")
            .label("docker-events.route", "add 10.2.0.0/16 dev eth0; add 10.1.0.0/16 dev eth0")
            .label("docker-events.rule", rule)
            .start()?;
        let inside = stage.inside(&owner)?;
        shows(&inside, &["route"], &["10.1.0.0/16 dev eth0", "10.2.0.0/16 dev eth0"])?;
        settled(stage, &watcher)?;
        ensure!(count(&inside, &["rule"], "10.9.0.0/16")? == 1, "{}", inside.ip(&["rule"])?);
        complains_of(&watcher, &owner, &[])?;
        complains_of(&watcher, &guest, &[])
    })
}

#[test]
fn a_container_without_networks_has_what_needs_none() -> Result<()> {
    stage(|stage| {
        let watcher = stage.watch_settings(&json!({}))?;
        let alone = stage
            .run("alone")
            .option("--network", "none")
            .label("docker-events.route", "add blackhole 10.9.0.0/16; add 10.8.0.0/16 via 10.7.0.1")
            .start()?;
        shows(&stage.inside(&alone)?, &["route"], &["blackhole 10.9.0.0/16"])?;
        settled(stage, &watcher)?;
        complains_of(&watcher, &alone, &[&["network-failed", "`ip route add 10.8.0.0/16 via 10.7.0.1`"]])
    })
}

#[test]
fn a_string_that_fails_keeps_no_other_from_being_done() -> Result<()> {
    stage(|stage| {
        let watcher = stage.watch_settings(&json!({}))?;
        let routes = "add 10.1.0.0/16 dev eth0; add 10.2.0.0/16 via 203.0.113.1; ad 10.4.0.0/16 dev; \
                      add 10.3.0.0/16 dev eth0";
        let web = stage.run("web").label("docker-events.route", routes).start()?;
        let inside = stage.inside(&web)?;
        shows(&inside, &["route"], &["10.1.0.0/16 dev eth0", "10.3.0.0/16 dev eth0"])?;
        settled(stage, &watcher)?;
        let kernel: &[&str] = &[
            "code=\"network-failed\"",
            "label=\"docker-events.route\"",
            "`ip route add 10.2.0.0/16 via 203.0.113.1`: Nexthop has invalid gateway",
        ];
        complains_of(&watcher, &web, &[kernel, &["code=\"network-string\"", "Command line is not complete"]])
    })
}

#[test]
fn with_rollback_a_string_that_fails_leaves_the_namespace_as_it_was() -> Result<()> {
    stage(|stage| {
        let watcher = stage.watch_settings(&json!({ "network": { "onError": "rollback" } }))?;
        let twin = stage.run("twin").start()?;
        let web = stage
            .run("web")
            .label("docker-events.address", "add 10.5.0.1/24 dev eth0")
            .label(
                "docker-events.route",
                "delete default; add 10.1.0.0/16 dev eth0; add 10.2.0.0/16 via 203.0.113.1; add blackhole 10.3.0.0/16",
            )
            .label("docker-events.rule", "add from 10.1.0.0/16 table 100")
            .label("docker-events.host-route", "add 10.88.1.0/24 dev docker0")
            .start()?;
        let unread = stage
            .run("unread")
            .label("docker-events.route", "add blackhole 10.1.0.0/16; add blackhole 10.2.0.0/16 $(touch x)")
            .start()?;
        settled(stage, &watcher)?;
        complains_of(&watcher, &web, &[&["network-failed", "Nexthop has invalid gateway", "taken back"]])?;
        let state = |container: &portolan_tests::Container| -> Result<String> {
            let inside = stage.inside(container)?;
            let text = inside.ip(&["route", "show", "table", "all"])? + &inside.ip(&["rule"])?;
            let text = text + &inside.ip(&["-4", "-oneline", "address", "show", "dev", "eth0"])?;
            let text = text.replace(&container.address("bridge")?, "its own");
            Ok(text.split_once(": eth0").map_or(text.clone(), |(before, after)| {
                format!("{}{after}", before.trim_end_matches(|c: char| c.is_ascii_digit()))
            }))
        };
        ensure!(state(&web)? == state(&twin)?, "{}\n{}", state(&web)?, state(&twin)?);
        let routed = stage.host()?.ip(&["route", "show", "10.88.1.0/24"])?;
        ensure!(routed.is_empty(), "the host has a route of a container that has nothing: {routed}");
        complains_of(&watcher, &unread, &[&["network-"]])?;
        ensure!(state(&unread)? == state(&twin)?, "{}\n{}", state(&unread)?, state(&twin)?);
        Ok(())
    })
}

/// The device that has an address which begins so.
fn device_with(namespace: &NetworkNamespace, address: &str) -> Result<String> {
    let addresses = namespace.ip(&["-4", "-oneline", "address"])?;
    let line = addresses.lines().find(|line| line.contains(&format!("inet {address}")));
    Ok(line.and_then(|line| line.split_whitespace().nth(1)).unwrap_or_default().to_owned())
}
