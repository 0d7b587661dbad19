use super::Origins;
use super::field::{Field, Leaf, is_server};
use crate::Section;
use crate::proxy::GRAMMAR;

/// The fields of the dialect that say where a route ends, each as it is and as a list.
const TARGET: [&str; 8] = ["port", "ports", "scheme", "schemes", "protos", "protocols", "host", "hosts"];

impl Origins<'_> {
    /// Of an element that aliases of the `proxy.*` dialect define.
    pub(super) fn of_alias(&self, section: Section, aliases: &[String], leaf: Leaf<'_, '_>) -> Field {
        let Leaf { path, value, .. } = leaf;
        let named = aliases.iter().map(|alias| format!("`{alias}`")).collect::<Vec<_>>().join(", ");
        let mut reasons = Vec::new();
        let labels = if is_server(&path) {
            let labels = self.labels_of(aliases, |field| TARGET.contains(&field));
            if !labels.iter().any(|key| key.contains("port")) {
                reasons
                    .push("no label for the port: that of the image, or a usual one of the web".to_owned());
            }
            if !labels.iter().any(|key| key.contains("host")) {
                reasons.push(self.address_in_words(&value));
            }
            labels
        } else {
            match (section, path.as_str()) {
                (_, "rule") => {
                    reasons.push(format!(
                        "the rule is made of the alias {named} and the setting `proxy.matchDomains`"
                    ));
                    self.listed()
                }
                (_, "service") => {
                    reasons.push(format!("the service of the alias {named}"));
                    Vec::new()
                }
                (_, "entryPoints") => {
                    reasons.push("entry points are those of the settings `proxy.*`".to_owned());
                    self.labels_of(aliases, |field| field == "port" || field == "ports")
                }
                (Section::HttpMiddlewares, path) if path.starts_with("plugin.") => {
                    let keys = self.container.labels.keys();
                    keys.filter(|key| is_of_container(key) && *key != "proxy.aliases").cloned().collect()
                }
                (Section::HttpMiddlewares | Section::TcpMiddlewares, _) | (_, "middlewares") => {
                    self.labels_of(aliases, |field| field.starts_with("middlewares"))
                }
                _ => self.labels_of(aliases, |field| is_alike(field, &path)),
            }
        };
        if labels.is_empty() && reasons.is_empty() {
            reasons.push(format!("no label for it: what the alias {named} comes to"));
        }
        Field { path, value, labels, reasons }
    }

    /// The label that lists the aliases, where there is one.
    fn listed(&self) -> Vec<String> {
        let list = self.container.labels.get_key_value("proxy.aliases");
        list.map(|(key, _)| key.clone()).into_iter().collect()
    }

    /// The labels that give these fields of one of the aliases, of all, or of one by its place in the list.
    fn labels_of(&self, aliases: &[String], is_meant: impl Fn(&str) -> bool) -> Vec<String> {
        let field = |key: &str| -> Option<String> {
            let rest = key.strip_prefix("proxy.")?;
            let of_alias =
                aliases.iter().find_map(|alias| rest.strip_prefix(alias.as_str())?.strip_prefix('.'));
            let of_any = || rest.split_once('.').filter(|(whose, _)| *whose == "*" || whose.starts_with('#'));
            // A list for all aliases, such as `proxy.ports`, is a field without an alias.
            let field = of_alias
                .or_else(|| of_any().map(|(_, field)| field))
                .or((!rest.contains('.')).then_some(rest));
            field.map(str::to_lowercase)
        };
        let keys = self.container.labels.keys().filter(|key| !is_of_container(key));
        keys.filter(|key| field(key).is_some_and(|field| is_meant(&field))).cloned().collect()
    }
}

/// Whether a field of the dialect and one of Traefik's have one name, as `healthcheck.interval` and `healthCheck.interval` have.
fn is_alike(field: &str, path: &str) -> bool {
    let last = |name: &str| {
        let last = name.rsplit('.').next().unwrap_or_default();
        last.replace('_', "").to_lowercase()
    };
    last(field) == last(path)
}

/// Whether a label of the dialect is about the container, not about a route.
fn is_of_container(key: &str) -> bool {
    key.strip_prefix("proxy.").is_some_and(|field| GRAMMAR.reserved.contains(&field))
}
