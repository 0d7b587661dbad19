use portolan_container::{Diagnostic, Health, Protocol};

use super::address::Endpoint;
use super::{Build, Peers};
use crate::codes::SERVICE_ERROR;
use crate::model::{
    Http, LoadBalancer, Map, Server, Service, Tcp, TcpLoadBalancer, TcpServer, TcpService, Udp,
    UdpLoadBalancer, UdpServer, UdpService,
};
use crate::service_name;

/// What the container's address and port are, or what Traefik says where there is none.
type Answer = Result<Endpoint, String>;

impl<P: Peers + ?Sized> Build<'_, P> {
    /// Gives HTTP services their server, and the container a service if its labels name none. False where one fails.
    pub(super) fn http_services(&mut self, http: &mut Http) -> bool {
        let services = http.services.get_or_insert_default();
        if services.is_empty() {
            let load_balancer = Some(LoadBalancer { servers: Some(Vec::new()), ..LoadBalancer::default() });
            services.insert(service_name(self.container), Service { load_balancer, ..Service::default() });
        }
        self.each(
            services,
            |service| {
                let load_balancer = service.load_balancer.as_mut()?;
                Some(load_balancer.servers.get_or_insert_default())
            },
            Protocol::Tcp,
            Server::fill,
        )
    }

    /// The same for TCP.
    pub(super) fn tcp_services(&mut self, tcp: &mut Tcp) -> bool {
        let services = tcp.services.get_or_insert_default();
        if services.is_empty() {
            let load_balancer =
                Some(TcpLoadBalancer { servers: Some(Vec::new()), ..TcpLoadBalancer::default() });
            services
                .insert(service_name(self.container), TcpService { load_balancer, ..TcpService::default() });
        }
        self.each(
            services,
            |service| {
                let load_balancer = service.load_balancer.as_mut()?;
                Some(load_balancer.servers.get_or_insert_default())
            },
            Protocol::Tcp,
            TcpServer::fill,
        )
    }

    /// The same for UDP.
    pub(super) fn udp_services(&mut self, udp: &mut Udp) -> bool {
        let services = udp.services.get_or_insert_default();
        if services.is_empty() {
            let load_balancer = Some(UdpLoadBalancer { servers: Some(Vec::new()) });
            services
                .insert(service_name(self.container), UdpService { load_balancer, ..UdpService::default() });
        }
        self.each(
            services,
            |service| {
                let load_balancer = service.load_balancer.as_mut()?;
                Some(load_balancer.servers.get_or_insert_default())
            },
            Protocol::Udp,
            UdpServer::fill,
        )
    }

    /// Fills the first server of every service; tells of each that fails.
    fn each<T, S: Default>(
        &mut self,
        services: &mut Map<T>,
        servers: impl Fn(&mut T) -> Option<&mut Vec<S>>,
        protocol: Protocol,
        fill: impl Fn(&mut S, Option<&mut dyn FnMut(&str) -> Answer>) -> Result<(), String>,
    ) -> bool {
        let serves = self.serves();
        let mut complete = true;
        for (name, service) in services {
            let filled = match servers(service) {
                // Traefik does not look at the services of a container that does not serve. What labels said of a server
                // stays, without an address.
                None if !serves => Ok(()),
                Some(servers) if !serves => servers.first_mut().map_or(Ok(()), |server| fill(server, None)),
                None => Err("load-balancer is not defined".to_owned()),
                Some(servers) => {
                    if servers.is_empty() {
                        servers.push(S::default());
                    }
                    servers.first_mut().map_or(Ok(()), |server| {
                        fill(server, Some(&mut |port| self.endpoint(port, protocol)))
                    })
                }
            };
            if let Err(message) = filled {
                complete = false;
                let diagnostic =
                    Diagnostic::error(SERVICE_ERROR, format!("service {name:?} error: {message}"));
                self.diagnostics.push(match help(&message) {
                    Some(help) => diagnostic.with_help(help),
                    None => diagnostic,
                });
            }
        }
        complete
    }

    /// Whether requests can be sent to it now; only containers that are kept for other reasons cannot.
    fn serves(&self) -> bool {
        self.container.state.is_running() && matches!(self.container.health, None | Some(Health::Healthy))
    }
}

fn help(message: &str) -> Option<&'static str> {
    match message {
        "port is missing" => Some(
            "set the port in a label, `….loadbalancer.server.port`, or expose one in the image or Compose file",
        ),
        "load-balancer is not defined" => {
            Some("from labels only services of kind `loadbalancer` can be made")
        }
        _ if message.starts_with("unable to find the IP address") => {
            Some("connect the container to a network that Traefik is on")
        }
        _ => None,
    }
}

impl Server {
    /// Makes the URL from scheme, address and port; without an address, leaves a server that has none.
    fn fill(&mut self, endpoint: Option<&mut dyn FnMut(&str) -> Answer>) -> Result<(), String> {
        let (scheme, port) = (self.scheme.take().unwrap_or_default(), self.port.take().unwrap_or_default());
        let Some(endpoint) = endpoint else {
            self.url.get_or_insert_default();
            return Ok(());
        };
        if self.url.as_ref().is_some_and(|url| !url.is_empty()) {
            if !scheme.is_empty() || !port.is_empty() {
                return Err("defining scheme or port is not allowed when URL is defined".to_owned());
            }
            return Ok(());
        }
        let scheme = if scheme.is_empty() { "http" } else { &scheme };
        self.url = Some(format!("{scheme}://{}", endpoint(&port)?));
        Ok(())
    }
}

impl TcpServer {
    fn fill(&mut self, endpoint: Option<&mut dyn FnMut(&str) -> Answer>) -> Result<(), String> {
        let port = self.port.take().unwrap_or_default();
        self.address = Some(address(endpoint, &port)?);
        Ok(())
    }
}

impl UdpServer {
    fn fill(&mut self, endpoint: Option<&mut dyn FnMut(&str) -> Answer>) -> Result<(), String> {
        let port = self.port.take().unwrap_or_default();
        self.address = Some(address(endpoint, &port)?);
        Ok(())
    }
}

fn address(endpoint: Option<&mut dyn FnMut(&str) -> Answer>, port: &str) -> Result<String, String> {
    endpoint.map_or(Ok(String::new()), |endpoint| endpoint(port).map(|endpoint| endpoint.to_string()))
}
