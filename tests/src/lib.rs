#![doc = include_str!("../README.md")]

mod backends;
mod browser;
mod command;
mod container;
mod docker;
mod engine;
mod eventually;
mod file_provider;
mod http;
mod hub;
mod hub_proxy;
mod image;
mod log;
mod machine;
mod metrics;
mod namespace;
pub mod netns;
mod network;
mod openapi;
mod podman;
mod prerequisites;
mod process;
mod records;
mod sandbox;
mod scene;
mod stage;
mod systemd;
mod traefik;
mod vectors;
mod watcher;

pub use backends::Backends;
pub use browser::Browser;
pub use command::{command, outcome, output};
pub use container::{Container, Run};
pub use docker::Docker;
pub use engine::Engine;
pub use eventually::{PATIENCE, eventually, eventually_within};
pub use file_provider::{FileProvider, Loaded};
pub use http::{Response, get, request};
pub use hub::{Hub, hub};
pub use hub_proxy::{HubProxy, add, add_once, api, hub_proxy_with};
pub use image::IMAGE;
pub use log::Log;
pub use machine::{Machine, MachineKind};
pub use metrics::Metrics;
pub use namespace::{NetworkNamespace, free_port};
pub use network::Network;
pub use openapi::OpenApi;
pub use podman::{
    Podman, PodmanContainer, PodmanRun, PodmanScene, podman_scene, podman_scene_on, rootless_scene,
};
pub use prerequisites::{
    Need, hook as hook_program, hub_proxy as hub_proxy_program, static_watcher, traefik as traefik_program,
    unmet, xtask,
};
pub use process::Process;
pub use records::{Record, records};
pub use sandbox::Sandbox;
pub use scene::{Scene, scene, scene_on};
pub use stage::{Stage, stage, stage_on};
pub use systemd::Systemd;
pub use traefik::Traefik;
pub use vectors::{Vector, vectors};
pub use watcher::{Watcher, program, render};
