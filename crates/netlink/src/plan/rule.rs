use std::collections::BTreeMap;

use netlink_packet_core::Nla;
use netlink_packet_route::AddressFamily;
use netlink_packet_route::route::RouteProtocol;
use netlink_packet_route::rule::{RuleAction, RuleAttribute, RuleFlags, RuleMessage};

use super::Done;
use super::trial::{Trial, Verdicts};
use crate::{Action, RuleVerb, State};

/// Rules are looked at in order: any two of a family can be in each other's way.
type Key = u8;

pub(super) fn judge(actions: &[Option<&Action>], state: &State, verdicts: &mut Verdicts) {
    let there = state.rules.iter().map(|it| (key(&it.message), it.message.clone()));
    let mut trial = Trial::new(there);
    for (at, action) in actions.iter().enumerate() {
        match action {
            Some(Action::Rule(change)) => {
                // A device that is not there is told when the message is made.
                let Some(wanted) = super::read::<RuleMessage>(change.request(&state.links)) else { continue };
                let key = key(&wanted);
                match change.verb {
                    RuleVerb::Add if trial.has(&key, |there| is_same(&wanted, there)) => {
                        verdicts.put(at, Done::There)
                    }
                    RuleVerb::Add => trial.add(at, key, wanted),
                    RuleVerb::Delete => {
                        if !trial.take(at, &key, |there| is_meant(&wanted, there)) {
                            verdicts.put(at, Done::Gone);
                        }
                    }
                }
            }
            Some(Action::FlushRules(_)) => {
                trial.doubt_all();
                return;
            }
            _ => {}
        }
    }
    for at in trial.undone(is_same) {
        verdicts.put(at, Done::Undone);
    }
}

/// Whether the kernel made the rule itself, as it does those of the tables local, main and default.
pub(super) fn is_the_kernels(rule: &RuleMessage) -> bool {
    rule.attributes.iter().any(|it| matches!(it, RuleAttribute::Protocol(RouteProtocol::Kernel)))
}

/// The kernel's test of whether this is the rule to delete: all that is given must be there, `not` is not looked at.
pub(super) fn is_meant(wanted: &RuleMessage, there: &RuleMessage) -> bool {
    let (wants, has) = (Traits::of(wanted), Traits::of(there));
    let header = |given: u8, found: u8| given == 0 || given == found;
    key(wanted) == key(there)
        && (wanted.header.action == RuleAction::Unspec || wanted.header.action == there.header.action)
        && (wants.table == 0 || wants.table == has.table)
        && header(wanted.header.tos, there.header.tos)
        && header(wanted.header.src_len, there.header.src_len)
        && header(wanted.header.dst_len, there.header.dst_len)
        && wants.priority.is_none_or(|wanted| has.priority.unwrap_or(0) == wanted)
        && wants.protocol.is_none_or(|wanted| has.protocol == Some(wanted))
        && wants.selectors.iter().all(|(kind, value)| has.selectors.get(kind) == Some(value))
}

/// Whether a rule that somebody made does what is wanted, at any priority where none is wanted.
fn is_same(wanted: &RuleMessage, there: &RuleMessage) -> bool {
    let (wants, has) = (Traits::of(wanted), Traits::of(there));
    let invert = |message: &RuleMessage| message.header.flags.contains(RuleFlags::Invert);
    !is_the_kernels(there)
        && key(wanted) == key(there)
        && wanted.header.action == there.header.action
        && wants.table == has.table
        && wanted.header.tos == there.header.tos
        && wanted.header.src_len == there.header.src_len
        && wanted.header.dst_len == there.header.dst_len
        && invert(wanted) == invert(there)
        && wants.priority.is_none_or(|wanted| has.priority.unwrap_or(0) == wanted)
        && wants.selectors == has.selectors
}

fn key(message: &RuleMessage) -> Key {
    u8::from(message.header.family == AddressFamily::Inet6)
}

/// A rule's attributes in a form in which what was asked for and what the kernel tells can be compared.
struct Traits {
    table: u32,
    priority: Option<u32>,
    protocol: Option<u8>,
    /// The bytes of each other attribute, the last where one stands twice.
    selectors: BTreeMap<u16, Vec<u8>>,
}

impl Traits {
    fn of(message: &RuleMessage) -> Self {
        let mut traits = Self {
            table: message.header.table.into(),
            priority: None,
            protocol: None,
            selectors: BTreeMap::new(),
        };
        for attribute in &message.attributes {
            match attribute {
                RuleAttribute::Table(table) => traits.table = *table,
                RuleAttribute::Priority(priority) => traits.priority = Some(*priority),
                RuleAttribute::Protocol(protocol) => traits.protocol = Some((*protocol).into()),
                // How the kernel says that nothing is suppressed.
                RuleAttribute::SuppressPrefixLen(u32::MAX) | RuleAttribute::SuppressIfGroup(u32::MAX) => {}
                other => {
                    let mut value = vec![0; other.value_len()];
                    other.emit_value(&mut value);
                    traits.selectors.insert(other.kind(), value);
                }
            }
        }
        traits.mask();
        traits
    }

    /// A mark without a mask has all bits count, and no mark at all has none.
    fn mask(&mut self) {
        const MARK: u16 = 10;
        const MASK: u16 = 16;
        if let Some(mark) = self.selectors.get(&MARK)
            && !self.selectors.contains_key(&MASK)
            && mark.iter().any(|byte| *byte != 0)
        {
            self.selectors.insert(MASK, vec![0xff; 4]);
        }
    }
}
