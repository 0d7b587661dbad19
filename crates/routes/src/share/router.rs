use std::collections::BTreeMap;

use portolan_container::Diagnostic;

use super::{Build, Peers};
use crate::codes::{AMBIGUOUS_SERVICE, NO_ROUTER, NO_RULE};
use crate::model::{Http, Map, Router, Tcp, Udp};
use crate::service_name;

impl<P: Peers + ?Sized> Build<'_, P> {
    /// Gives HTTP routers their rule and service, and the container a router if its labels name none.
    pub(super) fn http_routers(&mut self, http: &mut Http) {
        let services = names(http.services.as_ref());
        let routers = http.routers.get_or_insert_default();
        if routers.is_empty() {
            if services.len() > 1 {
                let message = "Could not create a router for the container: too many services";
                let help = "define a router that names the service: `traefik.http.routers.….service`";
                self.diagnostics.push(Diagnostic::info(NO_ROUTER, message).with_help(help));
                return;
            }
            routers.insert(service_name(self.container), Router::default());
        }
        routers.retain(|name, router| {
            if router.rule.as_deref().unwrap_or_default().is_empty() {
                let Some(rule) = self.default_rule(name) else { return false };
                router.rule = Some(rule);
                router.default_rule = Some(true);
            }
            self.link(name, &mut router.service, &services)
        });
    }

    fn default_rule(&mut self, router: &str) -> Option<String> {
        let container = self.container;
        let name = service_name(container);
        let rendered = self.options.default_rule.render(&name, &container.name, &container.labels);
        let diagnostic = match rendered {
            Ok(rule) if !rule.is_empty() => return Some(rule),
            Ok(_) => Diagnostic::error(
                NO_RULE,
                format!("Undefined rule: router `{router}` has none and the default rule is empty"),
            ),
            Err(error) => Diagnostic::error(
                NO_RULE,
                format!("Error while parsing default rule: router `{router}`: {error}"),
            ),
        };
        let help = format!("set `traefik.http.routers.{router}.rule`, or mend the setting `defaultRule`");
        self.diagnostics.push(diagnostic.with_help(help));
        None
    }

    /// Gives TCP routers their service, and drops those without a rule.
    pub(super) fn tcp_routers(&mut self, tcp: &mut Tcp) {
        let services = names(tcp.services.as_ref());
        tcp.routers.get_or_insert_default().retain(|name, router| {
            if router.rule.as_deref().unwrap_or_default().is_empty() {
                let message = format!("Empty rule: TCP router `{name}` has none and there is no default");
                let help = format!("set `traefik.tcp.routers.{name}.rule`, such as HostSNI(`*`)");
                self.diagnostics.push(Diagnostic::error(NO_RULE, message).with_help(help));
                return false;
            }
            self.link(name, &mut router.service, &services)
        });
    }

    /// Gives UDP routers their service.
    pub(super) fn udp_routers(&mut self, udp: &mut Udp) {
        let services = names(udp.services.as_ref());
        udp.routers
            .get_or_insert_default()
            .retain(|name, router| self.link(name, &mut router.service, &services));
    }

    /// Links a router that names no service to the only one; says whether the router stays.
    fn link(&mut self, router: &str, service: &mut Option<String>, services: &[String]) -> bool {
        if service.as_ref().is_some_and(|service| !service.is_empty()) {
            return true;
        }
        if let [only] = services {
            *service = Some(only.clone());
            return true;
        }
        let quoted: Vec<String> = services.iter().map(|name| format!("{name:?}")).collect();
        let message = format!(
            "Router {router} cannot be linked automatically with multiple Services: [{}]",
            quoted.join(" ")
        );
        let help = format!("set the router's `service` to one of them: `….routers.{router}.service`");
        self.diagnostics.push(Diagnostic::error(AMBIGUOUS_SERVICE, message).with_help(help));
        false
    }
}

fn names<T>(map: Option<&Map<T>>) -> Vec<String> {
    map.into_iter().flat_map(BTreeMap::keys).cloned().collect()
}
