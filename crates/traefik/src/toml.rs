use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, Key, Table, TomlError, Value};

use crate::node::Node;
use crate::quote::{quoted, unseen};

/// What stands at a path, as the tables of its own: `[http.routers.web]` and what is below it.
pub(crate) fn tables(path: &[&str], node: &Node) -> Result<String, TomlError> {
    let mut item = item(node)?;
    for name in path.iter().rev() {
        let mut table = Table::new();
        table.insert_formatted(&key(name)?, item);
        table.set_implicit(true);
        item = Item::Table(table);
    }
    let mut document = DocumentMut::new();
    if let Item::Table(root) = item {
        *document.as_table_mut() = root;
    }
    Ok(document.to_string())
}

/// A map is a table, a list of maps an array of tables, and anything else stands behind its key.
fn item(node: &Node) -> Result<Item, TomlError> {
    match node {
        Node::Map(entries) => Ok(Item::Table(table(entries)?)),
        Node::List(items) if !items.is_empty() && items.iter().all(|item| matches!(item, Node::Map(_))) => {
            let mut tables = ArrayOfTables::new();
            for item in items {
                if let Node::Map(entries) = item {
                    tables.push(table(entries)?);
                }
            }
            Ok(Item::ArrayOfTables(tables))
        }
        node => Ok(Item::Value(value(node)?)),
    }
}

fn table(entries: &[(String, Node)]) -> Result<Table, TomlError> {
    let mut table = Table::new();
    for (name, node) in entries {
        table.insert_formatted(&key(name)?, item(node)?);
    }
    // A header of its own would say nothing that those of its tables do not, and Traefik would read it all the same.
    let has_own = |item: &Item| item.is_table() || item.is_array_of_tables();
    table.set_implicit(!table.is_empty() && table.iter().all(|(_, item)| has_own(item)));
    Ok(table)
}

fn value(node: &Node) -> Result<Value, TomlError> {
    Ok(match node {
        Node::Bool(value) => (*value).into(),
        Node::Integer(value) => (*value).into(),
        Node::Float(value) => (*value).into(),
        Node::Text(text) if is_plain(text) => text.into(),
        Node::Text(text) => quoted(text).parse()?,
        Node::List(items) => {
            let mut array = Array::new();
            for item in items {
                array.push(value(item)?);
            }
            array.into()
        }
        Node::Map(entries) => {
            let mut table = InlineTable::new();
            for (name, node) in entries {
                table.insert_formatted(&key(name)?, value(node)?);
            }
            table.into()
        }
    })
}

fn key(name: &str) -> Result<Key, TomlError> {
    if is_plain(name) { Ok(Key::new(name)) } else { quoted(name).parse() }
}

/// Whether the writer may choose how it stands: every form that TOML has says the same before and after the templates.
fn is_plain(text: &str) -> bool {
    !text.contains("{{") && !text.chars().any(unseen)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::serializer::tree;

    fn check(path: &[&str], element: &Value, expected: &str) {
        let map = tree(element).expect("is a map");
        assert_eq!(tables(path, &map).expect("is TOML"), expected);
    }

    #[test]
    fn tables_are_readable() {
        check(
            &["http", "routers", "web"],
            &json!({"entryPoints": ["web", "secure"], "priority": 3, "rule": "Host(`a.example.com`)", "tls": {}}),
            "[http.routers.web]\nentryPoints = [\"web\", \"secure\"]\npriority = 3\nrule = \"Host(`a.example.com`)\"\n\n\
             [http.routers.web.tls]\n",
        );
        check(
            &["http", "services", "a.b"],
            &json!({"loadBalancer": {"servers": [{"url": "http://a"}, {"url": "http://b"}], "sticky": {"cookie": {}}}}),
            "[[http.services.\"a.b\".loadBalancer.servers]]\nurl = \"http://a\"\n\n\
             [[http.services.\"a.b\".loadBalancer.servers]]\nurl = \"http://b\"\n\n\
             [http.services.\"a.b\".loadBalancer.sticky.cookie]\n",
        );
        check(&["http", "middlewares", "m"], &json!({}), "[http.middlewares.m]\n");
        check(
            &["http", "middlewares", "m"],
            &json!({"f": 1.5, "headers": {"h": {"": "\"\\", "418": "x"}}, "servers": []}),
            "[http.middlewares.m]\nf = 1.5\nservers = []\n\n[http.middlewares.m.headers.h]\n\"\" = '\"\\'\n418 = \"x\"\n",
        );
    }

    #[test]
    fn templates_are_escapes_in_values_and_keys() {
        check(
            &["http", "middlewares", "{{m}}"],
            &json!({"lines": "a\nb\u{7f}", "{{k}}": "{{ env \"X\" }}"}),
            "[http.middlewares.\"\\u007b\\u007bm}}\"]\nlines = \"a\\nb\\u007f\"\n\
             \"\\u007b\\u007bk}}\" = \"\\u007b\\u007b env \\\"X\\\" }}\"\n",
        );
    }

    proptest::proptest! {
        #[test]
        fn texts_are_read_as_written(name in ".{0,8}|[a-z{.\"]{0,4}", entries in proptest::collection::btree_map(".{0,8}|[a-z{.'\"]{0,6}", ".{0,40}|[a-z{\n'\"]{0,9}", 0..4)) {
            let text = tables(&["http", &name], &tree(&entries).expect("is a map")).expect("is TOML");
            proptest::prop_assert!(!text.contains("{{"));
            let read: DocumentMut = text.parse().expect("is TOML");
            let table = read["http"].as_table().and_then(|http| http[name.as_str()].as_table()).expect("is a table");
            let read = table.iter().map(|(key, item)| (key.to_owned(), item.as_str().unwrap_or_default().to_owned()));
            proptest::prop_assert_eq!(read.collect::<std::collections::BTreeMap<_, _>>(), entries);
        }
    }
}
