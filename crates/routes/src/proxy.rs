//! The `proxy.*` dialect: GoDoxy's labels, and what they come to in Traefik.
//!
//! `proxy.aliases` names routes, `proxy.ALIAS.FIELD` says what each is like, and where labels are silent the container's image and
//! ports decide. [`discover`] reads a container as GoDoxy does and knows nothing of Traefik; what its routes are in Traefik's
//! configuration, and what Traefik has no equivalent for, is told by [`share`](crate::share()) among its findings.
//!
//! Facts are GoDoxy's of August 2026; where its documentation and its code differ, what is documented holds.

mod asked;
mod balance;
mod discovery;
mod exclusion;
mod grammar;
mod health;
mod hosts;
mod http;
mod idle;
mod image;
mod middleware;
mod names;
mod port;
mod reach;
mod route;
mod scheme;
mod settings;
mod sharing;
mod sleep;
mod stream;
mod target;
mod tls;
mod unsupported;

pub use asked::may_have;
pub use balance::{LoadBalance, Mode};
pub use discovery::{Discovery, discover, is_explicit};
pub use exclusion::Exclusion;
pub use health::HealthCheck;
pub use hosts::Hosts;
pub use idle::{Condition, Dependency, IdleWatcher, StopMethod};
pub use port::{Ports, preferred};
pub use reach::Reach;
pub use route::Route;
pub use scheme::Scheme;
pub use settings::{EntryPoint, EntryPointError, Sablier, Settings};
pub use target::Target;
pub use tls::TlsClient;

pub(crate) use grammar::GRAMMAR;
pub(crate) use sharing::{Contribution, contribute, contributors};
