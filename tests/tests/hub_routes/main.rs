//! Each route of a hub is served by its own rule in a real Traefik, in every spelling of its path, and by no other.

mod generator;

use std::collections::BTreeMap;
use std::env;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, anyhow, ensure};
use portolan_tests::{Backends, add, hub_proxy_with, request};

use generator::{Generator, decoded, spellings};

/// How many routes one Traefik has: it looks through all of them for each request.
const TOGETHER: usize = 500;

/// How many requests are on their way at once: as many as a hub has, and more.
const AT_ONCE: usize = 16;

#[test]
fn a_name_may_be_anything_that_a_hub_lets_pass() -> Result<()> {
    let names = [
        "zoe",
        "Zoe",
        "a+b@x.org",
        "has blank",
        "ünï☃",
        "back`tick",
        "qu\"o'te",
        "{{ x",
        "}}",
        "a||b",
        "a && b",
        "!a",
        "a,b",
        "(a)",
        "a*",
        "a;b",
        "a:b",
        "$a",
        "[a]",
        "a=b",
        "a?b",
        "a#b",
        "a%b",
        "a%2Bb",
        "a\\b",
        "a|b",
        "<a>",
        "a^b",
        "~a",
        "a_b",
        "a-b",
        "..a",
        "PathPrefix(`/`)",
        ".*",
        "a{1}",
        "\u{202e}a",
    ];
    check(&names.map(|name| format!("/user/{name}"))).map(drop)
}

#[test]
fn random_routes_are_served_by_their_own_rules() -> Result<()> {
    let number = |variable: &str| env::var(variable).ok().map(|number| number.parse()).transpose();
    let seed = match number("PORTOLAN_SEED")? {
        Some(seed) => seed,
        None => u64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_micros())?,
    };
    let count = usize::try_from(number("PORTOLAN_ROUTES")?.unwrap_or(300))?;
    let mut generator = Generator::new(seed);
    let mut routes = std::collections::BTreeSet::new();
    while routes.len() < count {
        routes.insert(generator.route());
    }
    let routes: Vec<_> = routes.into_iter().collect();
    let mut asked = 0;
    for routes in routes.chunks(TOGETHER) {
        asked += check(routes).with_context(|| format!("PORTOLAN_SEED={seed} PORTOLAN_ROUTES={count}"))?;
    }
    println!("{count} routes, {asked} requests");
    Ok(())
}

/// Adds these routes, each with a server of its own, and asks for each in all spellings, for what is below it and beside it; how often it
/// has asked.
fn check(routes: &[String]) -> Result<usize> {
    let asked = AtomicUsize::new(0);
    hub_proxy_with(&["--served-within", "60"], |proxy| {
        proxy.ready()?;
        let backends = Backends::start()?;
        let numbered: Vec<(u16, &String)> = (0..=u16::MAX).zip(routes).collect();
        in_parallel(&numbered, |(number, route)| {
            add(&spellings(route)[0], &backends.url(*number)).with_context(|| format!("`{route}`"))
        })?;
        let table: BTreeMap<&str, u16> =
            numbered.iter().map(|(number, route)| (route.as_str(), *number)).collect();
        in_parallel(&numbered, |(_, route)| {
            for path in [(*route).clone(), format!("{route}/"), format!("{route}/x y"), format!("{route}x")] {
                for spelling in spellings(&path) {
                    let answer = request(
                        portolan_tests::HubProxy::PUBLIC,
                        &format!("GET {spelling} HTTP/1.0\r\nHost: hub.test\r\n\r\n"),
                    )?;
                    asked.fetch_add(1, Ordering::Relaxed);
                    let expected = takes(&table, &path);
                    let served = (answer.status == 200)
                        .then(|| answer.body.split(' ').next()?.parse::<u16>().ok())
                        .flatten();
                    ensure!(
                        served == expected,
                        "`{spelling}` ({path:?}) is to be served by {expected:?}: {answer:?}"
                    );
                    if expected.is_some() {
                        // Traefik itself writes some escapes in another way.
                        let passed = answer.body.split_once(' ').map(|(_, path)| decoded(path));
                        ensure!(
                            passed.as_deref() == Some(path.as_bytes()),
                            "`{spelling}` is passed on as {answer:?}"
                        );
                    }
                }
            }
            Ok(())
        })
    })?;
    Ok(asked.into_inner())
}

/// Which server is to take a decoded path: that of the longest route which is the path or a folder above it.
fn takes(table: &BTreeMap<&str, u16>, path: &str) -> Option<u16> {
    let above = path.match_indices('/').map(|(at, _)| &path[..at]);
    let mut candidates: Vec<&str> = above.chain([path]).filter(|candidate| !candidate.is_empty()).collect();
    candidates.reverse();
    candidates.into_iter().find_map(|candidate| table.get(candidate).copied())
}

/// Does a work for all of them, several at once; the threads are in the network of the caller.
fn in_parallel<T: Sync>(items: &[T], work: impl Fn(&T) -> Result<()> + Sync) -> Result<()> {
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let workers: Vec<_> = (0..AT_ONCE)
            .map(|_| {
                scope.spawn(|| {
                    while let Some(item) = items.get(next.fetch_add(1, Ordering::Relaxed)) {
                        work(item)?;
                    }
                    Ok(())
                })
            })
            .collect();
        workers.into_iter().try_for_each(|worker| worker.join().map_err(|_| anyhow!("a thread panicked"))?)
    })
}
