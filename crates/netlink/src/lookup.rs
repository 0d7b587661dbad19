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
