use data_encoding::BASE64;
use hyper::header::HeaderValue;
use sha2::{Digest as _, Sha256};

/// The page: one file with its script and its style inside.
pub(super) const HTML: &str = include_str!("index.html");

/// What a browser may do with the page: run and apply what is inside of it, by its hash, ask us, and nothing else.
pub(super) fn policy(html: &str) -> Option<HeaderValue> {
    let sources = |element| {
        let hashes: Vec<String> = inside(html, element).map(hash).collect();
        if hashes.is_empty() { "'none'".to_owned() } else { hashes.join(" ") }
    };
    let policy = format!(
        "default-src 'none'; script-src {}; style-src {}; connect-src 'self'; img-src data:; base-uri 'none'; \
         form-action 'none'; frame-ancestors 'none'",
        sources("script"),
        sources("style")
    );
    HeaderValue::try_from(policy).ok()
}

fn hash(text: &str) -> String {
    format!("'sha256-{}'", BASE64.encode(&Sha256::digest(text.as_bytes())))
}

/// The text of each element of this name.
fn inside<'h>(html: &'h str, element: &str) -> impl Iterator<Item = &'h str> {
    let (open, close) = (format!("<{element}"), format!("</{element}>"));
    let mut rest = html;
    std::iter::from_fn(move || {
        loop {
            let (_, after) = rest.split_once(&open)?;
            rest = after;
            // Of another element whose name begins so it is none.
            if after.starts_with(['>', ' ', '\n', '\t']) {
                let (text, after) = after.split_once('>')?.1.split_once(&close)?;
                rest = after;
                return Some(text);
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scripts_and_styles_are_known_by_their_hashes() {
        let html =
            "<style>a{}</style><styled></styled><script type=\"module\">\n1 > 0\n</script><script>2</script>";
        assert_eq!(inside(html, "script").collect::<Vec<_>>(), ["\n1 > 0\n", "2"]);
        assert_eq!(inside(html, "style").collect::<Vec<_>>(), ["a{}"]);
        // printf 2 | openssl dgst -sha256 -binary | base64
        assert_eq!(hash("2"), "'sha256-1HNeOiZeFu7gP1lxi5tdAwGcB9i2xR+Q2jpmbuwTqzU='");
        let policy = policy(html).unwrap();
        let policy = policy.to_str().unwrap();
        assert_eq!(policy.matches("'sha256-").count(), 3, "{policy}");
        assert!(policy.starts_with("default-src 'none'; script-src 'sha256-"), "{policy}");
    }

    #[test]
    fn the_page_needs_nothing_from_elsewhere() {
        assert!(inside(HTML, "script").count() > 0 && inside(HTML, "style").count() > 0);
        for part in [" src=", "<link rel=\"stylesheet\"", "@import", "<base"] {
            assert!(!HTML.contains(part), "`{part}`");
        }
        assert!(policy(HTML).is_some());
    }
}
