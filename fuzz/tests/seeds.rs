//! The laws hold for the seeds, among them the inputs for which one did not.

use std::path::Path;

fn check(target: &str, law: fn(&str)) {
    let texts = portolan_fuzz::texts(&Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target));
    let texts = texts.expect("the target has seeds");
    assert!(texts.len() > 2, "{target} has {} seeds", texts.len());
    for (path, text) in texts {
        println!("{}", path.display());
        law(&text);
    }
}

#[test]
fn agent() {
    check("agent", portolan_fuzz::agent);
}

#[test]
fn labels() {
    check("labels", portolan_fuzz::labels);
}

#[test]
fn compose() {
    check("compose", portolan_fuzz::compose);
}

#[test]
fn inspect() {
    check("inspect", portolan_fuzz::inspect);
}

#[test]
fn constraints() {
    check("constraints", portolan_fuzz::constraints);
}

#[test]
fn template() {
    check("template", portolan_fuzz::template);
}

#[test]
fn netlink() {
    check("netlink", portolan_fuzz::netlink);
}

#[test]
fn kernel() {
    check("kernel", portolan_fuzz::kernel);
}

#[test]
fn proxy() {
    check("proxy", portolan_fuzz::proxy);
}

#[test]
fn state() {
    check("state", portolan_fuzz::state);
}

#[test]
fn origin() {
    check("origin", portolan_fuzz::origin);
}

#[test]
fn hub_path() {
    check("hub_path", portolan_fuzz::hub_path);
}

#[test]
fn hub_body() {
    check("hub_body", portolan_fuzz::hub_body);
}

#[test]
fn rule() {
    check("rule", portolan_fuzz::rule);
}

#[test]
fn places() {
    check("places", portolan_fuzz::places);
}

#[test]
fn findings() {
    check("check", portolan_fuzz::check);
}
