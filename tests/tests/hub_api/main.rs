//! The API of a JupyterHub's proxy, with a real Traefik behind it.

mod answers;
mod external;
mod faults;
mod served;
mod service;
mod state;
mod tls;
