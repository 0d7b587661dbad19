//! Containers on a real engine become files that a real Traefik serves.

mod lifecycle;
