use std::time::Instant;

use portolan_container::Container;
use portolan_engine::Error;
use tokio::sync::oneshot;

use crate::{Measures, NetworkPolicy, Policy, Report, State};

/// Everything that can wake the loop.
#[derive(Debug)]
pub enum Event {
    /// An engine was reached, and these are all its containers.
    Listed {
        /// Which engine, by its place in the settings.
        engine: usize,
        /// Its containers.
        containers: Vec<Container>,
    },
    /// A container has started, and is being looked at: this comes before what is seen.
    Started {
        /// Which engine.
        engine: usize,
        /// The container's identifier.
        id: String,
    },
    /// A container was looked at again.
    Inspected {
        /// Which engine.
        engine: usize,
        /// The container as it is now.
        container: Box<Container>,
        /// What happened to it since it was last looked at, in Docker's words and in order: `start`, `connect`.
        actions: Vec<&'static str>,
        /// When the engine told of the first of that.
        received: Instant,
    },
    /// A container is gone.
    Removed {
        /// Which engine.
        engine: usize,
        /// The container's identifier.
        id: String,
        /// What happened to it since it was last looked at, in Docker's words and in order: `die`, `destroy`.
        actions: Vec<&'static str>,
        /// When the engine told of the first of that.
        received: Instant,
    },
    /// A container could not be looked at: what was known of it stays.
    Unreadable {
        /// Which engine.
        engine: usize,
        /// The container's identifier.
        id: String,
        /// Why.
        error: Error,
    },
    /// An engine is away: its routes stay.
    Away {
        /// Which engine.
        engine: usize,
        /// Why.
        error: Error,
    },
    /// Somebody asks for something.
    Command(Command),
}

impl Event {
    /// When an engine told of it, where it did so by itself.
    pub(crate) fn received(&self) -> Option<Instant> {
        match self {
            Self::Inspected { received, .. } | Self::Removed { received, .. } => Some(*received),
            Self::Listed { .. }
            | Self::Started { .. }
            | Self::Unreadable { .. }
            | Self::Away { .. }
            | Self::Command(_) => None,
        }
    }
}

/// What can be asked of a running loop.
#[derive(Debug)]
pub enum Command {
    /// Make routes by this policy from now on, and carry out network labels by this one.
    Adopt(Box<Policy>, Option<Box<NetworkPolicy>>),
    /// Tell how things stand, in full: it is put together when somebody asks, and costs nothing until then.
    Report(oneshot::Sender<Report>),
    /// Tell what the status page shows, which is put together when somebody asks too.
    State(oneshot::Sender<Box<State>>),
    /// Tell what is counted and measured.
    Measures(oneshot::Sender<Box<Measures>>),
    /// Write what is due, and end.
    Stop,
}

/// How things stand, for those who supervise the loop.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Status {
    /// Whether every engine has answered once, or is no longer waited for, and the file has been written since.
    pub ready: bool,
    /// How many containers are known.
    pub containers: usize,
    /// How many routers, services and so on the file holds.
    pub elements: usize,
    /// Engines that do not answer, by their place in the settings.
    pub away: Vec<usize>,
    /// Why the file could not be written, if so.
    pub sink: Option<String>,
}
