/// Splits a stream of bytes into the JSON objects at its top, whatever the chunks.
///
/// An engine's events are objects one after the other, its listing is a list of objects. Taking them one by one needs
/// memory for one object, where reading a listing of 1,000 containers whole needs megabytes; and an object that is not
/// understood harms no other.
#[derive(Debug, Default)]
pub(crate) struct Objects {
    /// The open object so far.
    object: Vec<u8>,
    depth: usize,
    in_string: bool,
    escaped: bool,
    /// First and last byte outside of objects that is not white space.
    around: Option<(u8, u8)>,
}

/// An object is larger than any that an engine sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TooLarge;

impl Objects {
    /// The largest object that is taken. Labels make most of one; engines bound those to well below this.
    const LIMIT: usize = 4 << 20;

    /// Takes the next bytes and gives each object that they complete to `each`.
    pub(crate) fn push(&mut self, chunk: &[u8], mut each: impl FnMut(&[u8])) -> Result<(), TooLarge> {
        // Where the open object begins in this chunk: bytes are copied once an object, not one by one.
        let mut start = 0;
        for (at, &byte) in chunk.iter().enumerate() {
            if self.depth == 0 {
                match byte {
                    b'{' => (self.depth, start) = (1, at),
                    byte if byte.is_ascii_whitespace() => {}
                    byte => self.around = Some((self.around.map_or(byte, |(first, _)| first), byte)),
                }
            } else if self.in_string {
                match byte {
                    _ if self.escaped => self.escaped = false,
                    b'\\' => self.escaped = true,
                    b'"' => self.in_string = false,
                    _ => {}
                }
            } else {
                match byte {
                    b'"' => self.in_string = true,
                    b'{' => self.depth += 1,
                    b'}' => self.depth -= 1,
                    _ => {}
                }
                if self.depth == 0 {
                    self.keep(chunk.get(start..=at))?;
                    each(&self.object);
                    self.object.clear();
                }
            }
        }
        if self.depth > 0 { self.keep(chunk.get(start..)) } else { Ok(()) }
    }

    /// Whether what was taken is one whole list: it began with `[`, ended with `]`, and no object is open.
    ///
    /// The page of a proxy has no objects either, and must not be taken for an engine without containers.
    pub(crate) fn is_list(&self) -> bool {
        self.depth == 0 && self.around == Some((b'[', b']'))
    }

    fn keep(&mut self, bytes: Option<&[u8]>) -> Result<(), TooLarge> {
        let bytes = bytes.unwrap_or_default();
        if self.object.len() + bytes.len() > Self::LIMIT {
            return Err(TooLarge);
        }
        self.object.extend_from_slice(bytes);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    /// The objects of a text that comes in chunks of this size.
    fn split(text: &[u8], size: usize) -> (Vec<Vec<u8>>, bool) {
        let mut objects = Objects::default();
        let mut found = Vec::new();
        for chunk in text.chunks(size.max(1)) {
            objects.push(chunk, |object| found.push(object.to_vec())).unwrap();
        }
        (found, objects.is_list())
    }

    #[track_caller]
    fn check(text: &str, expected: &[&str], list: bool) {
        let expected: Vec<Vec<u8>> = expected.iter().map(|text| text.as_bytes().to_vec()).collect();
        for size in 1..=text.len().max(1) {
            assert_eq!(split(text.as_bytes(), size), (expected.clone(), list), "in chunks of {size}");
        }
    }

    #[test]
    fn lists_and_streams() {
        check("", &[], false);
        check("[]", &[], true);
        check("[]\n", &[], true);
        check(r#"[{"a":1}, {"b":{"c":"}"}}]"#, &[r#"{"a":1}"#, r#"{"b":{"c":"}"}}"#], true);
        check("{\"a\":1}\n{\"b\":2}\n", &[r#"{"a":1}"#, r#"{"b":2}"#], false);
        check(r#"{"a":1}{"b":"\"}{\\"}"#, &[r#"{"a":1}"#, r#"{"b":"\"}{\\"}"#], false);
    }

    #[test]
    fn what_is_cut_or_no_list_is_told() {
        check(r#"[{"a":1}"#, &[r#"{"a":1}"#], false);
        check(r#"[{"a":1},{"b""#, &[r#"{"a":1}"#], false);
        check("<html></html>", &[], false);
        check("null", &[], false);
    }

    #[test]
    fn an_object_without_end_is_refused() {
        let mut objects = Objects::default();
        let chunk = vec![b'{'; 1 << 20];
        let results: Vec<_> = (0..5).map(|_| objects.push(&chunk, |_| ())).collect();
        assert_eq!(results, [Ok(()), Ok(()), Ok(()), Ok(()), Err(TooLarge)]);
    }

    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![any::<String>().prop_map(Value::from), any::<i64>().prop_map(Value::from)];
        let tree = leaf.prop_recursive(3, 16, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(any::<String>(), inner, 0..4).prop_map(Value::from_iter),
            ]
        });
        prop::collection::btree_map(any::<String>(), tree, 0..4).prop_map(Value::from_iter)
    }

    proptest! {
        #[test]
        fn any_list_comes_back(values in prop::collection::vec(value(), 0..5), size in 1usize..64) {
            let (found, list) = split(json!(values).to_string().as_bytes(), size);
            let found: Vec<Value> = found.iter().map(|text| serde_json::from_slice(text).unwrap()).collect();
            prop_assert_eq!(found, values);
            prop_assert!(list);
        }

        #[test]
        fn any_bytes_do(bytes in any::<Vec<u8>>(), size in 1usize..16) {
            let whole = split(&bytes, bytes.len());
            prop_assert_eq!(split(&bytes, size), whole);
        }
    }
}
