use portolan_container::{Container, Diagnostic};

use crate::{BLACKLISTED, Reason, Verdict, explicit, known, pattern};

/// What the settings say of the blacklist.
///
/// ```
/// use portolan_blacklist::{Blacklist, Rules};
/// use portolan_container::{Container, Image};
///
/// let rules = Rules { images: vec!["example.com/tool*".into()], ..Rules::default() };
/// let container = Container { image: Image::parse("example.com/tools:1"), ..Container::default() };
/// assert!(!Blacklist::new(rules).judge(&container).lets_through());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Whether it is in force; where it is not, every container is let through.
    pub enabled: bool,
    /// More images: `NAME`, `AUTHOR/NAME`, either with `:TAG`; `*` stands for any characters.
    pub images: Vec<String>,
    /// More ports inside the container, of any protocol, in host order.
    pub ports: Vec<u16>,
    /// More paths inside the container at which something is mounted.
    pub mounts: Vec<String>,
    /// What is let through: names of containers, or images in the form of `images`.
    pub allow: Vec<String>,
}

impl Default for Rules {
    fn default() -> Self {
        Self { enabled: true, images: Vec::new(), ports: Vec::new(), mounts: Vec::new(), allow: Vec::new() }
    }
}

/// The list of what is kept off the proxy: what is known of databases and tools, and what the settings add.
///
/// ```
/// use portolan_blacklist::Blacklist;
/// use portolan_container::{Container, Image};
///
/// let blacklist = Blacklist::default();
/// let mut database = Container { image: Image::parse("postgres:18"), ..Container::default() };
/// assert!(!blacklist.judge(&database).lets_through());
/// // Its owner asks for it.
/// database.labels.insert("traefik.enable".into(), "true".into());
/// assert!(blacklist.judge(&database).lets_through());
/// ```
#[derive(Clone, Debug, Default)]
pub struct Blacklist {
    rules: Rules,
}

impl Blacklist {
    /// The known entries and those of the rules.
    pub fn new(rules: Rules) -> Self {
        Self { rules }
    }

    /// Whether the container may be routed, and what says so.
    ///
    /// Where several things speak against it, the first of image, author, mount and port is the reason.
    pub fn judge(&self, container: &Container) -> Verdict {
        let Some(reason) = self.reason(container) else { return Verdict::Allowed };
        match self.overridden_by(container) {
            Some(by) => Verdict::Overridden { reason, by },
            None => Verdict::Denied(reason),
        }
    }

    /// The finding where the container is kept off the proxy.
    ///
    /// A warning where its labels describe a route that it doesn't get, else an information. None where its labels
    /// say `traefik.enable=false`: nobody misses a route then.
    ///
    /// ```
    /// use portolan_blacklist::Blacklist;
    /// use portolan_container::{Container, Image};
    ///
    /// let cache = Container { name: "cache".into(), image: Image::parse("redis:8"), ..Container::default() };
    /// let finding = Blacklist::default().diagnostic(&cache).ok_or("a cache is kept off the proxy")?;
    /// assert_eq!(finding.to_string(), "info[blacklisted]: cache: not routed: image `redis:8` is a database");
    /// # Ok::<(), &str>(())
    /// ```
    pub fn diagnostic(&self, container: &Container) -> Option<Diagnostic> {
        let Verdict::Denied(reason) = self.judge(container) else { return None };
        if explicit::declined(container) {
            return None;
        }
        let message = format!("not routed: {reason}");
        let finding = if explicit::describes_route(container) {
            Diagnostic::warning(BLACKLISTED, message)
        } else {
            Diagnostic::info(BLACKLISTED, message)
        };
        Some(
            finding
                .in_container(&container.name)
                .with_help("set the label `traefik.enable=true` if it shall be routed"),
        )
    }

    fn reason(&self, container: &Container) -> Option<Reason> {
        let image = &container.image;
        let author = known::author_on_hub(image);
        let listed = self.rules.images.iter().any(|entry| pattern::means_image(entry, image));
        if listed || known::image(author, &image.name).is_some() {
            return Some(Reason::Image(image.to_string()));
        }
        if known::author(author).is_some() {
            return Some(Reason::Author(author.to_owned()));
        }
        let mount = container.mounts.iter().map(|mount| whole(&mount.destination)).find(|path| {
            known::mount(path).is_some() || self.rules.mounts.iter().any(|entry| whole(entry) == *path)
        });
        if let Some(path) = mount {
            return Some(Reason::Mount(path.to_owned()));
        }
        let is_listed = |number| known::port(number).is_some() || self.rules.ports.contains(&number);
        let port = container.ports.iter().find(|port| is_listed(port.number))?;
        Some(Reason::Port(port.number, port.protocol))
    }

    fn overridden_by(&self, container: &Container) -> Option<String> {
        if let Some(label) = explicit::asked_for(container) {
            return Some(format!("label `{label}`"));
        }
        if !self.rules.enabled {
            return Some("setting `blacklist.enabled`".to_owned());
        }
        let lets_through = |entry: &&String| {
            pattern::matches(entry, &container.name) || pattern::means_image(entry, &container.image)
        };
        let entry = self.rules.allow.iter().find(lets_through)?;
        Some(format!("setting `blacklist.allow` with `{entry}`"))
    }
}

/// A path without the slashes at its end, which a Compose file may have and an engine takes off.
fn whole(path: &str) -> &str {
    match path.trim_end_matches('/') {
        "" => path,
        trimmed => trimmed,
    }
}
