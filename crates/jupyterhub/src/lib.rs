#![doc = include_str!("../README.md")]

mod answer;
mod counters;
mod elements;
mod error;
mod frame;
mod instant;
mod name;
mod page;
mod password;
mod request;
mod rule;
mod samples;
mod spec;
mod state;
mod static_configuration;
mod table;
mod target;

pub use answer::Answer;
pub use counters::{Counters, Operation};
pub use elements::{BackendTls, ErrorPages, Setting, elements};
pub use error::Error;
pub use frame::{ApiRoute, Frame, marker_path};
pub use instant::Instant;
pub use name::element_name;
pub use page::{error_page, error_target};
pub use password::{HashedPassword, user_entry};
pub use request::{Call, Request, read};
pub use rule::{Rule, rule};
pub use samples::{Samples, Traffic};
pub use spec::RouteSpec;
pub use state::{parse_state, state_text};
pub use static_configuration::{Acme, EntryPoint, StaticConfiguration};
pub use table::{Change, Route, Table};
pub use target::Target;
