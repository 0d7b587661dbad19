use std::path::PathBuf;

use super::{Fault, Setting, text};
use crate::node::{Node, Value, printable};
use crate::provider::{Address, AgentFiles, Agents, Provider, Providers};
use crate::{Error, Tls, check};

/// The schemes that an engine's address in parts may have: those with a host and a port.
const SCHEMES: [&str; 4] = ["tcp", "http", "https", "tls"];

/// A map of names to addresses.
impl Setting for Providers {
    fn expected(&self) -> String {
        "a map of names to addresses".to_owned()
    }

    fn read(&mut self, node: &Node) -> Result<(), Vec<Fault>> {
        let entries = entries(node, || self.expected())?;
        let (mut providers, mut faults) = (Vec::<Provider>::new(), Vec::new());
        for (name, value) in entries {
            match (named(name), engine(value)) {
                (Ok((name_text, _)), _) if providers.iter().any(|it| it.name == name_text) => {
                    let message = format!("the engine `{}` is given twice", printable(&name_text));
                    faults.push(invalid(name, message, "remove one of them"));
                }
                (Ok((name, explicit_only)), Ok(Engine { address, local, published_at })) => {
                    providers.push(Provider { name, explicit_only, address, local, published_at });
                }
                (name, engine) => {
                    faults.extend(name.err());
                    faults.extend(engine.err().into_iter().flatten());
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        self.0 = providers;
        Ok(())
    }

    fn spelled(&self, text: &str) -> Value {
        in_a_line(text)
    }

    fn show(&self) -> String {
        let entries: Vec<String> =
            self.0.iter().map(|it| format!("{}: {}", it.spelled(), it.address)).collect();
        format!("{{{}}}", entries.join(", "))
    }
}

/// A map of addresses to the three files.
impl Setting for Agents {
    fn expected(&self) -> String {
        "a map of `HOST:PORT` to `ca_file`, `cert_file` and `key_file`".to_owned()
    }

    fn read(&mut self, node: &Node) -> Result<(), Vec<Fault>> {
        let entries = entries(node, || self.expected())?;
        let (mut agents, mut faults) = (Vec::<AgentFiles>::new(), Vec::new());
        for (name, value) in entries {
            match (text(name, || "`HOST:PORT`".to_owned()), files(value)) {
                (Ok(address), Ok(Tls { ca: Some(ca), cert: Some(cert), key: Some(key) })) => {
                    let address = address.trim_start_matches("agent://").to_owned();
                    if agents.iter().any(|it| it.address == address) {
                        let message = format!("the agent `{}` is given twice", printable(&address));
                        faults.push(invalid(name, message, "remove one of them"));
                    }
                    agents.push(AgentFiles { address, ca, cert, key });
                }
                (Ok(_), Ok(_)) => {
                    let message = "an agent needs `ca_file`, `cert_file` and `key_file`".to_owned();
                    faults.push(invalid(value, message, "`docker-watcher agent init` makes all three"));
                }
                (address, files) => {
                    faults.extend(address.err().into_iter().flatten());
                    faults.extend(files.err().into_iter().flatten());
                }
            }
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        self.0 = agents;
        Ok(())
    }

    fn spelled(&self, text: &str) -> Value {
        in_a_line(text)
    }

    fn show(&self) -> String {
        let addresses: Vec<&str> = self.0.iter().map(|it| it.address.as_str()).collect();
        format!("{{{}}}", addresses.join(", "))
    }
}

/// The entries of a map; an empty text is an empty map.
fn entries(node: &Node, expected: impl Fn() -> String) -> Result<&[(Node, Node)], Vec<Fault>> {
    match &node.value {
        Value::Section(entries) => Ok(entries),
        Value::Text(text) if text.is_empty() => Ok(&[]),
        _ => Err(Fault::wrong_type(node, expected(), None)),
    }
}

/// A variable or a flag has the map in one line, as YAML writes it in braces.
fn in_a_line(text: &str) -> Value {
    match Node::parse(text) {
        Ok(Node { value: value @ Value::Section(_), .. }) => value,
        _ => Value::Text(text.to_owned()),
    }
}

/// A name, and whether it is for explicit containers alone.
fn named(node: &Node) -> Result<(String, bool), Fault> {
    let help =
        "write a name of letters, digits, `-`, `_` and `.`, and behind it `!` for explicit containers alone";
    let Value::Text(text) = &node.value else {
        return Err(invalid(node, format!("{} is no name of an engine", node.value.describe()), help));
    };
    let (name, explicit_only) = text.strip_suffix('!').map_or((text.as_str(), false), |name| (name, true));
    let is_word = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.');
    if name.is_empty() || !name.chars().all(is_word) {
        return Err(invalid(node, format!("`{}` is no name of an engine", printable(text)), help));
    }
    Ok((name.to_owned(), explicit_only))
}

/// What stands behind an engine's name.
struct Engine {
    address: Address,
    local: Option<bool>,
    published_at: Option<String>,
}

fn engine(node: &Node) -> Result<Engine, Vec<Fault>> {
    let entries = match &node.value {
        Value::Text(_) => {
            let address = Address::Text(address(node)?);
            return Ok(Engine { address, local: None, published_at: None });
        }
        Value::Section(entries) => entries,
        _ => {
            let expected = "an address, or `scheme`, `host`, `port` and `tls`".to_owned();
            return Err(Fault::wrong_type(node, expected, None));
        }
    };
    let (mut whole, mut scheme, mut host, mut port, mut tls) = (None, None, None, None, None);
    let (mut local, mut published_at) = (None, None);
    let mut faults = Vec::new();
    for (name, value) in entries {
        let read = match word(name) {
            "address" => address(value).map(|it| whole = Some(it)),
            "scheme" => scheme_of(value).map(|it| scheme = Some(it)),
            "host" => host_of(value).map(|it| host = Some(it)),
            "port" => super::list::port(value).map(|it| port = Some(it)),
            "tls" => files(value).map(|it| tls = Some(it)),
            "local" => {
                let mut is_local = false;
                is_local.read(value).map(|()| local = Some(is_local))
            }
            "published_at" => host_of(value).map(|it| published_at = Some(it)),
            _ => Err(vec![unknown(
                name,
                "`address`, or `scheme`, `host`, `port` and `tls`; and `local` and `published_at`",
            )]),
        };
        faults.extend(read.err().into_iter().flatten());
    }
    if !faults.is_empty() {
        return Err(faults);
    }
    let has_parts = scheme.is_some() || host.is_some() || port.is_some() || tls.is_some();
    let address = match (whole, scheme, host, port) {
        (Some(text), ..) if !has_parts => Address::Text(text),
        (Some(_), ..) => {
            let message = "an engine has `address`, or `scheme`, `host`, `port` and `tls`".to_owned();
            return Err(vec![invalid(node, message, "leave out one or the others")]);
        }
        (None, Some(scheme), Some(host), Some(port)) => Address::Parts { scheme, host, port, tls },
        (None, ..) => {
            let message = "an engine needs `scheme`, `host` and `port`".to_owned();
            let help = "or write its address as one text, such as `tcp://host:2375`";
            return Err(vec![invalid(node, message, help)]);
        }
    };
    Ok(Engine { address, local, published_at })
}

fn address(node: &Node) -> Result<String, Vec<Fault>> {
    let text = text(node, || "an address".to_owned())?;
    if text.trim().is_empty() {
        let message = "the address is empty".to_owned();
        return Err(vec![invalid(node, message, "`${DOCKER_HOST}` is the local engine")]);
    }
    Ok(text.to_owned())
}

fn scheme_of(node: &Node) -> Result<String, Vec<Fault>> {
    let expected = || format!("one of {}", SCHEMES.map(|scheme| format!("`{scheme}`")).join(", "));
    let scheme = text(node, expected)?;
    if SCHEMES.contains(&scheme) {
        return Ok(scheme.to_owned());
    }
    let help = "engines at `unix://`, `ssh://` and `agent://` have their address as one text";
    Err(Fault::wrong_type(node, expected(), Some(help.to_owned())))
}

fn host_of(node: &Node) -> Result<String, Vec<Fault>> {
    let host = text(node, || "a name or an address".to_owned())?;
    if check::is_host(host) {
        return Ok(host.to_owned());
    }
    let message = format!("`{}` is neither an IP address nor a name", printable(host));
    Err(vec![invalid(node, message, "write it without scheme, port and brackets, as in `db.example.com`")])
}

/// The files for TLS of a provider or an agent: a certificate and its key go together.
fn files(node: &Node) -> Result<Tls, Vec<Fault>> {
    let Value::Section(entries) = &node.value else {
        return Err(Fault::wrong_type(node, "`ca_file`, `cert_file` and `key_file`".to_owned(), None));
    };
    let (mut tls, mut faults) = (Tls::default(), Vec::new());
    for (name, value) in entries {
        let slot = match word(name) {
            "ca_file" => &mut tls.ca,
            "cert_file" => &mut tls.cert,
            "key_file" => &mut tls.key,
            _ => {
                faults.push(unknown(name, "`ca_file`, `cert_file` and `key_file`"));
                continue;
            }
        };
        match text(value, || "a path".to_owned()) {
            Ok("") => faults.push(invalid(value, "the path is empty".to_owned(), "name the file")),
            Ok(path) => *slot = Some(PathBuf::from(path)),
            Err(found) => faults.extend(found),
        }
    }
    if tls.cert.is_some() != tls.key.is_some() {
        let message = "a certificate and its key are of no use without each other".to_owned();
        faults.push(invalid(node, message, "set both `cert_file` and `key_file`"));
    }
    if faults.is_empty() { Ok(tls) } else { Err(faults) }
}

/// The name of a key; empty where it is no text.
fn word(node: &Node) -> &str {
    match &node.value {
        Value::Text(text) => text,
        _ => "",
    }
}

fn unknown(node: &Node, known: &str) -> Fault {
    let message = format!("{} is no key here", node.value.describe());
    invalid(node, message, &format!("known are {known}"))
}

fn invalid(node: &Node, message: String, help: &str) -> Fault {
    Fault { ordinal: node.ordinal, error: Error::Invalid(message), help: Some(help.to_owned()) }
}
