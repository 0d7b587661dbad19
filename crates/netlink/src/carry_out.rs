use portolan_container::{Diagnostic, Severity};

use crate::plan::Filter;
use crate::{Answer, Error, Links, Part, Plan, Refusal, Request, Socket, State, Step, restore};

/// What became of a plan.
#[derive(Debug)]
pub struct Outcome {
    /// What became of each step, in order.
    pub steps: Vec<Done>,
    /// How many messages the kernel carried out.
    pub sent: usize,
    /// The outcome of taking everything back, where that was to be done.
    pub taken_back: Option<TakenBack>,
}

/// What became of one step.
#[derive(Debug)]
#[non_exhaustive]
pub enum Done {
    /// The kernel did it.
    Did,
    /// There was nothing to do.
    Nothing,
    /// The kernel refused it.
    Failed(Answer),
    /// It was not sent, because of its danger.
    Dangerous(crate::Danger),
    /// It could not be sent.
    Refused(Refusal),
    /// It was not sent, since a step before it failed and all is taken back.
    Skipped,
}

/// How taking back went.
#[derive(Debug)]
pub struct TakenBack {
    /// How many changes were undone.
    pub changes: usize,
    /// What the kernel refused of it.
    pub failures: Vec<Answer>,
}

/// What happens after a step that fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OnError {
    /// The steps after it are done all the same.
    #[default]
    Continue,
    /// What was done is taken back.
    Rollback,
}

impl OnError {
    /// What is carried out of a container's strings where `diagnostics` tell of others that could not be read.
    ///
    /// With [`OnError::Rollback`] it is all or nothing.
    pub fn keep(self, parts: Vec<Part>, diagnostics: &[Diagnostic]) -> Vec<Part> {
        let unread = diagnostics.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
        if unread && self == Self::Rollback { Vec::new() } else { parts }
    }
}

/// Carries out a plan in the namespace of a socket: as few sends as there can be, each step answered.
///
/// `before` is the state that the plan was made against. With [`OnError::Rollback`], a step that fails has the namespace put
/// back as it was; a step that is refused or dangerous fails before anything is sent.
///
/// # Errors
/// Where the kernel cannot be asked. What it refuses is in the [`Outcome`].
pub fn carry_out(
    plan: &Plan,
    socket: &mut Socket,
    before: &State,
    on_error: OnError,
) -> Result<Outcome, Error> {
    let rollback = on_error == OnError::Rollback;
    let unfit = |step: &Step| matches!(step, Step::Dangerous(_) | Step::Refused(_));
    if rollback && plan.steps.iter().any(unfit) {
        let steps = plan.steps.iter().map(|step| not_sent(step).unwrap_or(Done::Skipped)).collect();
        return Ok(Outcome { steps, sent: 0, taken_back: None });
    }
    let mut done: Vec<Done> = Vec::with_capacity(plan.steps.len());
    let mut sent = 0;
    let mut rest = plan.steps.as_slice();
    while let Some(first) = rest.first() {
        if let Step::Flush { filter, .. } = first {
            let (step, deleted) = flush(filter, &before.links, socket)?;
            sent += deleted;
            done.push(step);
            rest = rest.get(1..).unwrap_or_default();
            continue;
        }
        let run = rest.iter().take_while(|step| !matches!(step, Step::Flush { .. })).count();
        let (batch, later) = rest.split_at(run);
        rest = later;
        let requests: Vec<Request> = batch
            .iter()
            .filter_map(|step| match step {
                Step::Send { request, .. } => Some(request.clone()),
                _ => None,
            })
            .collect();
        let mut answers = socket.send(&requests)?.into_iter();
        for step in batch {
            let step = match step {
                Step::Send { lenient, .. } => {
                    answers.next().map_or(Done::Nothing, |answer| judge(answer, *lenient))
                }
                other => not_sent(other).unwrap_or(Done::Nothing),
            };
            sent += usize::from(matches!(step, Done::Did));
            done.push(step);
        }
        if rollback && done.iter().any(|step| matches!(step, Done::Failed(_))) {
            done.extend(rest.iter().map(|_| Done::Skipped));
            break;
        }
    }
    let failed = done.iter().any(|step| matches!(step, Done::Failed(_)));
    let taken_back = if rollback && failed { Some(restore::restore(plan, before, socket)?) } else { None };
    Ok(Outcome { steps: done, sent, taken_back })
}

fn not_sent(step: &Step) -> Option<Done> {
    match step {
        Step::Done { .. } => Some(Done::Nothing),
        Step::Dangerous(danger) => Some(Done::Dangerous(danger.clone())),
        Step::Refused(refusal) => Some(Done::Refused(refusal.clone())),
        Step::Send { .. } | Step::Flush { .. } => None,
    }
}

fn judge(answer: Answer, lenient: bool) -> Done {
    use nix::errno::Errno;
    // There already, or gone already.
    const EXPECTED: [Errno; 4] = [Errno::EEXIST, Errno::ESRCH, Errno::ENOENT, Errno::EADDRNOTAVAIL];
    match answer.errno {
        0 => Done::Did,
        errno if lenient && EXPECTED.contains(&Errno::from_raw(errno)) => Done::Nothing,
        _ => Done::Failed(answer),
    }
}

/// Deletes all that matches, and looks again until nothing does: deleting one thing may bring up another.
///
/// What somebody else deleted in between is no failure.
fn flush(filter: &Filter, links: &Links, socket: &mut Socket) -> Result<(Done, usize), Error> {
    let dump = match filter.dump(links) {
        Ok(dump) => dump,
        Err(refusal) => return Ok((Done::Refused(refusal), 0)),
    };
    let mut deleted = 0;
    for _ in 0..filter.rounds() {
        let found = match socket.dump(&dump) {
            Ok(bodies) => filter.deletes(bodies.iter().map(Vec::as_slice), links),
            Err(Error::Refused { answer, .. }) => return Ok((Done::Failed(answer), deleted)),
            Err(error) => return Err(error),
        };
        if found.is_empty() {
            break;
        }
        let answers = socket.send(&found)?;
        let gone = nix::errno::Errno::EADDRNOTAVAIL as i32;
        if let Some(answer) = answers.iter().find(|answer| answer.errno != 0 && answer.errno != gone) {
            return Ok((Done::Failed(answer.clone()), deleted));
        }
        deleted += answers.iter().filter(|answer| answer.errno == 0).count();
    }
    Ok((if deleted == 0 { Done::Nothing } else { Done::Did }, deleted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Names, parts};

    #[test]
    fn a_string_that_cannot_be_read_keeps_the_others_back_where_it_is_all_or_nothing() {
        let check = |value: &str, on_error: OnError, expected: usize| {
            let labels = [("docker-events.route".to_owned(), value.to_owned())].into();
            let (parts, diagnostics) = parts(&labels, &Names::built_in(), &|_| None);
            assert_eq!(on_error.keep(parts, &diagnostics).len(), expected, "{value} {on_error:?}");
        };
        check("add blackhole 10.0.0.0/8; ad", OnError::Continue, 1);
        check("add blackhole 10.0.0.0/8; ad", OnError::Rollback, 0);
        check("add blackhole 10.0.0.0/8", OnError::Rollback, 1);
    }
}
