use std::collections::BTreeMap;
use std::net::IpAddr;

use netlink_packet_route::link::{InfoData, InfoKind, InfoVrf, LinkAttribute, LinkInfo, LinkMessage};

use crate::{Exit, Refusal};

/// The longest name of a link, with the zero at its end.
const NAME_SIZE: usize = 16;

/// The links of a network namespace, and which of the container's networks each belongs to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    links: Vec<Link>,
    networks: BTreeMap<String, u32>,
}

/// One link: an interface.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// The kernel's number.
    pub index: u32,
    /// The name, 15 bytes at most.
    pub name: String,
    /// Further names, which may be longer.
    pub other_names: Vec<String>,
    /// The hardware address.
    pub mac: Vec<u8>,
    /// The flags, `IFF_UP` and so on.
    pub flags: u32,
    /// The group, 0 unless set.
    pub group: u32,
    /// The link that it belongs to, a bridge or a VRF.
    pub master: Option<u32>,
    /// What kind it is, `veth` or `bridge`.
    pub kind: Option<String>,
    /// The routing table of a VRF.
    pub table: Option<u32>,
}

/// A device as a string names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Device {
    /// By an interface's name.
    Name(String),
    /// By the name of the container's network that the interface is attached to: `network:frontend`.
    Network(String),
}

impl Device {
    /// Reads `eth0` or, where networks may be named, `network:frontend`.
    pub(crate) fn read(text: &str, dialect: crate::Dialect) -> Self {
        match text.strip_prefix("network:") {
            Some(network) if dialect == crate::Dialect::Label => Self::Network(network.to_owned()),
            _ => Self::Name(text.to_owned()),
        }
    }
}

impl std::fmt::Display for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Network(network) => write!(f, "network:{network}"),
        }
    }
}

impl Links {
    /// These links, without networks.
    pub fn new(links: Vec<Link>) -> Self {
        Self { links, networks: BTreeMap::new() }
    }

    /// Says which link each of the container's networks is attached by.
    ///
    /// A link is found by its hardware address, else by an address of the container on that network; `addresses` are those of
    /// the namespace, each with its link's number. A network that no link is found for is left out.
    #[must_use]
    pub fn with_networks(
        mut self,
        attachments: &BTreeMap<String, portolan_container::Attachment>,
        addresses: &[(u32, IpAddr)],
    ) -> Self {
        for (network, attachment) in attachments {
            let mac = attachment.mac.as_deref().and_then(mac);
            let by_mac =
                mac.and_then(|mac| self.links.iter().find(|link| link.mac == mac)).map(|link| link.index);
            let ours = [attachment.ipv4.map(IpAddr::V4), attachment.ipv6.map(IpAddr::V6)];
            let by_address = || {
                addresses.iter().find(|(_, address)| ours.contains(&Some(*address))).map(|(index, _)| *index)
            };
            if let Some(index) = by_mac.or_else(by_address) {
                self.networks.insert(network.clone(), index);
            }
        }
        self
    }

    /// The link of this number.
    pub fn by_index(&self, index: u32) -> Option<&Link> {
        self.links.iter().find(|link| link.index == index)
    }

    /// The number of a device: by name, further name, network, name with an alias as in `eth0:1`, or the literal form `if7`.
    pub fn index(&self, device: &Device) -> Option<u32> {
        match device {
            Device::Network(network) => self.networks.get(network).copied(),
            Device::Name(name) => {
                let named = |name: &str| {
                    let is = |link: &&Link| link.name == name || link.other_names.iter().any(|it| it == name);
                    self.links.iter().find(is).map(|link| link.index)
                };
                // `ip` asks a second time in an old way, for which the kernel cuts aliases of addresses off.
                let aliased =
                    || name.split_once(':').filter(|_| name.len() < NAME_SIZE).and_then(|it| named(it.0));
                // It trusts the number, whether there is such a link or not.
                named(name).or_else(aliased).or_else(|| literal_index(name))
            }
        }
    }

    /// The number of a device that a route or an address is to use.
    ///
    /// # Errors
    /// `Cannot find device "X"`, code 1.
    pub fn find(&self, device: &Device) -> Result<u32, Refusal> {
        self.index(device).ok_or_else(|| {
            let text = format!("Cannot find device \"{device}\"");
            Refusal::new(Exit::Unusable, text, 0..0).with_help(self.help(device))
        })
    }

    /// The table of a VRF.
    pub fn vrf_table(&self, name: &str) -> Option<u32> {
        self.links.iter().find(|link| link.name == name)?.table
    }

    /// All links, in the kernel's order.
    pub fn iter(&self) -> impl Iterator<Item = &Link> {
        self.links.iter()
    }

    fn help(&self, device: &Device) -> String {
        let names: Vec<_> = match device {
            Device::Name(_) => self.links.iter().map(|link| format!("`{}`", link.name)).collect(),
            Device::Network(_) => {
                self.networks.keys().map(|network| format!("`network:{network}`")).collect()
            }
        };
        if names.is_empty() { "there is none".to_owned() } else { format!("there are {}", names.join(", ")) }
    }
}

impl From<&LinkMessage> for Link {
    fn from(message: &LinkMessage) -> Self {
        let mut link =
            Self { index: message.header.index, flags: message.header.flags.bits(), ..Self::default() };
        for attribute in &message.attributes {
            match attribute {
                LinkAttribute::IfName(name) => link.name.clone_from(name),
                LinkAttribute::PropList(properties) => {
                    link.other_names = properties
                        .iter()
                        .filter_map(|property| match property {
                            netlink_packet_route::link::Prop::AltIfName(name) => Some(name.clone()),
                            _ => None,
                        })
                        .collect();
                }
                LinkAttribute::Address(mac) => link.mac.clone_from(mac),
                LinkAttribute::Group(group) => link.group = *group,
                LinkAttribute::Controller(master) => link.master = Some(*master),
                LinkAttribute::LinkInfo(infos) => link.inform(infos),
                _ => {}
            }
        }
        link
    }
}

impl Link {
    fn inform(&mut self, infos: &[LinkInfo]) {
        for info in infos {
            match info {
                LinkInfo::Kind(InfoKind::Other(kind)) => self.kind = Some(kind.clone()),
                LinkInfo::Kind(kind) => self.kind = Some(kind.to_string()),
                LinkInfo::Data(InfoData::Vrf(vrf)) => {
                    self.table = vrf.iter().find_map(|it| match it {
                        InfoVrf::TableId(table) => Some(*table),
                        _ => None,
                    });
                }
                _ => {}
            }
        }
    }
}

/// What C's `sscanf` reads by `if%u`: whatever follows the number is left, and what is too large is cut off.
fn literal_index(name: &str) -> Option<u32> {
    let number = name.strip_prefix("if")?;
    let digits = number.strip_prefix(['+', '-']).unwrap_or(number);
    let length = digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len());
    let digits = digits.get(..length).filter(|digits| !digits.is_empty())?;
    let (index, overflown) = match digits.parse::<u64>() {
        Ok(index) => (index, false),
        Err(_) => (u64::MAX, true),
    };
    let negative = number.starts_with('-') && !overflown;
    let index = if negative { index.wrapping_neg() } else { index };
    u32::try_from(index & u64::from(u32::MAX)).ok().filter(|index| *index > 0)
}

/// Six bytes in hexadecimal with colons between.
fn mac(text: &str) -> Option<Vec<u8>> {
    let bytes: Option<Vec<u8>> = text.split(':').map(|byte| u8::from_str_radix(byte, 16).ok()).collect();
    bytes.filter(|bytes| bytes.len() == 6 && bytes.iter().any(|byte| *byte != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_that_ip_finds() {
        let links = Links::new(vec![
            Link { index: 1, name: "lo".to_owned(), ..Link::default() },
            Link {
                index: 2,
                name: "eth0".to_owned(),
                other_names: vec!["uplink-to-the-world".to_owned()],
                ..Link::default()
            },
        ]);
        let check = |name: &str, expected| {
            assert_eq!(links.index(&Device::Name(name.to_owned())), expected, "{name}")
        };
        check("eth0", Some(2));
        check("uplink-to-the-world", Some(2));
        check("eth0:1", Some(2));
        check("eth0:", Some(2));
        check("eth0:a-long-alias", None);
        check("eth9:1", None);
        check("if3", Some(3));
        check("if3x", Some(3));
        check("if3:1", Some(3));
        check("if-1", Some(u32::MAX));
        check("if4294967298", Some(2));
        check("if99999999999999999999", Some(u32::MAX));
        check("if0", None);
        check("if", None);
        check("eth1", None);
    }
}
