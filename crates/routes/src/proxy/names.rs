/// What the elements of an alias are called in Traefik's configuration: the alias, a wildcard as a word.
///
/// `@` would name a provider, so whatever is no letter, digit, dot, hyphen or underscore is a hyphen.
pub(super) fn element(alias: &str) -> String {
    let alias = match alias.strip_prefix("*.") {
        Some(name) => format!("wildcard.{name}"),
        None => alias.to_owned(),
    };
    let allowed = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    alias.chars().map(|c| if allowed(c) { c } else { '-' }).collect()
}
