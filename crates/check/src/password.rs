use portolan_container::{Diagnostic, LabelPlace};
use portolan_labels::Node;

use crate::codes::PASSWORD_HASH;
use crate::label::each;
use crate::router::items;

/// Users whose password is none that Traefik knows.
pub(crate) fn check(root: &Node<'_>) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    each(root, &["http", "middlewares", "*", "basicAuth", "users"], &mut |node| {
        found.extend(items(node).filter_map(|(user, place)| basic(user, place)));
    });
    each(root, &["http", "middlewares", "*", "digestAuth", "users"], &mut |node| {
        found.extend(items(node).filter_map(|(user, place)| digest(user, place)));
    });
    found
}

/// `NAME:HASH`, as `htpasswd` writes it.
fn basic(user: &str, place: LabelPlace) -> Option<Diagnostic> {
    let Some((name, hash)) = user.split_once(':') else {
        let message = "a user is `NAME:HASH`, and this has no colon";
        let help = "make one with `htpasswd -nbB NAME PASSWORD`; a hash must not have a comma";
        return Some(Diagnostic::error(PASSWORD_HASH, message).at(place).with_help(help));
    };
    if is_hash(hash) {
        return None;
    }
    let place = LabelPlace { start: place.start + name.len() + 1, ..place };
    let (message, help) = if is_hash(&hash.replace("$$", "$")) {
        (
            format!("the hash of `{name}` has each dollar sign twice"),
            "write each once: only Compose files need two".to_owned(),
        )
    } else if hash.starts_with('$') && hash.matches('$').count() > 2 {
        (
            format!("the hash of `{name}` has another length than one of its kind"),
            "copy the whole of it, or make one with `htpasswd -nbB NAME PASSWORD`".to_owned(),
        )
    } else if lost_dollars(hash) {
        (
            format!("the hash of `{name}` is no hash: its dollar signs are gone, and what stood behind them"),
            "write `$$` for each `$` in a Compose file, and single quotes around the label in a shell"
                .to_owned(),
        )
    } else {
        (
            format!("the password of `{name}` is no hash that Traefik knows"),
            "make one with `htpasswd -nbB NAME PASSWORD`".to_owned(),
        )
    };
    Some(Diagnostic::error(PASSWORD_HASH, message).at(place).with_help(help))
}

/// bcrypt, SHA-1, or MD5 of `crypt(3)` or Apache's: what Traefik 3.7 compares with.
fn is_hash(hash: &str) -> bool {
    if let Some(digest) = hash.strip_prefix("{SHA}") {
        return digest.len() == 28;
    }
    let mut parts = hash.splitn(4, '$');
    let (first, kind, salt, rest) = (parts.next(), parts.next(), parts.next(), parts.next());
    let (Some(""), Some(kind), Some(salt), Some(rest)) = (first, kind, salt, rest) else { return false };
    match kind {
        "2a" | "2b" | "2x" | "2y" => hash.len() == 60,
        "1" | "apr1" => !salt.is_empty() && rest.len() == 22,
        _ => false,
    }
}

/// What remains where `$apr1$salt$hash` or `$2y$05$...` went through a variable's substitution.
fn lost_dollars(hash: &str) -> bool {
    // An Apache hash loses all but what no variable's name can hold, a bcrypt hash what stands behind its numbers.
    hash.is_empty() || hash.starts_with(['/', '.', '$'])
}

/// `NAME:REALM:HASH`, as `htdigest` writes it.
fn digest(user: &str, place: LabelPlace) -> Option<Diagnostic> {
    if user.split(':').count() == 3 {
        return None;
    }
    let message = "a user is `NAME:REALM:HASH`, as `htdigest` writes it";
    Some(Diagnostic::error(PASSWORD_HASH, message).at(place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_are_known_by_their_shape() {
        let check = |hash: &str, expected: bool| assert_eq!(is_hash(hash), expected, "{hash}");
        check("$apr1$H6uskkkW$IgXLP6ewTrSuBkTrqE8wj/", true);
        check("$2y$05$c6ldmpFvgJ4HTKTmu0GKYO4dPKL0P1rBLRNfyaZjLnhY2gVIwZGrC", true);
        check("{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", true);
        check("$1$salt$qJH7.N4xYta3aEG/dfqo/0", true);
        check("/", false);
        check("", false);
        check("$$apr1$$H6uskkkW$$IgXLP6ewTrSuBkTrqE8wj/", false);
        check("password", false);
    }

    #[test]
    fn what_compose_leaves_of_a_hash_is_told() {
        let message =
            |user: &str| basic(user, LabelPlace::value("k", 0..user.len())).map(|found| found.message);
        assert_eq!(
            message("admin:/").as_deref(),
            Some("the hash of `admin` is no hash: its dollar signs are gone, and what stood behind them")
        );
        assert_eq!(
            message("admin:$$apr1$$H6uskkkW$$IgXLP6ewTrSuBkTrqE8wj/").as_deref(),
            Some("the hash of `admin` has each dollar sign twice")
        );
        assert_eq!(message("admin:$apr1$H6uskkkW$IgXLP6ewTrSuBkTrqE8wj/"), None);
    }
}
