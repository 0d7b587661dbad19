//! What was done is taken back: the kernel has no transactions.

mod addresses;
mod body;
mod routes;
mod rules;

use netlink_packet_core::{NLM_F_ACK, NLM_F_CREATE, NLM_F_REQUEST};

use crate::{Answer, Error, Plan, Request, Socket, State, Step, TakenBack};

/// How often it is looked what is left to do: taking one thing back may take others away, or let others come back.
const ROUNDS: usize = 5;

const NEW_ADDRESS: u16 = 20;
const DELETE_ADDRESS: u16 = 21;
const NEW_ROUTE: u16 = 24;
const DELETE_ROUTE: u16 = 25;
const NEW_RULE: u16 = 32;
const DELETE_RULE: u16 = 33;

/// Puts the namespace back as it was: what came is deleted, what went is added, in the kernel's own words for it.
///
/// The difference of two dumps is what a plan did, also where one change brought others about, such as the routes that go with
/// an address. Of it, what the plan's messages do not concern is left alone: on the host, somebody else may have been at work.
pub(crate) fn restore(plan: &Plan, before: &State, socket: &mut Socket) -> Result<TakenBack, Error> {
    let sent = sent(plan);
    let mut back = TakenBack { changes: 0, failures: Vec::new() };
    let now = State::read(socket)?;
    let rules = rules::Concerns::of(&sent, before, &now);
    back.rounds(socket, |now| rules.repairs(now))?;
    let addresses = addresses::Concerns::of(&sent);
    back.rounds(socket, |now| addresses.repairs(before, now))?;
    let routes = routes::Concerns::of(&sent, &addresses, before, &now);
    if !routes.is_empty() {
        addresses.wait(before, socket)?;
        back.rounds(socket, |now| routes.repairs(now))?;
    }
    Ok(back)
}

/// What a plan may have changed: the messages that were sent, and those of what a flush found.
fn sent(plan: &Plan) -> Vec<&Request> {
    let mut sent = Vec::new();
    for step in &plan.steps {
        match step {
            Step::Send { request, .. } => sent.push(request),
            Step::Flush { forecast, .. } => sent.extend(forecast),
            Step::Done { .. } | Step::Dangerous(_) | Step::Refused(_) => {}
        }
    }
    sent
}

impl TakenBack {
    /// Repairs as long as that helps. What the kernel refuses at last is a failure.
    fn rounds(&mut self, socket: &mut Socket, repairs: impl Fn(&State) -> Vec<Request>) -> Result<(), Error> {
        let mut before: Vec<Request> = Vec::new();
        let mut refused: Vec<Answer> = Vec::new();
        for round in 0..=ROUNDS {
            let requests = repairs(&State::read(socket)?);
            if requests.is_empty() {
                break;
            }
            // Also what the kernel refuses may have been done in part: all but one of several hops.
            if round == ROUNDS || requests == before {
                self.failures.append(&mut refused);
                break;
            }
            let answers = socket.send(&requests)?;
            self.changes += answers.iter().filter(|answer| answer.is_done()).count();
            refused = answers.into_iter().filter(|answer| !answer.is_done()).collect();
            before = requests;
        }
        Ok(())
    }
}

/// What turns one list into another, whose order counts: what is behind the first difference goes, from the end, and what is
/// to be there comes, one after another.
fn turn<'a, T>(is: &[&'a T], to_be: &[&'a T], same: impl Fn(&T, &T) -> bool) -> (Vec<&'a T>, Vec<&'a T>) {
    let kept = is.iter().zip(to_be).take_while(|(is, to_be)| same(is, to_be)).count();
    let goes = is.iter().skip(kept).rev().copied().collect();
    let comes = to_be.iter().skip(kept).copied().collect();
    (goes, comes)
}

fn add(kind: u16, more: u16, body: Vec<u8>) -> Request {
    Request { kind, flags: NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE | more, body }
}

fn delete(kind: u16, body: Vec<u8>) -> Request {
    Request { kind, flags: NLM_F_REQUEST | NLM_F_ACK, body }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_whose_order_counts() {
        let check = |is: &str, to_be: &str, goes: &str, comes: &str| {
            let (is, to_be): (Vec<char>, Vec<char>) = (is.chars().collect(), to_be.chars().collect());
            let found =
                turn(&is.iter().collect::<Vec<_>>(), &to_be.iter().collect::<Vec<_>>(), |a, b| a == b);
            let text = |all: Vec<&char>| all.into_iter().collect::<String>();
            assert_eq!((text(found.0), text(found.1)), (goes.to_owned(), comes.to_owned()));
        };
        check("", "", "", "");
        check("abc", "abc", "", "");
        check("abc", "ac", "cb", "c");
        check("ac", "abc", "c", "bc");
        check("ab", "", "ba", "");
    }
}
