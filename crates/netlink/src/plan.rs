//! Actions against what a namespace holds: what will be sent, what is there already, what is refused.

pub(crate) mod address;
mod danger;
mod hop;
pub(crate) mod route;
pub(crate) mod rule;
mod trial;
pub(crate) mod way;

pub use danger::{Allow, Danger};

use netlink_packet_core::Parseable;
use netlink_packet_route::address::AddressMessage;
use netlink_packet_route::route::RouteMessage;
use netlink_packet_route::rule::RuleMessage;

use self::trial::Verdicts;
use crate::{
    Action, AddressFilter, Answer, Dumped, Exit, Links, Part, Refusal, Request, RouteFilter, RuleFilter,
    State,
};

/// What becomes of each string of a container in a namespace, in order.
///
/// The same strings a second time come to nothing: what a string adds is there, what it deletes is gone, and a sequence that
/// takes something away and puts it back is left alone, so that there is no gap in between. The exceptions are those of the
/// kernel's own, which are listed [above](crate#what-is-there-already).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// One step a string.
    pub steps: Vec<Step>,
}

/// What becomes of one string.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// It is sent.
    Send {
        /// The message.
        request: Request,
        /// Whether what it adds may be there already, or what it deletes gone, by then: the kernel's word for that is no failure.
        lenient: bool,
    },
    /// All that matches is looked up and deleted.
    Flush {
        /// What matches.
        filter: Box<Filter>,
        /// The question to the kernel.
        dump: Request,
        /// The answers as far as they are known: what would be deleted of what is there now.
        forecast: Vec<Request>,
    },
    /// Nothing is to be done.
    Done {
        /// Why.
        why: Idle,
        /// The message that was not needed.
        request: Option<Request>,
    },
    /// It is not sent, because it would do more harm than one container may.
    Dangerous(Danger),
    /// It cannot be sent: its device is not there.
    Refused(Refusal),
}

/// Why nothing is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Idle {
    /// What it adds is there already.
    There,
    /// What it deletes is not there.
    Gone,
    /// Together with the strings after it, it comes to what is there already.
    Undone,
}

impl Idle {
    /// The same in words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::There => "is there already",
            Self::Gone => "is not there to be deleted",
            Self::Undone => "comes to what is there already, with the strings after it",
        }
    }
}

/// What a flush deletes.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one for each string, and few strings")]
pub enum Filter {
    /// These addresses.
    Addresses(AddressFilter),
    /// These routes.
    Routes(RouteFilter),
    /// These rules.
    Rules(RuleFilter),
}

/// Whose namespace the strings are for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A container's own, or that of another container which it shares.
    Container,
    /// The host's.
    Host,
}

/// Makes a plan for strings of one container that are all for the same namespace.
///
/// `state` is what the namespace holds now; its links have the container's networks.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use portolan_netlink::{Allow, Danger, Kind, Names, Place, State, Step, parts, plan};
///
/// let labels = BTreeMap::from([(Kind::Route.label(), "add blackhole 10.8.0.0/16".to_owned())]);
/// let (parts, _) = parts(&labels, &Names::built_in(), &|_| None);
/// let state = State::default();
/// let made = plan(&parts, &state, Place::Container, Allow::default());
/// assert_eq!(made.requests()[0].name(), "RTM_NEWROUTE");
/// // The same for a container on the host's network.
/// let made = plan(&parts, &state, Place::Host, Allow::default());
/// assert_eq!(made.steps, [Step::Dangerous(Danger::Host)]);
/// ```
pub fn plan(parts: &[Part], state: &State, place: Place, allow: Allow) -> Plan {
    let actions = || parts.iter().map(|part| &part.parsed.action);
    let mut steps: Vec<Option<Step>> =
        parts.iter().map(|part| danger::find(part, state, place, allow).map(Step::Dangerous)).collect();
    let judged: Vec<Option<&Action>> =
        actions().zip(&steps).map(|(action, step)| step.is_none().then_some(action)).collect();
    let mut verdicts = Verdicts::default();
    address::judge(&judged, state, &mut verdicts);
    rule::judge(&judged, state, &mut verdicts);
    let moves = address::moves(&judged, &verdicts);
    route::judge(&judged, state, moves, &mut verdicts);
    for (at, step) in steps.iter_mut().enumerate() {
        let Some(Some(action)) = judged.get(at) else { continue };
        *step = Some(match verdicts.idle(at) {
            Some(why) => {
                let request = match send(action, state, false) {
                    Step::Send { request, .. } => Some(request),
                    _ => None,
                };
                Step::Done { why, request }
            }
            None => send(action, state, verdicts.is_lenient(at)),
        });
    }
    Plan { steps: steps.into_iter().flatten().collect() }
}

/// The step that does what one action says, whatever is there.
pub fn step(action: &Action, state: &State) -> Step {
    send(action, state, false)
}

fn send(action: &Action, state: &State, lenient: bool) -> Step {
    let links = &state.links;
    let request = match action {
        Action::Address(change) => change.request(links),
        Action::Route(change) => change.request(links),
        Action::Rule(change) => change.request(links),
        Action::FlushAddresses(filter) => return flush(Filter::Addresses(filter.clone()), state),
        Action::FlushRoutes(filter) => return flush(Filter::Routes(filter.clone()), state),
        Action::FlushRules(filter) => return flush(Filter::Rules(filter.clone()), state),
    };
    request.map_or_else(Step::Refused, |request| Step::Send { request, lenient })
}

fn flush(filter: Filter, state: &State) -> Step {
    match filter.dump(&state.links) {
        Ok(dump) => {
            let forecast = filter.forecast(state);
            Step::Flush { filter: Box::new(filter), dump, forecast }
        }
        Err(refusal) => Step::Refused(refusal),
    }
}

impl Step {
    /// What `ip` says where the kernel refuses this step: of a flush, that it ends there.
    pub fn failed(&self, answer: &Answer) -> Refusal {
        let (exit, end) = match self {
            Self::Flush { filter, .. } => match **filter {
                Filter::Addresses(_) => (Exit::Unusable, "\nFlush terminated"),
                Filter::Routes(_) => (Exit::Kernel, "\nFlush terminated"),
                Filter::Rules(_) => (Exit::Language, "\nDump terminated"),
            },
            _ => (Exit::Kernel, ""),
        };
        Refusal::new(exit, answer.text() + end, 0..0)
    }
}

impl Filter {
    /// The question to the kernel.
    ///
    /// # Errors
    /// Where its device is not there.
    pub fn dump(&self, links: &Links) -> Result<Request, Refusal> {
        match self {
            Self::Addresses(filter) => filter.dump(links),
            Self::Routes(filter) => filter.dump(links),
            Self::Rules(filter) => filter.dump(links),
        }
    }

    /// What deletes that which matches of what is there now.
    pub fn forecast(&self, state: &State) -> Vec<Request> {
        let Ok(dump) = self.dump(&state.links) else { return Vec::new() };
        let asked = |body: &&[u8]| body.first().is_some_and(|family| is_asked(&dump, *family));
        match self {
            Self::Addresses(_) => self.deletes(bodies(&state.addresses).filter(asked), &state.links),
            Self::Routes(_) => self.deletes(bodies(&state.routes).filter(asked), &state.links),
            Self::Rules(_) => self.deletes(bodies(&state.rules).filter(asked), &state.links),
        }
    }

    /// What deletes that which matches of what the kernel listed.
    pub(crate) fn deletes<'a>(&self, bodies: impl Iterator<Item = &'a [u8]>, links: &Links) -> Vec<Request> {
        let delete = |body: &[u8]| match self {
            Self::Addresses(filter) => {
                let message = AddressMessage::parse(body).ok()?;
                filter.matches(&message, links).then(|| filter.delete(body))
            }
            Self::Routes(filter) => {
                let message = RouteMessage::parse(body).ok()?;
                filter.matches(&message, links).then(|| filter.delete(body))
            }
            Self::Rules(filter) => {
                let message = RuleMessage::parse(body).ok()?;
                filter.matches(&message, links).then(|| filter.delete(body))
            }
        };
        bodies.filter_map(delete).collect()
    }

    /// How often it is looked again for what is left: deleting one thing may bring up another.
    pub(crate) fn rounds(&self) -> usize {
        match self {
            Self::Addresses(filter) if filter.once() => 1,
            Self::Routes(filter) if !filter.is_dumped() => 0,
            Self::Addresses(_) | Self::Routes(_) => 10,
            Self::Rules(_) => 1,
        }
    }
}

fn bodies<T>(all: &[Dumped<T>]) -> impl Iterator<Item = &[u8]> {
    all.iter().map(|it| it.body.as_slice())
}

/// Whether a question to the kernel is for what is of this family: a filter tells nothing of those that it does not ask for.
fn is_asked(dump: &Request, family: u8) -> bool {
    dump.body.first().is_none_or(|asked| *asked == 0 || *asked == family)
}

/// A message that is to be sent, to be compared with those that the kernel lists; `None` where it cannot be made.
fn read<T: Parseable<[u8]>>(request: Result<Request, Refusal>) -> Option<T> {
    T::parse(&request.ok()?.body).ok()
}

impl Plan {
    /// All messages that are to be sent, as far as they are known: those of a flush are of what is there now.
    pub fn requests(&self) -> Vec<&Request> {
        let mut requests = Vec::new();
        for step in &self.steps {
            match step {
                Step::Send { request, .. } => requests.push(request),
                Step::Flush { dump, forecast, .. } => {
                    requests.push(dump);
                    requests.extend(forecast);
                }
                Step::Done { .. } | Step::Dangerous(_) | Step::Refused(_) => {}
            }
        }
        requests
    }

    /// Whether nothing is to be sent.
    pub fn is_empty(&self) -> bool {
        self.requests().is_empty()
    }
}
