//! Two topologies, of which one is the real `ip`'s.

use anyhow::Result;
use portolan_tests::netns::{Snapshot, Told, Topology};

use crate::sequence::Call;

/// Who does what a call asks for, in the second topology.
pub(crate) type Subject<'a> = dyn Fn(&Topology, &Call) -> Result<Told> + Sync + 'a;

/// Two topologies with the same past.
pub(crate) struct Twin<'a> {
    real: Topology,
    other: Topology,
    subject: &'a Subject<'a>,
    /// How many calls there were, how many of them the real `ip` carried out, and how many changed something.
    pub(crate) counts: [usize; 3],
}

/// What came of one call in both.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    pub(crate) real: Told,
    pub(crate) other: Told,
    /// Whether the real `ip` changed anything.
    pub(crate) changed: bool,
    /// What the state of one has that the other's has not; empty where they are the same.
    pub(crate) difference: String,
}

impl<'a> Twin<'a> {
    pub(crate) fn new(subject: &'a Subject<'a>) -> Result<Self> {
        Ok(Self { real: Topology::new()?, other: Topology::new()?, subject, counts: [0; 3] })
    }

    /// Puts new ones in their place.
    pub(crate) fn renew(&mut self) -> Result<()> {
        (self.real, self.other) = (Topology::new()?, Topology::new()?);
        Ok(())
    }

    /// Makes both as they were when they were new.
    pub(crate) fn restore(&mut self) -> Result<()> {
        self.real.restore()?;
        self.other.restore()
    }

    /// Does all calls until one differs by `is_different`; the place of that one.
    pub(crate) fn first_difference(
        &mut self,
        calls: &[Call],
        is_different: &dyn Fn(&Call, &Pair) -> bool,
    ) -> Result<Option<(usize, Pair)>> {
        let mut before = self.real.snapshot()?;
        for (at, call) in calls.iter().enumerate() {
            let pair = self.call(call, &mut before)?;
            if is_different(call, &pair) {
                return Ok(Some((at, pair)));
            }
        }
        Ok(None)
    }

    fn call(&mut self, call: &Call, before: &mut Snapshot) -> Result<Pair> {
        let arguments = call.arguments();
        let (real, _) = self.real.ip(&arguments)?;
        let other = if call.is_compared() {
            (self.subject)(&self.other, call)?
        } else {
            self.other.ip(&arguments)?.0
        };
        let after = self.real.snapshot()?;
        let difference = after.difference(&self.other.snapshot()?);
        let changed = after != *before;
        *before = after;
        for (count, is_so) in self.counts.iter_mut().zip([true, real.exit == 0, changed]) {
            *count += usize::from(is_so);
        }
        Ok(Pair { real, other, changed, difference })
    }
}
