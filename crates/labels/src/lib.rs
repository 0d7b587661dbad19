#![doc = include_str!("../README.md")]

/// The name under which a field that may stand empty goes through serde, as a newtype struct (Traefik's `allowEmpty`).
pub const ALLOW_EMPTY: &str = "allowEmpty";
