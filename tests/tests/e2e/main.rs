//! Containers on a real engine become files that a real Traefik serves.

mod blacklist;
mod directory;
mod engines;
mod engines_many;
mod health;
mod image;
mod labels;
mod lifecycle;
mod network;
mod networks;
mod program;
mod protocols;
mod remote;
mod scripts;
mod service;
mod sharing;
mod status;
mod status_page;
mod told;
