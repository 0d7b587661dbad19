#![doc = include_str!("../README.md")]

mod about;
mod backoff;
mod chart;
mod codes;
mod event;
mod explain;
mod follow;
mod histogram;
mod history;
mod journal;
mod log;
mod measures;
mod memory;
mod network;
mod news;
mod pace;
mod report;
mod run;
mod script;
mod sink;
mod state;
mod world;

pub use about::About;
pub use backoff::Backoff;
pub use chart::{Chart, Told};
pub use codes::CANNOT_CARRY;
pub use event::{Command, Event, Status};
pub use explain::{Explained, Explanation, Reason, explain};
pub use follow::follow;
pub use histogram::Histogram;
pub use history::{Write, WrittenChange};
pub use journal::Journal;
pub use measures::Measures;
pub use memory::Memory;
pub use network::{Ledger, Left, NetworkPolicy, Networks};
pub use news::{Change, News, describe};
pub use pace::Pace;
pub use report::{EngineReport, LastError, LastWrite, Report, ReportedFinding, Routers};
pub use run::{Error, Loop};
pub use script::{Script, ScriptContext, ScriptError, ScriptOutcome, ScriptQueue, Scripts};
pub use sink::Sink;
pub use state::{
    ContainerRef, ContainerState, ElementRef, FindingState, Place, Protocol, RouterState, ServiceState, State,
};
pub use world::{ContainerKey, Effects, EnginePolicy, Policy, World};
