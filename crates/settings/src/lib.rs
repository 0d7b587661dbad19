#![doc = include_str!("../README.md")]

mod check;
mod choice;
mod file;
mod key;
mod keys;
mod load;
mod node;
mod overrides;
mod problem;
mod provider;
mod reference;
mod setting;
mod settings;
mod sources;
mod suggest;

pub use choice::{Danger, DefaultRoute, Format, HostRoutes, LogFormat, LogLevel, OnError};
pub use key::{Key, Section};
pub use keys::{KEYS, SECTIONS};
pub use problem::{Error, Origin, Place, Problem, Warning};
pub use provider::{Address, AgentFiles, Agents, Provider, Providers};
pub use reference::reference;
pub use settings::{
    Blacklist, Hook, Log, Network, ProviderSettings, Proxy, Scripts, Settings, StatusSettings, Tls,
};
pub use sources::{DEFAULT_FILE, File, Location, Sources, locate};
