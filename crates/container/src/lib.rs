#![doc = include_str!("../README.md")]

mod container;
mod diagnostic;
mod image;
mod inspect;
mod network;
mod printable;
mod state;
mod summary;

pub use container::{Container, Mount};
pub use diagnostic::{Code, Diagnostic, LabelPlace, Part, Severity};
pub use image::Image;
pub use inspect::InspectError;
pub use network::{Attachment, Binding, NetworkMode, Port, Protocol};
pub use printable::printable;
pub use state::{Health, State};
