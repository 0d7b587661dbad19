use std::collections::BTreeMap;

use netlink_packet_core::Nla;
use netlink_packet_route::AddressFamily;
use netlink_packet_route::route::RouteProtocol;
use netlink_packet_route::rule::{RuleAction, RuleAttribute, RuleFlags, RuleMessage};

use super::Idle;
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
                    RuleVerb::Add if trial.find(&key, |there| is_same(&wanted, there)).is_some() => {
                        verdicts.put(at, Idle::There);
                    }
                    RuleVerb::Add => add(at, key, wanted, &mut trial),
                    RuleVerb::Delete => {
                        if !trial.take(at, &key, |there| is_meant(&wanted, there)) {
                            verdicts.put(at, Idle::Gone);
                        }
                    }
                }
            }
            Some(Action::FlushRules(filter)) => {
                // A device that is not there is told when it is asked for.
                let Ok(dump) = filter.dump(&state.links) else { continue };
                let matches = |rule: &RuleMessage| {
                    super::is_asked(&dump, rule.header.family.into()) && filter.matches(rule, &state.links)
                };
                let gone = trial.take_all(at, true, matches) == 0;
                if gone && state.unread == 0 {
                    verdicts.put(at, Idle::Gone);
                }
            }
            _ => {}
        }
    }
    for at in trial.undone(|_| Some(()), is_same) {
        verdicts.put(at, Idle::Undone);
    }
}

/// Adds a rule where the kernel does: behind those of the same priority, and without one before all but the first.
fn add(at: usize, key: Key, mut wanted: RuleMessage, trial: &mut Trial<Key, RuleMessage>) {
    let second = trial.all(&key).nth(1).map(priority);
    match Traits::of(&wanted).priority {
        Some(priority) => {
            trial.insert(at, key, wanted, |there| self::priority(there) > priority);
        }
        None => {
            let given = second.unwrap_or(0).saturating_sub(1);
            wanted.attributes.push(RuleAttribute::Priority(given));
            trial.insert(at, key, wanted, |there| self::priority(there) > given);
        }
    }
}

/// A rule's place among others.
pub(crate) fn priority(rule: &RuleMessage) -> u32 {
    Traits::of(rule).priority.unwrap_or(0)
}

/// Whether the kernel made the rule itself, as it does those of the tables local, main and default.
pub(super) fn is_the_kernels(rule: &RuleMessage) -> bool {
    rule.attributes.iter().any(|it| matches!(it, RuleAttribute::Protocol(RouteProtocol::Kernel)))
}

/// The kernel's test of whether this is the rule to delete: all that is given must be there, `not` is not looked at.
pub(crate) fn is_meant(wanted: &RuleMessage, there: &RuleMessage) -> bool {
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
        // Where a `goto` goes is not looked at.
        && wants.selectors.iter().all(|(kind, value)| *kind == GOTO || has.selectors.get(kind) == Some(value))
}

/// `FRA_GOTO`.
const GOTO: u16 = 4;

/// Whether a rule that somebody made does what is wanted, at any priority where none is wanted.
pub(crate) fn is_same(wanted: &RuleMessage, there: &RuleMessage) -> bool {
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
        traits.selectors.retain(|kind, value| !is_all(*kind, value));
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

/// Whether an attribute of this kind selects all packets, so that the kernel tells it or not as it likes.
fn is_all(kind: u16, value: &[u8]) -> bool {
    /// Mark, tunnel, realms, mark's mask, VRF, transport protocol and ports: what is 0 is not looked at.
    const NOTHING: [u16; 8] = [10, 12, 11, 16, 19, 22, 23, 24];
    match kind {
        // The masks of flow label, of ports and of DSCP, which newer kernels tell with those.
        27 => value == 0xf_ffff_u32.to_be_bytes(),
        28 | 29 => value == [0xff; 2],
        30 => value == [0x3f],
        kind => NOTHING.contains(&kind) && value.iter().all(|byte| *byte == 0),
    }
}

#[cfg(test)]
mod tests {
    use netlink_packet_core::DefaultNla;
    use netlink_packet_route::rule::{RulePortRange, RuleUidRange};

    use super::*;

    fn rule(attributes: &[RuleAttribute]) -> RuleMessage {
        let mut message = RuleMessage::default();
        message.header.family = AddressFamily::Inet;
        message.header.table = 100;
        message.header.action = RuleAction::ToTable;
        message.attributes = attributes.to_vec();
        message
    }

    /// Whether a rule that is wanted is there, where the kernel tells this of one.
    #[track_caller]
    fn check(wanted: &[RuleAttribute], told: &[RuleAttribute], expected: bool) {
        let of_all = [
            RuleAttribute::Table(100),
            RuleAttribute::SuppressPrefixLen(u32::MAX),
            RuleAttribute::Protocol(RouteProtocol::Unspec),
            RuleAttribute::Priority(32_765),
        ];
        let there = rule(&[&of_all, told].concat());
        assert_eq!(is_same(&rule(wanted), &there), expected, "{wanted:?}, {told:?}");
    }

    #[test]
    fn what_the_kernel_adds_makes_no_other_rule() {
        let port = || RuleAttribute::DestinationPortRange(RulePortRange { start: 443, end: 443 });
        let mask = |kind, value: &[u8]| RuleAttribute::Other(DefaultNla::new(kind, value.to_vec()));
        check(&[port()], &[port()], true);
        // Since Linux 6.15.
        check(&[port()], &[port(), mask(29, &[0xff, 0xff])], true);
        check(&[port()], &[port(), mask(29, &[0xff, 0])], false);
        let mark = || RuleAttribute::FwMark(1);
        check(&[mark()], &[mark(), RuleAttribute::FwMask(u32::MAX)], true);
        check(&[mark()], &[mark(), RuleAttribute::FwMask(0xff)], false);
        check(&[RuleAttribute::FwMark(0)], &[], true);
        check(&[RuleAttribute::SuppressPrefixLen(0)], &[], false);
        let root = RuleAttribute::UidRange(RuleUidRange { start: 0, end: 0 });
        check(&[root], &[], false);
        check(&[RuleAttribute::Priority(32_765)], &[], true);
        check(&[RuleAttribute::Priority(7)], &[], false);
    }
}
