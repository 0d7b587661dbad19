use std::fmt::Write as _;

use crate::RouteSpec;

/// What the router, the service and the middleware of a route are called.
///
/// Two routes never have one name: a slash is `_`, and all but letters and digits of ASCII is its number between dashes. All begin with
/// `hub`, and nothing else in the file does. The name says which route it is also where users see names, in Traefik's dashboard and metrics.
///
/// ```
/// use portolan_jupyterhub::{RouteSpec, element_name};
///
/// assert_eq!(element_name(&RouteSpec::from_decoded("/user/a+b")), "hub_user_a-2b-b");
/// ```
pub fn element_name(spec: &RouteSpec) -> String {
    let mut name = String::from("hub");
    for c in spec.as_str().chars() {
        match c {
            '/' => name.push('_'),
            c if c.is_ascii_alphanumeric() => name.push(c),
            c => {
                let _ = write!(name, "-{:x}-", u32::from(c));
            }
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(path: &str) -> String {
        element_name(&RouteSpec::from_decoded(path))
    }

    #[test]
    fn names_are_readable() {
        assert_eq!(name("/"), "hub_");
        assert_eq!(name("/user/zoe"), "hub_user_zoe");
        assert_eq!(name("/user_zoe@x-y"), "hub_user-5f-zoe-40-x-2d-y");
    }

    proptest::proptest! {
        #[test]
        fn no_two_routes_share_one(one in "[a-b/_2f-]{0,6}|.{0,4}", other in "[a-b/_2f-]{0,6}|.{0,4}") {
            let (one, other) = (RouteSpec::from_decoded(&one), RouteSpec::from_decoded(&other));
            proptest::prop_assert_eq!(one == other, element_name(&one) == element_name(&other));
            proptest::prop_assert!(element_name(&one).chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == '-'));
        }
    }
}
