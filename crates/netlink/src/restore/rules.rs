use std::collections::BTreeSet;

use netlink_packet_core::{NLM_F_EXCL, Parseable};
use netlink_packet_route::rule::RuleMessage;

use super::{DELETE_RULE, NEW_RULE, add, delete, turn};
use crate::plan::rule;
use crate::state::Dumped;
use crate::{Request, State};

/// The rules that a plan may have changed.
pub(super) struct Concerns {
    added: Vec<RuleMessage>,
    /// The rules that are to be there, of all places.
    to_be: Vec<Dumped<RuleMessage>>,
    places: BTreeSet<Place>,
}

/// Where rules stand one after another: family and priority.
type Place = (u8, u32);

impl Concerns {
    /// `now` is what there is before anything is taken back.
    pub(super) fn of(sent: &[&Request], before: &State, now: &State) -> Self {
        let read = |wanted: u16| {
            let of = sent.iter().filter(move |request| request.kind == wanted);
            of.filter_map(|request| RuleMessage::parse(&request.body).ok()).collect::<Vec<_>>()
        };
        let (added, deleted) = (read(NEW_RULE), read(DELETE_RULE));
        let is_added = |rule: &RuleMessage| added.iter().any(|added| rule::is_same(added, rule));
        let is_deleted = |rule: &RuleMessage| deleted.iter().any(|deleted| rule::is_meant(deleted, rule));
        // What somebody else took away stays away, and what they added stays.
        let was = before.rules.iter().filter(|it| is_deleted(&it.message) || is_in(it, &now.rules));
        let others = now.rules.iter().filter(|it| !is_added(&it.message) && !is_in(it, &before.rules));
        let to_be: Vec<_> = was.chain(others).cloned().collect();
        let came = now.rules.iter().map(|it| &it.message).filter(|it| is_added(it));
        let gone = to_be.iter().map(|it| &it.message).filter(|it| is_deleted(it));
        let places = came.chain(gone).map(place).collect();
        Self { added, to_be, places }
    }

    pub(super) fn repairs(&self, now: &State) -> Vec<Request> {
        let mut requests = Vec::new();
        for at in &self.places {
            let there = |it: &&Dumped<RuleMessage>| place(&it.message) == *at;
            let is: Vec<_> = now.rules.iter().filter(there).collect();
            let is_new = |it: &&&Dumped<RuleMessage>| {
                !is_in(it, &self.to_be) && !self.added.iter().any(|added| rule::is_same(added, &it.message))
            };
            let others = is.iter().filter(is_new).copied();
            let to_be: Vec<_> = self.to_be.iter().filter(there).chain(others).collect();
            let (goes, comes) = turn(&is, &to_be, |is, was| is.message == was.message);
            requests.extend(goes.iter().map(|it| delete(DELETE_RULE, with_priority(it))));
            requests.extend(comes.iter().map(|it| add(NEW_RULE, NLM_F_EXCL, it.body.clone())));
        }
        requests
    }
}

/// A rule as the kernel listed it, with its priority also where it is 0: without one, the first that matches is deleted.
///
/// Still another one may be, which has more to it and stands before: it is added again then.
fn with_priority(rule: &Dumped<RuleMessage>) -> Vec<u8> {
    const PRIORITY: u16 = 6;
    let mut body = rule.body.clone();
    if rule::priority(&rule.message) == 0 {
        body.extend([8_u16.to_ne_bytes(), PRIORITY.to_ne_bytes()].concat());
        body.extend(0_u32.to_ne_bytes());
    }
    body
}

fn is_in(rule: &Dumped<RuleMessage>, rules: &[Dumped<RuleMessage>]) -> bool {
    rules.iter().any(|it| it.message == rule.message)
}

fn place(rule: &RuleMessage) -> Place {
    (rule.header.family.into(), rule::priority(rule))
}
