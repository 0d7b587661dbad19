//! Ours, as `docker-watcher net --as-ip` does it, without the program around it: 20 times as fast.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};
use netlink_packet_route::AddressFamily;
use portolan_netlink::{
    Context, Dialect, Done, Error, Names, Namespace, Object, OnError, Parsed, Plan, Refusal, Socket, State,
    carry_out, parse, step, system,
};
use portolan_tests::netns::{Told, Topology};

use crate::sequence::Call;

/// What a string may take; far more than any does.
const TIMEOUT: Duration = Duration::from_secs(30);

/// The names that stand for numbers where the calling thread is.
pub(crate) fn names() -> Names {
    system::names(Path::new("/")).0
}

/// Carries out one call in a topology.
pub(crate) fn call(topology: &Topology, names: &Names, call: &Call) -> Result<Told> {
    let object = match call.kind.as_str() {
        "address" => Object::Address,
        "route" => Object::Route,
        "rule" => Object::Rule,
        other => bail!("no object `{other}`"),
    };
    let family = match call.option {
        Some("-4") => AddressFamily::Inet,
        Some("-6") => AddressFamily::Inet6,
        _ => AddressFamily::Unspec,
    };
    let parsed = parse(object, &call.text, Context { names, dialect: Dialect::Ip, family });
    let namespace = Namespace::open(topology.path())?;
    Ok(namespace.run(TIMEOUT, |socket| act(parsed, socket))??)
}

fn act(parsed: Result<Parsed, Refusal>, socket: &mut Socket) -> Result<Told, Error> {
    let state = State::read(socket)?;
    let refused = |refusal: Refusal| {
        let Refusal { exit, text, .. } = refusal.in_namespace(&state.links);
        Told { exit: exit.code(), text }
    };
    let Parsed { action, warnings } = match parsed {
        Ok(parsed) => parsed,
        Err(refusal) => return Ok(refused(refusal)),
    };
    let plan = Plan { steps: vec![step(&action, &state)] };
    let outcome = carry_out(&plan, socket, &state, OnError::Continue)?;
    let mut told = Told { exit: 0, text: warnings.join("\n") };
    for (done, step) in outcome.steps.into_iter().zip(&plan.steps) {
        let more = match done {
            Done::Failed(answer) => refused(step.failed(&answer)),
            Done::Refused(refusal) => refused(refusal),
            _ => continue,
        };
        told = Told { exit: more.exit, text: format!("{}\n{}", told.text, more.text).trim().to_owned() };
    }
    Ok(told)
}
