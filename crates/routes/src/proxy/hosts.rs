use std::collections::BTreeSet;

/// Which hosts an alias answers to: a rule of Traefik's, and where it stands among those of other aliases.
///
/// Priorities are explicit, since Traefik's own is a rule's length. Below any domain a whole name comes before a short one and that
/// before a wildcard; where the settings name domains, a name below one of them before a whole one before a wildcard (GoDoxy).
///
/// ```
/// use portolan_routes::proxy::Hosts;
///
/// let hosts = Hosts::of("*.example.com", &[]).ok_or("it can be a host")?;
/// assert_eq!((hosts.rule().as_str(), hosts.priority()), (r"HostRegexp(`^[^.]+\.example\.com$`)", 10));
/// # Ok::<(), &str>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hosts {
    kind: Kind,
    alias: String,
    domains: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Short,
    Full,
    Wildcard,
}

impl Hosts {
    /// The hosts of an alias below these domains, or below any where there are none. A port and a dot at the end do not count.
    ///
    /// `None` where the alias can be no host.
    ///
    /// ```
    /// use portolan_routes::proxy::Hosts;
    ///
    /// let app = Hosts::of("app", &[]).ok_or("app")?;
    /// assert_eq!(app.rule(), r"HostRegexp(`^app(\..+)?$`)");
    /// let app = Hosts::of("App", &[".example.com".to_owned()]).ok_or("App")?;
    /// assert_eq!(app.rule(), "Host(`app.example.com`) || Host(`app`)");
    /// # Ok::<(), &str>(())
    /// ```
    pub fn of(alias: &str, domains: &[String]) -> Option<Self> {
        let alias = alias.trim().trim_end_matches('.').to_lowercase();
        let alias = match alias.rsplit_once(':') {
            Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host.to_owned(),
            _ => alias,
        };
        let (kind, name) = match alias.strip_prefix("*.") {
            Some(name) => (Kind::Wildcard, name),
            None if alias.contains('.') => (Kind::Full, alias.as_str()),
            None => (Kind::Short, alias.as_str()),
        };
        let is_host = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.is_empty() || !name.chars().all(is_host) {
            return None;
        }
        let domains = domains.iter().map(|domain| domain.trim_matches('.').to_lowercase());
        let domains: BTreeSet<String> = domains.filter(|domain| !domain.is_empty()).collect();
        Some(Self { kind, alias: name.to_owned(), domains: domains.into_iter().collect() })
    }

    /// The rule of an HTTP router.
    pub fn rule(&self) -> String {
        self.written("Host", "HostRegexp")
    }

    /// The rule of a router that looks at the name in a TLS greeting.
    pub fn sni_rule(&self) -> String {
        self.written("HostSNI", "HostSNIRegexp")
    }

    fn written(&self, exact: &str, pattern: &str) -> String {
        match self.pattern() {
            Some(regex) => format!("{pattern}(`{regex}`)"),
            None => {
                let hosts = self.names().into_iter().map(|host| format!("{exact}(`{host}`)"));
                hosts.collect::<Vec<_>>().join(" || ")
            }
        }
    }

    /// The regular expression that the hosts match, where they cannot be listed.
    pub fn pattern(&self) -> Option<String> {
        let name = self.alias.replace('.', r"\.");
        match self.kind {
            Kind::Wildcard => Some(format!(r"^[^.]+\.{name}$")),
            Kind::Short if self.domains.is_empty() => Some(format!(r"^{name}(\..+)?$")),
            Kind::Short | Kind::Full => None,
        }
    }

    /// The hosts, where they can be listed.
    pub fn names(&self) -> Vec<String> {
        let below = self.domains.iter().map(|domain| format!("{}.{domain}", self.alias));
        let itself = std::iter::once(self.alias.clone());
        match self.kind {
            Kind::Short => below.chain(itself).collect(),
            Kind::Full => itself.chain(below).collect(),
            Kind::Wildcard => Vec::new(),
        }
    }

    /// The router's priority: one of 10, 20 and 30, so that most rules of people's own, which count by their length, come before
    /// a wildcard and those that match anything do not come before a name.
    pub fn priority(&self) -> i64 {
        match (self.kind, self.domains.is_empty()) {
            (Kind::Wildcard, _) => 10,
            (Kind::Short, true) | (Kind::Full, false) => 20,
            (Kind::Full, true) | (Kind::Short, false) => 30,
        }
    }
}
