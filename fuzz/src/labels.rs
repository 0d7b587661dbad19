use std::collections::BTreeMap;

use portolan_container::{Attachment, Container, NetworkMode, Port, Protocol};
use portolan_reconcile::Policy;

use crate::chart::holds;

/// Containers with these labels, one `key=value` a line: a blank line begins the next container. `\n` stands for a new line.
///
/// The key `network_mode` is no label: it is what an engine would say.
pub fn labels(text: &str) {
    let containers: Vec<Container> =
        text.split("\n\n").take(4).enumerate().map(|(number, lines)| container(number, lines)).collect();
    holds(&containers, &Policy::default());
}

pub(crate) fn container(number: usize, lines: &str) -> Container {
    let mut network_mode = NetworkMode::Networks;
    let mut labels = BTreeMap::new();
    for line in lines.lines() {
        let (key, value) = line.split_once('=').unwrap_or((line, ""));
        if key == "network_mode" {
            network_mode = NetworkMode::parse(value);
        } else {
            labels.insert(key.replace("\\n", "\n"), value.replace("\\n", "\n"));
        }
    }
    let ipv4 = Some([172, 18, 0, 2].into());
    Container {
        id: format!("c{number}"),
        name: format!("web-{number}"),
        labels,
        network_mode,
        attachments: [("front".to_owned(), Attachment { ipv4, ..Attachment::default() })].into(),
        ports: vec![Port { number: 80, protocol: Protocol::Tcp, bindings: Vec::new() }],
        ..Container::default()
    }
}
