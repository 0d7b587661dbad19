use portolan_container::LabelPlace;
use portolan_labels::{Node, Tree};
use portolan_routes::Section;
use portolan_routes::rule::Protocol;

/// The routers that the labels of each container name.
#[derive(Debug)]
pub(crate) struct Routers<'t>(Vec<Vec<RouterLabels<'t>>>);

/// A router in a tree of labels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RouterLabels<'t> {
    pub(crate) section: Section,
    pub(crate) node: &'t Node<'t>,
}

impl<'t> Routers<'t> {
    pub(crate) fn gather(trees: &'t [Tree<'t>]) -> Self {
        let sections =
            [("http", Section::HttpRouters), ("tcp", Section::TcpRouters), ("udp", Section::UdpRouters)];
        let of_tree = |tree: &'t Tree<'t>| {
            let root = tree.root.as_ref();
            let of_section = |(protocol, section)| {
                let routers = root.and_then(|root| root.child(protocol)?.child("routers"));
                let nodes = routers.into_iter().flat_map(|routers| &routers.children);
                nodes.map(move |node| RouterLabels { section, node })
            };
            sections.into_iter().flat_map(of_section).collect()
        };
        Self(trees.iter().map(of_tree).collect())
    }

    /// Those of one container.
    pub(crate) fn of(&self, subject: usize) -> &[RouterLabels<'t>] {
        self.0.get(subject).map_or(&[], Vec::as_slice)
    }
}

impl RouterLabels<'_> {
    /// What it speaks; `None` for UDP, which has no rules.
    pub(crate) fn protocol(&self) -> Option<Protocol> {
        match self.section {
            Section::HttpRouters => Some(Protocol::Http),
            Section::TcpRouters => Some(Protocol::Tcp),
            _ => None,
        }
    }
}

/// Where a reader looks for what a node defines: a router's rule, else the name.
pub(crate) fn place(node: &Node<'_>) -> LabelPlace {
    match node.child("rule") {
        Some(rule) => rule.value_place(),
        None => node.name_place(),
    }
}

/// The items of a list in a label's value, trimmed, with the place of each.
pub(crate) fn items<'n>(node: &'n Node<'_>) -> impl Iterator<Item = (&'n str, LabelPlace)> {
    let whole = node.value_place();
    let mut start = 0;
    node.value.split(',').filter_map(move |item| {
        let begin = start + (item.len() - item.trim_start().len());
        start += item.len() + 1;
        let item = item.trim();
        (!item.is_empty()).then(|| (item, LabelPlace::value(&whole.key, begin..begin + item.len())))
    })
}
