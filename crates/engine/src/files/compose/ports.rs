use std::collections::BTreeMap;
use std::net::IpAddr;
use std::ops::RangeInclusive;

use portolan_container::{Binding, Port, Protocol};

use crate::files::yaml::{Budget, Node, excerpt};

/// Ports that a service exposes or publishes, with their bindings in the order of the file.
#[derive(Debug)]
pub(in crate::files) struct Ports<'a> {
    ports: BTreeMap<(u16, Protocol), Vec<Binding>>,
    /// A range of a few characters is 65,535 ports.
    budget: &'a Budget,
}

/// What a port costs, in bytes.
const PORT_COST: usize = 64;

impl<'a> Ports<'a> {
    pub(in crate::files) fn new(budget: &'a Budget) -> Self {
        Self { ports: BTreeMap::new(), budget }
    }

    /// Adds one item of `ports`: the short syntax as a text or number, or the long one as a mapping.
    pub(in crate::files) fn publish(&mut self, item: &Node) -> Result<(), String> {
        match item {
            Node::Map(fields) => self.publish_long(fields),
            _ => match item.scalar() {
                Some(text) => self.publish_short(&text),
                None => Err(format!("a port is a text, a number or a mapping, this is {}", item.kind())),
            },
        }
    }

    /// Adds one item of `expose`: a port or a range, with or without a protocol.
    pub(in crate::files) fn expose(&mut self, item: &Node) -> Result<(), String> {
        let text =
            item.scalar().ok_or_else(|| format!("a port is a text or a number, this is {}", item.kind()))?;
        let (ports, protocol) = with_protocol(&text)?;
        // Compose passes over an address and a host's port here.
        let container = ports.rsplit_once(':').map_or(ports, |(_, container)| container);
        for number in self.range(container)? {
            self.add(number, protocol, None);
        }
        Ok(())
    }

    /// The ports in ascending order.
    pub(in crate::files) fn into_vec(self) -> Vec<Port> {
        self.ports
            .into_iter()
            .map(|((number, protocol), bindings)| Port { number, protocol, bindings })
            .collect()
    }

    fn range(&self, text: &str) -> Result<RangeInclusive<u16>, String> {
        let range = range(text)?;
        if !self.budget.spend(PORT_COST * range.len()) {
            return Err("too many ports".to_owned());
        }
        Ok(range)
    }

    fn add(&mut self, number: u16, protocol: Protocol, binding: Option<Binding>) {
        let bindings = self.ports.entry((number, protocol)).or_default();
        bindings.extend(binding.filter(|binding| !bindings.contains(binding)));
    }

    /// `[[ADDRESS:]HOST:]CONTAINER[/PROTOCOL]`; HOST and CONTAINER may be ranges, an IPv6 address may stand in brackets.
    fn publish_short(&mut self, text: &str) -> Result<(), String> {
        let (ports, protocol) = with_protocol(text)?;
        let (outside, container) = match ports.rsplit_once(':') {
            Some((outside, container)) => (outside, container),
            None => ("", ports),
        };
        let (address, host) = outside.rsplit_once(':').unwrap_or(("", outside));
        self.publish_range(self.range(container)?, protocol, address, host)
    }

    fn publish_long(&mut self, fields: &BTreeMap<String, Node>) -> Result<(), String> {
        let field = |name: &str| match fields.get(name) {
            None => Ok(String::new()),
            Some(node) => {
                node.scalar().ok_or_else(|| format!("`{name}` must be a text, this is {}", node.kind()))
            }
        };
        let target = field("target")?;
        if target.is_empty() {
            return Err("a port needs a `target`".to_owned());
        }
        let number = port(&target)?;
        let protocol = self::protocol(&field("protocol")?)?;
        self.publish_range(number..=number, protocol, &field("host_ip")?, &field("published")?)
    }

    fn publish_range(
        &mut self,
        container: RangeInclusive<u16>,
        protocol: Protocol,
        address: &str,
        host: &str,
    ) -> Result<(), String> {
        let host_ip =
            match address.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(address) {
                "" => None,
                plain => Some(
                    plain.parse::<IpAddr>().map_err(|_| format!("`{}` is no IP address", excerpt(plain)))?,
                ),
            };
        let host = match host {
            // 0 asks the engine for any port, as nothing does.
            "" | "0" => None,
            _ => Some(range(host)?),
        };
        let unassigned = Binding { host_ip, host_port: None };
        match host {
            None => container.for_each(|number| self.add(number, protocol, Some(unassigned.clone()))),
            Some(host) if host.len() == container.len() => {
                for (number, host_port) in container.zip(host) {
                    self.add(number, protocol, Some(Binding { host_ip, host_port: Some(host_port) }));
                }
            }
            // The engine takes the first that is free when it starts the container.
            Some(_) if container.len() == 1 => self.add(*container.start(), protocol, Some(unassigned)),
            Some(host) => {
                let (inside, outside) = (container.len(), host.len());
                return Err(format!(
                    "{inside} ports of the container do not fit {outside} ports of the host"
                ));
            }
        }
        Ok(())
    }
}

fn with_protocol(text: &str) -> Result<(&str, Protocol), String> {
    match text.rsplit_once('/') {
        Some((ports, name)) => Ok((ports, protocol(name)?)),
        None => Ok((text, Protocol::Tcp)),
    }
}

fn protocol(name: &str) -> Result<Protocol, String> {
    Protocol::parse(name)
        .ok_or_else(|| format!("`{}` is no protocol, there are `tcp`, `udp` and `sctp`", excerpt(name)))
}

/// `80` or `80-90`.
fn range(text: &str) -> Result<RangeInclusive<u16>, String> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let range = port(first)?..=port(last)?;
    if range.is_empty() { Err(format!("`{}` ends before it begins", excerpt(text))) } else { Ok(range) }
}

fn port(text: &str) -> Result<u16, String> {
    let digits = Some(text).filter(|text| text.bytes().all(|byte| byte.is_ascii_digit()));
    digits
        .and_then(|digits| digits.parse().ok())
        .filter(|number| *number > 0)
        .ok_or_else(|| format!("`{}` is no port, ports are numbers from 1 to 65535", excerpt(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One line a port: `80/tcp <- 127.0.0.1:8080 *:-`.
    fn show(ports: Ports<'_>) -> Vec<String> {
        let binding = |binding: &Binding| {
            let ip = binding.host_ip.map_or("*".to_owned(), |ip| ip.to_string());
            format!(" {ip}:{}", binding.host_port.map_or("-".to_owned(), |port| port.to_string()))
        };
        let show = |port: Port| {
            let bindings: String = port.bindings.iter().map(binding).collect();
            format!("{}/{} <-{bindings}", port.number, port.protocol)
        };
        ports.into_vec().into_iter().map(show).collect()
    }

    fn check(text: &str, expected: &[&str]) {
        let budget = Budget::new(1 << 20);
        let mut ports = Ports::new(&budget);
        ports.publish(&Node::Text(text.into())).unwrap();
        assert_eq!(show(ports), expected, "{text}");
    }

    fn check_long(fields: &[(&str, &str)], expected: Result<&[&str], &str>) {
        let budget = Budget::new(1 << 20);
        let fields = fields.iter().map(|(key, value)| (key.to_string(), Node::Text(value.to_string())));
        let mut ports = Ports::new(&budget);
        let result = ports.publish(&Node::Map(fields.collect()));
        let got = result.map(|()| show(ports));
        assert_eq!(
            got,
            expected.map(|lines| lines.iter().map(ToString::to_string).collect()).map_err(str::to_owned)
        );
    }

    #[test]
    fn the_short_syntax() {
        check("80", &["80/tcp <- *:-"]);
        check("8080:80", &["80/tcp <- *:8080"]);
        check(":80", &["80/tcp <- *:-"]);
        check("0:80", &["80/tcp <- *:-"]);
        check("6060:6060/udp", &["6060/udp <- *:6060"]);
        check("80:80/TCP", &["80/tcp <- *:80"]);
        check("3000-3002", &["3000/tcp <- *:-", "3001/tcp <- *:-", "3002/tcp <- *:-"]);
        check("9000-9001:90-91", &["90/tcp <- *:9000", "91/tcp <- *:9001"]);
        check("8100-8110:4000", &["4000/tcp <- *:-"]);
        check("127.0.0.1:8001:8001", &["8001/tcp <- 127.0.0.1:8001"]);
        check("127.0.0.1::5000", &["5000/tcp <- 127.0.0.1:-"]);
        check(
            "127.0.0.1:5010-5011:5010-5011/sctp",
            &["5010/sctp <- 127.0.0.1:5010", "5011/sctp <- 127.0.0.1:5011"],
        );
        check("[::1]:5001:5000", &["5000/tcp <- ::1:5001"]);
        check("::1:80:81", &["81/tcp <- ::1:80"]);
        check("[::1]::80", &["80/tcp <- ::1:-"]);
        check("::80", &["80/tcp <- *:-"]);
    }

    #[test]
    fn what_is_no_port_says_why() {
        let budget = Budget::new(1 << 20);
        let check = |text: &str, expected: &str| {
            assert_eq!(
                Ports::new(&budget).publish(&Node::Text(text.into())),
                Err(expected.to_owned()),
                "{text}"
            );
        };
        check("0", "`0` is no port, ports are numbers from 1 to 65535");
        check("70000", "`70000` is no port, ports are numbers from 1 to 65535");
        check("+80", "`+80` is no port, ports are numbers from 1 to 65535");
        check(" 80", "` 80` is no port, ports are numbers from 1 to 65535");
        check("80:", "`` is no port, ports are numbers from 1 to 65535");
        check("a:80", "`a` is no port, ports are numbers from 1 to 65535");
        check("82-80", "`82-80` ends before it begins");
        check("80/foo", "`foo` is no protocol, there are `tcp`, `udp` and `sctp`");
        check("localhost:80:80", "`localhost` is no IP address");
        check("3000-3001:80-82", "3 ports of the container do not fit 2 ports of the host");
        check("3000:80-82", "3 ports of the container do not fit 1 ports of the host");
    }

    #[test]
    fn the_long_syntax() {
        check_long(&[("target", "80")], Ok(&["80/tcp <- *:-"]));
        check_long(
            &[
                ("target", "80"),
                ("published", "8085"),
                ("host_ip", "127.0.0.1"),
                ("protocol", "udp"),
                ("mode", "host"),
            ],
            Ok(&["80/udp <- 127.0.0.1:8085"]),
        );
        check_long(&[("target", "70"), ("published", "9100-9110")], Ok(&["70/tcp <- *:-"]));
        check_long(&[("published", "80")], Err("a port needs a `target`"));
        check_long(&[("target", "80-81")], Err("`80-81` is no port, ports are numbers from 1 to 65535"));
    }

    #[test]
    fn exposed_ports_have_no_binding_and_repeated_ones_are_one() {
        let budget = Budget::new(1 << 20);
        let mut ports = Ports::new(&budget);
        for text in ["80-81/udp", "90", "1:2"] {
            ports.expose(&Node::Text(text.into())).unwrap();
        }
        for text in ["90:90", "90:90", "91:90"] {
            ports.publish(&Node::Text(text.into())).unwrap();
        }
        assert_eq!(show(ports), ["2/tcp <-", "80/udp <-", "81/udp <-", "90/tcp <- *:90 *:91"]);
    }

    #[test]
    fn ranges_have_an_end() {
        let budget = Budget::new(1 << 20);
        let mut ports = Ports::new(&budget);
        assert_eq!(ports.expose(&Node::Text("1-65535".into())), Err("too many ports".to_owned()));
    }
}
