use std::collections::BTreeMap;

/// The names that stand for numbers: of tables, protocols, scopes, traffic classes, realms and groups of links.
///
/// iproute2 builds some in and reads more from its files, which belong to the machine and not to the container. Reading the
/// files is the caller's: [`Names::read`] takes their text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    sets: BTreeMap<NameSet, BTreeMap<String, u32>>,
}

/// A set of names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NameSet {
    /// Routing tables, 0 to 4294967295: `rt_tables`.
    Table,
    /// Who made a route or a rule, 0 to 255: `rt_protos`.
    Protocol,
    /// How far a destination is, 0 to 255: `rt_scopes`.
    Scope,
    /// Traffic classes, 0 to 255: `rt_dsfield`.
    TrafficClass,
    /// Realms of routes, 0 to 255 by name: `rt_realms`.
    Realm,
    /// Groups of links: `group`.
    Group,
    /// Transport protocols, 0 to 255: the machine's `/etc/protocols`.
    Transport,
}

impl NameSet {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Table,
        Self::Protocol,
        Self::Scope,
        Self::TrafficClass,
        Self::Realm,
        Self::Group,
        Self::Transport,
    ];

    /// The name of iproute2's file; that of `/etc` for [`NameSet::Transport`].
    pub fn file(self) -> &'static str {
        match self {
            Self::Table => "rt_tables",
            Self::Protocol => "rt_protos",
            Self::Scope => "rt_scopes",
            Self::TrafficClass => "rt_dsfield",
            Self::Realm => "rt_realms",
            Self::Group => "group",
            Self::Transport => "protocols",
        }
    }

    /// The names that iproute2 6.1 knows without a file.
    fn built_in(self) -> &'static [(&'static str, u32)] {
        match self {
            Self::Table => &[("local", 255), ("main", 254), ("default", 253)],
            Self::Protocol => &[
                ("unspec", 0),
                ("redirect", 1),
                ("kernel", 2),
                ("boot", 3),
                ("static", 4),
                ("gated", 8),
                ("ra", 9),
                ("mrt", 10),
                ("zebra", 11),
                ("bird", 12),
                ("dnrouted", 13),
                ("xorp", 14),
                ("ntk", 15),
                ("dhcp", 16),
                ("keepalived", 18),
                ("babel", 42),
                ("bgp", 186),
                ("isis", 187),
                ("ospf", 188),
                ("rip", 189),
                ("eigrp", 192),
            ],
            Self::Scope => &[("global", 0), ("site", 200), ("link", 253), ("host", 254), ("nowhere", 255)],
            Self::Realm => &[("unknown", 0)],
            Self::Group => &[("default", 0)],
            Self::TrafficClass | Self::Transport => &[],
        }
    }

    /// The greatest number that a name may stand for; iproute2 leaves out what is greater.
    fn greatest(self) -> u32 {
        match self {
            Self::Table | Self::Group => u32::MAX,
            Self::Protocol | Self::Scope | Self::TrafficClass | Self::Realm | Self::Transport => 255,
        }
    }
}

impl NameSet {
    /// Whether a number has one name, and a file's takes the place of the one that was built in.
    fn has_one_name_each(self) -> bool {
        matches!(self, Self::Protocol | Self::Scope | Self::Realm | Self::TrafficClass)
    }
}

impl Names {
    /// What is known without a file.
    pub fn built_in() -> Self {
        let set = |set: NameSet| {
            set.built_in().iter().map(|(name, number)| ((*name).to_owned(), *number)).collect()
        };
        Self { sets: NameSet::ALL.into_iter().map(|it| (it, set(it))).collect() }
    }

    /// Adds the names of a file. A line that cannot be read ends it, as for iproute2, and is returned.
    pub fn read(&mut self, set: NameSet, text: &str) -> Option<String> {
        let names = self.sets.entry(set).or_default();
        for line in text.lines() {
            let line = line.trim_start_matches([' ', '\t']);
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let line = line.split('#').next().unwrap_or_default();
            let mut words = line.split_ascii_whitespace();
            let (first, second) = (words.next().unwrap_or_default(), words.next());
            let entry = match (set, second) {
                // `tcp 6 TCP`: the name stands first, aliases last.
                (NameSet::Transport, Some(number)) => number.parse().ok().map(|number| (first, number)),
                (_, Some(name)) => id(first).map(|number| (name, number)),
                (_, None) => None,
            };
            let Some((name, number)) = entry else { return Some(line.to_owned()) };
            if number <= set.greatest() {
                if set.has_one_name_each() {
                    names.retain(|_, known| *known != number);
                }
                names.insert(name.to_owned(), number);
                if set == NameSet::Transport {
                    names.extend(words.map(|alias| (alias.to_owned(), number)));
                }
            }
        }
        None
    }

    /// The number of a name, with its exact spelling.
    pub fn number(&self, set: NameSet, name: &str) -> Option<u32> {
        self.sets.get(&set)?.get(name).copied()
    }

    /// The name of a number, if it has one: the first in the order of letters where it has several.
    pub fn name(&self, set: NameSet, number: u32) -> Option<&str> {
        let mut names = self.sets.get(&set)?.iter();
        names.find(|(_, known)| **known == number).map(|(name, _)| name.as_str())
    }
}

impl Default for Names {
    fn default() -> Self {
        Self::built_in()
    }
}

/// The number at the start of a line: decimal, or hexadecimal after `0x`.
fn id(text: &str) -> Option<u32> {
    match text.strip_prefix("0x") {
        Some(digits) => u32::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_adds_names() {
        let mut names = Names::built_in();
        let text = "#\n# reserved values\n#\n255\tlocal\n0x64 vpn\n  200 isp2 # second\n\n";
        assert_eq!(names.read(NameSet::Table, text), None);
        let number = |name| names.number(NameSet::Table, name);
        assert_eq!(
            (number("vpn"), number("isp2"), number("main"), number("VPN")),
            (Some(100), Some(200), Some(254), None)
        );
        assert_eq!(names.name(NameSet::Table, 100), Some("vpn"));
    }

    #[test]
    fn a_files_name_may_take_the_place_of_another() {
        let mut names = Names::built_in();
        assert_eq!(names.read(NameSet::Realm, "0 cosmos\n"), None);
        assert_eq!(names.number(NameSet::Realm, "cosmos"), Some(0));
        assert_eq!(names.number(NameSet::Realm, "unknown"), None);
        assert_eq!(names.read(NameSet::Table, "254 first\n"), None);
        assert_eq!(names.number(NameSet::Table, "main"), Some(254));
    }

    #[test]
    fn a_broken_line_ends_a_file() {
        let mut names = Names::built_in();
        assert_eq!(
            names.read(NameSet::Protocol, "100 ours\nbroken\n101 theirs\n"),
            Some("broken".to_owned())
        );
        assert_eq!(names.number(NameSet::Protocol, "ours"), Some(100));
        assert_eq!(names.number(NameSet::Protocol, "theirs"), None);
    }

    #[test]
    fn transports_have_aliases() {
        let mut names = Names::built_in();
        assert_eq!(names.read(NameSet::Transport, "tcp 6 TCP # comment\nipv6-icmp 58 IPv6-ICMP\n"), None);
        assert_eq!(names.number(NameSet::Transport, "TCP"), Some(6));
        assert_eq!(names.number(NameSet::Transport, "ipv6-icmp"), Some(58));
        assert_eq!(names.number(NameSet::Transport, "comment"), None);
    }
}
