use std::collections::BTreeMap;
use std::ops::Range;

use netlink_packet_route::AddressFamily;
use portolan_container::{Diagnostic, LabelPlace};

use crate::codes::{IGNORED, STRING, UNKNOWN, VARIABLE};
use crate::{Context, Dialect, Names, Object, Parsed, Refusal, parse, variables};

/// What comes before the kind in a label's key.
const PREFIX: &str = "docker-events.";

/// A label that asks for changes of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// `docker-events.address`, in the container's network namespace.
    Address,
    /// `docker-events.route`, in the container's network namespace.
    Route,
    /// `docker-events.rule`, in the container's network namespace.
    Rule,
    /// `docker-events.host-route`, in the host's.
    HostRoute,
}

impl Kind {
    /// All of them, in the order in which they are carried out: routes go through addresses.
    pub const ALL: [Self; 4] = [Self::Address, Self::Route, Self::Rule, Self::HostRoute];

    /// The word: `host-route`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Address => "address",
            Self::Route => "route",
            Self::Rule => "rule",
            Self::HostRoute => "host-route",
        }
    }

    /// The label's key: `docker-events.host-route`.
    pub fn label(self) -> String {
        format!("{PREFIX}{}", self.word())
    }

    /// The object of `ip`.
    pub fn object(self) -> Object {
        match self {
            Self::Address => Object::Address,
            Self::Route | Self::HostRoute => Object::Route,
            Self::Rule => Object::Rule,
        }
    }
}

/// One string between semicolons in a label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Part {
    /// The label that it is in.
    pub kind: Kind,
    /// Where it is in the label's value, in bytes.
    pub span: Range<usize>,
    /// The string, its variables replaced.
    pub text: String,
    /// What it asks for.
    pub parsed: Parsed,
}

impl Part {
    /// The string as it stands after `ip`: `ip route add default via 10.0.0.1`.
    pub fn command(&self) -> String {
        let object = match self.kind.object() {
            Object::Address => "address",
            Object::Route => "route",
            Object::Rule => "rule",
        };
        match self.text.split_once(char::is_whitespace) {
            Some((family @ ("-4" | "-6"), rest)) => format!("ip {family} {object} {}", rest.trim_start()),
            _ => format!("ip {object} {}", self.text),
        }
    }

    /// The place in the container's label.
    pub fn place(&self) -> LabelPlace {
        LabelPlace::value(&self.kind.label(), self.span.clone())
    }
}

/// Whether a container asks for changes of the network, or seems to: a misspelt label is to be told.
pub fn asks(labels: &BTreeMap<String, String>) -> bool {
    let says = |key: &str, value: &str| !is_ours(key) || !value.trim().is_empty();
    labels.iter().any(|(key, value)| key.starts_with(PREFIX) && says(key, value))
}

fn is_ours(key: &str) -> bool {
    Kind::ALL.into_iter().any(|kind| kind.label() == key)
}

/// Reads a container's labels: all strings that can be carried out, in their order, and what is wrong with the others.
///
/// `variable` gives the value of a variable in `docker-events.host-route`. Diagnostics are without the container's name.
pub fn parts(
    labels: &BTreeMap<String, String>,
    names: &Names,
    variable: &dyn Fn(&str) -> Option<String>,
) -> (Vec<Part>, Vec<Diagnostic>) {
    let mut parts = Vec::new();
    let mut diagnostics = unknown(labels);
    for kind in Kind::ALL {
        let Some(value) = labels.get(&kind.label()) else { continue };
        for span in split(value) {
            let text = value.get(span.clone()).unwrap_or_default();
            match part(kind, text, span, names, variable) {
                Ok(part) => {
                    diagnostics.extend(part.parsed.warnings.iter().map(|warning| {
                        let warning = warning.strip_prefix("Warning: ").unwrap_or(warning);
                        Diagnostic::warning(IGNORED, format!("`{}`: {warning}", part.command()))
                            .at(part.place())
                    }));
                    parts.push(part);
                }
                Err(diagnostic) => diagnostics.push(*diagnostic),
            }
        }
    }
    (parts, diagnostics)
}

fn part(
    kind: Kind,
    text: &str,
    span: Range<usize>,
    names: &Names,
    variable: &dyn Fn(&str) -> Option<String>,
) -> Result<Part, Box<Diagnostic>> {
    let place = |within: Range<usize>| {
        LabelPlace::value(&kind.label(), span.start + within.start..span.start + within.end)
    };
    let nothing = |_: &str| None;
    let replaced = if kind == Kind::HostRoute || !text.contains('$') {
        variables::replace(text, variable)
    } else {
        variables::replace(text, &nothing).map_err(|mut unset| {
            unset.why = "`$`: there are variables in `docker-events.host-route` only".to_owned();
            unset.help =
                "write the value itself; in a Compose file `$NAME` is replaced by Compose".to_owned();
            unset
        })
    };
    let replaced = replaced.map_err(|unset| {
        Box::new(Diagnostic::error(VARIABLE, unset.why).at(place(unset.span)).with_help(unset.help))
    })?;
    let context = Context { names, dialect: Dialect::Label, family: AddressFamily::Unspec };
    match parse(kind.object(), &replaced.text, context) {
        Ok(parsed) => Ok(Part { kind, text: replaced.text.into_owned(), span, parsed }),
        Err(refusal) => {
            let span = replaced.origin(refusal.span.clone());
            let span = if span.is_empty() { 0..text.len() } else { span };
            let word = text.get(span.clone()).unwrap_or_default();
            let mut diagnostic = refused(&refusal);
            if word.contains(FOR_A_SHELL) {
                diagnostic =
                    diagnostic.with_help("no shell reads this: quotes, `#`, `|` and so on have no meaning");
            }
            Err(Box::new(diagnostic.at(place(span))))
        }
    }
}

/// Characters that no word of `ip` has, and that a shell would take away.
const FOR_A_SHELL: [char; 10] = ['"', '\'', '#', '|', '&', '<', '>', '`', '\\', '('];

/// A refusal as a finding, without its place.
fn refused(refusal: &Refusal) -> Diagnostic {
    // Where `ip` prints how it is used, what is missing says more.
    if refusal.text.starts_with("Usage:") {
        let missing = refusal.help.as_deref().unwrap_or("the string is not complete");
        return Diagnostic::error(STRING, missing);
    }
    let mut message = refusal.text.strip_prefix("Error: ").unwrap_or(&refusal.text).to_owned();
    message.truncate(message.trim_end_matches('.').len());
    let diagnostic = Diagnostic::error(STRING, message);
    match &refusal.help {
        Some(help) => diagnostic.with_help(help.clone()),
        None => diagnostic,
    }
}

/// The strings between semicolons, without those that are empty.
fn split(value: &str) -> Vec<Range<usize>> {
    let mut spans = Vec::new();
    let mut start = 0;
    for part in value.split(';') {
        let trimmed = part.trim_start();
        let begin = start + part.len() - trimmed.len();
        let length = trimmed.trim_end().len();
        if length > 0 {
            spans.push(begin..begin + length);
        }
        start += part.len() + 1;
    }
    spans
}

/// Labels below the prefix that are not ours.
fn unknown(labels: &BTreeMap<String, String>) -> Vec<Diagnostic> {
    let below = labels.keys().filter(|key| key.starts_with(PREFIX) && !is_ours(key));
    below
        .map(|key| {
            let word = key.get(PREFIX.len()..).unwrap_or_default();
            let words: Vec<_> = Kind::ALL.into_iter().map(Kind::word).collect();
            let lower = word.to_ascii_lowercase();
            let near = words
                .iter()
                .find(|known| lower.starts_with(**known) || known.starts_with(&lower) && !lower.is_empty());
            let help = match near {
                Some(near) => format!("did you mean `{PREFIX}{near}`?"),
                None => format!("there are `{PREFIX}address`, `route`, `rule` and `host-route`"),
            };
            let place = LabelPlace::key(key, PREFIX.len()..key.len());
            Diagnostic::warning(UNKNOWN, "nobody reads this label").at(place).with_help(help)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use portolan_container::Code;

    use super::*;

    fn read(labels: &[(&str, &str)]) -> (Vec<Part>, Vec<Diagnostic>) {
        let labels = labels.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
        parts(&labels, &Names::built_in(), &|name| (name == "VPN_IP").then(|| "10.0.8.0".to_owned()))
    }

    #[test]
    fn strings_stand_between_semicolons() {
        let check = |value: &str, expected: &[&str]| {
            let found: Vec<_> = split(value).into_iter().map(|span| &value[span]).collect();
            assert_eq!(found, expected, "{value:?}");
        };
        check("", &[]);
        check(" ; ;", &[]);
        check("a b;c ; \n d;", &["a b", "c", "d"]);
    }

    #[test]
    fn a_container_is_looked_at_for_what_it_asks_and_what_it_misspells() {
        let check = |key: &str, value: &str, expected: bool| {
            let labels = [(key.to_owned(), value.to_owned())].into();
            assert_eq!(asks(&labels), expected, "{key}={value}");
        };
        check("docker-events.route", "del default", true);
        check("docker-events.host-route", " ; ", true);
        check("docker-events.route", " ", false);
        check("docker-events.routes", "", true);
        check("docker-event.route", "del default", false);
    }

    #[test]
    fn a_label_nobody_reads_is_told() {
        let (_, diagnostics) = read(&[("docker-events.routes", "add default via 10.0.0.1")]);
        assert_eq!(diagnostics.len(), 1);
        assert_eq!(diagnostics[0].code, UNKNOWN);
        assert_eq!(diagnostics[0].help.as_deref(), Some("did you mean `docker-events.route`?"));
    }

    #[test]
    fn what_is_meant_for_a_shell_is_told() {
        let check = |value: &str, is_told: bool| {
            let (parts, diagnostics) = read(&[("docker-events.route", value)]);
            assert!(parts.is_empty(), "{value}");
            let help = diagnostics[0].help.as_deref().unwrap_or_default();
            assert_eq!(help.starts_with("no shell"), is_told, "{value}: {help}");
        };
        check("add default via '10.0.0.1'", true);
        check("add default via 10.0.0.1 | tee log", true);
        check("add default via 10.0.0.1 && touch x", true);
        check("add default via 10.0.0.1 # the router", true);
        check("add default via `hostname`", true);
        check("add default via router", false);
    }

    #[test]
    fn a_variable_without_a_value_names_itself() {
        let (parts, diagnostics) =
            read(&[("docker-events.host-route", "add $VPN_IP/16 via $NONE; add 10.1.0.0/16 dev lo")]);
        assert_eq!(parts.iter().map(Part::command).collect::<Vec<_>>(), ["ip route add 10.1.0.0/16 dev lo"]);
        assert_eq!(diagnostics[0].code, VARIABLE);
        assert_eq!(diagnostics[0].message, "variable `NONE` has no value");
        assert_eq!(diagnostics[0].label, Some(LabelPlace::value("docker-events.host-route", 19..24)));
    }

    #[test]
    fn parts_have_their_places_in_the_order_of_kinds() {
        let labels = [
            ("docker-events.rule", "add from 2001:db8::/64 table 5"),
            ("docker-events.route", " -6  add default dev eth0;;\n del 10/8 ; "),
            ("docker-events.host-route", "add ${VPN_IP}/24 dev lo"),
            ("docker-events.address", "add 10.0.0.3/24 dev eth0"),
        ];
        let (parts, diagnostics) = read(&labels);
        assert_eq!(diagnostics, []);
        let found: Vec<_> = parts.iter().map(|part| (part.kind, part.command(), part.span.clone())).collect();
        let expected = [
            (Kind::Address, "ip address add 10.0.0.3/24 dev eth0", 0..24),
            (Kind::Route, "ip -6 route add default dev eth0", 1..25),
            (Kind::Route, "ip route del 10/8", 29..37),
            (Kind::Rule, "ip rule add from 2001:db8::/64 table 5", 0..30),
            (Kind::HostRoute, "ip route add 10.0.8.0/24 dev lo", 0..23),
        ];
        assert_eq!(found, expected.map(|(kind, command, span)| (kind, command.to_owned(), span)));
    }

    #[track_caller]
    fn check_refused(key: &str, value: &str, code: Code, place: &str, message: &str, help: Option<&str>) {
        let (_, diagnostics) = read(&[(key, value)]);
        let [diagnostic] = diagnostics.as_slice() else { panic!("{value:?}: {diagnostics:?}") };
        let found = diagnostic.label.as_ref().map(|it| (&*it.key, &value[it.start..it.end]));
        assert_eq!(found, Some((key, place)), "{value:?}");
        assert_eq!((diagnostic.code, &*diagnostic.message), (code, message), "{value:?}");
        assert_eq!(diagnostic.help.as_deref(), help, "{value:?}");
    }

    #[test]
    fn what_is_wrong_is_told_where_it_is() {
        let (route, host) = ("docker-events.route", "docker-events.host-route");
        check_refused(
            route,
            "del default; add 10.0.0.0/33 dev eth0",
            STRING,
            "10.0.0.0/33",
            "any valid prefix is expected rather than \"10.0.0.0/33\"",
            None,
        );
        // Beyond the string's end: the whole string.
        check_refused(
            route,
            "del default; add ",
            STRING,
            "add",
            "a destination is missing: `default`, an address, or a prefix such as `10.2.0.0/16`",
            None,
        );
        // After a value that is longer than its variable.
        check_refused(
            host,
            "add $VPN_IP/24 dev lo metric x",
            STRING,
            "x",
            "argument \"x\" is wrong: \"metric\" value is invalid",
            None,
        );
        // In the value itself.
        check_refused(
            host,
            "add 10.0.0.0/8 metric ${VPN_IP}",
            STRING,
            "${VPN_IP}",
            "argument \"10.0.8.0\" is wrong: \"metric\" value is invalid",
            None,
        );
        check_refused(
            host,
            "add $(hostname)/24 dev lo",
            VARIABLE,
            "$",
            "`$` that begins no variable",
            Some("variables are written `$NAME` or `${NAME}`; there are no other substitutions"),
        );
        check_refused(
            route,
            "add $VPN_IP/24 dev eth0",
            VARIABLE,
            "$VPN_IP",
            "`$`: there are variables in `docker-events.host-route` only",
            Some("write the value itself; in a Compose file `$NAME` is replaced by Compose"),
        );
        check_refused(
            "docker-events.address",
            "add 10.0.0.3/24 nodad dev eth0",
            IGNORED,
            "add 10.0.0.3/24 nodad dev eth0",
            "`ip address add 10.0.0.3/24 nodad dev eth0`: nodad option can be set only for IPv6 addresses",
            None,
        );
    }
}
