/// The name among `known` that is nearest to a misspelt one, `None` where none is near.
///
/// Near is at most a third of the letters wrong, missing, too many or changed about.
///
/// ```
/// assert_eq!(portolan_labels::suggest("entrypoint", ["rule", "entryPoints"]), Some("entryPoints"));
/// assert_eq!(portolan_labels::suggest("colour", ["rule", "entryPoints"]), None);
/// ```
pub fn suggest<'k>(name: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    // The distance costs the product of both lengths: a name this long is no misspelling.
    if name.len() > 64 {
        return None;
    }
    let name = name.to_lowercase();
    let allowed = (name.chars().count() / 3).max(1);
    known
        .into_iter()
        .map(|candidate| (strsim::damerau_levenshtein(&name, &candidate.to_lowercase()), candidate))
        .filter(|(distance, _)| *distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}
