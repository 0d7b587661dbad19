use crate::key::fold;
use crate::keys::{KEYS, SECTIONS};

/// The key or section that a name below a section (empty: at the root) probably means.
///
/// The whole path and its last part are compared, without case and separators, so that a key is found whose section was
/// forgotten (`level`), glued to it (`logLevel`) or wrongly added (`log.debounce`).
pub(crate) fn path(section: &str, name: &str) -> Option<&'static str> {
    let last = fold(name.rsplit('.').next().unwrap_or(name));
    let whole = fold(&format!("{section}{name}"));
    let paths = KEYS.iter().map(|key| key.path).chain(SECTIONS.iter().map(|section| section.name));
    nearest(paths, &whole, |path| {
        let (its_section, its_last) = path.rsplit_once('.').unwrap_or(("", path));
        let elsewhere = usize::from(its_section != section);
        strsim::osa_distance(&fold(path), &whole)
            .min(strsim::osa_distance(&fold(its_last), &last) + elsewhere)
    })
}

/// The path of the key that a variable's or flag's name probably means.
pub(crate) fn folded(name: &str) -> Option<&'static str> {
    let name = fold(name);
    nearest(KEYS.iter().map(|key| key.path), &name, |path| strsim::osa_distance(&fold(path), &name))
}

/// The words with which a suggestion is made to somebody who writes a file.
pub(crate) fn in_file(section: &str, name: &str) -> String {
    match path(section, name).map(|path| path.rsplit_once('.').ok_or(path)) {
        Some(Ok((section, key))) => format!("did you mean `{key}` in the section `{section}`?"),
        Some(Err(key)) if section.is_empty() => format!("did you mean `{key}`?"),
        Some(Err(key)) => format!("did you mean `{key}`, outside of the section `{section}`?"),
        None => format!("the keys here are {}", keys_of(section)),
    }
}

/// The keys and sections that may stand in a section, in backticks.
fn keys_of(section: &str) -> String {
    let mut names: Vec<&str> = Vec::new();
    for key in KEYS {
        let name = match key.path.split_once('.') {
            Some((its_section, _)) if section.is_empty() => its_section,
            Some((its_section, name)) if its_section == section => name,
            None if section.is_empty() => key.path,
            _ => continue,
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

fn nearest(
    paths: impl Iterator<Item = &'static str>,
    name: &str,
    distance: impl Fn(&str) -> usize,
) -> Option<&'static str> {
    let farthest = (name.chars().count() / 3).max(1);
    let nearest = paths.map(|path| (distance(path), path)).min_by_key(|(distance, _)| *distance)?;
    (nearest.0 <= farthest).then_some(nearest.1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_near_are_suggested() {
        let check = |section: &str, name: &str, expected: &str| {
            assert_eq!(in_file(section, name), expected, "{section} {name}");
        };
        check("", "exposedbydefautl", "did you mean `exposedByDefault`?");
        check("", "exposed_by_default", "did you mean `exposedByDefault`?");
        check("", "engines", "did you mean `engine`?");
        check("", "logLevel", "did you mean `level` in the section `log`?");
        check("", "log.level", "did you mean `level` in the section `log`?");
        check("", "level", "did you mean `level` in the section `log`?");
        check("", "blacklst", "did you mean `blacklist`?");
        check("log", "debounce", "did you mean `debounce`, outside of the section `log`?");
        check("blacklist", "portz", "did you mean `ports` in the section `blacklist`?");
        check("log", "colour", "the keys here are `level`, `format`");
    }

    #[test]
    fn what_is_far_from_all_gets_the_list() {
        assert!(in_file("", "zzz").starts_with("the keys here are `engine`, `tls`, `providers`, `output`, "));
    }
}
