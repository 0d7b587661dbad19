use netlink_packet_route::address::AddressFlags;

/// One flag of an address, as `ip` names it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Flag {
    pub(super) name: &'static str,
    pub(super) flag: AddressFlags,
    /// Whether it is the kernel's alone.
    pub(super) is_read_only: bool,
    /// Whether it is for IPv6 alone.
    pub(super) is_ipv6: bool,
}

impl Flag {
    /// The flag of this name.
    pub(super) fn named(name: &str) -> Option<Self> {
        FLAGS.iter().find(|flag| flag.name == name).copied()
    }
}

const FLAGS: [Flag; 13] = [
    kernels("secondary", AddressFlags::Secondary, false),
    kernels("temporary", AddressFlags::Secondary, false),
    ours("nodad", AddressFlags::Nodad, true),
    ours("optimistic", AddressFlags::Optimistic, true),
    kernels("dadfailed", AddressFlags::Dadfailed, true),
    ours("home", AddressFlags::Homeaddress, true),
    kernels("deprecated", AddressFlags::Deprecated, true),
    kernels("tentative", AddressFlags::Tentative, true),
    kernels("permanent", AddressFlags::Permanent, true),
    ours("mngtmpaddr", AddressFlags::Managetempaddr, true),
    ours("noprefixroute", AddressFlags::Noprefixroute, false),
    ours("autojoin", AddressFlags::Mcautojoin, false),
    kernels("stable-privacy", AddressFlags::StablePrivacy, true),
];

const fn kernels(name: &'static str, flag: AddressFlags, is_ipv6: bool) -> Flag {
    Flag { name, flag, is_read_only: true, is_ipv6 }
}

const fn ours(name: &'static str, flag: AddressFlags, is_ipv6: bool) -> Flag {
    Flag { name, flag, is_read_only: false, is_ipv6 }
}
