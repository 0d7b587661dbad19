use serde::de::value::MapDeserializer;

use super::DecodeError;
use crate::Node;

/// The entries of a map of texts: what stands below a name is part of its key, with a dot between.
///
/// So Traefik 3.7 reads `headers.customrequestheaders.x.y` as the header `x.y`; the value of `x` itself is then lost.
pub(super) fn texts<'de>(
    node: &Node<'_>,
) -> MapDeserializer<'de, std::vec::IntoIter<(String, String)>, DecodeError> {
    let mut entries = Vec::new();
    for child in &node.children {
        collect(child, child.name.to_owned(), &mut entries);
    }
    MapDeserializer::new(entries.into_iter())
}

fn collect(node: &Node<'_>, key: String, entries: &mut Vec<(String, String)>) {
    if node.is_leaf() {
        entries.push((key, node.value.to_owned()));
        return;
    }
    for child in &node.children {
        collect(child, format!("{key}.{}", child.name), entries);
    }
}
