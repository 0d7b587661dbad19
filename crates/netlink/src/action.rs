use netlink_packet_route::address::AddressMessage;
use netlink_packet_route::route::{RouteMessage, RouteNextHop};
use netlink_packet_route::rule::RuleMessage;

use crate::language::{AddressFilter, RouteFilter, RuleFilter};
use crate::{Device, Lookup};

/// What one argument string asks for.
///
/// Messages are as `ip` would send them, attribute by attribute in the order of the string, but for devices: their numbers
/// are known in the namespace alone. Where an attribute stands twice, the kernel takes the last.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::large_enum_variant, reason = "there is one for each string, and few strings")]
pub enum Action {
    /// Adds, changes or deletes an address.
    Address(AddressChange),
    /// Deletes all addresses that match.
    FlushAddresses(AddressFilter),
    /// Adds, changes or deletes a route.
    Route(RouteChange),
    /// Deletes all routes that match.
    FlushRoutes(RouteFilter),
    /// Adds or deletes a rule.
    Rule(RuleChange),
    /// Deletes all rules that match.
    FlushRules(RuleFilter),
}

/// A change of one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddressChange {
    /// What is done with it.
    pub verb: AddressVerb,
    /// The message, without the device's number in its header.
    pub message: AddressMessage,
    /// The device that has it or gets it.
    pub device: Device,
}

/// What is done with an address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddressVerb {
    /// Fails where it is there already.
    Add,
    /// Changes it, and adds it where it is not there.
    Change,
    /// The same, as the kernel has it.
    Replace,
    /// Fails where it is not there.
    Delete,
}

/// A change of one route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RouteChange {
    /// What is done with it.
    pub verb: RouteVerb,
    /// The message, without `RTA_OIF`, and without `RTA_MULTIPATH` and the table of a VRF.
    pub message: RouteMessage,
    /// The device that it leaves by.
    pub device: Option<Device>,
    /// The VRF whose table it is in.
    pub vrf: Option<String>,
    /// What `ip` looks for while it reads the string, in that order.
    pub lookups: Vec<Lookup>,
    /// The next hops of a route that has several, in order.
    pub hops: Vec<Hop>,
    /// The devices that its encapsulation names, in order; their numbers there are 0.
    pub tunnel_devices: Vec<Device>,
}

/// One next hop of a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hop {
    /// The hop, without its device's number.
    pub hop: RouteNextHop,
    /// The device that it leaves by.
    pub device: Option<Device>,
    /// The devices that its encapsulation names, in order; their numbers there are 0.
    pub tunnel_devices: Vec<Device>,
}

/// What is done with a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RouteVerb {
    /// Fails where one of the same destination, traffic class and metric is there.
    Add,
    /// Fails where none is there.
    Change,
    /// Takes the place of one that is there, or adds it.
    Replace,
    /// Adds it before those that are there.
    Prepend,
    /// Adds it after those that are there.
    Append,
    /// Changes nothing; fails where none is there.
    Test,
    /// Fails where none is there.
    Delete,
}

/// A change of one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RuleChange {
    /// What is done with it.
    pub verb: RuleVerb,
    /// The message, without `FRA_IIFNAME` and `FRA_OIFNAME` of devices that are named by their network.
    pub message: RuleMessage,
    /// The network by whose device packets come in; a device's name stands in the message.
    pub iif: Option<Device>,
    /// The network by whose device packets go out; a device's name stands in the message.
    pub oif: Option<Device>,
}

/// What is done with a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RuleVerb {
    /// Without a priority it goes before all but the first.
    Add,
    /// The first goes that has all that is given.
    Delete,
}
