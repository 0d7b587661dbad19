//! Our netlink beside the real `ip`: each recorded string, and strings that no one thought of.

mod allowed;
mod differential;
mod grammar;
mod ours;
mod program;
mod random;
mod records;
mod sequence;
mod times;
mod topology;
mod twin;
mod words;
