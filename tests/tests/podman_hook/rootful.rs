//! Root's Podman: containers have addresses that Traefik reaches.

mod addresses;
mod findings;
mod labels;
mod life;
mod patience;
mod protocols;
