use crate::{Device, Exit, Links, Refusal};

/// Something that `ip` looks for in the namespace while it reads a string, before it comes to what stands after it.
///
/// Strings are read without a namespace here, so that the order of what `ip` complains of is kept by these.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Lookup {
    /// The device of a route or of an address.
    Device(Device),
    /// A device inside of an encapsulation.
    TunnelDevice(Device),
    /// The device of a next hop.
    HopDevice(Device),
    /// The link of which others are a part, in a flush of addresses.
    Master(Device),
    /// The same, which is a VRF.
    MasterVrf(Device),
    /// The VRF in whose table a route is.
    Vrf(String),
}

impl Lookup {
    /// Looks for it.
    ///
    /// # Errors
    /// What `ip` says where it is not there: `Cannot find device "X"` with code 1, or 255 inside of a next hop or an
    /// encapsulation; `Invalid VRF` and the like, code 255.
    pub fn check(&self, links: &Links) -> Result<(), Refusal> {
        let wrong = |name: &dyn std::fmt::Display, why: &str| {
            let text = format!("Error: argument \"{name}\" is wrong: {why}");
            Refusal::new(Exit::Language, text, 0..0)
        };
        match self {
            Self::Device(device) => links.find(device).map(drop),
            Self::TunnelDevice(device) => {
                links.find(device).map(drop).map_err(|refusal| Refusal { exit: Exit::Language, ..refusal })
            }
            Self::HopDevice(device) => links.find(device).map(drop).map_err(|refusal| {
                let text = format!("{}\nError: cannot parse nexthop", refusal.text);
                Refusal { exit: Exit::Language, text, ..refusal }
            }),
            Self::Master(device) => {
                links.index(device).map(drop).ok_or_else(|| wrong(device, "Device does not exist"))
            }
            Self::MasterVrf(device) => {
                let link = links.index(device).and_then(|index| links.by_index(index));
                let is_vrf = link.is_some_and(|link| link.table.is_some());
                is_vrf.then_some(()).ok_or_else(|| wrong(device, "Not a valid VRF name"))
            }
            Self::Vrf(name) => {
                let table = links.vrf_table(name).filter(|table| *table != 0);
                table.map(drop).ok_or_else(|| {
                    wrong(name, "Invalid VRF").with_help("a VRF is a link of that kind in the namespace")
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Context, Dialect, Link, Names, Object, parse};

    #[track_caller]
    fn check(object: Object, text: &str, code: u8, expected: &str) {
        let links = Links::new(vec![
            Link { index: 2, name: "eth0".to_owned(), ..Link::default() },
            Link { index: 3, name: "red".to_owned(), table: Some(10), ..Link::default() },
        ]);
        let names = Names::built_in();
        let context = Context {
            names: &names,
            dialect: Dialect::Ip,
            family: netlink_packet_route::AddressFamily::Unspec,
        };
        let told = parse(object, text, context).unwrap_err().in_namespace(&links);
        assert_eq!((told.exit.code(), told.text.as_str()), (code, expected), "{text:?}");
    }

    #[test]
    fn what_is_not_there_is_told_before_what_stands_after_it() {
        let route = |text, code, expected| check(Object::Route, text, code, expected);
        let usage = "Usage: ip route { list | flush } SELECTOR";
        route("add vrf blue", 255, "Error: argument \"blue\" is wrong: Invalid VRF");
        route("add vrf eth0 metric", 255, "Error: argument \"eth0\" is wrong: Invalid VRF");
        route("add vrf red", 255, usage);
        route("flush vrf blue proto", 255, "Error: argument \"blue\" is wrong: Invalid VRF");
        route("add dev eth9", 255, usage);
        route("add default dev eth9 nexthop x", 1, "Cannot find device \"eth9\"");
        let hop = "Cannot find device \"eth9\"\nError: cannot parse nexthop";
        route("add default nexthop dev eth9 x", 255, hop);
        route(
            "add default nexthop dev eth0 x",
            255,
            "Error: \"nexthop\" or end of line is expected instead of \"x\"",
        );
        let address = |text, code, expected| check(Object::Address, text, code, expected);
        address("flush master eth9 scope x", 255, "Error: argument \"eth9\" is wrong: Device does not exist");
        address("flush vrf eth0 scope x", 255, "Error: argument \"eth0\" is wrong: Not a valid VRF name");
        address("flush vrf red scope x", 255, "Error: argument \"x\" is wrong: invalid \"scope\"");
    }

    #[test]
    fn warnings_come_before_either() {
        let warning = "Warning: nodad option can be set only for IPv6 addresses";
        for (device, refusal) in [("eth0", "valid_lft is zero"), ("eth9", "Cannot find device \"eth9\"")] {
            let text = format!("add 10.0.0.1/24 nodad valid_lft 0 dev {device}");
            check(Object::Address, &text, 1, &format!("{warning}\n{refusal}"));
        }
    }
}
