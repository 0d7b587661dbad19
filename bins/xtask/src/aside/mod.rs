//! An engine aside from the machine: in namespaces of its own, with nothing left of it at the end.

mod engine;
mod http;
mod image;
mod namespaces;

pub(crate) use engine::{Engine, answering, last_lines};
pub(crate) use http::{Answer, get};
pub(crate) use image::write as write_image;
pub(crate) use namespaces::{alone, inside, name, obstacle, outside};
