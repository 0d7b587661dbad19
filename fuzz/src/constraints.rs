use std::collections::BTreeMap;

use portolan_routes::constraints::Constraint;

/// An expression, and what it says of some labels.
pub fn constraints(text: &str) {
    let sets = [vec![], vec![("a", "b")], vec![("tier", "web"), ("", "x"), ("ключ", "\u{85}\n")]];
    let labels = sets.map(|set| {
        set.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect::<BTreeMap<_, _>>()
    });
    match Constraint::parse(text) {
        Ok(constraint) => {
            assert_eq!(constraint.as_str(), text);
            let negated = Constraint::parse(&format!("!({text})"));
            for labels in &labels {
                let taken = constraint.matches(labels);
                assert_eq!(constraint.matches(labels), taken);
                // An expression that is nested to the limit has no room for one more.
                if let Ok(negated) = &negated
                    && !text.trim().is_empty()
                {
                    assert_ne!(negated.matches(labels), taken, "negation changes nothing");
                }
            }
        }
        Err(error) => {
            assert!(text.get(error.span()).is_some(), "{error}: {:?} is no part of {text:?}", error.span());
            assert!(!error.to_string().is_empty());
            error.help();
        }
    }
}
