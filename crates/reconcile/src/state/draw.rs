use std::collections::BTreeMap;

use portolan_container::{Container, NetworkMode};
use portolan_routes::{Element, LeftOut, Merged, Name, Section, rule};

use super::{
    ContainerRef, ContainerState, ElementRef, FindingState, Place, Protocol, RouterState, ServiceState,
    State, address, rule as shown_rule,
};
use crate::explain::Reason;
use crate::news::served_by;
use crate::{About, Chart, ContainerKey, Report, ReportedFinding, Write};

impl State {
    /// What this chart comes to, with the report on it and the last writes.
    pub fn of(chart: &Chart, report: Report, history: Vec<Write>) -> Self {
        let mut drawing = Drawing::new(chart, &report);
        let mut state = Self {
            version: env!("CARGO_PKG_VERSION"),
            report,
            containers: Vec::new(),
            services: Vec::new(),
            routers: Vec::new(),
            findings: drawing.findings(),
            history,
        };
        for name in chart.world().table().names() {
            drawing.element(name, &mut state);
        }
        state.services.sort_by(|one, two| (&one.name, one.protocol).cmp(&(&two.name, two.protocol)));
        state.routers.sort_by(|one, two| (&one.name, one.protocol).cmp(&(&two.name, two.protocol)));
        state.containers = drawing.containers();
        state
    }
}

/// A chart, while what it comes to is put together.
struct Drawing<'c> {
    chart: &'c Chart,
    engines: Vec<String>,
    /// In the order in which they are shown.
    containers: Vec<Drawn<'c>>,
    /// The container of each share, by its place among them.
    of_share: BTreeMap<&'c str, usize>,
}

/// A container, and what of it has been found in the table so far.
struct Drawn<'c> {
    key: &'c ContainerKey,
    container: &'c Container,
    left_out: Option<&'c LeftOut>,
    routers: Vec<ElementRef>,
    services: Vec<ElementRef>,
    /// Whether anything that it defines is in the file.
    is_served: bool,
    /// Why something that it defines is not.
    unserved: Option<&'static str>,
    /// The host of the first server that it has of its own.
    host: Option<&'c str>,
}

impl<'c> Drawing<'c> {
    fn new(chart: &'c Chart, report: &Report) -> Self {
        let world = chart.world();
        let drawn = |(key, container, left_out)| Drawn {
            key,
            container,
            left_out,
            routers: Vec::new(),
            services: Vec::new(),
            is_served: false,
            unserved: None,
            host: None,
        };
        let mut containers: Vec<_> = world.containers().map(drawn).collect();
        containers.sort_by_key(|it| (&it.container.name, it.key));
        let shares = containers.iter().enumerate();
        let of_share = shares.filter_map(|(at, it)| Some((world.share_of(it.key)?, at))).collect();
        let engines = report.engines.iter().map(|engine| engine.name.clone()).collect();
        Self { chart, engines, containers, of_share }
    }

    fn engine(&self, key: &ContainerKey) -> String {
        self.engines.get(key.engine).cloned().unwrap_or_default()
    }

    fn reference(&self, at: usize) -> Option<ContainerRef> {
        let drawn = self.containers.get(at)?;
        Some(ContainerRef { engine: self.engine(drawn.key), name: drawn.container.name.clone() })
    }

    /// Takes up a name of the table: what the file has of it goes to the state, and to the containers that define it.
    fn element(&mut self, name: &Name, state: &mut State) {
        let table = self.chart.world().table();
        if !self.chart.serves(name) {
            let code = self.chart.finding_of_name(name).map(|finding| finding.code.0);
            for share in table.definers(name) {
                if let Some(drawn) = self.of_share.get(share).and_then(|at| self.containers.get_mut(*at)) {
                    drawn.unserved = drawn.unserved.or(code);
                }
            }
            return;
        }
        let (section, element_name) = name;
        let mut definers: Vec<usize> = Vec::new();
        for share in served_by(self.chart.world(), name) {
            let Some(at) = self.of_share.get(share).copied() else { continue };
            let Some(drawn) = self.containers.get_mut(at) else { continue };
            definers.push(at);
            drawn.is_served = true;
            if let Some((protocol, is_router)) = kind(*section) {
                let list = if is_router { &mut drawn.routers } else { &mut drawn.services };
                list.push(ElementRef { protocol, name: element_name.clone() });
                if drawn.host.is_none() {
                    drawn.host = table.definition(name, share).and_then(first_host);
                }
            }
        }
        let Some((protocol, _)) = kind(*section) else { return };
        let Some(Merged::One(element)) = table.get(name) else { return };
        definers.sort_unstable();
        let containers = definers.into_iter().filter_map(|at| self.reference(at)).collect();
        if let Some(router) = router(protocol, element_name, &element) {
            state.routers.push(RouterState { containers, ..router });
        } else {
            let servers = addresses(&element).map(address::shown).collect();
            state.services.push(ServiceState { protocol, name: element_name.clone(), servers, containers });
        }
    }

    fn containers(self) -> Vec<ContainerState> {
        let Self { chart, engines, containers, .. } = self;
        let engine = |key: &ContainerKey| engines.get(key.engine).cloned().unwrap_or_default();
        let shown = |drawn: Drawn<'_>| {
            let engine = engine(drawn.key);
            drawn.shown(chart, engine)
        };
        containers.into_iter().map(shown).collect()
    }

    fn findings(&self) -> Vec<FindingState> {
        let world = self.chart.world();
        let of_containers = self.chart.findings_of_containers().map(|(key, finding)| {
            let engine = finding.container.as_ref().map(|_| self.engine(key));
            FindingState::new(ReportedFinding { engine, ..ReportedFinding::from(finding) })
        });
        let of_names = self.chart.findings_of_names().map(|(name, finding)| {
            let (section, element) = name;
            let mut definers: Vec<usize> =
                world.table().definers(name).filter_map(|share| self.of_share.get(share).copied()).collect();
            definers.sort_unstable();
            FindingState {
                element: Some(Place { section: section.to_string(), name: element.clone() }),
                containers: definers.into_iter().filter_map(|at| self.reference(at)).collect(),
                ..FindingState::new(finding.into())
            }
        });
        let mut findings: Vec<FindingState> = of_containers.chain(of_names).collect();
        findings.sort_by_key(|it| it.finding.rank());
        findings
    }
}

impl Drawn<'_> {
    fn shown(self, chart: &Chart, engine: String) -> ContainerState {
        let Self { key, container, left_out, mut routers, mut services, host, .. } = self;
        let left_out = if self.is_served {
            None
        } else {
            Some(match self.unserved {
                Some(code) => Reason::of_code(code),
                None => Reason::without_values(chart, key, container, left_out),
            })
        };
        let (address, network) = place(container, host);
        let mut ports: Vec<u16> = container.ports.iter().map(|port| port.number).collect();
        ports.dedup();
        for list in [&mut routers, &mut services] {
            list.sort_by(|one, two| (&one.name, one.protocol).cmp(&(&two.name, two.protocol)));
        }
        ContainerState {
            engine,
            name: container.name.clone(),
            id: container.id.chars().take(12).collect(),
            image: container.image.to_string(),
            state: container.state.to_string(),
            health: container.health.as_ref().map(ToString::to_string),
            project: container.compose_project().map(str::to_owned),
            service: container.compose_service().map(str::to_owned),
            address,
            network,
            ports,
            left_out: left_out.map(|Reason { code, text }| format!("{code}: {text}")),
            routers,
            services,
        }
    }
}

impl FindingState {
    fn new(finding: ReportedFinding) -> Self {
        let About { summary, help } = About::code(&finding.code).unwrap_or(About { summary: "", help: "" });
        let page = About::page(&finding.code);
        Self { finding, element: None, containers: Vec::new(), summary, help, page }
    }
}

/// What a section's elements speak, and whether they are routers; `None` for those of other kinds.
fn kind(section: Section) -> Option<(Protocol, bool)> {
    Some(match section {
        Section::HttpRouters => (Protocol::Http, true),
        Section::HttpServices => (Protocol::Http, false),
        Section::TcpRouters => (Protocol::Tcp, true),
        Section::TcpServices => (Protocol::Tcp, false),
        Section::UdpRouters => (Protocol::Udp, true),
        Section::UdpServices => (Protocol::Udp, false),
        _ => return None,
    })
}

fn router(protocol: Protocol, name: &str, element: &Element) -> Option<RouterState> {
    let list = |list: &Option<Vec<String>>| list.clone().unwrap_or_default();
    let ruled = |rule: &Option<String>, speaks, syntax: &Option<String>| match rule {
        Some(rule) => {
            let (rule, hosts) = shown_rule::shown(rule, speaks, syntax.as_deref());
            (Some(rule), hosts)
        }
        None => (None, Vec::new()),
    };
    let bare = RouterState {
        protocol,
        name: name.to_owned(),
        rule: None,
        hosts: Vec::new(),
        entry_points: Vec::new(),
        priority: None,
        tls: false,
        middlewares: Vec::new(),
        service: None,
        containers: Vec::new(),
    };
    Some(match element {
        Element::HttpRouters(router) => {
            let (rule, hosts) = ruled(&router.rule, rule::Protocol::Http, &router.rule_syntax);
            RouterState {
                rule,
                hosts,
                entry_points: list(&router.entry_points),
                priority: router.priority,
                tls: router.tls.is_some(),
                middlewares: list(&router.middlewares),
                service: router.service.clone(),
                ..bare
            }
        }
        Element::TcpRouters(router) => {
            let (rule, hosts) = ruled(&router.rule, rule::Protocol::Tcp, &router.rule_syntax);
            RouterState {
                rule,
                hosts,
                entry_points: list(&router.entry_points),
                priority: router.priority,
                tls: router.tls.is_some(),
                middlewares: list(&router.middlewares),
                service: router.service.clone(),
                ..bare
            }
        }
        Element::UdpRouters(router) => {
            RouterState { entry_points: list(&router.entry_points), service: router.service.clone(), ..bare }
        }
        _ => return None,
    })
}

/// The addresses of a service's servers; none where others are behind it.
fn addresses(element: &Element) -> Box<dyn Iterator<Item = &str> + '_> {
    match element {
        Element::HttpServices(service) => {
            let servers = service.load_balancer.iter().flat_map(|it| it.servers.iter().flatten());
            Box::new(servers.filter_map(|server| server.url.as_deref()))
        }
        Element::TcpServices(service) => {
            let servers = service.load_balancer.iter().flat_map(|it| it.servers.iter().flatten());
            Box::new(servers.filter_map(|server| server.address.as_deref()))
        }
        Element::UdpServices(service) => {
            let servers = service.load_balancer.iter().flat_map(|it| it.servers.iter().flatten());
            Box::new(servers.filter_map(|server| server.address.as_deref()))
        }
        _ => Box::new(std::iter::empty()),
    }
}

fn first_host(element: &Element) -> Option<&str> {
    addresses(element).next().map(address::host)
}

/// The address of a container, and the network on which it has that: the one at which it is served, where it is its own.
fn place(container: &Container, host: Option<&str>) -> (Option<String>, Option<String>) {
    let of_host = |host: &str| {
        let mut attachments = container.attachments.iter();
        attachments.find(|(_, attachment)| attachment.address().as_deref() == Some(host))
    };
    let first = || container.attachments.iter().find(|(_, attachment)| attachment.address().is_some());
    match (&container.network_mode, host.and_then(of_host), host) {
        (_, Some((network, _)), Some(host)) => (Some(host.to_owned()), Some(network.clone())),
        (NetworkMode::Host, _, host) => (host.map(str::to_owned), Some("host".to_owned())),
        (NetworkMode::Container(_), _, Some(host)) => (Some(host.to_owned()), None),
        _ => match first() {
            Some((network, attachment)) => (attachment.address(), Some(network.clone())),
            None => (None, None),
        },
    }
}
