use serde::{Serialize, Serializer};

use crate::Section;
use crate::model::{
    Configuration, Middleware, Model, Router, ServersTransport, Service, TcpMiddleware, TcpRouter,
    TcpServersTransport, TcpService, TlsOptions, TlsStore, UdpRouter, UdpService,
};

/// Declares the kinds of named elements: the variant, its section, its type and where a configuration has it.
macro_rules! elements {
    ($($variant:ident($type:ty) in $protocol:ident.$elements:ident,)*) => {
        /// One named thing of the dynamic configuration: what containers define, merge and conflict over.
        ///
        /// ```
        /// use portolan_routes::model::Router;
        /// use portolan_routes::{Element, Section};
        ///
        /// let router = Element::HttpRouters(Router { rule: Some("Path(`/`)".into()), ..Router::default() });
        /// assert_eq!(router.section(), Section::HttpRouters);
        /// ```
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub enum Element {
            $(#[doc = concat!("In [`Section::", stringify!($variant), "`].")] $variant($type),)*
        }

        impl Element {
            /// The section that holds it.
            pub fn section(&self) -> Section {
                match self {
                    $(Self::$variant(_) => Section::$variant,)*
                }
            }
        }

        impl Serialize for Element {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                match self {
                    $(Self::$variant(element) => element.serialize(serializer),)*
                }
            }
        }

        impl Configuration {
            /// Takes the configuration apart into its named elements. Certificates have no names and are not among them.
            pub fn into_elements(mut self) -> Vec<(String, Element)> {
                let mut elements = Vec::new();
                $(
                    for (name, element) in self.$protocol.as_mut().and_then(|it| it.$elements.take()).unwrap_or_default() {
                        elements.push((name, Element::$variant(element)));
                    }
                )*
                elements
            }

            /// Puts an element in its place, in place of one of the same name.
            pub fn insert(&mut self, name: String, element: Element) {
                match element {
                    $(Element::$variant(element) => {
                        let protocol = self.$protocol.get_or_insert_default();
                        protocol.$elements.get_or_insert_default().insert(name, element);
                    })*
                }
            }
        }
    };
}

elements! {
    HttpRouters(Router) in http.routers,
    HttpServices(Service) in http.services,
    HttpMiddlewares(Middleware) in http.middlewares,
    HttpModels(Model) in http.models,
    HttpServersTransports(ServersTransport) in http.servers_transports,
    TcpRouters(TcpRouter) in tcp.routers,
    TcpServices(TcpService) in tcp.services,
    TcpMiddlewares(TcpMiddleware) in tcp.middlewares,
    TcpServersTransports(TcpServersTransport) in tcp.servers_transports,
    UdpRouters(UdpRouter) in udp.routers,
    UdpServices(UdpService) in udp.services,
    TlsOptions(TlsOptions) in tls.options,
    TlsStores(TlsStore) in tls.stores,
}

impl FromIterator<(String, Element)> for Configuration {
    fn from_iter<I: IntoIterator<Item = (String, Element)>>(elements: I) -> Self {
        let mut configuration = Self::default();
        for (name, element) in elements {
            configuration.insert(name, element);
        }
        configuration
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A watcher keeps thousands of them: what most containers do not say must not take room in each.
    #[test]
    fn an_element_is_small() {
        let size = size_of::<Element>();
        assert!(size <= 320, "{size} bytes");
    }
}
