#![doc = include_str!("../README.md")]

mod command;
mod container;
mod docker;
mod engine;
mod eventually;
mod file_provider;
mod http;
mod image;
mod log;
mod namespace;
mod network;
mod prerequisites;
mod process;
mod sandbox;
mod scene;
mod traefik;
mod vectors;
mod watcher;

pub use command::{command, output};
pub use container::{Container, Run};
pub use docker::Docker;
pub use engine::Engine;
pub use eventually::{PATIENCE, eventually};
pub use file_provider::{FileProvider, Loaded};
pub use http::{Response, get};
pub use image::IMAGE;
pub use log::Log;
pub use namespace::{NetworkNamespace, free_port};
pub use network::Network;
pub use prerequisites::{Need, unmet};
pub use process::Process;
pub use sandbox::Sandbox;
pub use scene::{Scene, scene, scene_on};
pub use traefik::Traefik;
pub use vectors::{Vector, vectors};
pub use watcher::{Watcher, program, render};
