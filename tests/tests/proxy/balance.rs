use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use anyhow::{Result, ensure};

use crate::backend::{echo, echo_at};
use crate::client::get;
use crate::stage::stage;

#[test]
fn containers_with_one_link_share_its_route() -> Result<()> {
    stage(|mut stage| {
        stage.container("a", echo("a")?, &[("proxy.*.load_balance.link", "shared")]);
        stage.container(
            "b",
            echo_at("b", Ipv4Addr::new(127, 0, 0, 2))?,
            &[("proxy.*.load_balance.link", "shared")],
        );
        let proxy = stage.start()?;
        proxy.answers("shared.test", "/", &[], |answer| answer.backend() == "a")?;
        proxy.answers("shared.test", "/", &[], |answer| answer.backend() == "b")?;
        proxy.status("a.test", 404)
    })
}

/// Neither was served before.
#[test]
fn of_two_containers_that_differ_the_later_one_keeps_the_alias() -> Result<()> {
    stage(|mut stage| {
        let one = [("proxy.aliases", "shared")];
        let other = [one[0], ("proxy.*.middlewares.response.set_headers", "X-Which: later")];
        stage.container("a", echo("a")?, &one);
        stage.container("b", echo_at("b", Ipv4Addr::new(127, 0, 0, 2))?, &other);
        let proxy = stage.start()?;
        for _ in 0..8 {
            let answer = proxy.answers("shared.test", "/", &[], |answer| answer.status == 200)?;
            ensure!(answer.backend() == "b" && answer.header("X-Which") == Some("later"), "{answer:?}");
        }
        Ok(())
    })
}

#[test]
fn a_client_stays_where_its_cookie_says() -> Result<()> {
    stage(|mut stage| {
        let sticky = "link: shared\nsticky: true\nsticky_max_age: 1h";
        stage.container("a", echo("a")?, &[("proxy.*.load_balance", sticky)]);
        stage.container("b", echo_at("b", Ipv4Addr::new(127, 0, 0, 2))?, &[("proxy.*.load_balance", sticky)]);
        let proxy = stage.start()?;
        let mut cookies = BTreeMap::new();
        for wanted in ["a", "b"] {
            let answer = proxy.answers("shared.test", "/", &[], |answer| answer.backend() == wanted)?;
            let set = answer.header("Set-Cookie").unwrap_or_default().to_owned();
            for part in ["godoxy_lb_sticky=", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=3600"] {
                ensure!(set.contains(part), "{part}: {set}");
            }
            cookies.insert(wanted, set.split(';').next().unwrap_or_default().to_owned());
        }
        for (wanted, cookie) in cookies {
            for _ in 0..8 {
                let answer = get(proxy.traefik.web, "shared.test", "/", &[&format!("Cookie: {cookie}")])?;
                ensure!(answer.backend() == wanted, "{wanted}: {answer:?}");
            }
        }
        Ok(())
    })
}

#[test]
fn weights_are_heeded() -> Result<()> {
    stage(|mut stage| {
        let weighted = |weight| format!("link: shared\nmode: round_robin\nweight: {weight}");
        stage.container("a", echo("a")?, &[("proxy.*.load_balance", &weighted(3))]);
        stage.container(
            "b",
            echo_at("b", Ipv4Addr::new(127, 0, 0, 2))?,
            &[("proxy.*.load_balance", &weighted(1))],
        );
        let proxy = stage.start()?;
        proxy.answers("shared.test", "/", &[], |answer| answer.status == 200)?;
        let mut count = BTreeMap::<String, usize>::new();
        for _ in 0..40 {
            *count
                .entry(get(proxy.traefik.web, "shared.test", "/", &[])?.backend().to_owned())
                .or_default() += 1;
        }
        ensure!(count["a"] == 30 && count["b"] == 10, "{count:?}");
        Ok(())
    })
}

#[test]
fn by_its_address_a_client_stays_with_one() -> Result<()> {
    stage(|mut stage| {
        let by_address = "link: shared\nmode: iphash";
        stage.container("a", echo("a")?, &[("proxy.*.load_balance", by_address)]);
        stage.container(
            "b",
            echo_at("b", Ipv4Addr::new(127, 0, 0, 2))?,
            &[("proxy.*.load_balance", by_address)],
        );
        let proxy = stage.start()?;
        let first = proxy.answers("shared.test", "/", &[], |answer| answer.status == 200)?;
        for _ in 0..10 {
            let answer = get(proxy.traefik.web, "shared.test", "/", &[])?;
            ensure!(answer.backend() == first.backend(), "{answer:?}");
        }
        Ok(())
    })
}

#[test]
fn the_less_busy_of_two_is_taken() -> Result<()> {
    stage(|mut stage| {
        let least = "link: shared\nmode: leastconn";
        stage.container("a", echo("a")?, &[("proxy.*.load_balance", least)]);
        stage.container("b", echo_at("b", Ipv4Addr::new(127, 0, 0, 2))?, &[("proxy.*.load_balance", least)]);
        let proxy = stage.start()?;
        ensure!(proxy.file.contains("strategy: p2c"), "{}", proxy.file);
        proxy.answers("shared.test", "/", &[], |answer| answer.status == 200).map(drop)
    })
}

#[test]
fn a_container_that_is_not_well_is_left_out() -> Result<()> {
    stage(|mut stage| {
        let checked = |path: &str| format!("path: {path}\ninterval: 1s\nuse_get: true");
        let gone = {
            // Nobody listens there once this is done.
            let listener = std::net::TcpListener::bind((Ipv4Addr::new(127, 0, 0, 3), 0))?;
            listener.local_addr()?
        };
        for (name, at) in [("a", echo("a")?), ("gone", gone)] {
            stage.container(
                name,
                at,
                &[("proxy.*.load_balance.link", "shared"), ("proxy.*.healthcheck", &checked("/health"))],
            );
        }
        let proxy = stage.start()?;
        let settled = || -> Result<()> {
            for _ in 0..8 {
                let answer = get(proxy.traefik.web, "shared.test", "/", &[])?;
                ensure!(answer.backend() == "a", "{answer:?}");
            }
            Ok(())
        };
        portolan_tests::eventually("the one that is gone is left out", settled)
    })
}
