use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// As encodeURIComponent of JavaScript.
const COMPONENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'!')
    .remove(b'~')
    .remove(b'*')
    .remove(b'\'')
    .remove(b'(')
    .remove(b')');

/// Where the hub has its page for an error: below `base`, by the status, with the path that failed.
///
/// ```
/// use portolan_jupyterhub::error_target;
///
/// assert_eq!(error_target("http://127.0.0.1:8081/hub/error/", 503, "/user/zoe?x"), "http://127.0.0.1:8081/hub/error/503?url=%2Fuser%2Fzoe%3Fx");
/// ```
pub fn error_target(base: &str, status: u16, path: &str) -> String {
    format!("{}/{status}?url={}", base.trim_end_matches('/'), utf8_percent_encode(path, COMPONENT))
}

/// The page for an error where there is no hub to ask, as HTML.
pub fn error_page(status: u16) -> String {
    let (title, text) = match status {
        404 => ("Not found", "Nothing is served at this address."),
        503 => (
            "Service unavailable",
            "The server of this address does not answer. It may be starting, or have been stopped.",
        ),
        _ => ("Error", "This request could not be answered."),
    };
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\"><title>{status} {title}</title></head>\n\
         <body><h1>{title}</h1><p>{text}</p></body>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_is_one_component() {
        let check = |path: &str, expected: &str| {
            assert_eq!(error_target("http://h/e", 404, path), format!("http://h/e/404?url={expected}"));
        };
        check("/a b", "%2Fa%20b");
        check("/a%2B&x=é", "%2Fa%252B%26x%3D%C3%A9");
        check("", "");
    }

    #[test]
    fn pages_say_their_status() {
        for status in [404, 503, 500] {
            assert!(error_page(status).contains(&status.to_string()));
        }
    }
}
