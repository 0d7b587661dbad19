use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use nix::errno::Errno;
use portolan_container::{Attachment, Container, Diagnostic};

use crate::carry_out::{Done, OnError, Outcome, carry_out};
use crate::codes::{FAILED, NO_ENTRY};
use crate::plan::{Allow, Place, Plan, Step, plan};
use crate::{
    Answer, Error, Exit, Home, Inside, Kind, Namespace, Part, Request, Socket, State, host_namespace,
};

/// How a container's labels are carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conditions {
    /// Where the proc file system of the engine's host is mounted.
    pub proc: PathBuf,
    /// How long the changes in one namespace may take.
    pub timeout: Duration,
    /// What happens after a failure.
    pub on_error: OnError,
    /// The dangers that labels may bring about.
    pub allow: Allow,
}

impl Default for Conditions {
    fn default() -> Self {
        Self {
            proc: PathBuf::from("/proc"),
            timeout: Duration::from_secs(5),
            on_error: OnError::default(),
            allow: Allow::default(),
        }
    }
}

/// What came of a container's labels.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Applied {
    /// What was done, in the words of `ip`.
    pub done: Vec<String>,
    /// What could not be done, with the container's name.
    pub diagnostics: Vec<Diagnostic>,
    /// Whether the container ended while this was done: what failed is of no concern then, and is not told.
    pub ended: bool,
    /// The messages that added routes to the host, and those that did not need to.
    pub host: HostRoutes,
    /// The code with which `ip` would have exited at the first failure.
    pub exit: Option<Exit>,
}

/// Routes on the host that labels ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostRoutes {
    /// Those that were added.
    pub added: Vec<Request>,
    /// Those that were there already.
    pub there: Vec<Request>,
}

/// Carries out what a container's labels ask for, in its namespace and in the host's.
///
/// A second time it does nothing, unless something has changed there in between.
///
/// ```
/// use std::collections::BTreeMap;
///
/// use portolan_container::Container;
/// use portolan_netlink::{Conditions, Kind, Names, apply, parts};
///
/// let labels = BTreeMap::from([(Kind::Route.label(), "add 10.8.0.0/16 via 10.0.0.1".to_owned())]);
/// let (parts, diagnostics) = parts(&labels, &Names::built_in(), &|_| None);
/// assert!(diagnostics.is_empty());
/// // A container that does not run, or no longer: nothing is done, and nothing is amiss.
/// let container = Container { name: "web".to_owned(), labels, pid: None, ..Container::default() };
/// let applied = apply(&container, &parts, &Conditions::default());
/// assert!(applied.ended && applied.done.is_empty() && applied.diagnostics.is_empty());
/// ```
pub fn apply(container: &Container, parts: &[Part], conditions: &Conditions) -> Applied {
    apply_from(None, container, parts, conditions)
}

/// [`apply`], on the calling thread where that has a home to come back to.
pub(crate) fn apply_from(
    home: Option<&Home>,
    container: &Container,
    parts: &[Part],
    conditions: &Conditions,
) -> Applied {
    let mut applied = Applied::default();
    let (host, inside): (Vec<Part>, Vec<Part>) =
        parts.iter().cloned().partition(|part| part.kind == Kind::HostRoute);
    if !inside.is_empty() {
        let found = Inside::find_from(home, container, conditions);
        let attachments = &container.attachments;
        match found.and_then(|it| {
            Ok((run(home, &it.namespace, &inside, it.place, attachments, conditions)?, it.process))
        }) {
            Ok(((plan, outcome), process)) => {
                applied.take(&inside, &plan, outcome);
                applied.ended = process.namespace().is_err_and(|error| error.is_gone());
            }
            Err(error) if error.is_gone() => applied.ended = true,
            Err(error) => applied.fail(&error),
        }
    }
    // All or nothing: what failed inside keeps the host as it is.
    let undone = conditions.on_error == OnError::Rollback && !applied.diagnostics.is_empty();
    if !host.is_empty() && !applied.ended && !undone {
        let outcome = host_namespace(&conditions.proc)
            .and_then(|namespace| run(home, &namespace, &host, Place::Host, &BTreeMap::new(), conditions));
        match outcome {
            Ok((plan, outcome)) => applied.take(&host, &plan, outcome),
            Err(error) => applied.fail(&error),
        }
    }
    if applied.ended {
        applied.diagnostics.clear();
    }
    for diagnostic in &mut applied.diagnostics {
        diagnostic.container = Some(container.name.clone());
    }
    applied
}

/// Carries out strings in a namespace that is known already: what [`apply`] does once it has found one.
///
/// `attachments` are those of the container, by which devices are found. Diagnostics are without a container's name.
///
/// # Errors
/// Where the namespace cannot be entered or the kernel cannot be asked.
pub fn apply_in(
    namespace: &Namespace,
    place: Place,
    parts: &[Part],
    attachments: &BTreeMap<String, Attachment>,
    conditions: &Conditions,
) -> Result<Applied, Error> {
    let (plan, outcome) = run(None, namespace, parts, place, attachments, conditions)?;
    let mut applied = Applied::default();
    applied.take(parts, &plan, outcome);
    Ok(applied)
}

/// Tells what [`apply_in`] would do.
///
/// # Errors
/// As [`apply_in`].
pub fn forecast_in(
    namespace: &Namespace,
    place: Place,
    parts: &[Part],
    attachments: &BTreeMap<String, Attachment>,
    conditions: &Conditions,
) -> Result<Plan, Error> {
    namespace.run(conditions.timeout, |socket| {
        Ok(plan(parts, &read(socket, attachments)?, place, conditions.allow))
    })?
}

/// Tells what [`apply`] would do: the plan of each namespace, with the strings that it is for, and what keeps it from being made.
pub fn forecast(
    container: &Container,
    parts: &[Part],
    conditions: &Conditions,
) -> Vec<Result<(Vec<Part>, Plan), Diagnostic>> {
    let (host, inside): (Vec<Part>, Vec<Part>) =
        parts.iter().cloned().partition(|part| part.kind == Kind::HostRoute);
    let mut plans = Vec::new();
    let mut push = |parts: Vec<Part>, made: Result<Plan, Error>| {
        plans.push(match made {
            Ok(plan) => Ok((parts, plan)),
            Err(error) => Err(no_entry(&error).in_container(&container.name)),
        });
    };
    if !inside.is_empty() {
        let made = Inside::find(container, conditions)
            .and_then(|it| forecast_in(&it.namespace, it.place, &inside, &container.attachments, conditions));
        push(inside, made);
    }
    if !host.is_empty() {
        let made = host_namespace(&conditions.proc)
            .and_then(|namespace| forecast_in(&namespace, Place::Host, &host, &BTreeMap::new(), conditions));
        push(host, made);
    }
    plans
}

/// Deletes routes on the host that were added before. What is gone already is no failure.
///
/// Gives those that the kernel refused to delete, and what it said.
///
/// # Errors
/// Where the host's namespace cannot be entered: then all are still there.
pub fn withdraw(added: &[Request], conditions: &Conditions) -> Result<Vec<(Request, Answer)>, Error> {
    withdraw_from(None, added, conditions)
}

/// [`withdraw`], on the calling thread where that has a home to come back to.
pub(crate) fn withdraw_from(
    home: Option<&Home>,
    added: &[Request],
    conditions: &Conditions,
) -> Result<Vec<(Request, Answer)>, Error> {
    let namespace = host_namespace(&conditions.proc)?;
    withdraw_at(home, &namespace, added, conditions)
}

/// Deletes routes in a namespace that is known already: what [`withdraw`] does on the host.
///
/// # Errors
/// As [`apply_in`].
pub fn withdraw_in(
    namespace: &Namespace,
    added: &[Request],
    conditions: &Conditions,
) -> Result<Vec<(Request, Answer)>, Error> {
    withdraw_at(None, namespace, added, conditions)
}

fn withdraw_at(
    home: Option<&Home>,
    namespace: &Namespace,
    added: &[Request],
    conditions: &Conditions,
) -> Result<Vec<(Request, Answer)>, Error> {
    let requests: Vec<Request> = added.iter().map(Request::inverse).collect();
    let work = |socket: &mut Socket| socket.send(&requests);
    let answers = match home {
        Some(home) => home.visit(namespace, conditions.timeout, work)??,
        None => namespace.run(conditions.timeout, work)??,
    };
    let gone = [0, Errno::ESRCH as i32, Errno::ENODEV as i32];
    let answered = added.iter().cloned().zip(answers);
    Ok(answered.filter(|(_, answer)| !gone.contains(&answer.errno)).collect())
}

/// What a namespace holds, with the networks by which its links are attached.
///
/// # Errors
/// Where the kernel cannot be asked.
pub fn read(socket: &mut Socket, attachments: &BTreeMap<String, Attachment>) -> Result<State, Error> {
    let mut state = State::read(socket)?;
    let addresses = state.addresses_of_links();
    state.links = std::mem::take(&mut state.links).with_networks(attachments, &addresses);
    Ok(state)
}

fn run(
    home: Option<&Home>,
    namespace: &Namespace,
    parts: &[Part],
    place: Place,
    attachments: &BTreeMap<String, Attachment>,
    conditions: &Conditions,
) -> Result<(Plan, Outcome), Error> {
    let work = |socket: &mut Socket| {
        let state = read(socket, attachments)?;
        let plan = plan(parts, &state, place, conditions.allow);
        let outcome = carry_out(&plan, socket, &state, conditions.on_error)?;
        Ok((plan, outcome))
    };
    match home {
        Some(home) => home.visit(namespace, conditions.timeout, work)?,
        None => namespace.run(conditions.timeout, work)?,
    }
}

impl Applied {
    fn take(&mut self, parts: &[Part], plan: &Plan, outcome: Outcome) {
        let taken_back = outcome.taken_back;
        for ((part, step), done) in parts.iter().zip(&plan.steps).zip(outcome.steps) {
            self.take_one(part, step, done, taken_back.is_some());
        }
        let Some(back) = taken_back else { return };
        for answer in back.failures {
            let message = format!("the namespace is not wholly as it was before: {}", answer.text());
            self.diagnostics.push(Diagnostic::error(FAILED, message));
        }
    }

    fn take_one(&mut self, part: &Part, step: &Step, done: Done, taken_back: bool) {
        let on_host = part.kind == Kind::HostRoute;
        match (done, step) {
            (Done::Did, Step::Send { request, .. }) if !taken_back => {
                if on_host && request.kind == Request::NEW_ROUTE {
                    self.host.added.push(request.clone());
                }
                self.done.push(part.command());
            }
            (Done::Did, _) if !taken_back => self.done.push(part.command()),
            (Done::Nothing, Step::Done { request: Some(request), .. }) if on_host => {
                self.host.there.push(request.clone());
            }
            (Done::Failed(answer), _) => {
                self.exit.get_or_insert(Exit::Kernel);
                self.diagnostics.push(failed(part, &answer, taken_back));
            }
            (Done::Refused(refusal), _) => {
                self.exit.get_or_insert(refusal.exit);
                let message = format!("`{}`: {}", part.command(), refusal.text);
                let diagnostic = Diagnostic::error(FAILED, message).at(part.place());
                self.diagnostics.push(match refusal.help {
                    Some(help) => diagnostic.with_help(help),
                    None => diagnostic,
                });
            }
            (Done::Dangerous(danger), _) => {
                self.exit.get_or_insert(Exit::Unusable);
                self.diagnostics.push(danger.diagnostic(part));
            }
            (Done::Did | Done::Nothing | Done::Skipped, _) => {}
        }
    }

    fn fail(&mut self, error: &Error) {
        self.diagnostics.push(no_entry(error));
    }
}

fn no_entry(error: &Error) -> Diagnostic {
    let diagnostic = Diagnostic::error(NO_ENTRY, format!("network actions are not done: {error}"));
    match error.help() {
        Some(help) => diagnostic.with_help(help),
        None => diagnostic,
    }
}

/// What the kernel refused, with what users most often miss.
fn failed(part: &Part, answer: &Answer, taken_back: bool) -> Diagnostic {
    let text = answer.text();
    let text =
        text.strip_prefix("Error: ").or_else(|| text.strip_prefix("RTNETLINK answers: ")).unwrap_or(&text);
    let back = if taken_back { ", and what the other strings did is taken back" } else { "" };
    let message = format!("`{}`: {}{back}", part.command(), text.trim_end_matches('.'));
    let diagnostic = Diagnostic::error(FAILED, message).at(part.place());
    let help = match Errno::from_raw(answer.errno) {
        Errno::ENETUNREACH | Errno::EHOSTUNREACH => {
            "a gateway must be on a network that the container has an address on, or come with `onlink` and a device"
        }
        Errno::EEXIST => "`replace` takes the place of what is there",
        Errno::EPERM => "the service needs the capability CAP_NET_ADMIN",
        Errno::ENODEV => {
            "give the device: `dev eth0`, or `dev network:NAME` for one of the container's networks"
        }
        _ => return diagnostic,
    };
    diagnostic.with_help(help)
}
