//! Our netlink beside the real `ip`: each recorded string, and strings that no one thought of.

mod topology;
