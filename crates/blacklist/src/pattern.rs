use portolan_container::Image;

use crate::known;

/// Whether an entry of the settings means this image.
///
/// `NAME` means that name of any author, `AUTHOR/NAME` that author alone; `:TAG` narrows either. An official image of
/// Docker Hub has the author `library`.
pub(crate) fn means_image(entry: &str, image: &Image) -> bool {
    if image.name.is_empty() {
        return false;
    }
    let entry = entry.strip_prefix("docker.io/").unwrap_or(entry);
    let (author, last) = match entry.rsplit_once('/') {
        Some((author, last)) => (Some(author), last),
        None => (None, entry),
    };
    let (name, tag) = match last.split_once(':') {
        Some((name, tag)) => (name, Some(tag)),
        None => (last, None),
    };
    author.is_none_or(|author| matches(author, known::author_on_hub(image)))
        && matches(name, &image.name)
        && tag.is_none_or(|tag| matches(tag, &image.tag))
}

/// Whether the text is the pattern, in which `*` stands for any characters, also none.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (pattern.as_bytes(), text.as_bytes());
    let (mut at, mut from) = (0, 0);
    // The last star and how far its match reaches: to try a longer match is all that backtracking has to do.
    let mut star: Option<(usize, usize)> = None;
    while from < text.len() {
        match pattern.get(at) {
            Some(b'*') => {
                star = Some((at, from));
                at += 1;
            }
            Some(byte) if text.get(from) == Some(byte) => {
                at += 1;
                from += 1;
            }
            _ => {
                let Some((position, reach)) = star else { return false };
                star = Some((position, reach + 1));
                at = position + 1;
                from = reach + 1;
            }
        }
    }
    pattern.iter().skip(at).all(|byte| *byte == b'*')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_characters() {
        let check =
            |pattern, text, expected| assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
        check("", "", true);
        check("", "a", false);
        check("*", "", true);
        check("**", "ab", true);
        check("a*", "ab", true);
        check("a*", "ba", false);
        check("*b*b", "abab", true);
        check("*b*b", "aba", false);
        check("a*c", "abcbc", true);
        check("a*c", "abcb", false);
        check("*é", "é", true);
        check("ab", "abc", false);
        check("abc", "ab", false);
    }

    #[test]
    fn images_are_meant_by_name_author_and_tag() {
        let check = |entry, image, expected| {
            assert_eq!(means_image(entry, &Image::parse(image)), expected, "{entry} {image}");
        };
        check("valkey", "valkey:8", true);
        check("valkey", "ghcr.io/x/valkey", true);
        check("valkey*", "bitnami/valkey-cluster", true);
        check("library/valkey", "docker.io/library/valkey", true);
        check("library/valkey", "bitnami/valkey", false);
        check("bitnami/*", "bitnami/valkey", true);
        check("bitnami/*", "docker.io/bitnami/valkey", true);
        check("docker.io/bitnami/*", "bitnami/valkey", true);
        check("bitnami/*", "ghcr.io/bitnami/valkey", false);
        check("ghcr.io/*/valkey", "ghcr.io/a/b/valkey", true);
        check("localhost:5000/valkey", "localhost:5000/valkey:8", true);
        check("valkey:7*", "valkey:7.2", true);
        check("valkey:7*", "valkey:8", false);
        check("valkey:latest", "valkey", true);
        check("*", "sha256:00", false);
    }
}
