use netlink_packet_core::{NLM_F_ACK, NLM_F_APPEND, NLM_F_CREATE, NLM_F_EXCL, NLM_F_REQUEST};
use netlink_packet_route::address::AddressMessage;
use netlink_packet_route::route::{RouteAttribute, RouteMessage, RouteScope};
use netlink_packet_route::rule::RuleMessage;

use crate::state::Dumped;
use crate::{Error, Plan, Request, Socket, State, TakenBack};

/// How often routes are added once more: one may go through another that comes after it.
const ROUNDS: usize = 4;

const NEW_ADDRESS: u16 = 20;
const DELETE_ADDRESS: u16 = 21;
const NEW_ROUTE: u16 = 24;
const DELETE_ROUTE: u16 = 25;
const NEW_RULE: u16 = 32;
const DELETE_RULE: u16 = 33;

/// Puts the namespace back as it was: what came is deleted, what went is added, in the kernel's own words for it.
///
/// The kernel has no transactions. The difference of two dumps is what a plan did, also where one change brought others about,
/// such as the routes that go with an address.
pub(crate) fn restore(plan: &Plan, before: &State, socket: &mut Socket) -> Result<TakenBack, Error> {
    let now = State::read(socket)?;
    let concerns = Concerns::of(plan);
    let mut back = TakenBack { changes: 0, failures: Vec::new() };
    if concerns.rules {
        let (came, went) = difference(&before.rules, &now.rules, same_rule);
        let mut requests: Vec<_> = came.iter().map(|it| delete(DELETE_RULE, &it.body)).collect();
        requests.extend(went.iter().map(|it| add(NEW_RULE, NLM_F_EXCL, &it.body)));
        back.send(&requests, socket)?;
    }
    if concerns.addresses {
        let (came, went) = difference(&before.addresses, &now.addresses, same_address);
        let mut requests: Vec<_> = came.iter().map(|it| delete(DELETE_ADDRESS, &it.body)).collect();
        requests.extend(went.iter().map(|it| add(NEW_ADDRESS, NLM_F_EXCL, &it.body)));
        back.send(&requests, socket)?;
    }
    if concerns.routes || concerns.addresses {
        // Addresses that came back brought their routes along.
        let now = if concerns.addresses { State::read(socket)? } else { now };
        let (came, _) = difference(&before.routes, &now.routes, same_route);
        back.send(&came.iter().map(|it| delete(DELETE_ROUTE, &it.body)).collect::<Vec<_>>(), socket)?;
        back.routes(before, socket)?;
    }
    Ok(back)
}

impl TakenBack {
    fn send(&mut self, requests: &[Request], socket: &mut Socket) -> Result<(), Error> {
        for answer in socket.send(requests)? {
            if answer.errno == 0 {
                self.changes += 1;
            } else {
                self.failures.push(answer);
            }
        }
        Ok(())
    }

    /// Adds the routes that are missing, those to neighbours first, and again as long as that helps.
    fn routes(&mut self, before: &State, socket: &mut Socket) -> Result<(), Error> {
        for round in 1..=ROUNDS {
            let now = State::read(socket)?;
            let (_, mut went) = difference(&before.routes, &now.routes, same_route);
            if went.is_empty() {
                return Ok(());
            }
            went.sort_by_key(|it| it.message.header.scope == RouteScope::Universe);
            let requests: Vec<_> = went.iter().map(|it| add(NEW_ROUTE, NLM_F_APPEND, &it.body)).collect();
            let mut tried = Self { changes: 0, failures: Vec::new() };
            tried.send(&requests, socket)?;
            self.changes += tried.changes;
            if tried.changes == 0 || round == ROUNDS {
                self.failures.append(&mut tried.failures);
                return Ok(());
            }
        }
        Ok(())
    }
}

/// What kinds of objects a plan changes: the others are not looked at, so that somebody else's changes stay.
struct Concerns {
    addresses: bool,
    routes: bool,
    rules: bool,
}

impl Concerns {
    fn of(plan: &Plan) -> Self {
        let kinds: Vec<u16> = plan.requests().iter().map(|request| request.kind).collect();
        let any = |wanted: [u16; 3]| kinds.iter().any(|kind| wanted.contains(kind));
        Self { addresses: any([20, 21, 22]), routes: any([24, 25, 26]), rules: any([32, 33, 34]) }
    }
}

/// What is in the second list alone, and what is in the first alone.
fn difference<'a, T>(
    before: &'a [Dumped<T>],
    now: &'a [Dumped<T>],
    same: impl Fn(&T, &T) -> bool,
) -> (Vec<&'a Dumped<T>>, Vec<&'a Dumped<T>>) {
    let mut came: Vec<&Dumped<T>> = now.iter().collect();
    let mut went = Vec::new();
    for was in before {
        match came.iter().position(|is| same(&was.message, &is.message)) {
            Some(at) => drop(came.remove(at)),
            None => went.push(was),
        }
    }
    (came, went)
}

fn same_rule(one: &RuleMessage, other: &RuleMessage) -> bool {
    one == other
}

/// Lifetimes tick: they do not count.
fn same_address(one: &AddressMessage, other: &AddressMessage) -> bool {
    use netlink_packet_route::address::AddressAttribute;
    let lasting = |message: &AddressMessage| -> Vec<_> {
        let ticks = |it: &&AddressAttribute| matches!(it, AddressAttribute::CacheInfo(_));
        message.attributes.iter().filter(|it| !ticks(it)).cloned().collect()
    };
    one.header == other.header && lasting(one) == lasting(other)
}

/// Use counts and ages do not count.
fn same_route(one: &RouteMessage, other: &RouteMessage) -> bool {
    let lasting = |message: &RouteMessage| -> Vec<_> {
        let ticks = |it: &&RouteAttribute| matches!(it, RouteAttribute::CacheInfo(_));
        message.attributes.iter().filter(|it| !ticks(it)).cloned().collect()
    };
    one.header == other.header && lasting(one) == lasting(other)
}

fn add(kind: u16, more: u16, body: &[u8]) -> Request {
    Request { kind, flags: NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | more, body: body.to_vec() }
}

fn delete(kind: u16, body: &[u8]) -> Request {
    Request { kind, flags: NLM_F_REQUEST | NLM_F_ACK, body: body.to_vec() }
}
